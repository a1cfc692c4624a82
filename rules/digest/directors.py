"""The monthly report to the directors: adoption of groups of five or more, what incentives cost, and what they did.

Everything in it is about groups: a team of fewer than five is not in it, and a sum that would tell of fewer than five
people is left out.  Scores are whole points, money is in cents, points and effects are ten-thousandths; months come
oldest first, and the last one is told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from rules import period
from rules.digest.record import Silent
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Sequence

MONTHS = 6


@dataclass(frozen=True, slots=True)
class Point:
    """A month of a group: how many people, their adoption score, and what percentage of them did anything."""

    month: int
    people: int
    score: int | None = None
    active: int | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """The months of a team, or of all of them together (no ``name``)."""

    name: str | None
    points: tuple[Point, ...]

    @property
    def now(self) -> Point:
        """The month that is told of."""
        return self.points[-1]

    @property
    def first(self) -> Point | None:
        """The first month before it with a score: what it is compared with."""
        return next((one for one in self.points[:-1] if one.score is not None), None)

    @property
    def change(self) -> int | None:
        """By how many points the score has changed since then; ``None`` where one of the two is not measured."""
        if self.now.score is None or self.first is None or self.first.score is None:
            return None
        return self.now.score - self.first.score


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A reward: how many were given out in the month, and what they cost (``None``: nothing is said of that).

    ``drawn`` and ``budget`` are those of its running budget period of the kind ``per``, in cents, or in pieces where it
    has no price.
    """

    key: str
    title: dict[str, str]
    count: int
    cents: int | None = None
    currency: str | None = None
    per: str | None = None
    drawn: int | None = None
    budget: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an incentive has done since it began, by ``rules.effect``: its verdict, and the range in a week."""

    key: str
    title: dict[str, str]
    holder: str
    verdict: str
    weeks: int
    effect: int = 0
    low: int = 0
    high: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bonus:
    """The statements of a plan for a period that ended in the month: how many people, and the sum of their totals."""

    key: str
    title: dict[str, str]
    per: str
    first: int
    state: str
    people: int
    cents: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of the estimate of hours: whether it saves them, and how many (ten-thousandths; ``None``: unmeasured)."""

    name: str
    saves: bool
    low: int | None = None
    middle: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours saved in a week since the first wave began, with the range that the assumptions leave; and its parts."""

    verdict: str
    weeks: int = 0
    low: int | None = None
    middle: int | None = None
    high: int | None = None
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What is known of a month, and what the report says of it once ``make`` has left out what is too small.

    ``points`` and ``money`` (currency → cents) are what the ledger booked in the month, less what it took back.
    ``small`` says that bonuses of so few people are left out that not even their sum is told.  ``effects`` is ``None``
    where nobody could look.
    """

    month: int
    begun: int | None
    whole: Trend | None
    teams: tuple[Trend, ...] = ()
    costs: tuple[Cost, ...] = ()
    points: int = 0
    money: dict[str, int]
    effects: tuple[Effect, ...] | None = None
    bonuses: tuple[Bonus, ...] = ()
    hours: Hours | None = None
    small: bool = False
    as_of: int | None = None  # UTC microseconds

    @property
    def months(self) -> tuple[int, ...]:
        """The months that are shown: from the first on that has a score, and always the last."""
        groups = (one for one in (self.whole, *self.teams) if one is not None)
        scored = [point.month for one in groups for point in one.points if point.score is not None]
        first = min(scored, default=self.month)
        return tuple(one.month for one in (self.whole.points if self.whole else ()) if one.month >= first)

    @property
    def spent(self) -> dict[str, int]:
        """What incentives cost in the month, by currency: rewards with a price, and money that was booked."""
        found = dict(self.money)
        for one in self.costs:
            if one.cents is not None and one.currency:
                found[one.currency] = found.get(one.currency, 0) + one.cents
        return {currency: cents for currency, cents in sorted(found.items()) if cents}

    @property
    def paid(self) -> dict[str, int]:
        """The sum of bonuses by currency; nothing where it would tell of fewer than five people."""
        found: dict[str, int] = {}
        for one in () if self.small else self.bonuses:
            found[one.currency] = found.get(one.currency, 0) + one.cents
        return found


def make(known: Report) -> Report | Silent:
    """Decide what a report says; teams come in alphabetical order, so that none is last."""
    if known.begun is None or known.begun >= period.end("month", known.month):
        return Silent("unbegun")
    teams = [one for one in known.teams if one.now.people >= SMALLEST_GROUP]
    told = tuple(one for one in known.bonuses if one.people >= SMALLEST_GROUP)
    return replace(
        known,
        whole=known.whole if known.whole is not None and known.whole.now.people >= SMALLEST_GROUP else None,
        teams=tuple(sorted(map(_large, teams), key=lambda one: ((one.name or "").casefold(), one.name or ""))),
        costs=tuple(one for one in known.costs if one.count or one.budget),
        bonuses=told,
        small=len(told) < len(known.bonuses),
    )


def _large(one: Trend) -> Trend:
    """Return a trend in which a month with fewer than five people has no figures."""
    return replace(one, points=tuple(_told(point) for point in one.points))


def _told(point: Point) -> Point:
    return point if point.people >= SMALLEST_GROUP else Point(point.month, 0)


def totals(costs: Sequence[Cost]) -> int:
    """Return how many rewards were given out."""
    return sum(one.count for one in costs)
