"""The archive: every activity as immutable Parquet, one file after the other, with a manifest in the database.

A file is written under another name, made durable, renamed, and then entered in the manifest; what no row of that
names is no part of the archive and is swept away.  The archive commits for itself, file by file: a rollback could not
take a file back (docs/decisions/history.md).
"""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from contextlib import contextmanager
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.history import engine as engines
from adoption.history import manifest
from adoption.history.manifest import Archive
from adoption.history.manifest import ArchivedFile
from adoption.history.normal import DATA_TYPE
from adoption.history.normal import fields
from adoption.models import Batch
from adoption.models import Receipt
from adoption.models import StoredActivity
from adoption.wire import data_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from pathlib import Path

    from duckdb import DuckDBPyRelation
    from sqlalchemy import Connection
    from sqlalchemy import Executable
    from sqlalchemy import Row

    from adoption.history.engine import Engine

ROWS = 32_768  # activities in a file, about
BYTES = 32 << 20  # a file is finished earlier when what it is made of has so many bytes
GROUP = 4_096  # rows that Parquet keeps together: what DuckDB must hold in memory to write them
FETCH = 2_000  # rows read from the database at once
COLUMNS = {
    "bucket": "SMALLINT",
    "source": "VARCHAR",
    "id": "VARCHAR",
    "type": "VARCHAR",
    "time": "BIGINT",
    "day": "INTEGER",
    "subject": "VARCHAR",
    "actor": "VARCHAR",
    "recorded": "BIGINT",
    "retracts": "VARCHAR",
    "batch": "BIGINT",
    "data": DATA_TYPE,
}
REPLACED = ".replaced-"  # before the name of a file that was replaced: an empty file, as old as that is long ago
STAYS = 3_600  # seconds that a replaced file stays
_OURS = re.compile(r"activities-[0-9]+-[0-9]+-[0-9]+\.parquet(\.part)?")
_STORED = tuple(getattr(StoredActivity, name) for name in COLUMNS)


