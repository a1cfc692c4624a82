"""A condition as rows in groups, and back: ``{ any = [ … ] }`` ↔ rows of a field, an operator and a value.

A group is ``{"kind": "all" | "any" | "none" | "notall", "rows": [row or group, …]}``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.pages.book_forms.fields import Typed

GROUPS = ("all", "any", "none", "notall")
EMPTY = "empty"  # the operator that a book writes as ``filled = false``
OPERATORS = (
    *("filled", EMPTY, "is", "is_not", "in", "contains"),
    *("at_least", "more_than", "at_most", "less_than"),
)
WITHOUT_VALUE = ("filled", EMPTY)
NUMBERS = ("at_least", "more_than", "at_most", "less_than")
OTHER = "+other"  # the choice of a field that is not in the list
DEEPEST = 10  # groups within groups that a form draws


def typed_of(where: Any) -> Typed:
    """Return a book's condition as the outermost group; without one, a group without rows."""
    if not isinstance(where, dict) or not where:
        return {"kind": "all", "rows": []}
    found = _node(where)
    return found if "rows" in found else {"kind": "all", "rows": [found]}


def _node(where: Any) -> Typed:
    if not isinstance(where, dict):
        return _row("", "is", "")
    for kind in ("all", "any"):
        if isinstance(where.get(kind), list):
            return {"kind": kind, "rows": [_node(one) for one in where[kind]]}
    if "not" in where:
        inner = _node(where["not"])
        turned = {"all": "notall", "any": "none"}.get(inner.get("kind", ""))
        return {"kind": turned, "rows": inner["rows"]} if turned else {"kind": "none", "rows": [inner]}
    operator = next((one for one in OPERATORS if one in where), "is")
    value = where.get(operator)
    if operator == "filled":
        return _row(fields.text(where, "field"), "filled" if value is not False else EMPTY, "")
    if operator == "in":
        return _row(fields.text(where, "field"), "in", fields.several_written(value))
    shown = fields.written(value) if operator in NUMBERS else fields.scalar_written(value)
    return _row(fields.text(where, "field"), operator, shown)


def _row(field: str, operator: str, value: str) -> Typed:
    return {"field": field, "op": operator, "value": value}


def shaped(typed: Mapping[str, Any], depth: int = 0) -> Typed:
    """Return a group as a form sends it, whatever else it sends."""
    kind = fields.text(typed, "kind")
    rows = [
        shaped(one, depth + 1) if "rows" in one or "kind" in one else _shaped_row(one)
        for one in fields.rows(typed, "rows")
        if depth < DEEPEST
    ]
    return {"kind": kind if kind in GROUPS else "all", "rows": rows}


def _shaped_row(typed: Mapping[str, Any]) -> Typed:
    operator, field = fields.text(typed, "op"), fields.text(typed, "field")
    if field == OTHER:
        field = fields.text(typed, "other") or OTHER
    return _row(field, operator if operator in OPERATORS else "is", fields.text(typed, "value"))


def body_of(group: Mapping[str, Any]) -> Typed | None:
    """Return the condition as a book holds it; ``None`` where every row is empty."""
    parts = [part for part in map(_part, fields.rows(group, "rows")) if part is not None]
    if not parts:
        return None
    kind = group["kind"]
    if kind == "notall":
        return {"not": parts[0] if len(parts) == 1 else {"all": parts}}
    if kind == "none":
        return {"not": parts[0] if len(parts) == 1 else {"any": parts}}
    return parts[0] if len(parts) == 1 else {kind: parts}


def _part(row: Mapping[str, Any]) -> Typed | None:
    if "rows" in row:
        return body_of(row)
    field, operator, value = (fields.text(row, name) for name in ("field", "op", "value"))
    field = "" if field == OTHER else field
    if not field and not value:
        return None
    if operator in WITHOUT_VALUE:
        return {"field": field, "filled": operator == "filled"}
    if operator == "in":
        return {"field": field, "in": fields.several(value)}
    return {"field": field, operator: fields.number(value) if operator in NUMBERS else fields.scalar(value)}


def fields_of(group: Mapping[str, Any]) -> list[str]:
    """List the fields that the rows ask about, each once."""
    found: dict[str, None] = {}
    for row in fields.rows(group, "rows"):
        for name in fields_of(row) if "rows" in row else [fields.text(row, "field")]:
            if name and name != OTHER:
                found[name] = None
    return list(found)
