"""What made an award: the activities that carried the tally over its target, with the running total."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.incentive import DAY_MET
from rules.trial.model import Step
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from rules.incentive import Incentive
    from rules.metric import Metric

SHOWN = 30  # steps of one award; what came before them is counted


class Counted(NamedTuple):
    """A counted activity: its day, what it is told by, who is credited, and its units or its key."""

    day: int
    time: int
    source: str
    id: str
    type: str
    subject: str
    who: int
    value: int | str


def adding(metric: Metric, rows: Iterable[Counted]) -> list[tuple[Counted, int]]:
    """Return what each activity adds, in ten-thousandths, without those whose key has shown before."""
    shown: set[int | str] = set()
    found = []
    for row in rows:
        if not metric.by_key:
            found.append((row, int(row.value)))
        elif row.value not in shown:
            shown.add(row.value)
            found.append((row, UNIT))
    return found


def to_target(
    incentive: Incentive, ordinal: int, rows: Sequence[tuple[Counted, int]]
) -> tuple[int, int, tuple[Step, ...]]:
    """Return target, how many activities came before, and the steps that carried the total to the target.

    They begin where the award before was reached, for the last time, and end where this one was.
    """
    apiece = incentive.every or incentive.reach or UNIT
    target = apiece * ordinal
    totals, total = [], 0
    for _, adds in rows:
        total += adds
        totals.append(total)
    before = [0, *totals[:-1]]
    reached = max((at for at, now in enumerate(totals) if before[at] < target <= now), default=len(totals) - 1)
    floor = target - apiece
    begun = max((at for at in range(reached + 1) if before[at] <= floor), default=0)
    begun = max(begun, reached + 1 - SHOWN)
    steps = tuple(_step(*rows[at], totals[at]) for at in range(begun, reached + 1))
    return target, begun, steps


def of_streak(
    length: int, block: Sequence[int], rows: Sequence[tuple[Counted, int]]
) -> tuple[int, int, tuple[Step, ...]]:
    """Return the same of days in a row: one step for each day of the block, the activity that met the day."""
    days: dict[int, list[tuple[Counted, int]]] = {day: [] for day in block}
    for row, adds in rows:
        if row.day in days:
            days[row.day].append((row, adds))
    steps = []
    for number, day in enumerate(block, 1):
        total, met = 0, None
        for row, adds in days[day]:
            if total < DAY_MET <= total + adds:
                met = row
            total += adds
        if met is not None:
            steps.append(_step(met, UNIT, number * UNIT))
    return length * UNIT, 0, tuple(steps[-SHOWN:])


def by_day(metric: Metric, rows: Iterable[Counted]) -> list[tuple[Counted, int]]:
    """Return what each activity adds to the tally of its own day: keys count once a day."""
    days: dict[int, list[Counted]] = {}
    for row in rows:
        days.setdefault(row.day, []).append(row)
    return [pair for day in sorted(days) for pair in adding(metric, days[day])]


def met_days(rows: Iterable[tuple[Counted, int]]) -> list[int]:
    """Return the days whose tally makes a streak."""
    totals: dict[int, int] = {}
    for row, adds in rows:
        totals[row.day] = totals.get(row.day, 0) + adds
    return sorted(day for day, total in totals.items() if total >= DAY_MET)


def _step(row: Counted, adds: int, total: int) -> Step:
    return Step(row.day, row.time, row.source, row.id, row.type, row.subject, row.who, adds, total)
