"""What is counted, compiled for speed: which metrics an activity type concerns, and which tallies a day belongs to."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TypeVar

from flask import current_app
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.extensions import db
from adoption.models import Edition
from adoption.models import PublishedVersion
from adoption.models import Series
from adoption.models import Track
from rules import period
from rules.version import MetricVersion
from rules.version import Version
from rules.version import meaning
from rules.version import metric_versions
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.metric import Metric
    from rules.milestone import Milestone

WHOLE = (0, period.FOREVER)  # the clip of a period that is covered entirely
Key = TypeVar("Key", str, int)
TRACK = ("edition", "milestone", "meaning")
SERIES = ("edition", "metric", "meaning", "per", "starts", "ends")
SeriesKey = tuple[str, str, str, int, int]  # metric, meaning, per, starts, ends


class Change(NamedTuple):
    """A tally that changed: its new value and by how much, in ten-thousandths."""

    series: int
    holder: int
    period: int
    value: int
    delta: int


class Window(NamedTuple):
    """Days on which something counts by one kind of period: a metric's version, or an incentive's."""

    per: str
    starts: int
    ends: int

    def clip(self, first: int) -> tuple[int, int]:
        """Return how this window cuts the period starting on ``first``: ``WHOLE``, or the days it covers."""
        last = period.end(self.per, first)
        if self.starts <= first and last <= self.ends:
            return WHOLE
        return max(self.starts, first), min(self.ends, last)


class Paid(NamedTuple):
    """An incentive version and its number in the database."""

    id: int
    version: Version
    meaning: str  # of the metric with its milestones


class Counter:
    """A metric of one meaning: what it counts, and the tallies in which it does."""

    __slots__ = ("_slots", "index", "key", "meaning", "metric", "milestones", "windows")

    def __init__(self, index: int, counted: MetricVersion, means: str) -> None:
        """Begin without windows."""
        self.index = index
        self.key = counted.metric.key
        self.meaning = means
        self.metric: Metric = counted.metric
        self.milestones = counted.milestones
        self.windows: set[Window] = set()
        self._slots: dict[int, tuple[tuple[int, int], ...]] = {}

    def series_keys(self) -> set[SeriesKey]:
        """List every series this counter can ever add to: the whole one and the clipped ends of each window."""
        keys: set[SeriesKey] = set()
        for window in self.windows:
            keys.add((self.key, self.meaning, window.per, *WHOLE))
            for day in (window.starts, window.ends - 1):
                clip = window.clip(period.start(window.per, min(day, period.FOREVER - 400)))
                keys.add((self.key, self.meaning, window.per, *clip))
        return keys

    def slots(self, day: int, series: Mapping[SeriesKey, int]) -> tuple[tuple[int, int], ...]:
        """Return (series, first day of the period) of every tally to which an activity on ``day`` adds."""
        found = self._slots.get(day)
        if found is None:
            slots = set()
            for window in self.windows:
                if window.starts <= day < window.ends:
                    first = period.start(window.per, day)
                    slots.add((series[(self.key, self.meaning, window.per, *window.clip(first))], first))
            found = self._slots[day] = tuple(sorted(slots))
        return found


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything in force, compiled for one edition."""

    edition: int
    tracks: tuple[tuple[int, Milestone], ...]
    by_type: Mapping[str, tuple[Counter, ...]]
    by_track: Mapping[int, tuple[Counter, ...]]
    counters: tuple[Counter, ...]
    series: Mapping[SeriesKey, int]
    paid: Mapping[int, tuple[Paid, ...]]  # by series: the incentive versions its tallies may pay
    versions: Mapping[str, tuple[Paid, ...]]  # by incentive, in order of time
    clips: Mapping[int, tuple[int, int]]  # by series: the days it is clipped to
    followed: Mapping[str, tuple[tuple[int, str], ...]]  # by type: (track, prefix of its records)
    owned: tuple[tuple[int, str], ...]  # (track, prefix) of milestones that credit the owner
    shown: Mapping[str, tuple[tuple[int, str], ...]]  # by metric: (series, per) whose sum is the metric's own tally

    def series_of(self, paid: Paid, day: int) -> int:
        """Return the series of the tally that a version looks at in the period in which ``day`` lies."""
        window = window_of(paid.version)
        clip = window.clip(period.start(window.per, day))
        return self.series[(paid.version.incentive.metric, paid.meaning, window.per, *clip)]


