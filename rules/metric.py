"""What is counted: activity → increments of tallies."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from rules import value

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.activity import Activity
    from rules.condition import Condition

MEASURES = ("count", "sum", "distinct", "days")
ATTRIBUTES = ("subject", "actor", "source", "type", "id")  # what ``of`` may name beside fields of ``data``


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is counted, of which activity types, under which condition, by which measure."""

    key: str
    counts: tuple[str, ...]
    measure: str = "count"
    of: str | None = None
    where: Condition | None = None
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language
    starts: int | None = field(default=None, compare=False)
    ends: int | None = field(default=None, compare=False)

    def counts_it(self, activity: Activity) -> bool:
        """Say whether the activity is of a counted type and meets the condition."""
        return activity.type in self.counts and (self.where is None or self.where.holds(activity.data))

    @property
    def by_key(self) -> bool:
        """Whether the tally is a number of different keys (and not a sum)."""
        return self.measure in {"distinct", "days"}

    def units(self, activity: Activity) -> int | None:
        """Return what a counted activity adds, in ten-thousandths; ``None`` if its value is missing or unreadable."""
        if self.measure == "count":
            return value.UNIT
        return value.units(value.field(activity.data, self.of or ""))

    def key_of(self, activity: Activity) -> str | None:
        """Return the key that a counted activity shows; ``None`` if it has none."""
        if self.measure == "days":
            return str(activity.day)
        name = self.of or "subject"
        if name in ATTRIBUTES:
            return getattr(activity, name)  # type: ignore[no-any-return]  # each of these is text or None
        return value.text(value.field(activity.data, name.removeprefix("data.")))
