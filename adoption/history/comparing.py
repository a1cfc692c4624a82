"""The comparisons of a verification: each finds one kind of state anew and sets it against the live table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import func
from sqlalchemy import select as from_table
from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption.history import wording
from adoption.history.archive import streamed
from adoption.history.conditions import every
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.history.kept import WHOLE
from adoption.history.kept import kept
from adoption.history.sides import EXAMPLES
from adoption.models import RecordProgress
from adoption.models import Series
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import Track
from adoption.models import Unscored
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.history.manifest import Archive
    from adoption.history.sides import Sides
    from rules.version import MetricVersion

TALLY = ("series", "holder", "period")
OUTCOME = ("time", "source", "id", "actor_source", "actor", "day")


def activities(sides: Sides, archive: Archive) -> None:
    """Compare which activities are stored with those that are archived."""
    table = StoredActivity
    counted = from_table(func.count()).where(table.type.is_not(None))
    if sides.connection.execute(counted.where(table.batch <= archive.horizon)).scalar_one() == archive.rows:
        return
    for first, last in sorted({(file.first_batch, file.last_batch) for file in archive.files}):
        archived = sum(file.rows for file in archive.files if file.first_batch == first)
        if sides.connection.execute(counted.where(table.batch.between(first, last))).scalar_one() != archived:
            _missing(sides, first, last)


def _missing(sides: Sides, first: int, last: int) -> None:
    """Name the activities that are only stored, or only archived, of these batches."""
    table = StoredActivity
    query = from_table(table.source, table.id).where(table.type.is_not(None), table.batch.between(first, last))
    sides.engine.feed("stored", {"source": "VARCHAR", "id": "VARCHAR"}, streamed(sides.connection, query))
    inside = every(
        [exp.GTE(this=col("batch"), expression=num(first)), exp.LTE(this=col("batch"), expression=num(last))]
    )
    archived = select("source", "id").from_("activity").where(inside)
    stored = select("source", "id").from_("stored")
    for kind, one, other in (
        ("archived activities are no longer in the database", archived, stored),
        ("stored activities are not in the archive", stored, archived),
    ):
        rows = select("source", "id").from_(exp.except_(one, other, distinct=False).subquery("gone"))
        sides.differ(kind, rows, ("source", "id"), lambda source, name: f"activity {name} of {source}")
    sides.engine.drop("stored")


def unscored(sides: Sides) -> None:
    """Report activities that wait to be scored: whatever they count for is missing."""
    count = sides.connection.execute(from_table(func.count()).select_from(Unscored)).scalar_one()
    rows = sides.connection.execute(
        from_table(Unscored.source, Unscored.id, Unscored.reason).order_by(Unscored.since).limit(EXAMPLES)
    )
    said = [f"activity {name} of {source}: {reason}" for source, name, reason in rows]
    sides.report("activities are not scored yet", count, said)


class Slot(NamedTuple):
    """A series: its number (negative if the live tables have none), metric, kind of period, and the days it covers."""

    number: int
    metric: str
    per: str
    clip: tuple[int, int]


def tallies(sides: Sides) -> Iterator[int]:
    """Compare the tallies of all series in force, metric by metric."""
    columns = {"series": "BIGINT", "holder": "BIGINT", "period": "INTEGER", "value": "BIGINT"}
    table = Tally
    query = from_table(table.series, table.holder, table.period, table.value)
    query = query.join(Series, Series.id == table.series).where(Series.edition == sides.edition, table.value != 0)
    sides.engine.feed("live_tally", columns, streamed(sides.connection, query))
    numbers = _series(sides)
    for means, one in kept(sides.known).items():
        slots: dict[int, Slot] = {}
        parts: list[exp.Query] = []
        for per, clip, stretches in one.series():
            number = numbers.get((means, per, *clip), -len(slots) - 1)
            slots[number] = Slot(number, one.counted.metric.key, per, clip)
            parts += [_tallied(sides, one.counted, slots[number], stretch) for stretch in stretches]
        yield _compare_tallies(sides, slots, parts)
    sides.engine.drop("live_tally")


def _tallied(sides: Sides, counted: MetricVersion, slot: Slot, stretch: tuple[int, int]) -> exp.Query:
    """Return the tallies that a series should hold of a stretch; of whole periods only those within it."""
    tallied = sides.history.version_tallies(counted, slot.per, *stretch)
    if slot.clip == WHOLE:
        starts, ends = stretch
        after = exp.GTE(this=col("starts", "c"), expression=num(starts))
        tallied = tallied.where(every([after, exp.LTE(this=col("ends", "c"), expression=num(ends))]))
    return select(exp.alias_(num(slot.number), "series"), "holder", "period", "value").from_(tallied.subquery("t"))


def _compare_tallies(sides: Sides, slots: dict[int, Slot], parts: Sequence[exp.Query]) -> int:
    sides.engine.keep("expected", parts[0] if len(parts) == 1 else union(*parts, distinct=True))
    live = select("*").from_("live_tally").where(col("series").isin(*map(num, slots)))
    sides.set_against("expected", live, TALLY, "value")

    def say(number: int, holder: int, first: int, expected: int, actual: int) -> str:
        slot = slots[number]
        days = None if slot.clip == WHOLE else slot.clip
        return wording.tally(sides.known, slot.metric, holder, (slot.per, first, days), (actual, expected))

    sides.differ("tallies differ", select("*").from_("differing"), (*TALLY, "expected", "actual"), say)
    return sides.count("expected", "differing")


def _series(sides: Sides) -> dict[tuple[str, str, int, int], int]:
    table = Series
    query = from_table(table.meaning, table.per, table.starts, table.ends, table.id)
    rows = sides.connection.execute(query.where(table.edition == sides.edition))
    return {(means, per, starts, ends): number for means, per, starts, ends, number in rows}


def milestones(sides: Sides) -> Iterator[int]:
    """Compare which records have reached which milestone, when, and to whom it is credited."""
    query = from_table(Track.meaning, Track.id).where(Track.edition == sides.edition)
    numbers = dict(sides.connection.execute(query).all())
    lines = sides.known.timelines
    tracked = {
        meaning(one): one for key in lines.metrics for span in metric_versions(key, lines) for one in span.milestones
    }
    columns = {"track": "BIGINT", "record": "VARCHAR", "time": "BIGINT", "source": "VARCHAR", "id": "VARCHAR"}
    columns |= {"actor_source": "VARCHAR", "actor": "VARCHAR", "day": "INTEGER"}
    sides.engine.feed("live_outcome", columns, _outcomes(sides))
    for means, milestone in tracked.items():
        parts = ("subject", *OUTCOME)
        found = select(*parts).from_(sides.history.outcomes(milestone))
        live = select(exp.alias_(col("record"), "subject"), *OUTCOME).from_("live_outcome")
        live = live.where(col("track").eq(num(numbers.get(means, -1))))
        for kind, one, other in (
            (f"records should have reached {milestone.key}", found, live),
            (f"records should not have reached {milestone.key}, or not so", live, found),
        ):
            rows = select(*parts).from_(exp.except_(one, other, distinct=False).subquery("gone"))
            sides.differ(kind, rows, parts, wording.outcome)
        yield sides.count(sides.history.outcomes(milestone))
    sides.engine.drop("live_outcome")


def _outcomes(sides: Sides) -> Iterator[tuple[Any, ...]]:
    """Yield what the live tables say of records that have reached a milestone."""
    table = RecordProgress
    query = from_table(table.track, table.record, table.state, table.day)
    query = query.join(Track, Track.id == table.track).where(Track.edition == sides.edition, table.state != "")
    query = query.where(table.state.not_like("%,null]") | table.day.is_not(None))
    read = msgspec.json.Decoder(tuple[Any, Any, bool, tuple[int, str, str, str | None, str | None] | None])
    for track, record, state, day in streamed(sides.connection, query):
        outcome = read.decode(state)[3] or (None,) * 5
        yield (track, record, *outcome, day)