def current() -> InForce:
    """Return what is in force in the edition that people see, for readers."""
    known = facts.current()
    connection = db.session.connection()
    edition = connection.execute(select(Edition.id).where(Edition.state == "active")).scalar_one()
    return of(connection, known, edition)


def of(connection: Connection, known: Known, edition: int) -> InForce:
    """Return what is in force by these facts, compiled and this edition; compiled once per process."""
    kept: dict[int, tuple[Known, InForce]] = current_app.extensions.setdefault("inforce", {})
    found = kept.get(edition)
    if found is not None and found[0] is known:
        return found[1]
    made = prepare(connection, known, edition)
    force = compiled(connection, known, edition)
    if not made:  # numbers made in this transaction may yet be rolled back: keep only what is committed
        kept[edition] = (known, force)
        for old in [key for key in kept if key < edition - 1]:
            del kept[old]
    return force


def prepare(connection: Connection, known: Known, edition: int) -> bool:
    """Make the series and tracks that the edition lacks; say whether it lacked any."""
    counters, _, _ = _counted(known)
    table = Track
    tracks = {(edition, m.key, meaning(m)) for counter in counters for m in counter.milestones}
    query = select(table.edition, table.milestone, table.meaning).where(table.edition == edition)
    new_tracks = sorted(tracks - {tuple(row) for row in connection.execute(query)})
    statements.insert_new(connection, "track", TRACK, new_tracks)
    wanted = {key for counter in counters for key in counter.series_keys()}
    new_series = sorted(wanted - _series(connection, edition).keys())
    statements.insert_new(connection, "series", SERIES, [(edition, *key) for key in new_series])
    return bool(new_tracks or new_series)


def compiled(connection: Connection, known: Known, edition: int) -> InForce:
    """Compile the timelines, for an edition that has been prepared for them."""
    lines = known.timelines
    counters, spans, offered = _counted(known)
    kinds = _kinds(known)
    tracks = _tracks(connection, edition, counters)
    series = _series(connection, edition)
    numbered = _numbered(connection, offered)
    return InForce(
        edition,
        tuple((number, milestone) for number, milestone in sorted(tracks.values(), key=lambda pair: pair[0])),
        _grouped((kind, c) for c in counters for kind in c.metric.counts if kind not in lines.milestones),
        _grouped((tracks[meaning(m)][0], c) for c in counters for m in c.milestones),
        counters,
        series,
        _paying(numbered, series),
        numbered,
        {number: (key[3], key[4]) for key, number in series.items()},
        _followed(tracks.values()),
        tuple((number, f"{m.record}/") for number, m in tracks.values() if m.credit == "owner"),
        _shown(spans, kinds, series),
    )


def _counted(known: Known) -> tuple[tuple[Counter, ...], list[MetricVersion], dict[str, list[Version]]]:
    """Return the counters of all metrics and incentives, the metrics' versions and the incentives'."""
    lines = known.timelines
    counters: dict[str, Counter] = {}
    spans = [span for key in lines.metrics for span in metric_versions(key, lines)]
    kinds = _kinds(known)
    for span in spans:
        counter = _counter(counters, span)
        counter.windows.update(Window(per, span.starts, span.ends) for per in kinds[span.metric.key])
    offered = {key: versions(key, lines) for key in lines.incentives}
    for version in (one for line in offered.values() for one in line):
        _counter(counters, version.counted).windows.add(window_of(version))
    return tuple(counters.values()), spans, offered


def window_of(version: Version) -> Window:
    """Return the window of the tallies that a version looks at: a streak looks at days."""
    per = version.incentive.per if version.incentive.in_a_row is None else "day"
    return Window(per, version.starts, version.ends)


def _counter(counters: dict[str, Counter], span: MetricVersion) -> Counter:
    means = meaning((span.metric, span.milestones))
    if means not in counters:
        counters[means] = Counter(len(counters), span, means)
    return counters[means]


