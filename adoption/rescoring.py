"""Building the derived state anew after facts changed, beside the one in use, in small resumable steps.

A new *edition* is filled bucket by bucket from the stored activities; what arrives meanwhile goes into both.  Then it
takes the place of the old one, and all awards are brought in line.  The end is the same as if the facts had been known
from the start.  Every step is one transaction, so a killed job goes on where it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import awards
from adoption import clock
from adoption import facts
from adoption import inforce
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import DistinctKey
from adoption.models import Edition
from adoption.models import Facts
from adoption.models import RecordProgress
from adoption.models import Series
from adoption.models import Snapshot
from adoption.models import SnapshotPlace
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import Track
from adoption.models import Unscored
from adoption.models.base import BUCKETS
from adoption.scoring import Notes
from adoption.scoring import apply
from adoption.scoring import milestones

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from rules.activity import Activity

    Hot = type[Award | DistinctKey | RecordProgress | StoredActivity | Tally]

CHUNK = 5_000  # activities scored at once
ENOUGH = 20_000  # rows after which a step commits, so that nobody waits long


class Progress(NamedTuple):
    """How far the work is: steps done of all (each bucket is read once and its awards settled once)."""

    done: int
    total: int


def needed() -> bool:
    """Say whether the tallies are behind the facts, or a building edition waits to be finished."""
    behind = db.session.execute(select(Facts.rescored < Facts.version)).scalar()
    open_editions = select(Edition.id).where((Edition.state != "active") | (Edition.settled < BUCKETS - 1))
    return bool(behind) or db.session.execute(open_editions).first() is not None


def run_to_end(report: Callable[[Progress], None] = lambda _: None) -> None:
    """Take steps until nothing is left to do."""
    while (progress := step()) is not None:
        report(progress)


def step() -> Progress | None:
    """Take one step and commit it; ``None`` if there was nothing to do."""
    connection = begin_write()
    facts.exclusive(connection)
    facts.version_of(connection)
    building = _edition(connection, "building")
    active = _edition(connection, "active")
    if building is not None:
        progress = _read_buckets(connection, building)
    elif active is not None and active.settled < BUCKETS - 1:
        progress = _settle_buckets(connection, active)
    elif (retired := _edition(connection, "retired")) is not None:
        progress = _sweep_buckets(connection, retired)
    elif connection.execute(select(Facts.rescored < Facts.version)).scalar():
        progress = _begin(connection)
    else:
        db.session.rollback()
        return None
    db.session.commit()
    return progress


def _edition(connection: Connection, state: str) -> Row[Any] | None:
    query = select(Edition.__table__).where(Edition.state == state).order_by(Edition.id).limit(1)
    return connection.execute(query).first()


def _begin(connection: Connection) -> Progress:
    version = connection.execute(select(Facts.version)).scalar_one()
    row = {"state": "building", "facts": version, "cursor": -1, "settled": -1, "started": clock.now()}
    number = connection.execute(insert(Edition).values(row).returning(Edition.id)).scalar_one()
    inforce.prepare(connection, facts.at(connection, version), number)
    return Progress(0, 2 * BUCKETS)


def _read_buckets(connection: Connection, edition: Row[Any]) -> Progress:
    """Score the stored activities of the next buckets into the new edition; after the last, let people see it."""
    known = facts.of(connection)
    force = inforce.of(connection, known, edition.id)
    bucket, scored = edition.cursor, 0
    while bucket < BUCKETS - 1 and scored < ENOUGH:
        bucket = _next(connection, bucket, StoredActivity)
        for chunk in _stored(connection, bucket):
            scored += len(chunk)
            apply(connection, known, force, chunk, [], bucket, Notes(), clock.now())
    connection.execute(update(Edition).where(Edition.id == edition.id).values(cursor=bucket))
    if bucket == BUCKETS - 1:
        connection.execute(update(Edition).where(Edition.state == "active").values(state="retired", cursor=-1))
        changes = {"state": "active", "finished": clock.now()}
        connection.execute(update(Edition).where(Edition.id == edition.id).values(changes))
        connection.execute(update(Facts).values(rescored=edition.facts))
    return Progress(bucket + 1, 2 * BUCKETS)


def _stored(connection: Connection, bucket: int) -> Iterator[list[Activity]]:
    """Yield what counts of a bucket in chunks; what is listed as unscored is left to its own job."""
    table = StoredActivity.__table__.c
    listed = set(connection.execute(select(Unscored.source, Unscored.id).where(Unscored.bucket == bucket)).all())
    query = select(*(table[name] for name in milestones.COLUMNS)).where(
        table.bucket == bucket, table.type.is_not(None), table.retracts.is_(None), table.retracted == 0
    )
    rows = connection.execute(query).all()
    for begin in range(0, len(rows), CHUNK):
        yield [one for one in milestones.activities_of(rows[begin : begin + CHUNK]) if one[:2] not in listed]


def _settle_buckets(connection: Connection, edition: Row[Any]) -> Progress:
    """Bring the awards of the next buckets in line with the new tallies."""
    known = facts.of(connection)
    force = inforce.of(connection, known, edition.id)
    bucket, looked_at = edition.settled, 0
    while bucket < BUCKETS - 1 and looked_at < ENOUGH:
        bucket = _next(connection, bucket, Tally, Award)
        looked_at += awards.settle_bucket(connection, known, force, bucket, clock.now())
    connection.execute(update(Edition).where(Edition.id == edition.id).values(settled=bucket))
    return Progress(BUCKETS + bucket + 1, 2 * BUCKETS)


def _sweep_buckets(connection: Connection, edition: Row[Any]) -> Progress:
    """Delete the rows of a retired edition in the next buckets; after the last, what is left of it."""
    series = select(Series.id).where(Series.edition == edition.id).scalar_subquery()
    tracks = select(Track.id).where(Track.edition == edition.id).scalar_subquery()
    bucket, gone = edition.cursor, 0
    while bucket < BUCKETS - 1 and gone < ENOUGH:
        bucket = _next(connection, bucket, Tally, DistinctKey, RecordProgress)
        for swept in (
            delete(Tally).where(Tally.bucket == bucket, Tally.series.in_(series)),
            delete(DistinctKey).where(DistinctKey.bucket == bucket, DistinctKey.series.in_(series)),
            delete(RecordProgress).where(RecordProgress.bucket == bucket, RecordProgress.track.in_(tracks)),
        ):
            gone += connection.execute(swept).rowcount
    if bucket == BUCKETS - 1:
        connection.execute(delete(Snapshot).where(Snapshot.series.in_(series)))
        connection.execute(delete(SnapshotPlace).where(SnapshotPlace.series.in_(series)))
        connection.execute(delete(Series).where(Series.edition == edition.id))
        connection.execute(delete(Track).where(Track.edition == edition.id))
        connection.execute(delete(Edition).where(Edition.id == edition.id))
    else:
        connection.execute(update(Edition).where(Edition.id == edition.id).values(cursor=bucket))
    return Progress(2 * BUCKETS, 2 * BUCKETS)


def _next(connection: Connection, bucket: int, *tables: Hot) -> int:
    """Return the next bucket in which one of the tables has a row, or the last; one look into an index each.

    In a small house most buckets are empty, and asking each of them takes longer than all the rest.
    """
    following = [connection.scalar(select(func.min(table.bucket)).where(table.bucket > bucket)) for table in tables]
    return min((one for one in following if one is not None), default=BUCKETS - 1)
