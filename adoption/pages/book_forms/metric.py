"""The sentence of a metric: what is counted, of which activities and milestones, under which condition."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.pages.book_forms import conditions
from adoption.pages.book_forms import fields

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed

# What a form offers → measure and ``of`` of the book; records count once by themselves.
MEASURES = ("records", "count", "days", "sum", "values")
WITH_A_FIELD = ("sum", "values")
OWN = ("title", "titles", "counts", "measure", "of", "where", "from", "to")


def fresh() -> Typed:
    """Return the fields of a new metric: each record once."""
    return shaped({"measure": "records"})


def typed_of(body: Mapping[str, Any]) -> Typed:
    """Return the fields of a metric as a book holds it."""
    measure, of = body.get("measure", "count"), fields.text(body, "of")
    shown = {"distinct": "records" if of == "subject" else "values"}.get(measure, measure)
    counts = body.get("counts")
    return fields.titles_of(body) | {
        "measure": shown if shown in MEASURES else "count",
        "of": of if shown in WITH_A_FIELD else "",
        "counts": [one for one in (counts if isinstance(counts, list) else [counts]) if isinstance(one, str)],
        "where": conditions.typed_of(body.get("where")),
        "from": fields.day_written(body.get("from")),
        "last": fields.day_written(body.get("to"), later=-1),
    }


def shaped(typed: Mapping[str, Any]) -> Typed:
    """Return the fields as a form sends them, whatever else it sends."""
    measure, of = fields.text(typed, "measure"), fields.text(typed, "of")
    return fields.titles_shaped(typed) | {
        "measure": measure if measure in MEASURES else "records",
        "of": fields.text(typed, "of_other") or of if of == conditions.OTHER else of,
        "counts": types_shaped(typed, "counts"),
        "where": conditions.shaped(fields.table(typed, "where")),
        "from": fields.text(typed, "from"),
        "last": fields.text(typed, "last"),
    }


def types_shaped(typed: Mapping[str, Any], name: str) -> list[str]:
    """Return activity types: those that were chosen, and one that was typed because it is not in the list."""
    other = fields.text(typed, f"{name}_other")
    chosen = [one for one in fields.texts(typed, name) if one != conditions.OTHER]
    return list(dict.fromkeys([*chosen, *([other] if other else [])]))


def body_of(typed: Mapping[str, Any], before: Mapping[str, Any]) -> Typed:
    """Return the metric as a book holds it; ``before`` is how it was."""
    shown = typed["measure"]
    measure = {"records": "distinct", "values": "distinct"}.get(shown, shown)
    of = typed["of"] if shown in WITH_A_FIELD and typed["of"] != conditions.OTHER else ""
    made = fields.clean(
        {
            **fields.titles_body(typed),
            "counts": one_or_all(typed["counts"]),
            "measure": "" if measure == "count" and "measure" not in before else measure,
            "of": "subject" if shown == "records" else of,
            "where": conditions.body_of(typed["where"]),
            "from": fields.day(typed["from"]),
            "to": fields.day(typed["last"], later=1),
        }
    )
    return fields.kept(before, OWN, made)


def one_or_all(names: Sequence[str]) -> str | list[str]:
    """Return one name as text, several as a list; what stands for something new is left out."""
    named = [one for one in names if not one.startswith("+")]
    return named[0] if len(named) == 1 else named


def place_of(steps: Sequence[str]) -> str:
    """Return the field at which a fault of the book stands."""
    first = steps[0] if steps else "counts"
    return {"to": "last"}.get(first, first)


def wanted(typed: Mapping[str, Any]) -> list[tuple[str, str]]:
    """List what something new is wanted for: the slot, and the kind of definition."""
    return [("counts", "milestone")] if "+new" in typed["counts"] else []


def filled(body: Mapping[str, Any], slot: str, key: str) -> Typed:
    """Return the metric with a new definition in the slot that it was written for."""
    counts = body.get(slot, [])
    return {**body, slot: one_or_all([*(counts if isinstance(counts, list) else [counts]), key])}
