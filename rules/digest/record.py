"""What a letter holds: a frozen record without words.  Quantities are ten-thousandths, days are local."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.digest.facts import Spending
    from rules.digest.facts import Titles


@dataclass(frozen=True, slots=True)
class Reason:
    """The main reason for a week's result: its name, and how many (of how many)."""

    name: str  # late, fewer_days, more_days, away, open, many, one, goals
    count: int = 0
    of: int = 0
    title: Titles | None = None  # of what is missing


@dataclass(frozen=True, slots=True)
class Lead:
    """Result, direction and main reason.  ``change`` is ``None`` where there is nothing to compare with."""

    result: int
    change: int | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the three numbers, with its past; ``None`` is no data, which is not zero.  ``of``: out of how many."""

    name: str  # score, work, goals
    now: int | None
    before: int | None
    average: int | None
    of: int | None = None


@dataclass(frozen=True, slots=True)
class Bar:
    """One week of the trend: its first day, the team's result, and what the middle of the company comes to."""

    week: int
    value: int | None
    median: int | None


@dataclass(frozen=True, slots=True)
class Thanks:
    """A concrete deed of somebody: its name, and the quantities that it is told with."""

    number: int
    name: str
    deed: str  # first, reached, improved, steady
    now: int
    before: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """So many records of a kind that lack one thing only; some of them by name."""

    kind: str
    need: str
    title: Titles
    count: int
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """How far a direct report is towards the own goal."""

    number: int
    name: str
    away: bool
    have: int
    target: int | None

    @property
    def reached(self) -> bool:
        """Whether the goal is reached."""
        return self.target is not None and self.have >= self.target


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One thing to try this week: its name, how many it is about, and what of."""

    name: str  # finish, near, share, vouchers, ask, together
    count: int = 0
    title: Titles | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """There is no letter, and why: ``nobody``, ``unbegun``, ``stale`` or ``silent`` (two weeks at zero)."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """A letter.  A quiet one has a lead and nothing else to show."""

    week: int
    team: str | None
    metric: Titles
    lead: Lead
    quiet: bool
    people: int
    away: int
    figures: tuple[Figure, ...] = ()
    bars: tuple[Bar, ...] = ()
    thanks: tuple[Thanks, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    goal: Titles | None = None
    lines: tuple[Line, ...] = ()
    rewards: Sequence[Spending] = ()
    suggestion: Suggestion | None = None
    late: int | None = None
    as_of: int | None = None

    @property
    def reached(self) -> tuple[str, ...]:
        """Whose thanks are for a goal that they reached."""
        return tuple(one.name for one in self.thanks if one.deed in {"first", "reached"})
