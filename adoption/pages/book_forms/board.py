"""The sentence of a board: whom it ranks, by what, in which period, and how many it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed

USUAL = {"per": "week", "holder": "participant", "top": 10}
OWN = ("title", "titles", "metric", *USUAL)


def fresh() -> Typed:
    """Return the fields of a new board."""
    return shaped({"top": "10"})


def typed_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of a board as a book holds it."""
    return fields.titles_of(body) | {
        "metric": fields.text(body, "metric"),
        "per": fields.text(body, "per", "week"),
        "holder": fields.text(body, "holder", "participant"),
        "top": fields.written(body.get("top", 10)),
    }


def shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields as a form sends them, whatever else it sends."""
    return fields.titles_shaped(typed) | {
        "metric": fields.text(typed, "metric"),
        "per": fields.text(typed, "per", "week"),
        "holder": fields.text(typed, "holder", "participant"),
        "top": fields.text(typed, "top"),
    }


def body_of(typed: Mapping[str, Any], before: Mapping[str, Any]) -> Typed:
    """Return the board as a book holds it; ``before`` is how it was."""
    said = {"per": typed["per"], "holder": typed["holder"], "top": fields.number(typed["top"])}
    made = fields.clean(
        {
            **fields.titles_body(typed),
            "metric": "" if typed["metric"].startswith("+") else typed["metric"],
            **{name: value for name, value in said.items() if value != USUAL[name] or name in before},
        }
    )
    return fields.kept(before, OWN, made)


def place_of(steps: Sequence[str]) -> str:
    """Return the field at which a fault of the book stands."""
    return steps[0] if steps else "metric"


def wanted(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what something new is wanted for: the slot, and the kind of definition."""
    return [("metric", "metric")] if typed["metric"] == "+new" else []


def filled(body: Mapping[str, Any], slot: str, key: str) -> Typed:
    """Return the board with a new definition in the slot that it was written for."""
    return {**body, slot: key}
