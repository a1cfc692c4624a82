"""What was counted on a day, metric by metric, what was taken back since, and how a week goes beside the one before."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import inforce
from adoption import statements
from adoption.explain import counted
from adoption.explain import done
from adoption.extensions import db
from adoption.models import Tally
from adoption.models import bucket_of
from rules import period
from rules import wording
from rules.value import UNIT
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from adoption.explain.done import Counting
    from adoption.facts import Known
    from adoption.inforce import InForce
    from rules.version import MetricVersion

KINDS = ("week", "month", "quarter", "year", "ever", "day")  # a key adds to the first of these by which it is kept
WEEK = 7
MOST_PACES = 10_000
PACE_LASTS = 900 * period.SECOND  # how long the past of a team is remembered: it changes little
_TOOK_BACK = (
    "SELECT t.source, t.retracts, t.type, t.time, b.received FROM {given} AS g CROSS JOIN activity AS t"
    " JOIN batch AS b ON b.id = t.batch WHERE t.retracts = g.retracts AND t.source = g.source"
)
_SHOWN = ("bucket", "series", "holder", "period", "key")


class Added(NamedTuple):
    """What an activity added to a metric, in ten-thousandths."""

    metric: str
    title: str
    units: int


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was counted: an activity, or (``milestone`` is its title) a record that became done."""

    time: datetime
    type: str
    milestone: str | None
    record: str | None
    adds: tuple[Added, ...]


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An activity that no longer counts, by which kind of activity it was taken back, and when that became known.

    ``who`` did it, where that is known.
    """

    type: str
    time: datetime
    record: str | None
    by: str | None
    known: datetime | None
    who: int | None


class Pace(NamedTuple):
    """The tally of a week so far, and that of the week before up to the same weekday, in ten-thousandths."""

    now: int
    before: int


def counted_on(who: int, day: int, *, language: str = "en") -> list[Deed]:
    """Return what was counted for a participant on a local day, each once, the newest first.

    An activity that shows a record or value again adds nothing, and is left out if it added nothing anywhere.
    """
    known, force = facts.current(), inforce.current()
    connection = db.session.connection()
    spans = list(_spans_on(known, day))
    days = done.Days({who: [day]})
    types = {kind for span in spans for kind in span.metric.counts if kind not in known.timelines.milestones}
    found = [done.Counting(one, one.source, one.id) for one in done.activities(connection, known, days, types)]
    found += done.reached(connection, known, days, {m.key: m for s in spans for m in s.milestones}.values())
    found.sort(key=lambda one: (one.activity.time, one.source, one.id))
    seen = _seen_before(connection, force, who, day, _keys(spans, found))
    adds: dict[int, list[Added]] = defaultdict(list)
    for span in spans:
        title = wording.title_of(span.metric, span.metric.key, language)
        for place, units in _adding(span, found, seen):
            adds[place].append(Added(span.metric.key, title, units))
    titles = {m.key: wording.title_of(m, m.key, language) for span in spans for m in span.milestones}
    return [_deed(one, adds[place], titles) for place, one in reversed(list(enumerate(found))) if adds[place]]


def _spans_on(known: Known, day: int) -> Iterator[MetricVersion]:
    """Yield the metrics in force on a day, in the book's order."""
    for key in dict.fromkeys([*known.book.metrics, *known.timelines.metrics]):
        yield from (one for one in metric_versions(key, known.timelines) if one.starts <= day < one.ends)


def _keys(spans: Iterable[MetricVersion], found: Sequence[Counting]) -> dict[tuple[str, str], int]:
    """Return how often each key of each metric of different keys shows among these."""
    times: dict[tuple[str, str], int] = defaultdict(int)
    for span in spans:
        if span.metric.measure != "distinct":
            continue
        for one in found:
            key = span.metric.key_of(one.activity) if span.metric.counts_it(one.activity) else None
            if key is not None:
                times[span.metric.key, key] += 1
    return times


def _seen_before(
    connection: Connection, force: InForce, who: int, day: int, times: Mapping[tuple[str, str], int]
) -> set[tuple[str, str]]:
    """Return the keys that showed on an earlier day of the same period; one query."""
    looked: dict[tuple[int, int, str], tuple[str, str]] = {}
    known = facts.current()
    for span in _spans_on(known, day):
        place = _series(force, span, day)
        if place is not None:
            looked.update({(*place, key): (metric, key) for metric, key in times if metric == span.metric.key})
    rows = sorted((bucket_of(who), series, who, first, key) for series, first, key in looked)
    found = statements.find(connection, "distinct_key", _SHOWN, ("series", "period", "key", "times"), rows)
    return {
        looked[series, first, key] for series, first, key, many in found if many > times[looked[series, first, key]]
    }


