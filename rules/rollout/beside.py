"""What people did in a week before and after their wave began, beside those whose wave has not begun.

For each person, d is what they did by week since it began, less that by week before.  The difference is the mean d of
those who began less the mean d of the others (difference in differences), with the range of ``rules.effect``.  Waves
that began on different days have their own weeks; somebody who has not begun is measured in the weeks of each, weighed
by how many people each has (only those not begun yet are compared with).  Groups of fewer than five are left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules import effect
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

FEWEST_WEEKS = effect.FEWEST_WEEKS  # before, and after
TOO_EARLY, TOO_FEW, UNKNOWN = effect.TOO_EARLY, effect.TOO_FEW, effect.UNKNOWN
NONE, MORE, LESS = effect.NONE, effect.MORE, effect.LESS


class Pair(NamedTuple):
    """What somebody did in all weeks before, and in all since."""

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Group:
    """People who began on one day: what each of them did, and each of those who have not begun, in the same weeks.

    ``before`` and ``after`` are whole weeks; measures have the people in one and the same order, the others in one
    order throughout all groups.
    """

    wave: str
    starts: int
    before: int
    after: int
    people: int
    mine: Mapping[str, Sequence[Pair]] = field(default_factory=dict)
    others: Mapping[str, Sequence[Pair]] = field(default_factory=dict)


class Means(NamedTuple):
    """A person's week before and after; the others' is ``None`` where they are fewer than five."""

    people: int
    before: int
    after: int
    others: int | None = None
    others_before: int | None = None
    others_after: int | None = None


class Difference(NamedTuple):
    """What can be said: a verdict, and where there is one the difference in a person's week with its range."""

    verdict: str
    means: Means | None = None
    middle: int | None = None
    low: int | None = None
    high: int | None = None


def usable(groups: Iterable[Group]) -> tuple[list[Group], str | None]:
    """Return the groups that can be told of, in order of their days, and why there is none."""
    given = sorted(groups, key=lambda one: (one.starts, one.wave))
    large = [one for one in given if one.people >= SMALLEST_GROUP]
    late = [one for one in large if one.after >= FEWEST_WEEKS]
    found = [one for one in late if one.before >= FEWEST_WEEKS]
    if found:
        return found, None
    return [], UNKNOWN if late else TOO_EARLY if large or not given else TOO_FEW


def means(groups: Sequence[Group], measure: str) -> Means | None:
    """Return the means of a measure over usable groups; ``None`` where there is no group."""
    if not groups:
        return None
    mine = [(Fraction(one.before, group.before), Fraction(one.after, group.after)) for group in groups
            for one in group.mine[measure]]  # fmt: skip  # one comprehension
    others = _others(groups, measure)
    told = Means(len(mine), *_mean(mine))
    return told._replace(**_besides(others)) if len(others) >= SMALLEST_GROUP else told


def difference(groups: Iterable[Group], measure: str) -> Difference:
    """Say how a measure has changed since the waves began, beside the others."""
    found, why = usable(groups)
    if why is not None:
        return Difference(why)
    if not any(one.before for group in found for one in (*group.mine[measure], *group.others[measure])):
        return Difference(UNKNOWN)  # the history begins with the wave
    mine = [Fraction(one.after, group.after) - Fraction(one.before, group.before) for group in found
            for one in group.mine[measure]]  # fmt: skip  # one comprehension
    others = [after - before for before, after in _others(found, measure)]
    middle, half = effect.difference(mine, others if len(others) >= SMALLEST_GROUP else [])
    low, high = middle - half, middle + half
    verdict = MORE if low > 0 else LESS if high < 0 else NONE
    return Difference(verdict, means(found, measure), *map(effect.near, (middle, low, high)))


def _others(groups: Sequence[Group], measure: str) -> list[tuple[Fraction, Fraction]]:
    """Return the weeks before and after of each who has not begun, over the weeks of all groups."""
    whole = sum(one.people for one in groups)
    found: list[tuple[Fraction, Fraction]] = []
    for told in zip(*(one.others[measure] for one in groups), strict=True):
        sides = [
            (Fraction(pair.before * group.people, group.before), Fraction(pair.after * group.people, group.after))
            for pair, group in zip(told, groups, strict=True)
        ]
        found.append(
            (sum((one for one, _ in sides), Fraction()) / whole, sum((one for _, one in sides), Fraction()) / whole)
        )
    return found


def _besides(others: Sequence[tuple[Fraction, Fraction]]) -> dict[str, int]:
    before, after = _mean(others)
    return {"others": len(others), "others_before": before, "others_after": after}


def _mean(sides: Sequence[tuple[Fraction, Fraction]]) -> tuple[int, int]:
    before = sum((one for one, _ in sides), Fraction()) / len(sides)
    after = sum((one for _, one in sides), Fraction()) / len(sides)
    return effect.near(before), effect.near(after)
