"""The sentence of a milestone: what a record needs, who is credited, what undoes it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import conditions
from adoption.pages.book_forms import fields
from adoption.pages.book_forms import keys
from adoption.pages.book_forms import metric

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed

CREDITS = ("last", "owner", "creator")
OWN = ("title", "titles", "record", "credit", "needs", "undone_by", "holds_for", "from", "to")
OWN_OF_NEED = ("key", "title", "titles", "on", "where")


def fresh() -> Typed:
    """Return the fields of a new milestone: one need."""
    return shaped({"record": "contact", "credit": "last", "needs": [{}]})


def typed_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of a milestone as a book holds it."""
    undone = body.get("undone_by")
    return fields.titles_of(body) | {
        "record": fields.text(body, "record"),
        "credit": fields.text(body, "credit", "last"),
        "needs": [_need_typed(one) for one in fields.rows(body, "needs")],
        "undone_by": [one for one in (undone if isinstance(undone, list) else [undone]) if isinstance(one, str)],
        "holds_for": fields.written(body.get("holds_for")),
        "from": fields.day_written(body.get("from")),
        "last": fields.day_written(body.get("to"), later=-1),
    }


def _need_typed(need: Mapping[str, Any]) -> Typed:
    on = need.get("on")
    return fields.titles_of(need) | {
        "key": fields.text(need, "key"),
        "on": [one for one in (on if isinstance(on, list) else [on]) if isinstance(one, str)],
        "where": conditions.typed_of(need.get("where")),
    }


def shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields as a form sends them, whatever else it sends."""
    return fields.titles_shaped(typed) | {
        "record": fields.text(typed, "record"),
        "credit": fields.text(typed, "credit", "last"),
        "needs": [
            fields.titles_shaped(one)
            | {
                "key": fields.text(one, "key"),
                "on": metric.types_shaped(one, "on"),
                "where": conditions.shaped(fields.table(one, "where")),
            }
            for one in fields.rows(typed, "needs")
        ],
        "undone_by": metric.types_shaped(typed, "undone_by"),
        "holds_for": fields.text(typed, "holds_for"),
        "from": fields.text(typed, "from"),
        "last": fields.text(typed, "last"),
    }


def body_of(typed: Mapping[str, Any], before: Mapping[str, Any]) -> Typed:
    """Return the milestone as a book holds it; ``before`` is how it was."""
    was = {fields.text(one, "key"): one for one in fields.rows(before, "needs")}
    taken = {one["key"] for one in typed["needs"] if one["key"]}
    needs = []
    for one in typed["needs"]:
        key = one["key"] or keys.free(keys.slug(one["title"]) or "need", taken)
        taken.add(key)
        needs.append(_need(one, key, was.get(key, {})))
    made = fields.clean(
        {
            **fields.titles_body(typed),
            "record": typed["record"],
            "credit": typed["credit"],
            "needs": needs,
            "undone_by": metric.one_or_all(typed["undone_by"]),
            "holds_for": fields.number(typed["holds_for"]) if typed["undone_by"] else None,
            "from": fields.day(typed["from"]),
            "to": fields.day(typed["last"], later=1),
        }
    )
    return fields.kept(before, OWN, made)


def _need(typed: Mapping[str, Any], key: str, before: Mapping[str, Any]) -> Typed:
    made = fields.clean(
        {
            "key": key,
            **fields.titles_body(typed),
            "on": metric.one_or_all(typed["on"]),
            "where": conditions.body_of(typed["where"]),
        }
    )
    return fields.kept(before, OWN_OF_NEED, made)


def place_of(steps: Sequence[str]) -> str:
    """Return the field at which a fault of the book stands."""
    first = steps[0] if steps else "record"
    if first == "needs" and len(steps) > 1:
        part = steps[2] if len(steps) > 2 else "title"  # noqa: PLR2004  # needs, its number, what of it
        return f"needs.{steps[1]}.{'title' if part == 'key' else part}"
    return {"to": "last"}.get(first, first)


def wanted(typed: Mapping[str, Any]) -> list[tuple[str, str]]:  # noqa: ARG001  # as for every kind
    """List what something new is wanted for: a milestone rests on activities alone."""
    return []


def filled(body: Mapping[str, Any], slot: str, key: str) -> Typed:
    """Return the milestone with something in a slot; it has none for definitions."""
    return {**body, slot: key}
