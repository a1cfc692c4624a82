"""Which activities a tally is made of, and what each adds: the metric itself is asked again, one by one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.explain import done
from rules import incentive as rule
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.explain.reckoning import Tallies
    from adoption.facts import Known
    from rules.activity import Activity
    from rules.metric import Metric
    from rules.version import MetricVersion
    from rules.version import Version


class Share(NamedTuple):
    """A counted activity (perhaps a reached milestone), the real one behind it, and what it adds in ten-thousandths."""

    activity: Activity
    source: str
    id: str
    units: int


def shares(connection: Connection, has: Tallies, version: Version, first: int) -> list[Share]:
    """Return what was counted for a version and holder in a period, in order of time; the units add up to the tally.

    Of a streak these are the days of its blocks: a day adds one, by the activity that met it.
    """
    if version.incentive.in_a_row is None:
        last = period.end(version.incentive.per, first)
        starts, ends = max(first, version.starts), min(last, version.ends)
        days = done.days_of(connection, has.known, has.holder, starts, ends)
        return list(shares_of(connection, has.known, version.counted, days))
    blocks = set(_block_days(has, version, first))
    if not blocks:
        return []
    around = done.days_of(connection, has.known, has.holder, min(blocks), max(blocks) + 1)
    days = done.Days({who: [day for day in own if day in blocks] for who, own in around.by_participant.items()})
    return _by_day(list(shares_of(connection, has.known, version.counted, days)))


def _block_days(has: Tallies, version: Version, first: int) -> Iterator[int]:
    """Yield the days of the blocks that end in a period."""
    incentive = version.incentive
    length = incentive.in_a_row or 1
    for run in rule.runs(has.met(version), has.works):
        for at in range(length, len(run) + 1, length):
            if period.start(incentive.per, run[at - 1]) == first:
                yield from run[at - length : at]


def shares_of(connection: Connection, known: Known, span: MetricVersion, days: done.Days) -> Iterator[Share]:
    """Yield what a metric counts on these days, in order of time."""
    metric = span.metric
    types = [kind for kind in metric.counts if kind not in known.timelines.milestones]
    found = [done.Counting(one, one.source, one.id) for one in done.activities(connection, known, days, types)]
    found += done.reached(connection, known, days, span.milestones)
    found.sort(key=lambda one: (one.activity.time, one.source, one.id))
    yield from adding(metric, [one for one in found if metric.counts_it(one.activity)])


def adding(metric: Metric, found: Sequence[done.Counting]) -> Iterator[Share]:
    """Yield what each activity adds; one whose value is missing or unreadable was not counted.

    A key (a record, a value, a day) adds one where it first shows, and nothing when it shows again.
    """
    shown: set[str] = set()
    for activity, source, name in found:
        if not metric.by_key:
            units = metric.units(activity)
        else:
            key = metric.key_of(activity)
            units = None if key is None else UNIT * (key not in shown)
            shown.update(() if key is None else (key,))
        if units is not None:
            yield Share(activity, source, name, units)


def _by_day(found: Sequence[Share]) -> list[Share]:
    """Let each met day add one, by the activity that brought it over the line for the last time."""
    days: dict[int, list[int]] = defaultdict(list)
    for at, share in enumerate(found):
        days[share.activity.day].append(at)
    meeting = {_meeting([found[at].units for at in places], places) for places in days.values()}
    return [share._replace(units=UNIT * (at in meeting)) for at, share in enumerate(found)]


def _meeting(units: Sequence[int], places: Collection[int]) -> int | None:
    total, last = 0, None
    for added, at in zip(units, places, strict=True):
        before, total = total, total + added
        if before < rule.DAY_MET <= total:
            last = at
    return last if total >= rule.DAY_MET else None
