"""Statements as JSON, for ever: with the plan, all inputs, the lines and a hash, for anybody to work them out again.

Records become objects, fractions text (``0.025``, ``1/3``), terms an object with their ``kind``.  Keys are sorted and
nothing is left to chance, so that equal statements are equal bytes.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from rules.bonus import plan as plans
from rules.bonus import statement as statements
from rules.bonus.components import COMPONENTS
from rules.bonus.components import KIND_OF
from rules.bonus.exact import number
from rules.bonus.exact import text
from rules.bonus.plan import Plan
from rules.bonus.reckoning import Given
from rules.bonus.reckoning import Worked
from rules.bonus.shares import Share
from rules.bonus.statement import Inputs
from rules.bonus.statement import Line
from rules.bonus.statement import Statement

FORMAT = "spoonful statement 1"
HASH = "sha256"
_NAMES = vars(plans) | vars(statements) | {"Mapping": Mapping, "Given": Given, "Share": Share, "Worked": Worked}


class FormatError(ValueError):
    """This is no statement."""


def pack(value: Any) -> Any:
    """Return a record as JSON takes it; what has its default is left out."""
    if isinstance(value, Fraction):
        return text(value)
    if isinstance(value, (tuple, list)):
        return [pack(one) for one in value]
    if isinstance(value, Mapping):
        return {key: pack(one) for key, one in sorted(value.items())}
    if not dataclasses.is_dataclass(value):
        return value
    kind: Any = type(value)
    packed: dict[str, Any] = {"kind": KIND_OF[kind]} if kind in KIND_OF else {}
    for field in dataclasses.fields(value):
        own = getattr(value, field.name)
        default = field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
        if own != default:
            packed[field.name] = pack(own)
    return packed


def unpack(kind: Any, value: Any) -> Any:
    """Return the record of a type that ``pack`` made this of.

    Raises:
        FormatError: it is none.
    """
    origin = typing.get_origin(kind)
    if origin in {types.UnionType, typing.Union}:
        return _one_of(typing.get_args(kind), value)
    if kind is Fraction and isinstance(value, str):
        return _number(value)
    if origin is tuple and isinstance(value, list):
        inner = typing.get_args(kind)
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(unpack(one, part) for one, part in zip(kinds, value, strict=True))
    if origin is not None and issubclass(origin, Mapping) and isinstance(value, dict):
        return {key: unpack(typing.get_args(kind)[1], one) for key, one in value.items()}
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        return _record(kind, value)
    if kind in {str, int, bool} and type(value) is kind:
        return value
    msg = f"{str(value)[:60]!r} stands where {getattr(kind, '__name__', kind)} is expected"
    raise FormatError(msg)


def _one_of(kinds: tuple[Any, ...], value: Any) -> Any:
    if value is None and types.NoneType in kinds:
        return None
    if isinstance(value, dict) and "kind" in value and value["kind"] in COMPONENTS:
        rest = {key: one for key, one in value.items() if key != "kind"}
        return _record(COMPONENTS[value["kind"]].terms, rest)
    others = [kind for kind in kinds if kind is not types.NoneType]
    if Fraction in others and str in others and isinstance(value, str):
        return _number(value) if value[:1] in "-0123456789" else value
    return unpack(others[0], value)


def _number(value: str) -> Fraction:
    try:
        return number(value)
    except (ValueError, ZeroDivisionError):
        msg = f"{value[:60]!r} is no number"
        raise FormatError(msg) from None


def _record(kind: Any, value: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(kind, globalns=_NAMES)
    strange = sorted(value.keys() - hints.keys())
    if strange:
        msg = f"{kind.__name__} has no {', '.join(strange)}"
        raise FormatError(msg)
    try:
        return kind(**{key: unpack(hints[key], one) for key, one in value.items()})
    except TypeError as error:
        msg = f"{kind.__name__} is incomplete: {error}"
        raise FormatError(msg) from None


def document(about: Mapping[str, str], plan: Plan, inputs: Inputs, statement: Statement) -> dict[str, Any]:
    """Return a statement with all that it was worked out from.  ``about``: whose it is, period, plan version, as-of."""
    body = {
        "format": FORMAT,
        "about": dict(about),
        "plan": pack(plan),
        "inputs": pack(inputs),
        "lines": pack(statement.lines),
        "total": statement.total,
        "carried": pack(statement.carried),
    }
    return body | {"hash": f"{HASH}:{digest(body)}"}


def digest(body: Mapping[str, Any]) -> str:
    """Return the hash of a document without its own."""
    rest = {key: value for key, value in body.items() if key != "hash"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def canonical(value: Any) -> bytes:
    """Write JSON in one way."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


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
