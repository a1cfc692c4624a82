"""A definition as TOML, and TOML as a definition: ``body_of(text_of(kind, key, body), kind, key) == body``.

A *body* is the raw table of one definition, as ``tomllib.loads(text, parse_float=Decimal)`` gives it.  It is written
as the books that ship are: the keys in the order of its schema, lists of tables (needs, components, examples) last.
"""

from __future__ import annotations

import json
import re
from datetime import date
from datetime import time
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from rules.book.cutting import header_of
from rules.book.faults import BookError
from rules.book.faults import Fault
from rules.book.faults import place
from rules.book.reading import SECTIONS
from rules.book.reading import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

KINDS = tuple(SECTIONS)  # of definitions: milestone, metric, reward, incentive, board, plan
DATES = ("from", "to")  # stand after what a definition says, before its lists of tables
WIDTH = 120  # characters of a line; a longer list gets a line for each item
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_LARGE = 10**24


def body_of(text: str, kind: str, key: str) -> dict[str, Any]:
    """Return the raw table of one definition of a text, which may be a whole book.

    Raises:
        BookError: it is no TOML, or has no such table.
    """
    raw, faults = parsed(text)
    if faults:
        raise BookError(tuple(faults), place(kind, key))
    section = raw.get(kind)
    body = section.get(key) if isinstance(section, dict) else None
    if not isinstance(body, dict):
        fault = Fault(place(kind, key), f"is missing; begin its text with {header_of(kind, key)}")
        raise BookError((fault,), place(kind, key))
    return body


def text_of(kind: str, key: str, body: Mapping[str, Any]) -> str:
    """Write one definition as TOML, with a newline at its end."""
    own = {name: value for name, value in _ordered(kind, body) if not _is_tables(value)}
    lines = [_header(kind, key), *_pairs(own)]
    for name, tables in _ordered(kind, body):
        if _is_tables(tables):
            for one in tables:
                lines += [f"[{_header(kind, key, name)}]", *_pairs(one)]
    return "\n".join(lines) + "\n"


def book_text(definitions: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    """Write a whole book: definitions by (kind, key), in the order given."""
    return "\n".join(text_of(kind, key, body) for (kind, key), body in definitions.items())


def _header(*steps: str) -> str:
    return f"[{'.'.join(map(_name, steps))}]"


def _ordered(kind: str, body: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what a body says in the order of its schema; what the schema does not know comes last."""
    schema = SECTIONS[kind]() if kind in SECTIONS else None
    names = [] if schema is None else [field.data_key or name for name, field in schema.fields.items()]
    first = [name for name in names if name not in DATES]
    rest = [name for name in body if name not in {*names, *DATES}]
    for name in (*first, *DATES, *rest):
        if name in body:
            yield name, body[name]


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _pairs(table: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each key, the signs below each other."""
    width = max((len(_name(name)) for name in table), default=0)
    for name, value in table.items():
        before = f"{_name(name):<{width}} = "
        flat = _value(value)
        yield before + (flat if len(before) + len(flat) <= WIDTH else _value(value, wide=True))


def _name(name: str) -> str:
    return name if _BARE.fullmatch(name) else _quoted(name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any, *, wide: bool = False) -> str:
    """Write a value; ``wide`` puts each item of its outermost lists onto a line of its own."""
    if isinstance(value, dict):
        inner = ", ".join(f"{_name(name)} = {_value(one, wide=wide)}" for name, one in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    return _listed(value, wide=wide) if isinstance(value, list) else _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, date | time):
        return value.isoformat()
    # Python refuses to write thousands of digits out.
    return hex(value) if value >= _LARGE else str(value).lower()


def _listed(items: Sequence[Any], *, wide: bool) -> str:
    if not wide or not items:
        return f"[{', '.join(map(_value, items))}]"
    return "[\n" + "".join(f"  {_value(one)},\n" for one in items) + "]"


def _decimal(value: Decimal) -> str:
    """Write a decimal so that it is read as one; TOML writes infinity and no number in its own way."""
    if not value.is_finite():
        return str(value).lower().replace("infinity", "inf")
    written = str(value)
    return written if "." in written or "E" in written else f"{written}.0"
