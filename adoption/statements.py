# ruff: noqa: S608  # every statement here is put together from our own names of tables and columns; values are parameters
"""The few statements that differ between SQLite and PostgreSQL, each for many rows at once.

Rows travel as one JSON text and become a relation inside the database: one statement per table and batch, however many
rows.  Rows are sorted by their key before they get here, so that concurrent writers lock them in one order.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

import msgspec
from sqlalchemy import ARRAY
from sqlalchemy import BigInteger
from sqlalchemy import any_
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select

from adoption.models import Base

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

_encoder = msgspec.json.Encoder()
TYPES = {
    "SMALLINT": "smallint",
    "INTEGER": "integer",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
}  # anything else is text


def is_sqlite(connection: Connection) -> bool:
    """Say which of the two databases this is."""
    return connection.dialect.name == "sqlite"


def among(connection: Connection, column: ColumnElement[int], numbers: Collection[int]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of these numbers, however many: they are one parameter.

    ``column.in_(numbers)`` has a parameter for each, of which PostgreSQL takes 65,535, and SQLite often fewer.
    """
    if is_sqlite(connection):
        each = func.json_each(_encoder.encode(sorted(numbers)).decode()).table_valued("value")
        return column.in_(select(each.c.value))
    return column == any_(literal(sorted(numbers), ARRAY(BigInteger)))


@lru_cache(maxsize=256)
def relation(table: str, columns: tuple[str, ...], dialect: str) -> str:
    """Return a sub-query that turns the parameter ``:rows`` into rows of these columns of ``table``."""
    if dialect == "sqlite":
        listed = ", ".join(f"value->>{index} AS {name}" for index, name in enumerate(columns))
        return f"(SELECT {listed} FROM json_each(:rows))"
    types = Base.metadata.tables[table].columns
    listed = ", ".join(f"f{index} {TYPES.get(str(types[name].type), 'text')}" for index, name in enumerate(columns))
    named = ", ".join(f"f{index} AS {name}" for index, name in enumerate(columns))
    return f"(SELECT {named} FROM json_to_recordset(%(rows)s) AS given({listed}))"


def parameters(rows: Iterable[Sequence[Any]], dialect: str) -> dict[str, str]:
    """Return the rows as the parameter that ``relation`` reads."""
    if dialect == "sqlite":
        return {"rows": _encoder.encode(list(rows)).decode()}
    given = list(rows)
    shape = _shape(len(given[0]) if given else 0)
    return {"rows": _encoder.encode([shape(*row) for row in given]).decode()}


@lru_cache(maxsize=32)
def _shape(width: int) -> Any:
    """Return a record of that many fields: encoded as a JSON object far faster than a dictionary made for each row."""
    return msgspec.defstruct("Given", [f"f{index}" for index in range(width)], gc=False)


def run(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]], sql: str) -> Any:
    """Run a statement in which ``{given}`` stands for the rows; return its result."""
    dialect = connection.dialect.name
    return connection.exec_driver_sql(_prepared(sql, table, columns, dialect), parameters(rows, dialect))


@lru_cache(maxsize=256)
def _prepared(sql: str, table: str, columns: tuple[str, ...], dialect: str) -> str:
    """Return the statement as the driver takes it: nothing in it but names is ours to compile."""
    return sql.replace("{given}", relation(table, columns, dialect))


