"""DuckDB, kept small: limited memory, spilling beside the archive, nothing downloaded."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import duckdb
import msgspec
from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

MEMORY = 128  # MB; beyond it DuckDB spills to disk. The process itself needs about as much again.
THREADS = 2
WORK = ".work-"  # working folders are named so, with the number of the process that uses them
ROOM = 1 << 20  # bytes of a line for which DuckDB makes room at least, twice per thread
FLUSH = 1 << 20  # bytes gathered before they are written

_encoder = msgspec.json.Encoder()


class Engine:
    """One DuckDB database in memory, with a folder for what does not fit and for what is fed to it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        """Take over a connection; ``folder`` vanishes with it."""
        self.connection = connection
        self.folder = folder

    def feed(self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]) -> None:
        """Make a table of these rows, streamed through a file: types are stated, nothing is guessed."""
        path = self.folder / f"{name}.ndjson"
        names = tuple(columns)
        longest = write_lines(path, (encoded(dict(zip(names, row, strict=True))) for row in rows))
        self.lines(path, columns, longest).create(name)
        path.unlink()

    def lines(self, path: Path, columns: Mapping[str, str], longest: int) -> duckdb.DuckDBPyRelation:
        """Return what a file of JSON lines holds, each column with its stated type; ``longest`` is in bytes."""
        return self.connection.read_json(
            str(path),
            columns=dict(columns),
            format="newline_delimited",
            compression="none",
            maximum_object_size=max(ROOM, longest),
        )

    def keep(self, name: str, query: exp.Query) -> str:
        """Run a query and keep its rows as a table; return the table's name."""
        self.connection.sql(query.sql(dialect="duckdb")).create(name)
        return name

    def drop(self, *names: str) -> None:
        """Remove tables that are no longer needed."""
        for name in names:
            self.connection.execute(exp.Drop(tables=[exp.to_table(name)], kind="TABLE").sql(dialect="duckdb"))

    def view(self, name: str, query: exp.Query) -> None:
        """Give a query a name."""
        self.connection.sql(query.sql(dialect="duckdb")).create_view(name)

    def rows(self, query: exp.Query, size: int = 10_000) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query, a few at a time."""
        cursor = self.connection.execute(query.sql(dialect="duckdb"))
        while rows := cursor.fetchmany(size):
            yield from rows

    def all(self, query: exp.Query) -> list[tuple[Any, ...]]:
        """Return the rows of a query that has few."""
        return self.connection.execute(query.sql(dialect="duckdb")).fetchall()


@contextmanager
def opened(folder: Path, *, memory: int = MEMORY, threads: int = THREADS) -> Iterator[Engine]:
    """Give an engine whose temporary files lie in ``folder``; they are gone afterwards."""
    work = Path(tempfile.mkdtemp(prefix=f"{WORK}{os.getpid()}-", dir=folder))
    connection = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": f"{memory}MB",
            "threads": threads,
            "temp_directory": str(work),
            "preserve_insertion_order": False,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    connection.execute("SET enable_progress_bar = false")  # it would draw into what a command writes
    try:
        yield Engine(connection, work)
    finally:
        connection.close()
        shutil.rmtree(work, ignore_errors=True)


def encoded(row: Mapping[str, Any]) -> bytes:
    """Return a row as one line of JSON."""
    return _encoder.encode(row) + b"\n"


def write_lines(path: Path, lines: Iterable[bytes]) -> int:
    """Write these lines and return how long the longest is."""
    longest, buffer = 0, bytearray()
    with path.open("wb") as file:
        for line in lines:
            buffer += line
            longest = max(longest, len(line))
            if len(buffer) > FLUSH:
                file.write(buffer)
                buffer.clear()
        file.write(buffer)
    return longest
