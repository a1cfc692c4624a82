"""What a holder has and what it earns, version by version: stored tallies, and the rules asked again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select

from adoption import inforce
from adoption.due import eligible
from adoption.models import Edition
from adoption.models import Series
from adoption.models import Tally
from adoption.models import bucket_of
from rules import incentive as rule
from rules import period
from rules.value import UNIT
from rules.version import meaning

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.version import Version


class Reckoned(NamedTuple):
    """What one version makes of a holder's tally in a period (ten-thousandths; of a streak: the blocks that end there).

    ``due`` is what it earns of the limit after ``earlier`` versions have taken their part.
    """

    version: Version
    tally: int
    earlier: int
    due: int
    offered: bool


@dataclass(frozen=True, slots=True)
class Tallies:
    """A holder's tallies that people see, by series and first day."""

    known: Known
    holder: int
    values: Mapping[tuple[inforce.SeriesKey, int], int]

    def of(self, version: Version, first: int) -> int:
        """Return the tally that a version looks at in the period starting on ``first``."""
        return self.values.get((series_of(version, first), first), 0)

    def works(self, day: int) -> bool:
        """Say whether a day is one on which the holder works."""
        return self.known.works(self.holder, day)

    def met(self, version: Version) -> list[int]:
        """Return the days of a version whose tally makes a streak."""
        key = series_of(version, version.starts)
        return sorted(
            day
            for (series, day), value in self.values.items()
            if series == key and value >= rule.DAY_MET and version.starts <= day < version.ends
        )


def series_of(version: Version, day: int) -> inforce.SeriesKey:
    """Return the key of the series that a version looks at in the period in which ``day`` lies."""
    counted = version.counted
    window = inforce.window_of(version)
    clip = window.clip(period.start(window.per, day))
    return (counted.metric.key, meaning((counted.metric, counted.milestones)), window.per, *clip)


def tallies(
    connection: Connection, known: Known, holder: int, offered: Sequence[Version], firsts: Collection[int]
) -> Tallies:
    """Return what these versions look at: a holder's tallies in periods that start on these days, and days for streaks.

    One query, whatever the number of versions.
    """
    return tallies_of(connection, known, [holder], offered, firsts)[holder]


def tallies_of(
    connection: Connection, known: Known, holders: Collection[int], offered: Sequence[Version], firsts: Collection[int]
) -> dict[int, Tallies]:
    """Return the same of several holders; one query, whatever their number."""
    metrics = {one.counted.metric.key for one in offered}
    streaks = {one.counted.metric.key for one in offered if one.incentive.in_a_row is not None}
    columns = (Series.metric, Series.meaning, Series.per, Series.starts, Series.ends, Tally.period, Tally.value)
    buckets = sorted({bucket_of(holder) for holder in holders})
    theirs = and_(Tally.bucket.in_(buckets), Tally.series == Series.id, Tally.holder.in_(sorted(holders)))
    query = select(Tally.holder, *columns).join(Edition, Edition.id == Series.edition).join(Tally, theirs)
    daily = and_(Series.per == "day", Series.metric.in_(sorted(streaks)))
    query = query.where(
        Edition.state == "active", Series.metric.in_(sorted(metrics)), or_(Tally.period.in_(sorted(set(firsts))), daily)
    )
    found: dict[int, dict[tuple[inforce.SeriesKey, int], int]] = {holder: {} for holder in holders}
    for holder, m, means, per, s, e, first, value in connection.execute(query):
        found[holder][(m, means, per, s, e), first] = value
    return {holder: Tallies(known, holder, values) for holder, values in found.items()}


def reckon(has: Tallies, line: Sequence[Version], version: Version, first: int) -> Reckoned:
    """Return what ``version`` makes of a period, beside the other versions of its incentive (``line``, in order)."""
    incentive = version.incentive
    last = period.end(incentive.per, first)
    beside = [
        one
        for one in line
        if one.starts < last
        and first < one.ends
        and one.incentive.per == incentive.per
        and (one.incentive.in_a_row is None) == (incentive.in_a_row is None)
    ]
    offered = [eligible(has.known, one.incentive, has.holder, first) for one in beside]
    values = [_value(has, one, first) for one in beside]
    earned = [one.incentive.due(n) if yes else 0 for one, n, yes in zip(beside, values, offered, strict=True)]
    due = rule.share([one.incentive for one in beside], earned)
    # Versions of the same meaning are equal, but one that came back is another stretch of days.
    at = next((index for index, one in enumerate(beside) if one.starts == version.starts), None)
    if at is None:  # it has no day in this period
        return Reckoned(version, 0, 0, 0, eligible(has.known, incentive, has.holder, first))
    return Reckoned(version, values[at], sum(due[:at]), due[at], offered[at])


def _value(has: Tallies, version: Version, first: int) -> int:
    """Return the tally of a version in a period; of a streak, the blocks that end there."""
    incentive = version.incentive
    if incentive.in_a_row is None:
        return has.of(version, first)
    return rule.blocks(has.met(version), incentive.in_a_row, has.works, incentive.per)[first] * UNIT
