"""The people as far as records are concerned: who is here, who leads whom, who is in which team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Someone(NamedTuple):
    """A person: the days on which they work here (``None`` is open), their teams, and who leads them, nearest first.

    The teams are those of today, or of the last day of whoever has left.  ``away``: absent today, and for long.
    """

    hired_on: int | None = None
    left_on: int | None = None
    away: bool = False
    teams: tuple[int, ...] = ()
    leaders: tuple[int, ...] = ()
    stand_ins: tuple[int, ...] = ()  # who sees in their place


@dataclass(frozen=True, slots=True)
class House:
    """Everybody, on a local day."""

    today: int
    people: Mapping[int, Someone]
    members: Mapping[int, tuple[int, ...]]  # team → who is in it today

    def works(self, who: int) -> bool:
        """Say whether somebody works here today; whoever is on leave does."""
        one = self.people.get(who)
        if one is None or (one.hired_on is not None and one.hired_on > self.today):
            return False
        return one.left_on is None or one.left_on > self.today

    def left_on(self, who: int | None) -> int | None:
        """Return since which day somebody is no longer here; ``None`` for whoever still is."""
        one = self.people.get(who or 0)
        return one.left_on if one and one.left_on is not None and one.left_on <= self.today else None

    def takes(self, who: int) -> bool:
        """Say whether somebody could take something over: they work here, and are not away for long."""
        return self.works(who) and not self.people[who].away

    def leads(self, one: int, other: int) -> bool:
        """Say whether one of two leads the other."""
        return one in self._leaders(other) or other in self._leaders(one)

    def _leaders(self, who: int) -> tuple[int, ...]:
        one = self.people.get(who)
        return one.leaders if one else ()
