"""The account of evidence: one sum for each family, which forgets, and what may be said because of it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from math import floor
from math import log
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.reliance import weights
from rules.reliance.weights import FAMILIES
from rules.reliance.weights import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.reliance.seen import Seen
    from rules.reliance.usual import Usual

PRIOR = -1.7
RAISE, CLEAR, HINT = -0.5, -2.0, -1.5  # levels
RAISE_DAYS, CLEAR_DAYS, HINT_DAYS = 3, 5, 3  # expected days in a row
TRACE: Mapping[str, float] = {"lateness": 0.6, "round_trip": 0.6, "sheets": 0.6, "batch": 1.1}  # a positive trace
ENOUGH = 10  # expected days before anything is said
COACHING = 30  # expected days after somebody began: coaching only
HORIZON = 10  # expected days over which facts are counted beside the evidence
DECIBANS = 10 / log(10)  # a tenth of a power of ten of odds


class Facts(NamedTuple):
    """What a day adds to the facts beside the evidence; counts."""

    live: int = 0
    usual: float = 0.0
    busy: int = 0  # 1: a day with live work
    late: int = 0  # days about which something was recorded late
    on_time: int = 0
    typed: int = 0
    densest: int = 0
    edited: int = 0
    covered: int = 0
    trips: int = 0
    imports: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is remembered of a participant from one day to the next."""

    sums: tuple[float, ...] = (0.0,) * len(NAMES)
    days: int = 0  # expected days so far
    coaching: int = 0  # expected days that are left of the first weeks after somebody was hired
    silent: int = 0  # silent ones in a row
    typed: int = 0  # of the running week
    densest: int = 0
    expected: int = 0  # days of the running week
    hinting: int = 0  # expected days in a row at or above each level
    raising: int = 0
    clearing: int = 0  # … or at or below it
    recent: tuple[Facts, ...] = ()  # of the last expected days

    @property
    def sum_of(self) -> dict[str, float]:
        """The sums by family."""
        return dict(zip(NAMES, self.sums, strict=True))

    @property
    def traced(self) -> bool:
        """Whether there is a positive trace; silence alone is never a reason."""
        sums = self.sum_of
        return any(sums[family] >= enough for family, enough in TRACE.items())

    @property
    def speaks(self) -> bool:
        """Whether enough was seen, after the first weeks, and a positive trace is among it."""
        return self.days >= ENOUGH and self.coaching == 0 and self.traced

    @property
    def hints(self) -> bool:
        """Whether the participant, and nobody else, is told."""
        return self.speaks and self.hinting >= HINT_DAYS

    @property
    def asks(self) -> bool:
        """Whether the question is raised."""
        return self.speaks and self.raising >= RAISE_DAYS

    @property
    def clears(self) -> bool:
        """Whether the question is settled."""
        return self.clearing >= CLEAR_DAYS


BEGIN = Account()
HIRED = Account(coaching=COACHING)  # somebody who has just begun to work here


class Line(NamedTuple):
    """A line of the explanation: a family (or ``start``), its points in decibans, and its facts of the horizon."""

    family: str
    points: int
    facts: Mapping[str, int]


def level(account: Account) -> float:
    """Return the logarithm of the odds."""
    return PRIOR + sum(account.sums)


def follow(account: Account, seen: Seen, usual: Usual) -> Account:
    """Return the account after one more day.  Days come one after the other, also those without work."""
    given = {
        "activity": weights.activity(seen, usual, account.silent) if seen.expected else 0.0,
        "lateness": weights.lateness(seen, usual),
        "round_trip": weights.round_trip(seen),
        "sheets": weights.sheets(seen, usual) if seen.expected else 0.0,
        "batch": 0.0,
    }
    typed, densest = account.typed + seen.typed, max(account.densest, seen.densest)
    expected = account.expected + seen.expected
    if seen.day % 7 == 0:  # a Sunday: the week is over
        given["batch"] = weights.batch(typed, densest, expected, usual) or 0.0
        typed = densest = expected = 0
    keeps = weights.KEEPS if seen.expected else 1.0
    sums = tuple(_summed(name, keeps * before, given[name]) for name, before in zip(NAMES, account.sums, strict=True))
    after = replace(account, sums=sums, typed=typed, densest=densest, expected=expected)
    return _counted(after, seen, usual) if seen.expected else after


def _summed(name: str, before: float, weight: float) -> float:
    family = FAMILIES[name]
    return min(max(before + family.temper * weight, family.least), family.most)


def _counted(account: Account, seen: Seen, usual: Usual) -> Account:
    """Count an expected day: towards the levels, and its facts."""
    at = level(account)
    facts = Facts(
        live=seen.live,
        usual=usual.live,
        busy=int(seen.live >= weights.BUSY * usual.live),
        late=sum(one.late for one in seen.arrived),
        on_time=sum(not one.late for one in seen.arrived),
        typed=seen.typed,
        densest=seen.densest,
        edited=int(bool(seen.edited)),
        covered=int(seen.edited is not None),
        trips=seen.trips,
        imports=seen.imports,
    )
    return replace(
        account,
        days=account.days + 1,
        coaching=max(0, account.coaching - 1),
        silent=0 if seen.there else account.silent + 1,
        hinting=account.hinting + 1 if at >= HINT else 0,
        raising=account.raising + 1 if at >= RAISE else 0,
        clearing=account.clearing + 1 if at <= CLEAR else 0,
        recent=(*account.recent, facts)[-HORIZON:],
    )


def explained(account: Account) -> tuple[list[Line], int]:
    """Return the lines whose points add up, to the last one, to the sum that is returned with them.

    Points are whole decibans: 10 are odds ten times as high.  What rounding leaves goes to the lines with the largest
    remainders.
    """
    values = {"start": PRIOR, **account.sum_of}
    exact = {name: value * DECIBANS for name, value in values.items()}
    total = round(sum(exact.values()))
    points = {name: floor(value) for name, value in exact.items()}
    left = total - sum(points.values())
    for name in sorted(exact, key=lambda one: (points[one] - exact[one], one))[:left]:
        points[name] += 1
    told = facts_of(account)
    return [Line(name, points[name], told.get(name, {})) for name in values], total


def facts_of(account: Account) -> dict[str, dict[str, int]]:
    """Return the facts by family, counted over the same expected days."""
    days = account.recent
    whole = Facts(*map(sum, zip(*days, strict=True))) if days else Facts()
    return {
        "activity": {"live": whole.live, "days": len(days), "busy": whole.busy, "usual": round(whole.usual)},
        "lateness": {"late": whole.late, "all": whole.late + whole.on_time},
        "batch": {"typed": whole.typed, "densest": max((one.densest for one in days), default=0)},
        "round_trip": {"trips": whole.trips, "imports": whole.imports},
        "sheets": {"edited": whole.edited, "covered": whole.covered},
    }
