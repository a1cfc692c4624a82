"""What ingestion is measured against: the same activities into a table with the same columns and the same unique key.

The rows are read, sorted and stamped beforehand; nothing but their insert and its commit is measured.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING
from typing import Any

import msgspec
import psycopg
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.schema import CreateTable

from adoption import intake
from adoption import statements
from adoption.models import Base

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.places import Place

WAYS = ("executemany", "one statement")
Rows = list[tuple[Any, ...]]
_TABLE = CreateTable(Base.metadata.tables["activity"])  # without the indexes
_LISTED = ", ".join(statements.ACTIVITY)


def prepared(items: Sequence[bytes], now: int) -> Rows:
    """Return activities as rows, in the order of their key."""
    found = intake.read(items, now)
    assert not found.refused
    return sorted((one.bucket, *one.activity[:9], one.data, 1, 0) for _, one in found.reads)


class Sqlite:
    """A table in a file of its own, with the settings of the product's connections."""

    def __init__(self, place: Place, way: str) -> None:
        """Make the table."""
        self.connection = sqlite3.connect(place.folder / f"raw-{WAYS.index(way)}.db", isolation_level=None)
        for setting in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536", "temp_store = MEMORY"):
            self.connection.execute(f"PRAGMA {setting}")
        self.connection.execute(str(_TABLE.compile(dialect=sqlite.dialect())))
        self.insert = self._many if way == "executemany" else self._one

    def _many(self, rows: Rows) -> None:
        marks = ", ".join("?" * len(statements.ACTIVITY))
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(f"INSERT INTO activity ({_LISTED}) VALUES ({marks})", rows)
        self.connection.execute("COMMIT")

    def _one(self, rows: Rows) -> None:
        values = ", ".join(f"value->>{index}" for index in range(len(statements.ACTIVITY)))
        given = msgspec.json.encode(rows).decode()
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.execute(f"INSERT INTO activity ({_LISTED}) SELECT {values} FROM json_each(?)", [given])
        self.connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()


class Postgresql:
    """A table in a schema of its own, in the same database."""

    def __init__(self, place: Place, way: str) -> None:
        """Make the table."""
        url = make_url(place.url).set(drivername="postgresql")
        self.connection = psycopg.connect(url.render_as_string(hide_password=False))
        schema = f"raw_{WAYS.index(way)}"
        self.connection.execute(f"CREATE SCHEMA {schema}")
        self.connection.execute(f"SET search_path = {schema}")
        self.connection.execute(str(_TABLE.compile(dialect=postgresql.dialect())))
        self.connection.commit()
        self.insert = self._many if way == "executemany" else self._one

    def _many(self, rows: Rows) -> None:
        marks = ", ".join(["%s"] * len(statements.ACTIVITY))
        with self.connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO activity ({_LISTED}) VALUES ({marks})", rows)
        self.connection.commit()

    def _one(self, rows: Rows) -> None:
        relation = statements.relation("activity", statements.ACTIVITY, "postgresql")
        given = statements.parameters(rows, "postgresql")
        self.connection.execute(f"INSERT INTO activity ({_LISTED}) SELECT {_LISTED} FROM {relation} AS g", given)
        self.connection.commit()

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


Raw = Sqlite | Postgresql


def tables(place: Place) -> dict[str, Raw]:
    """Make a table for each way to insert."""
    maker = Sqlite if place.kind == "SQLite" else Postgresql
    return {way: maker(place, way) for way in WAYS}
