"""What is usual: learned for a role and a person, and pulled towards what is assumed until enough is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping  # noqa: TC003  # whoever stores what is usual reads the types
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from statistics import fmean
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from rules.reliance.seen import Seen

PSEUDO_PEOPLE = 5  # with which the defaults are weighed against the people of a role
PSEUDO_DAYS = 20  # with which a role is weighed against a person's own days
LEAST = 0.35  # of a role's usual actions: whoever does less is not taken as their own measure
HIGHEST = 0.45  # of a probability: certainty is never learned
LOWEST_BATCH = 0.04  # so that one batch week alone is never a trace (``ledger.TRACE``), whatever was usual
LOWEST_RARE = 0.03  # of late days and days in a workbook: the median person does nothing rare, which proves nothing
DENSE = 0.60  # of a week's records within one hour make a batch week
TYPED, EXPECTED = 6, 3  # records and expected days that a week needs to be judged
LIVE = 5.0  # actions a day where nothing is known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What honest work looks like: live actions a day; shares of late days, of batch weeks, of days in a workbook.

    ``late`` is by kind of record, since some are always filed late (travel claims); ``otherwise_late`` stands for the
    kinds that are not known.
    """

    live: float = LIVE
    late: Mapping[str, float] = field(default_factory=dict)
    otherwise_late: float = 0.08
    batch: float = 0.07
    sheets: float = 0.05

    def late_of(self, kind: str) -> float:
        """Return how often a kind is usually late."""
        return self.late.get(kind, self.otherwise_late)


DEFAULT = Usual()


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What was counted of one participant over a stretch of days that look healthy.

    ``late`` maps a kind to (late, all) days of happening.
    """

    days: int = 0
    live: int = 0
    late: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    weeks: int = 0  # in which enough was typed to judge
    batches: int = 0  # of these
    covered: int = 0  # days on which an office suite would have told of a workbook
    edits: int = 0  # of these


def habit(days: Sequence[Seen]) -> Habit:
    """Return what was counted on these expected days: actions and workbooks on those on which somebody was there."""
    there = [one for one in days if one.there]
    covered = [one for one in there if one.edited is not None]
    weeks: dict[int, list[Seen]] = defaultdict(list)
    late: dict[str, tuple[float, float]] = {}
    for one in days:
        weeks[(one.day - 1) // 7].append(one)
        for told in one.arrived:
            before = late.get(told.kind, (0.0, 0.0))
            late[told.kind] = before[0] + told.late, before[1] + 1
    judged = [
        (sum(one.typed for one in week), max(one.densest for one in week))
        for week in weeks.values()
        if len(week) >= EXPECTED and sum(one.typed for one in week) >= TYPED
    ]
    return Habit(
        days=len(there),
        live=sum(one.live for one in there),
        late=late,
        weeks=len(judged),
        batches=sum(dense >= DENSE * typed for typed, dense in judged),
        covered=len(covered),
        edits=sum(bool(one.edited) for one in covered),
    )


def together(habits: Iterable[Habit]) -> Habit:
    """Return what was counted over several stretches of whole weeks: ``habit`` of all their days."""
    sums: dict[str, int] = dict.fromkeys(("days", "live", "weeks", "batches", "covered", "edits"), 0)
    late: dict[str, tuple[float, float]] = {}
    for one in habits:
        for name in sums:
            sums[name] += getattr(one, name)
        for kind, (missed, whole) in one.late.items():
            before = late.get(kind, (0.0, 0.0))
            late[kind] = before[0] + missed, before[1] + whole
    return Habit(late=late, **sums)


def of_role(habits: Sequence[Habit], default: Usual = DEFAULT) -> Usual:
    """Return what is usual in a role: the median person (the mean of batch weeks), weighed with the defaults."""
    return Usual(
        live=_pulled([one.live / one.days for one in habits if one.days], default.live),
        late={
            kind: _share(_pulled(_shares(habits, kind), default.late_of(kind)), LOWEST_RARE)
            for kind in sorted({kind for one in habits for kind in one.late})
        },
        otherwise_late=default.otherwise_late,
        batch=_share(
            _pulled([one.batches / one.weeks for one in habits if one.weeks], default.batch, fmean), LOWEST_BATCH
        ),
        sheets=_share(_pulled([one.edits / one.covered for one in habits if one.covered], default.sheets), LOWEST_RARE),
    )


def of_person(habit: Habit, role: Usual, *, norm: float | None = None) -> Usual:
    """Return what is usual for somebody: their role's, pulled towards their own healthy days.

    ``norm`` is a number of live actions a day that the organisation has declared for the role: what is usual never
    sinks below it, whatever a whole team has come to.
    """
    live = max(_mixed(habit.live, habit.days, role.live), LEAST * role.live, norm or 0.0)
    late = {
        kind: _share(_mixed(*habit.late.get(kind, (0.0, 0.0)), role.late_of(kind)), LOWEST_RARE)
        for kind in sorted({*role.late, *habit.late})
    }
    return replace(
        role,
        live=live,
        late=late,
        batch=_share(_mixed(habit.batches, habit.weeks, role.batch, PSEUDO_DAYS / 5), LOWEST_BATCH),
        sheets=_share(_mixed(habit.edits, habit.covered, role.sheets), LOWEST_RARE),
    )


def _shares(habits: Iterable[Habit], kind: str) -> list[float]:
    counts = (one.late[kind] for one in habits if kind in one.late)
    return [late / whole for late, whole in counts if whole > 0]


def _pulled(values: Sequence[float], towards: float, middle: Callable[[Sequence[float]], float] = median) -> float:
    """Return the middle of what people do, weighed by their number against what is assumed."""
    if not values:
        return towards
    found = middle(values)
    return (len(values) * found + PSEUDO_PEOPLE * towards) / (len(values) + PSEUDO_PEOPLE)


def _mixed(found: float, of: float, otherwise: float, pseudo: float = PSEUDO_DAYS) -> float:
    """Return a rate of one's own, weighed by the days it rests on against the role's."""
    return (found + pseudo * otherwise) / (of + pseudo)


def _share(value: float, least: float) -> float:
    return min(max(value, least), HIGHEST)
