"""What is known of a team's week.  Quantities are ten-thousandths, days are local; weeks come oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    Titles = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A direct report.

    ``work`` is the main metric by week, ``had`` the tally that the goal looks at, ``targets`` what the goal asked for
    (``None``: it was not offered).  ``days`` are the working days of each of the last two weeks, absences or not, and
    ``away`` those of them on which they were away.
    """

    number: int
    name: str
    work: Sequence[int]
    had: Sequence[int] = ()
    targets: Sequence[int | None] = ()
    days: tuple[int, int] = (5, 5)
    away: tuple[int, int] = (0, 0)

    @property
    def gone(self) -> bool:
        """Whether they were away for all of the week."""
        return self.days[1] > 0 and self.away[1] >= self.days[1]

    def reached(self, week: int) -> bool | None:
        """Say whether the goal was reached in a week (-1: the last); ``None``: there was none."""
        target = self.targets[week] if len(self.targets) >= abs(week) else None
        return None if target is None else self.had[week] >= target


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """Records that lack one thing only: of which kind, what, and the records, the longest wait first."""

    kind: str
    need: str
    title: Titles
    records: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """A reward: how many of it the team used in the week, and how many its budget still pays for (``None``: any)."""

    key: str
    title: Titles
    used: int
    left: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a letter may speak of.

    ``week`` is the first day of the week that it tells of.  ``begun`` is the first local day from which anything can
    have been counted (``None``: nothing ever was).  ``medians`` is what somebody in the middle of the company did, by
    week (``None``: too few to say).  ``scores`` is the team's adoption score by week (``None``: not measured).
    ``late`` is for how many hours data is late, and ``stale`` that it is so late that a letter would mislead.
    ``thanked`` says how many letters ago somebody was thanked (1: in the last one), ``said`` is the last suggestion.
    """

    week: int
    team: str | None
    metric: Titles
    reports: Sequence[Report]
    begun: int | None
    goal: Titles | None = None
    medians: Sequence[int | None] = ()
    scores: Sequence[int | None] = ()
    open: Sequence[Open] = ()
    rewards: Sequence[Spending] = ()
    waiting: int = 0  # rewards of the team that were earned and not used yet
    late: int | None = None
    stale: bool = False
    as_of: int | None = None  # UTC microseconds
    thanked: Mapping[int, int]
    said: str | None = None
    named: bool = True  # whether single people are listed with their goals (HR's switch)
