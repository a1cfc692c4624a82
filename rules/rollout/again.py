"""Whether customers buy again: the share of those who bought of whom another deal was won within so many days.

Two cohorts of equal length are compared, each followed for the whole time: before, those who bought so early that it
was over when the wave began; since, those who bought early enough for it to be over by now.  A customer counts once in
each, with the first deal in it, and belongs to whoever won that.  Shares have Wilson's range (1927); the difference of
two shares Newcombe's (1998, method 10), and the difference of two such differences is put together from theirs in the
same way (MOVER, Zou and Donner 2008).
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules import effect
from rules.rollout import beside
from rules.standing import SMALLEST_GROUP
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

WEEK = 7
LONGEST = 364  # days of a cohort
Z = Fraction(196, 100)  # of 95 %
NEITHER = -1  # in place of the day on which a wave began: the seller is not counted with anybody


class Bought(NamedTuple):
    """A deal that was won: with whom, when, and the day on which the seller's wave began (``None``: it has not)."""

    customer: str
    day: int
    starts: int | None


class Share(NamedTuple):
    """How many customers bought again, of how many, and the range of that share in ten-thousandths."""

    part: int
    whole: int
    low: int
    middle: int
    high: int


class Again(NamedTuple):
    """What can be said of buying again within ``days``; cohorts of ``length`` days; differences in ten-thousandths.

    Shares of fewer than five customers are ``None``; ``ripe`` is the day from which on there will be enough time.
    """

    verdict: str
    days: int
    length: int = 0
    ripe: int | None = None
    before: Share | None = None
    after: Share | None = None
    others_before: Share | None = None
    others_after: Share | None = None
    middle: int | None = None
    low: int | None = None
    high: int | None = None


class _Ends(NamedTuple):
    """A value and its range, exact."""

    low: Fraction
    middle: Fraction
    high: Fraction


def compare(  # noqa: PLR0913  # who bought, when waves began, within how long, and what is known
    bought: Iterable[Bought], starts: Sequence[int], days: int, *, since: int | None, today: int, others: bool
) -> Again:
    """Say how the share of customers who buy again has changed.

    ``starts``: the days on which groups of five or more began; ``since``: the day from which on deals are known;
    ``others``: there are five or more who have not begun.  These are looked at around the first day.
    """
    if not starts:
        return Again(beside.TOO_FEW, days)
    if since is None:
        return Again(beside.UNKNOWN, days)
    lengths = {start: min(LONGEST, today - days - start, start - days - since) for start in sorted(set(starts))}
    useful = {start: length for start, length in lengths.items() if length >= WEEK}
    if not useful:
        return _too_early(starts, days, since, today)
    deals = _by_customer(bought)

    def share(cohorts: Iterable[tuple[int, int, int | None]]) -> Share | None:
        return _added(_cohort(deals, begins, length, days, whose) for begins, length, whose in cohorts)

    before = share((start - days - length, length, start) for start, length in useful.items())
    after = share((start, length, start) for start, length in useful.items())
    first, length = min(useful), useful[min(useful)]
    told = Again(beside.TOO_FEW, days, max(useful.values()), None, before, after)
    if others:
        told = told._replace(
            others_before=share([(first - days - length, length, None)]), others_after=share([(first, length, None)])
        )
    return _told(told)


def _added(cohorts: Iterable[tuple[int, int]]) -> Share | None:
    """Return several cohorts as one share; ``None`` for fewer than five customers."""
    counted = list(cohorts)
    part, whole = sum(one for one, _ in counted), sum(one for _, one in counted)
    if whole < SMALLEST_GROUP:
        return None
    low, middle, high = (effect.near(one * UNIT) for one in wilson(part, whole))
    return Share(part, whole, low, middle, high)


def _too_early(starts: Sequence[int], days: int, since: int, today: int) -> Again:
    """Say from when on there is enough time; too little is known where deals were not recorded before."""
    hopeful = [start for start in starts if start - days - since >= WEEK]
    ripe = min(hopeful) + days + WEEK if hopeful else None
    verdict = beside.UNKNOWN if ripe is None or ripe <= today else beside.TOO_EARLY
    return Again(verdict, days, ripe=ripe if verdict == beside.TOO_EARLY else None)


def _by_customer(bought: Iterable[Bought]) -> dict[str, list[Bought]]:
    deals: defaultdict[str, list[Bought]] = defaultdict(list)
    for one in bought:
        deals[one.customer].append(one)
    return {who: sorted(told, key=lambda one: (one.day, one.starts or 0)) for who, told in deals.items()}


def _cohort(
    deals: Mapping[str, Sequence[Bought]], first: int, length: int, days: int, starts: int | None
) -> tuple[int, int]:
    """Return how many of those who bought within ``length`` days bought again, and how many they are."""
    part = whole = 0
    for told in deals.values():
        entry = next((one for one in told if first <= one.day < first + length), None)
        if entry is None or entry.starts != starts:
            continue
        whole += 1
        part += any(entry.day < one.day <= entry.day + days for one in told)
    return part, whole


def _told(told: Again) -> Again:
    """Add the difference, its range and the verdict to two shares, or to four."""
    if told.before is None or told.after is None:
        return told
    found = _less(_ends(told.after), _ends(told.before))
    if told.others_before is not None and told.others_after is not None:
        found = _less(found, _less(_ends(told.others_after), _ends(told.others_before)))
    verdict = beside.MORE if found.low > 0 else beside.LESS if found.high < 0 else beside.NONE
    low, middle, high = (effect.near(one * UNIT) for one in found)
    return told._replace(verdict=verdict, middle=middle, low=low, high=high)


def _ends(share: Share) -> _Ends:
    return wilson(share.part, share.whole)


def wilson(part: int, whole: int) -> _Ends:
    """Return a share with its range of 95 %, by Wilson's score."""
    share, square = Fraction(part, whole), Z * Z
    centre = (part + square / 2) / (whole + square)
    half = Z / (whole + square) * effect.root(Fraction(part * (whole - part), whole) + square / 4)
    return _Ends(min(share, max(Fraction(0), centre - half)), share, max(share, min(Fraction(1), centre + half)))


def _less(one: _Ends, other: _Ends) -> _Ends:
    """Return the difference of two values with its range, put together from theirs."""
    middle = one.middle - other.middle
    low = effect.root((one.middle - one.low) ** 2 + (other.high - other.middle) ** 2)
    high = effect.root((one.high - one.middle) ** 2 + (other.middle - other.low) ** 2)
    return _Ends(middle - low, middle, middle + high)
