"""Whether a rule has had an effect: what people did before and after it began, beside those whom it does not cover.

For each person, d is what they did in the weeks after less what they did in as many weeks before, by week.  The effect
is the mean d of those covered less the mean d of the others (difference in differences).  Its range is Welch's, made
wider than it need be:  ± t · √(s₁²/n₁ + s₂²/n₂)  with t of 95 % at min(n₁, n₂) - 1 degrees of freedom, so that few
people cannot prove much.  Where (nearly) everybody is covered there is nobody to compare with, and the mean
of d stands alone.  Means and variances are exact fractions; the root is rounded up to a ten-thousandth.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

FEWEST_WEEKS = 3
FEWEST = 5  # people; fewer are never shown, and prove nothing
MOST_WEEKS = 12
QUARTERS = 4
RISE = Fraction(5, 100)  # of a guard's share: more than chance
SOME = 20  # activities of which a share says something
# Student's t, two-sided 95 %, in thousandths, by degrees of freedom; between two lines the larger one holds.
T = {
    1: 12_706, 2: 4_303, 3: 3_182, 4: 2_776, 5: 2_571, 6: 2_447, 7: 2_365, 8: 2_306, 9: 2_262, 10: 2_228,
    12: 2_179, 15: 2_131, 20: 2_086, 30: 2_042, 60: 2_000, 120: 1_980, 1_000: 1_962,
}  # fmt: skip  # a table
TOO_EARLY, TOO_FEW, UNKNOWN, NONE, MORE, LESS = "too-early", "too-few", "unknown", "none", "more", "less"


@dataclass(frozen=True, slots=True)
class Person:
    """What somebody did in all weeks before and after, in ten-thousandths; whether the rule is for them."""

    number: int
    team: str
    covered: bool
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Means:
    """A group of at least five: how many, and what one of them does in a week, before and after (ten-thousandths)."""

    name: str
    people: int
    covered: bool
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Guard:
    """How many activities there were before and after, and how many of them were of a doubtful kind."""

    name: str  # rushed, undone, repeated
    before: tuple[int, int]  # doubtful, of
    after: tuple[int, int]

    @property
    def rose(self) -> bool:
        """Say whether the doubtful part has grown by more than chance."""
        if min(self.before[1], self.after[1]) < SOME:
            return False
        return Fraction(*self.after) - Fraction(*self.before) >= RISE


@dataclass(frozen=True, slots=True)
class Effect:
    """What can be said: the verdict, the effect in a week with its range (ten-thousandths), and the groups."""

    verdict: str
    weeks: int
    compared: bool  # with people whom the rule does not cover
    effect: int
    low: int
    high: int
    covered: Means | None
    others: Means | None
    quarters: tuple[Means, ...]
    teams: tuple[Means, ...]


def weigh(people: Sequence[Person], weeks: int) -> Effect:
    """Say what a rule has done in so many weeks."""
    mine = [one for one in people if one.covered]
    others = [one for one in people if not one.covered]
    compared = len(others) >= FEWEST
    quarters = _quarters(mine, weeks)
    teams = _teams(people, weeks)
    own, rest = _means("", mine, weeks), _means("", others, weeks)
    recorded = any(one.before for one in people)  # else the history begins with the rule
    if weeks < FEWEST_WEEKS or len(mine) < FEWEST or not recorded:
        verdict = TOO_EARLY if weeks < FEWEST_WEEKS else TOO_FEW if len(mine) < FEWEST else UNKNOWN
        return Effect(verdict, weeks, compared, 0, 0, 0, own, rest, quarters, teams)
    effect, half = _interval(mine, others if compared else [], weeks)
    low, high = effect - half, effect + half
    verdict = MORE if low > 0 else LESS if high < 0 else NONE
    return Effect(verdict, weeks, compared, near(effect), near(low), near(high), own, rest, quarters, teams)


def _interval(mine: Sequence[Person], others: Sequence[Person], weeks: int) -> tuple[Fraction, Fraction]:
    """Return the effect in a week and half the width of its range."""
    return difference(*([Fraction(one.after - one.before, weeks) for one in group] for group in (mine, others)))


def difference(mine: Sequence[Fraction], others: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """Return the mean of ours less that of the others, and half the width of its range; others there may be none."""
    effect, spread, fewest = Fraction(0), Fraction(0), len(mine)
    for sign, group in ((1, mine), (-1, others)):
        if group:
            mean, variance = _moments(group)
            effect += sign * mean
            spread += variance / len(group)
            fewest = min(fewest, len(group))
    return effect, Fraction(t(fewest - 1), 1000) * root(spread)


def _moments(values: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    mean = sum(values, Fraction(0)) / len(values)
    return mean, sum(((value - mean) ** 2 for value in values), Fraction(0)) / (len(values) - 1)


def t(degrees: int) -> int:
    """Return Student's t in thousandths; of degrees that are not in the table, that of the next fewer."""
    return T[max(known for known in T if known <= max(1, degrees))]


def root(value: Fraction) -> Fraction:
    """Return the square root, rounded up to a ten-thousandth."""
    scaled = value * 10**8
    whole = -(-scaled.numerator // scaled.denominator)
    found = isqrt(whole)
    return Fraction(found + (found * found < whole), 10**4)


def _quarters(mine: Sequence[Person], weeks: int) -> tuple[Means, ...]:
    """Return those covered in four parts by what they did before, highest first; parts under five are left out."""
    ranked = sorted(mine, key=lambda one: (-one.before, one.number))
    parts: list[list[Person]] = [[] for _ in range(QUARTERS)]
    for place, one in enumerate(ranked):
        parts[QUARTERS * place // len(ranked)].append(one)
    found = (_means(str(number), part, weeks) for number, part in enumerate(parts, 1))
    return tuple(one for one in found if one is not None)


def _teams(people: Iterable[Person], weeks: int) -> tuple[Means, ...]:
    groups: dict[tuple[bool, str], list[Person]] = {}
    for one in people:
        if one.team:
            groups.setdefault((not one.covered, one.team), []).append(one)
    found = (_means(name, group, weeks) for (_, name), group in sorted(groups.items()))
    return tuple(one for one in found if one is not None)


def _means(name: str, group: Sequence[Person], weeks: int) -> Means | None:
    if len(group) < FEWEST or weeks < 1:
        return None
    before, after = (
        near(Fraction(sum(side), len(group) * weeks))
        for side in zip(*((p.before, p.after) for p in group), strict=True)
    )
    return Means(name, len(group), group[0].covered, before, after)


def near(value: Fraction) -> int:
    """Round to the nearest whole number, halves away from zero."""
    sign = 1 if value >= 0 else -1
    return sign * ((2 * abs(value.numerator) + value.denominator) // (2 * value.denominator))
