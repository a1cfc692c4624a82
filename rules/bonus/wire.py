"""Statements as JSON, for ever: with the plan, all inputs, the lines and a hash, for anybody to work them out again.

Records become objects, fractions text (``0.025``, ``1/3``), terms an object with their ``kind``.  Keys are sorted and
nothing is left to chance, so that equal statements are equal bytes.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from rules.bonus.plan import Plan
from rules.bonus.records import FormatError
from rules.bonus.records import pack
from rules.bonus.records import unpack
from rules.bonus.statement import Inputs
from rules.bonus.statement import Line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.bonus.statement import Statement

__all__ = ("FORMAT", "HASH", "FormatError", "Writer", "canonical", "digest", "document", "pack", "read", "unpack")
FORMAT = "spoonful statement 1"
HASH = "sha256"


def document(about: Mapping[str, str], plan: Plan, inputs: Inputs, statement: Statement) -> dict[str, Any]:
    """Return a statement with all that it was worked out from.  ``about``: whose it is, period, plan version, as-of."""
    body = {
        "format": FORMAT,
        "about": dict(about),
        "plan": _promise(plan),
        "inputs": pack(inputs),
        "lines": pack(statement.lines),
        "total": statement.total,
        "carried": pack(statement.carried),
    }
    return body | {"hash": f"{HASH}:{digest(body)}"}


def _promise(plan: Plan) -> Any:
    """Pack a plan without its examples: those are the book's."""
    return pack(replace(plan, examples=()))


def digest(body: Mapping[str, Any]) -> str:
    """Return the hash of a document without its own."""
    rest = {key: value for key, value in body.items() if key != "hash"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def canonical(value: Any) -> bytes:
    """Write JSON in one way."""
    return _text(value).encode()


_text = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


class Writer:
    """Writes many statements of one plan: the bytes of ``canonical(document(…))``, with the plan packed once.

    ``packed``: the inputs as ``pack`` returns them.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = _text(_promise(plan))

    def document(self, about: Mapping[str, str], packed: Any, statement: Statement) -> str:
        """Return a statement with all that it was worked out from."""
        head = f'{{"about":{_text(about)},"carried":{_text(pack(statement.carried))},"format":{_text(FORMAT)},'
        tail = (
            f'"inputs":{_text(packed)},"lines":{_text(pack(statement.lines))},"plan":{self.plan},'
            f'"total":{statement.total}}}'
        )
        found = hashlib.sha256((head + tail).encode()).hexdigest()
        return f'{head}"hash":"{HASH}:{found}",{tail}'


def read(body: Any) -> tuple[Plan, Inputs, tuple[Line, ...], int]:
    """Read a document: the plan, the inputs, and the lines and total that it claims.

    Raises:
        FormatError: it is none.
    """
    if not isinstance(body, dict) or body.get("format") != FORMAT:
        msg = f"this is no {FORMAT!r}"
        raise FormatError(msg)
    missing = [key for key in ("plan", "inputs", "lines", "total") if key not in body]
    if missing:
        msg = f"{', '.join(missing)} is missing"
        raise FormatError(msg)
    lines = unpack(tuple[Line, ...], body["lines"])
    return unpack(Plan, body["plan"]), unpack(Inputs, body["inputs"]), lines, unpack(int, body["total"])
