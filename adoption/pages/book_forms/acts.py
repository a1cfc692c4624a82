"""What the buttons of a form do to its fields: a row more or less, a group, an example put right.

An act is a word and the place it is about: ``row:where``, ``group:needs.0.where.rows.1``, ``remove:where.rows.0``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import conditions
from adoption.pages.book_forms.fields import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.pages.book_forms.fields import Typed


def act(typed: Typed, asked: str) -> None:
    """Change the fields as a button asks; a place that is not there changes nothing."""
    word, _, path = asked.partition(":")
    if word in ACTS:
        ACTS[word](typed, path)


def _at(typed: Any, path: str) -> Any:
    """Return what stands at a path; ``None`` where nothing does."""
    for step in filter(None, path.split(".")):
        if isinstance(typed, list) and step.isascii() and step.isdigit() and int(step[:9]) < len(typed):
            typed = typed[int(step[:9])]
        elif isinstance(typed, dict):
            typed = typed.get(step)
        else:
            return None
    return typed


def _append(rows: Any, row: Typed) -> None:
    if isinstance(rows, list) and len(rows) < MOST_ROWS:
        rows.append(row)


def _row(typed: Typed, path: str) -> None:
    _append(_at(typed, f"{path}.rows"), {"field": "", "op": "filled", "value": ""})


def _group(typed: Typed, path: str) -> None:
    row = {"field": "", "op": "filled", "value": ""}
    _append(_at(typed, f"{path}.rows"), {"kind": "any", "rows": [row]})


def _remove(typed: Typed, path: str) -> None:
    above, _, last = path.rpartition(".")
    rows = _at(typed, above)
    if isinstance(rows, list) and last.isascii() and last.isdigit() and int(last[:9]) < len(rows):
        del rows[int(last[:9])]


def _need(typed: Typed, _path: str) -> None:
    where = conditions.typed_of(None)
    _append(typed.get("needs"), {"title": "", "titles": {}, "key": "", "on": [], "where": where})


def _example(typed: Typed, _path: str) -> None:
    _append(typed.get("examples"), {"value": "", "earns": ""})


def _set(typed: Typed, path: str) -> None:
    """Write one value into one field: what a remedy beside a warning proposes."""
    name, _, value = path.partition("=")
    if isinstance(typed.get(name), str):
        typed[name] = value


def _take(typed: Typed, path: str) -> None:
    """Let an example say what the rule gives: ``take:0=2``."""
    number, _, gives = path.partition("=")
    row = _at(typed, f"examples.{number}")
    if isinstance(row, dict):
        row["earns"] = gives


ACTS: Mapping[str, Callable[[Typed, str], None]] = {
    "row": _row,
    "group": _group,
    "remove": _remove,
    "need": _need,
    "example": _example,
    "set": _set,
    "take": _take,
}
