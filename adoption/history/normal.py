"""An activity's ``data`` → the fields an archive keeps: read once, by Python, so that every engine reads the same.

No engine ever sees raw JSON: DuckDB's reader turns 59.999999999999999999 into 60.0 and keeps the first of two equal
keys, others do otherwise.  Each field is kept under its literal name, and fields of nested objects also under their
dotted path, as ``rules.value.field`` finds them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

from rules import value as values
from rules.milestone import OWNER

if TYPE_CHECKING:
    from collections.abc import Mapping

STEPS = 16  # a path into nested objects has at most so many names
PATH = 255  # and so many characters: hostile nesting must not grow the archive
CACHED = 40  # characters; shorter texts come again and again
TOO_DEEP = "#too deep"  # the key of what is nested too deeply to be written; no metric can count it either
LONGEST_KEY = 255  # characters; longer values are told apart by a digest

# What is kept of one field.  ``text`` is the text it is, if it is text; ``key`` tells it apart from other values where
# that differs from ``text``; ``number`` is the exact number it reads as; ``marks`` are what it, or any element of the
# list it is, can be equal to.
FIELD = {
    "kind": "VARCHAR",
    "text": "VARCHAR",
    "key": "VARCHAR",
    "number": "DECIMAL(24,12)",
    "filled": "BOOLEAN",
    "marks": "VARCHAR[]",
}
_MEMBERS = ", ".join(f'"{name}" {kind}' for name, kind in FIELD.items())
DATA_TYPE = f"MAP(VARCHAR, STRUCT({_MEMBERS}))"
Field = dict[str, Any]


def fields(data: Mapping[str, Any]) -> dict[str, Field]:
    """Return every field that a rule can ask for; a null is missing, and hides a path of the same name."""
    found: dict[str, Field] = {}
    for name, value in data.items():
        if value is not None:
            found[name] = _normal(value) if name != OWNER else _whole(value)
            if type(value) is dict and "." not in name:
                _inside(found, data, name, value)
    return found


def _inside(found: dict[str, Field], data: Mapping[str, Any], path: str, inner: Mapping[str, Any]) -> None:
    """Add the fields of a nested object; a literal name of the same spelling wins."""
    if path.count(".") + 2 > STEPS:
        return
    for step, value in inner.items():
        name = f"{path}.{step}"
        if value is None or "." in step or len(name) > PATH:
            continue
        if name not in data:
            found[name] = _normal(value)
        if type(value) is dict:
            _inside(found, data, name, value)


def _whole(value: object) -> Field:
    """Return what is kept of an owner: the whole key, since it may be asked for as an actor."""
    return {**_normal(value), "key": values.text(value)}


def _normal(value: object) -> Field:
    """Return what is kept of a value that is not null."""
    kind = type(value)
    if kind is list or kind is dict:
        field: Field = {"kind": "list" if kind is list else "object", "key": _written(value)}
        field["filled"] = bool(value)
        if kind is list:
            field["marks"] = [mark for element in value for mark in marks(element)]  # type: ignore[attr-defined]
        return field
    if kind is str:
        return _short_text(value) if len(value) <= CACHED else _text(value)  # type: ignore[arg-type]  # it is text
    return _number(value)


@lru_cache(maxsize=16_384, typed=True)
def _number(value: object) -> Field:
    """Return what is kept of a number or a truth value."""
    if isinstance(value, bool):
        return {"kind": "truth", "key": values.text(value), "filled": True}
    exact = values.number(value)
    if exact is None:
        return {"kind": "number", "key": told_apart(values.text(value) or ""), "filled": True}
    plain = values.plain(exact)
    return {"kind": "number", "key": plain, "number": plain, "filled": True}


def _text(value: str) -> Field:
    field: Field = {"kind": "text", "text": value, "filled": bool(value.strip())}
    exact = values.number(value)
    if exact is not None:
        field["number"] = values.plain(exact)
    key = told_apart(value)
    if key != value:
        field["key"] = key
    return field


_short_text = lru_cache(maxsize=16_384)(_text)


def _written(value: object) -> str:
    """Return the key of a list or an object."""
    try:
        return told_apart(values.text(value) or "")
    except RecursionError:
        return TOO_DEEP


def told_apart(text: str) -> str:
    """Return the text, or a digest of it that stands for it if it is long."""
    if len(text) <= LONGEST_KEY:
        return text
    return "#" + hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def marks(value: object) -> tuple[str, ...]:
    """Return what a value can be equal to (``rules.condition.same``): text, number (also written as text), truth."""
    if isinstance(value, bool):
        return (f"truth:{values.text(value)}",)
    exact = values.number(value)
    number = () if exact is None else (f"number:{values.plain(exact)}",)
    return (f"text:{value}", *number) if isinstance(value, str) else number
