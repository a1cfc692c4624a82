"""What a holder has and what it earns, version by version: stored tallies, and the rules asked again."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select

from adoption import awards
from adoption import inforce
from adoption.models import Edition
from adoption.models import Series
from adoption.models import Tally
from adoption.models import bucket_of
from rules import incentive as rule
from rules import period
from rules.version import meaning

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.incentive import Incentive
    from rules.version import Version


class Reckoned(NamedTuple):
    """What one version makes of a holder's tally in a period (ten-thousandths; of a streak: the blocks that end there).

    ``due`` is what is left for it of ``earned`` after ``earlier`` versions have taken their part of the limit.
    """

    version: Version
    tally: int
    earned: int
    earlier: int
    due: int
    offered: bool


@dataclass(frozen=True)
class Tallies:
    """A holder's tallies that people see, by series and first day."""

    values: Mapping[tuple[inforce.SeriesKey, int], int]

    def of(self, version: Version, first: int) -> int:
        """Return the tally that a version looks at in the period starting on ``first``."""
        return self.values.get((series_of(version, first), first), 0)

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


def tallies(connection: Connection, holder: int, offered: Sequence[Version], firsts: Collection[int]) -> Tallies:
    """Return what these versions look at: a holder's tallies in periods that start on these days, and days for streaks.

    One query, whatever the number of versions.
    """
    metrics = {one.counted.metric.key for one in offered}
    streaks = {one.counted.metric.key for one in offered if one.incentive.in_a_row is not None}
    query = select(Series.metric, Series.meaning, Series.per, Series.starts, Series.ends, Tally.period, Tally.value)
    query = query.join(Edition, Edition.id == Series.edition).join(
        Tally, and_(Tally.bucket == bucket_of(holder), Tally.series == Series.id, Tally.holder == holder)
    )
    daily = and_(Series.per == "day", Series.metric.in_(sorted(streaks)))
    query = query.where(
        Edition.state == "active", Series.metric.in_(sorted(metrics)), or_(Tally.period.in_(sorted(set(firsts))), daily)
    )
    return Tallies({(tuple(row[:5]), row[5]): row[6] for row in connection.execute(query)})


def reckon(known: Known, line: Sequence[Version], version: Version, holder: int, first: int, has: Tallies) -> Reckoned:
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
    tallied = [counted(known, one, holder, first, has) for one in beside]
    offered = [awards.eligible(known, one.incentive, holder, first) for one in beside]
    earned = [one.incentive.due(n) if yes else 0 for one, n, yes in zip(beside, tallied, offered, strict=True)]
    due = rule.share([one.incentive for one in beside], earned)
    at = beside.index(version) if version in beside else None
    if at is None:  # it has no day in this period
        return Reckoned(version, 0, 0, 0, 0, awards.eligible(known, incentive, holder, first))
    return Reckoned(version, tallied[at], earned[at], sum(due[:at]), due[at], offered[at])


def counted(known: Known, version: Version, holder: int, first: int, has: Tallies) -> int:
    """Return the tally of a version in a period; of a streak, the blocks that end there."""
    incentive = version.incentive
    if incentive.in_a_row is None:
        return has.of(version, first)
    found = rule.blocks(has.met(version), incentive.in_a_row, works(known, holder), incentive.per)
    return found[first] * rule.DAY_MET


def works(known: Known, holder: int) -> Callable[[int], bool]:
    """Return the function that says which days a holder works."""
    return lambda day: known.works(holder, day)


def share_of_limit(incentive: Incentive) -> int | None:
    """Return the most awards of one period, over all versions."""
    return incentive.limit
