"""One process at a time: named locks that end with the process that holds them, however it ends.

PostgreSQL keeps them for a connection (it needs a direct one: a pooler that hands connections around would hand the
lock around with them); beside a SQLite file they are locked files.
"""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from adoption.extensions import db

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import Engine

CLASS = 0x5350_4F10  # class of advisory locks: names


@contextmanager
def held(name: str) -> Iterator[Callable[[], bool] | None]:
    """Try to take a lock for the length of a ``with`` block; ``None`` if another holds it.

    Gives a function that says whether the lock is still ours: a connection may be cut.
    """
    with (_of_file if db.engine.dialect.name == "sqlite" else _of_connection)(db.engine, name) as still:
        yield still


@contextmanager
def _of_connection(engine: Engine, name: str) -> Iterator[Callable[[], bool] | None]:
    keys = {"kind": CLASS, "key": crc32(name.encode()) >> 1}
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")

    def still() -> bool:
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    try:
        taken = connection.execute(text("SELECT pg_try_advisory_lock(:kind, :key)"), keys).scalar_one()
        try:
            yield still if taken else None
        finally:
            if taken:
                with suppress(SQLAlchemyError):
                    connection.execute(text("SELECT pg_advisory_unlock(:kind, :key)"), keys)
    finally:
        with suppress(SQLAlchemyError):
            connection.close()


@contextmanager
def _of_file(engine: Engine, name: str) -> Iterator[Callable[[], bool] | None]:
    path = Path(f"{engine.url.database}.{name}.lock")  # stays where it is: removing it would let two hold it
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield lambda: True