def _series(force: InForce, span: MetricVersion, day: int) -> tuple[int, int] | None:
    """Return the series and first day of the tally in which a metric's keys are looked up."""
    means = meaning((span.metric, span.milestones))
    for kind in KINDS:
        first = period.start(kind, day)
        clip = inforce.Window(kind, span.starts, span.ends).clip(first)
        series = force.series.get((span.metric.key, means, kind, *clip))
        if series is not None:
            return series, first
    return None


def _adding(span: MetricVersion, found: Sequence[Counting], seen: set[tuple[str, str]]) -> Iterator[tuple[int, int]]:
    """Yield the place of each activity that adds to a metric, and how much."""
    metric = span.metric
    shown: set[str] = set()
    for place, one in enumerate(found):
        if not metric.counts_it(one.activity):
            continue
        if not metric.by_key:
            units = metric.units(one.activity)
        else:
            key = metric.key_of(one.activity)
            new = key is not None and key not in shown and (metric.key, key) not in seen
            shown.update(() if key is None else (key,))
            units = UNIT * new
        if units:
            yield place, units


def _deed(one: Counting, adds: Sequence[Added], titles: Mapping[str, str]) -> Deed:
    activity = one.activity
    return Deed(period.moment(activity.time), activity.type, titles.get(activity.type), activity.subject, tuple(adds))


def taken_back(holder: int, starts: int, ends: int) -> list[Withdrawn]:
    """Return what was done on the days from ``starts`` to before ``ends`` and was taken back, the latest first."""
    known = facts.current()
    connection = db.session.connection()
    gone = done.withdrawn(connection, known, done.days_of(connection, known, holder, starts, ends))
    given = [(one.id, one.source) for one in gone]
    rows = statements.run(connection, "activity", ("retracts", "source"), given, _TOOK_BACK) if given else ()
    by: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:  # several may retract the same: the first to come did it
        told = (row.received, row.type)
        by[row.source, row.retracts] = min(told, by.get((row.source, row.retracts), told))
    found = []
    for one in gone:
        received, kind = by.get((one.source, one.id), (None, None))
        when = None if received is None else period.moment(received)
        who = known.participant_of(one.source, one.actor)
        found.append(Withdrawn(one.type, period.moment(one.time), one.subject, kind, when, who))
    return sorted(found, key=lambda one: (one.known or one.time, one.time), reverse=True)


# --- how a week goes


def is_weekly(metric: str) -> bool:
    """Say whether a metric is kept by the week."""
    return any(kind == "week" for _, kind in inforce.current().shown.get(metric, ()))


def pace(holder: int, metric: str, day: int, now: int) -> Pace:
    """Return the tally of the week in which ``day`` lies, and that of the week before up to the same weekday.

    ``now`` (UTC microseconds) says whether what is remembered of a team's past is still good.
    """
    known = facts.current()
    monday = period.start("week", day)
    before = monday - WEEK, day - WEEK + 1
    if holder > 0:
        return Pace(_this_week(holder, metric, monday), _between(known, holder, metric, *before))
    kept: dict[object, tuple[int, int]] = current_app.extensions.setdefault("paces", {})
    key = known.version, holder, metric, day
    found = kept.get(key)
    if found is None or found[0] < now - PACE_LASTS:
        if len(kept) > MOST_PACES:
            kept.clear()
        found = kept[key] = now, _between(known, holder, metric, *before)
    return Pace(_this_week(holder, metric, monday), found[1])


def _this_week(holder: int, metric: str, monday: int) -> int:
    series = [number for number, kind in inforce.current().shown.get(metric, ()) if kind == "week"]
    query = select(func.sum(Tally.value)).where(Tally.bucket == bucket_of(holder), Tally.series.in_(series))
    return int(db.session.scalar(query.where(Tally.holder == holder, Tally.period == monday)) or 0)


def _between(known: Known, holder: int, metric: str, starts: int, ends: int) -> int:
    """Return the tally of the days from ``starts`` to before ``ends``."""
    connection = db.session.connection()
    total = 0
    for span in metric_versions(metric, known.timelines):
        first, last = max(starts, span.starts), min(ends, span.ends)
        if first < last:
            days = done.days_of(connection, known, holder, first, last)
            total += sum(share.units for share in counted.shares_of(connection, known, span, days))
    return total