def _kinds(known: Known) -> dict[str, set[str]]:
    """Return by which kinds of period each metric is kept: those that incentives, boards and plans use, else weeks."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for line in known.timelines.incentives.values():
        for part in line:
            kinds[part.body.metric].add(part.body.per if part.body.in_a_row is None else "day")
    for board in known.book.boards.values():
        kinds[board.metric].add(board.per)
    for parts in known.timelines.plans.values():
        for plan in (part.body for part in parts):
            for component in plan.components:
                dated = component.starts is not None or component.ends is not None
                for name in component.quantities():
                    kinds[name].add("day" if dated else plan.per)
    return {key: kinds.get(key) or {"week"} for key in known.timelines.metrics}


def _grouped(pairs: Iterable[tuple[Key, Counter]]) -> dict[Key, tuple[Counter, ...]]:
    groups: dict[Key, list[Counter]] = defaultdict(list)
    for key, counter in pairs:
        if counter not in groups[key]:
            groups[key].append(counter)
    return {key: tuple(found) for key, found in groups.items()}


def _shown(
    spans: Iterable[MetricVersion], kinds: Mapping[str, set[str]], series: Mapping[SeriesKey, int]
) -> dict[str, tuple[tuple[int, str], ...]]:
    """Leave out the series that only an incentive's clipped periods need: they count the same activities again."""
    shown: dict[str, set[tuple[int, str]]] = defaultdict(set)
    for span in spans:
        counter = Counter(0, span, meaning((span.metric, span.milestones)))
        counter.windows.update(Window(per, span.starts, span.ends) for per in kinds[span.metric.key])
        shown[span.metric.key].update((series[key], key[2]) for key in counter.series_keys())
    return {key: tuple(sorted(found)) for key, found in shown.items()}


def _followed(tracks: Iterable[tuple[int, Milestone]]) -> dict[str, tuple[tuple[int, str], ...]]:
    """Index the tracks by the activity types that can change them."""
    index: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, milestone in tracks:
        for kind in milestone.types:
            index[kind].append((number, f"{milestone.record}/"))
    return {kind: tuple(found) for kind, found in index.items()}


def _tracks(connection: Connection, edition: int, counters: Iterable[Counter]) -> dict[str, tuple[int, Milestone]]:
    wanted = {meaning(m): m for counter in counters for m in counter.milestones}
    numbers = dict(connection.execute(select(Track.meaning, Track.id).where(Track.edition == edition)).all())
    return {means: (numbers[means], milestone) for means, milestone in wanted.items()}


def _series(connection: Connection, edition: int) -> dict[SeriesKey, int]:
    table = Series
    query = select(table.metric, table.meaning, table.per, table.starts, table.ends, table.id)
    rows = connection.execute(query.where(table.edition == edition))
    return {(metric, means, per, starts, ends): number for metric, means, per, starts, ends, number in rows}


def _numbered(connection: Connection, offered: Mapping[str, list[Version]]) -> dict[str, tuple[Paid, ...]]:
    """Match the versions that follow from the timelines with those that were published."""
    table = PublishedVersion
    query = select(table.incentive, table.starts, table.id).where(table.starts < table.ends)
    numbers = {(key, starts): number for key, starts, number in connection.execute(query)}
    return {
        key: tuple(
            Paid(numbers[key, one.starts], one, meaning((one.counted.metric, one.counted.milestones))) for one in line
        )
        for key, line in offered.items()
    }


def _paying(numbered: Mapping[str, tuple[Paid, ...]], series: Mapping[SeriesKey, int]) -> dict[int, tuple[Paid, ...]]:
    paying: dict[int, list[Paid]] = defaultdict(list)
    by_meaning: dict[tuple[str, str], list[tuple[SeriesKey, int]]] = defaultdict(list)
    for key, number in series.items():
        by_meaning[key[1], key[2]].append((key, number))
    for line in numbered.values():
        for paid in line:
            window = window_of(paid.version)
            for (_, _, _, starts, ends), number in by_meaning[paid.meaning, window.per]:
                if (starts, ends) == WHOLE or (window.starts <= starts and ends <= window.ends):
                    paying[number].append(paid)
    return {number: tuple(found) for number, found in paying.items()}