def nothing(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def bring_up_to_date(progress: Callable[[int, int], None] = nothing) -> Archive:
    """Write the activities that are not archived yet; return the archive."""
    with snapshot() as (connection, horizon):
        return extend(connection, horizon, progress)


def as_it_is() -> Archive:
    """Return the archive without what is not archived yet; where nothing is, write it first."""
    files = manifest.files()
    if not files:
        return bring_up_to_date()
    return Archive(place(), tuple(files), max(file.last_batch for file in files))


@contextmanager
def snapshot() -> Iterator[tuple[Connection, int]]:
    """Give a reading connection that sees every batch up to a number, wholly, and none after it.

    On PostgreSQL the facts are held exclusively for the moment in which the snapshot is taken: no intake is under way
    then, so no smaller number can still appear.  SQLite has one writer, so any snapshot is such a moment.
    """
    with db.engine.connect() as gate:
        reading = {"isolation_level": "REPEATABLE READ"} if gate.dialect.name == "postgresql" else {}
        facts.exclusive(gate)
        with db.engine.connect().execution_options(**reading) as connection:
            horizon = connection.execute(select(func.coalesce(func.max(Batch.id), 0))).scalar_one()
            gate.rollback()
            yield connection, horizon


def extend(connection: Connection, horizon: int, progress: Callable[[int, int], None] = nothing) -> Archive:
    """Bring the archive up to ``horizon``, which the connection must see wholly."""
    folder = place()
    with alone(folder):
        files = manifest.files()
        _sweep(folder, {file.path for file in files})
        after = max((file.last_batch for file in files), default=0)
        ranges = list(_ranges(connection, after, horizon))
        total = sum(count for _, _, count in ranges)
        done = 0
        for first, last, _ in ranges:
            with engines.opened(folder, threads=1) as engine:
                made = _write(engine, connection, folder, first, last)
            manifest.enter(made, after)
            after = last if made else after
            files += made
            done += sum(file.rows for file in made)
            progress(done, total)
    return Archive(folder, tuple(files), horizon)


def place() -> Path:
    """Return where the archive is; the folder is made if it is missing."""
    found: Path = current_app.extensions["settings"].archive_folder
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time write to the archive."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def replaced(path: Path, now: float) -> None:
    """Note that a file is about to be replaced by another: it stays a while for those who are reading it."""
    marker = _marker(path)
    marker.touch()
    os.utime(marker, (now, now))


def _sweep(folder: Path, known: set[str]) -> None:
    """Remove what an interrupted run left behind, and what was replaced a while ago; foreign files are left alone."""
    for path in folder.iterdir():
        if _OURS.fullmatch(path.name) and path.name not in known:
            if not _still_read(_marker(path)):
                path.unlink()
        elif path.name.startswith(REPLACED) and not _still_read(path):
            path.unlink()
        elif path.name.startswith(engines.WORK) and path.is_dir() and not _in_use(path):
            shutil.rmtree(path, ignore_errors=True)


def _marker(path: Path) -> Path:
    return path.with_name(f"{REPLACED}{path.stem}")


def _still_read(marker: Path) -> bool:
    """Say whether a file was replaced so lately that a question may still read it."""
    try:
        return time.time() - marker.stat().st_mtime < STAYS
    except FileNotFoundError:
        return False


def _in_use(path: Path) -> bool:
    """Say whether the process that made a working folder still runs (on this machine)."""
    number = path.name.removeprefix(engines.WORK).partition("-")[0]
    try:
        os.kill(int(number), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _ranges(connection: Connection, after: int, horizon: int) -> Iterator[tuple[int, int, int]]:
    """Cut the batches that are not archived into ranges with about ``ROWS`` activities: first, last, activities."""
    query = select(Receipt.batch, func.sum(Receipt.accepted)).where(Receipt.batch > after, Receipt.batch <= horizon)
    first, gathered = after + 1, 0
    for batch, accepted in connection.execute(query.group_by(Receipt.batch).order_by(Receipt.batch)):
        gathered += int(accepted)
        if gathered >= ROWS:
            yield first, batch, gathered
            first, gathered = batch + 1, 0
    if first <= horizon:
        yield first, horizon, gathered


def _write(engine: Engine, connection: Connection, folder: Path, first: int, last: int) -> list[ArchivedFile]:
    """Write the activities of these batches: one file, or several if they are many or large."""
    made = []
    for number, lines in enumerate(_parts(connection, first, last)):
        path = engine.folder / "activities.ndjson"
        longest = engines.write_lines(path, (line for _, line in lines))
        lines.clear()
        made.append(written(engine, engine.lines(path, COLUMNS, longest), folder, (first, last, number)))
    return made


def _parts(connection: Connection, first: int, last: int) -> Iterator[list[tuple[str, bytes]]]:
    """Yield the activities of a file, as lines of JSON with their type.

    They are sorted by type, so that a question about one type passes over most groups of rows unread.
    """
    query = select(*_STORED).where(StoredActivity.batch.between(first, last), StoredActivity.type.is_not(None))
    lines: list[tuple[str, bytes]] = []
    size = 0
    for row in streamed(connection, query):
        lines.append((row.type, _line(row)))
        size += len(lines[-1][1])
        if len(lines) >= 2 * ROWS or size >= BYTES:
            lines.sort(key=itemgetter(0))
            yield lines
            lines, size = [], 0
    if lines:
        lines.sort(key=itemgetter(0))
        yield lines


def _line(row: Row[Any]) -> bytes:
    named = dict(zip(COLUMNS, row, strict=True))
    named["data"] = fields(data_of(named["data"]))
    return engines.encoded(named)


def streamed(connection: Connection, query: Executable) -> Iterable[Any]:
    """Run a query whose rows are fetched a few at a time."""
    return connection.execute(query, execution_options={"yield_per": FETCH})


def written(engine: Engine, lines: DuckDBPyRelation, folder: Path, numbers: tuple[int, int, int]) -> ArchivedFile:
    """Turn lines into a durable file; it is not in the manifest yet."""
    first, last, part = numbers
    name = f"activities-{first:012}-{last:012}-{part}.parquet"
    draft = folder / f"{name}.part"
    lines.write_parquet(str(draft), compression="zstd", row_group_size=GROUP)
    rows = rows_in(engine, draft)
    _make_durable(draft)
    digest = manifest.digest(draft)
    draft.rename(folder / name)
    _make_durable(folder)
    return ArchivedFile(name, digest, rows, first, last)


def rows_in(engine: Engine, path: Path) -> int:
    """Return how many rows a Parquet file says it has."""
    return len(engine.connection.read_parquet(str(path)))


def _make_durable(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
