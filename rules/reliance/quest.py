"""A short training in working in the CRM, whose steps tick themselves from what was recorded since it began."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

FIRST, KINDS, IN_TIME, STEADY = 1, 2, 3, 5  # that the steps ask for


class Day(NamedTuple):
    """What a local day says: entries made at once, those of another day that were late, and of how many kinds."""

    live: int = 0
    late: int = 0
    kinds: frozenset[str] = frozenset()


class Step(NamedTuple):
    """A step: its key, how much of it is done, and how much it takes."""

    key: str
    have: int
    of: int

    @property
    def done(self) -> bool:
        """Whether it is done."""
        return self.have >= self.of


def steps(days: Iterable[Day]) -> list[Step]:
    """Return the steps of somebody whose days since the training began these are; what is done stays done."""
    known = list(days)
    live = sum(one.live > 0 for one in known)
    kinds = len(frozenset[str]().union(*(one.kinds for one in known)))
    in_time = sum(one.live > 0 and one.late == 0 for one in known)
    return [
        Step("first", min(live, FIRST), FIRST),  # something, at once
        Step("kinds", min(kinds, KINDS), KINDS),  # two kinds of entries: a conversation and what follows from it
        Step("in_time", min(in_time, IN_TIME), IN_TIME),  # days on which nothing came late
        Step("steady", min(live, STEADY), STEADY),  # days with entries made at once
    ]
