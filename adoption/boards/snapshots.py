"""Large boards, ranked once for all readers: made, renewed and thrown away here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from zlib import crc32

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text

from adoption import clock
from adoption import facts
from adoption import statements
from adoption.boards import ranking
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Snapshot
from adoption.models import SnapshotPlace
from rules import period as periods
from rules import standing
from rules.period import SECOND

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.boards.ranking import Ground

REST = 15 * SECOND  # a snapshot younger than this is left alone, whatever came since
SETTLED = 60 * SECOND  # how long a batch may take from receipt to commit
LATE = 300 * SECOND  # a snapshot so far behind has been forgotten by its job: a reader renews it
KEPT = 86_400 * SECOND  # a snapshot that no job renews is deleted after this time
LOCK = 0x5350_4F03  # class of advisory locks: one snapshot

# The order asked for is the primary key's: PostgreSQL then reads by it, though it knows nothing of rows just written.
KEPT_PLACES = """
SELECT holder, value, rank, position FROM (
  SELECT holder, value, rank, position FROM snapshot_place
  WHERE series = :key AND period = :first AND teams = :teams ORDER BY position LIMIT :top) AS best
UNION
SELECT holder, value, rank, position FROM (
  SELECT holder, value, rank, position FROM snapshot_place
  WHERE series = :key AND period = :first AND teams = :teams AND position
   BETWEEN (SELECT position FROM snapshot_place
            WHERE series = :key AND period = :first AND teams = :teams AND holder = :me) - :around
       AND (SELECT position FROM snapshot_place
            WHERE series = :key AND period = :first AND teams = :teams AND holder = :me) + :around
  ORDER BY position LIMIT :around + :around + 1) AS near
"""
# A snapshot is renewed through a table of its own: all of it is of one moment, and only what changed is written.
RENEW = (
    "CREATE TEMPORARY TABLE place_now (position INTEGER, rank INTEGER, holder INTEGER, value BIGINT)",
    "INSERT INTO place_now (position, rank, holder, value) SELECT position, rank, holder, value FROM ({ranked}) AS r",
    """
    INSERT INTO snapshot_place (series, period, teams, position, rank, holder, value)
    SELECT :key, :first, :teams, d.position, d.rank, d.holder, d.value FROM (
      SELECT position, rank, holder, value FROM place_now EXCEPT
      SELECT position, rank, holder, value FROM snapshot_place
      WHERE series = :key AND period = :first AND teams = :teams) AS d WHERE true
    ON CONFLICT (series, period, teams, position) DO UPDATE
    SET rank = excluded.rank, holder = excluded.holder, value = excluded.value
    """,
    """
    DELETE FROM snapshot_place WHERE series = :key AND period = :first AND teams = :teams
    AND position > (SELECT COUNT(*) FROM place_now)
    """,
    """
    INSERT INTO snapshot (series, period, teams, batch, taken, size)
    SELECT :key, :first, :teams, :batch, :now, COUNT(*) FROM place_now WHERE true
    ON CONFLICT (series, period, teams) DO UPDATE
    SET batch = excluded.batch, taken = excluded.taken, size = excluded.size
    """,
    "DROP TABLE place_now",
)


def find(connection: Connection, ground: Ground) -> Row[Any] | None:
    """Return the snapshot's line, with the number and the receipt of the newest batch."""
    newest = select(func.max(Batch.id)).scalar_subquery()
    received = select(Batch.received).where(Batch.id == newest).scalar_subquery()
    query = select(Snapshot.batch, Snapshot.taken, Snapshot.size, newest.label("newest"), received.label("received"))
    at = ground.key
    query = query.where(Snapshot.series == at["key"], Snapshot.period == at["first"], Snapshot.teams == at["teams"])
    return connection.execute(query).first()


def places(connection: Connection, ground: Ground, top: int, me: int | None) -> list[Row[Any]]:
    """Return the top and the neighbourhood from a snapshot."""
    seen = {"top": top, "me": me, "around": standing.AROUND}
    return list(connection.execute(text(KEPT_PLACES), ground.key | seen))


def is_late(snapshot: Row[Any], now: int) -> bool:
    """Say whether nobody renews the snapshot, so that a reader has to."""
    return behind(snapshot, now) and snapshot.taken < now - LATE


def behind(snapshot: Row[Any], now: int) -> bool:
    """Say whether something may have come since the snapshot was taken.

    Concurrent batches may commit in another order than they are numbered, so a snapshot is final only if it was taken
    a while after the newest batch came.
    """
    if snapshot.newest is None or now - snapshot.taken < REST:
        return False
    return bool(snapshot.batch < snapshot.newest or snapshot.taken < snapshot.received + SETTLED)


def refresh_stale(now: int | None = None) -> bool:
    """Renew the snapshot of one board whose tallies may have changed, or delete one that nobody needs.

    Say whether there was anything to do; the caller commits, and calls again if so.  Looks at the running period of
    each board and at the one before it (for what comes late).
    """
    moment = clock.now() if now is None else now
    known = facts.current()
    connection = db.session.connection()
    today = known.today(moment)
    wanted = set()
    for board in known.book.boards.values():
        running = periods.start(board.per, today)
        for first in {running, periods.start(board.per, max(running - 1, periods.EVER))}:
            ground = ranking.ground_of(connection, known, board, first, today)
            if ground is None:
                continue
            wanted.add(tuple(ground.key.values()))
            snapshot = find(connection, ground)
            if (snapshot is None and ranking.is_large(connection, ground)) or (snapshot and behind(snapshot, moment)):
                refresh(begin_write(), ground, moment)
                return True
    return _forget(connection, wanted, moment)


def refresh(connection: Connection, ground: Ground, now: int) -> None:
    """Rank a board into its snapshot; whoever comes second finds it done."""
    at = ground.key
    if not statements.is_sqlite(connection):
        number = crc32("/".join(map(str, at.values())).encode()) >> 1
        connection.execute(text("SELECT pg_advisory_xact_lock(:kind, :number)"), {"kind": LOCK, "number": number})
    known = find(connection, ground)
    if known is not None and not behind(known, now):
        return
    # First the newest batch, then the tallies: what comes in between is in them, or makes the snapshot old.
    batch = connection.execute(select(func.max(Batch.id))).scalar() or 0
    given = ranking.parameters(ground) | at | {"batch": batch, "now": now}
    for statement in RENEW:
        sql = ranking.prepared(statement, ground) if "{ranked}" in statement else text(statement)
        connection.execute(sql, given)


def _forget(connection: Connection, wanted: set[tuple[int, ...]], now: int) -> bool:
    """Delete one snapshot that is neither renewed nor young."""
    query = select(Snapshot.series, Snapshot.period, Snapshot.teams)
    rows = connection.execute(query.where(Snapshot.taken < now - KEPT))
    old = next((tuple(row) for row in rows if tuple(row) not in wanted), None)
    if old is None:
        return False
    connection = begin_write()
    for table in (SnapshotPlace, Snapshot):
        connection.execute(delete(table).where(table.series == old[0], table.period == old[1], table.teams == old[2]))
    return True
