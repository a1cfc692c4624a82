"""A condition of the book as rows and groups of slots: a field, how it compares, and a value."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.languages import gettext
from adoption.pages import book_words as words
from adoption.pages.book_forms import conditions
from adoption.pages.book_slots import Slot
from adoption.pages.book_slots import choice
from adoption.pages.book_slots import field_slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.pages.book_forms.fields import Typed
    from adoption.pages.book_slots import Choices


class Row(NamedTuple):
    """A row of a condition: its place, its slots, and the values that were sent for its field."""

    path: str
    field: Slot
    other: Slot | None
    operator: Slot
    value: Slot | None


class Group(NamedTuple):
    """Rows that go together, and how."""

    path: str
    kind: Slot
    rows: Sequence[Row | Group]
    deep: int

    @property
    def is_group(self) -> bool:
        """Whether this is a group, and not a row."""
        return True


def condition(group: Typed, path: str, types: Sequence[str], at: Choices, deep: int = 0) -> Group:
    """Return the rows and groups of a condition as slots."""
    kind = replace(
        _one("kind", group["kind"], words.GROUPS), name=f"{path}.kind", label=gettext("How the rows go together")
    )
    inner: list[Row | Group] = []
    for number, one in enumerate(group["rows"]):
        below = f"{path}.rows.{number}"
        inner.append(condition(one, below, types, at, deep + 1) if "rows" in one else _row(one, below, types, at))
    return Group(path, kind, inner, deep)


def _one(name: str, value: str, options: words.Words) -> Slot:
    (slot,) = choice(name, {name: value}, options)
    assert isinstance(slot, Slot)  # noqa: S101  # for the type checker: a choice is one slot
    return slot


def _row(row: Typed, path: str, types: Sequence[str], at: Choices) -> Row:
    label = gettext("Field")
    chosen = field_slot(f"{path}.field", row["field"], types, at, label)
    other = Slot(f"{path}.other", gettext("Another field"), kind="text") if row["field"] == conditions.OTHER else None
    operator = replace(
        _one("op", row["op"], words.OPERATORS), name=f"{path}.op", label=gettext("How it compares"), redraw=True
    )
    seen = next((one.values for one in at.sent.of(types) if one.name == row["field"]), ())
    value = None
    if row["op"] not in conditions.WITHOUT_VALUE:
        said = gettext("Values, with commas between them") if row["op"] == "in" else gettext("Value")
        value = Slot(f"{path}.value", said, row["value"], kind="text", suggestions=seen)
    return Row(path, chosen, other, operator, value)