def insert_new(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows; those whose key exists stay as they are."""
    if rows and is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
        connection.exec_driver_sql(sql, list(rows))
    elif rows:
        listed = ", ".join(columns)
        sql = f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {{given}} AS g WHERE true ON CONFLICT DO NOTHING"
        run(connection, table, columns, rows, sql)


def insert_long(connection: Connection, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows with long texts, of which none is there yet: nobody else makes such rows at the same time."""
    if is_sqlite(connection):
        insert_new(connection, table, columns, rows)
    elif rows:
        cursor = connection.connection.cursor()  # the driver's: what is copied is not read as JSON first
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def add(
    connection: Connection, table: str, key: tuple[str, ...], value: str, rows: Sequence[Sequence[Any]]
) -> list[Any]:
    """Add to the value of each key, and return the keys (less the bucket) with their new values."""
    if not rows:
        return []
    columns = (*key, value)
    listed = ", ".join(columns)
    sql = (
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {{given}} AS g WHERE true"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {value} = {table}.{value} + excluded.{value}"
        f" RETURNING {', '.join(columns[1:])}"
    )
    return list(run(connection, table, columns, rows, sql))


def put(
    connection: Connection, table: str, key: tuple[str, ...], values: tuple[str, ...], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows, or set the values of those whose key exists."""
    if not rows:
        return
    columns = (*key, *values)
    listed = ", ".join(columns)
    sets = ", ".join(f"{name} = excluded.{name}" for name in values)
    if is_sqlite(connection):  # nothing comes back, so plain parameters are faster than JSON
        marks = ", ".join("?" * len(columns))
        sql = f"INSERT INTO {table} ({listed}) VALUES ({marks}) ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
        connection.exec_driver_sql(sql, list(rows))
        return
    sql = (
        f"INSERT INTO {table} ({listed}) SELECT {listed} FROM {{given}} AS g WHERE true"
        f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {sets}"
    )
    run(connection, table, columns, rows, sql)


def find(  # noqa: PLR0913  # a query has these parts
    connection: Connection,
    table: str,
    key: tuple[str, ...],
    wanted: tuple[str, ...],
    rows: Sequence[Sequence[Any]],
    *,
    lock: bool = False,
) -> list[Any]:
    """Return the wanted columns of the rows with these keys; ``lock`` keeps others from changing them meanwhile.

    They are locked in the order of their primary key, so that nobody waits in a circle.
    """
    if not rows:
        return []
    joined = " AND ".join(f"t.{name} = g.{name}" for name in key)
    listed = ", ".join(f"t.{name}" for name in wanted)
    # CROSS JOIN makes SQLite look up each given key instead of walking the table.
    sql = f"SELECT {listed} FROM {{given}} AS g CROSS JOIN {table} AS t WHERE {joined}"
    if lock and not is_sqlite(connection):
        order = Base.metadata.tables[table].primary_key.columns.keys()
        sql += f" ORDER BY {', '.join(f't.{name}' for name in order)} FOR UPDATE OF t"
    return list(run(connection, table, key, rows, sql))


def about(connection: Connection, wanted: tuple[str, ...], records: Sequence[str], until: int) -> list[Any]:
    """Return the activities about these records that stand and retract nothing, from the buckets up to ``until``."""
    listed = ", ".join(f"t.{name}" for name in wanted)
    sql = (
        f"SELECT {listed} FROM {{given}} AS g CROSS JOIN activity AS t WHERE t.subject = g.subject"
        f" AND t.retracted = 0 AND t.retracts IS NULL AND t.type IS NOT NULL AND t.bucket <= {int(until)}"
    )
    return list(run(connection, "activity", ("subject",), [(record,) for record in records], sql))


def delete(connection: Connection, table: str, key: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    """Delete the rows with these keys."""
    if rows:
        listed = ", ".join(key)
        run(
            connection,
            table,
            key,
            rows,
            f"DELETE FROM {table} WHERE ({listed}) IN (SELECT {listed} FROM {{given}} AS g)",
        )


# The activity table is the one place where the two databases go different ways, for speed.

ACTIVITY_KEY = ("bucket", "source", "id")
CONTENT = ("type", "time", "day", "subject", "actor", "recorded", "retracts", "data", "batch")
ACTIVITY = (*ACTIVITY_KEY, *CONTENT, "retracted")
_MARKS = ", ".join(
    f"{name} = CASE WHEN activity.type IS NULL THEN excluded.{name} ELSE activity.{name} END" for name in CONTENT
)
_STORE = (
    f"INSERT INTO activity ({', '.join(ACTIVITY)}) SELECT {', '.join(ACTIVITY)} FROM {{given}} AS g WHERE true"
    f" ON CONFLICT (bucket, source, id) DO UPDATE SET {_MARKS},"
    " retracted = CASE WHEN excluded.retracted > activity.retracted THEN excluded.retracted ELSE activity.retracted END"
    " WHERE (activity.type IS NULL AND excluded.type IS NOT NULL) OR excluded.retracted > activity.retracted"
    " RETURNING source, id, batch, retracted"
)
_INSERT = f"INSERT INTO activity ({', '.join(ACTIVITY)}) VALUES ({', '.join('?' * len(ACTIVITY))})"


def store(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> list[tuple[str, str, int, int]]:
    """Store activities, stubs and retraction marks (columns ``ACTIVITY``).

    Returns (source, id, batch, retracted) of every row that this made or changed.

    A row with a type fills a stub and leaves an activity alone; ``retracted`` = 1 marks whatever is there.
    """
    if not is_sqlite(connection):
        return [tuple(row) for row in run(connection, "activity", ACTIVITY, rows, _STORE)]
    # SQLite has one writer, so looking first is safe; plain inserts are then twice as fast as the upsert.
    known = {row[:2] for row in find(connection, "activity", ACTIVITY_KEY, ("source", "id"), [row[:3] for row in rows])}
    fresh = [row for row in rows if row[1:3] not in known] if known else rows
    if fresh:
        connection.exec_driver_sql(_INSERT, list(fresh))
    made = [row[1:3] + row[-2:] for row in fresh]
    met = [row for row in rows if row[1:3] in known] if known else []
    if met:
        made.extend(tuple(row) for row in run(connection, "activity", ACTIVITY, met, _STORE))
    return made
