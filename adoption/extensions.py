"""Flask extensions, created once and bound to an app by ``create_app``; and how transactions begin."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.exc import SQLAlchemyError

from adoption.models import Base

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from flask import Flask
    from sqlalchemy import Connection
    from sqlalchemy import Engine

db = SQLAlchemy(model_class=Base)
migrate = Migrate()

MIGRATIONS = Path(__file__).parent.parent / "migrations"
WAIT = 60  # seconds a writer waits for its turn on SQLite before it gives up


def init_app(app: Flask) -> None:
    """Bind the extensions, and teach SQLite durability and one writer at a time."""
    db.init_app(app)
    migrate.init_app(app, db, directory=str(MIGRATIONS))
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            prepare_sqlite(db.engine)


def begin_write() -> Connection:
    """Begin a transaction that will write, and return its connection.

    What was only read before is forgotten: on SQLite a transaction that has read and then wants to write can fail at
    once with "database is locked", while one that asks for the write lock first waits its turn.
    """
    db.session.rollback()
    return db.session.connection(execution_options={"writes": True})


@contextmanager
def written_at_once() -> Iterator[Connection]:
    """Give a connection of its own whose transaction writes, and commit it; who is in the way is not waited for.

    For notes that nobody should wait for: where another holds the lock, ``OperationalError`` comes at once.
    """
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        driver: Any = connection.connection.dbapi_connection
        if sqlite:
            driver.execute("PRAGMA busy_timeout = 0")
        try:
            with connection.execution_options(writes=True).begin():
                if not sqlite:
                    connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
                yield connection
        finally:
            if sqlite:
                driver.execute(f"PRAGMA busy_timeout = {WAIT * 1000}")


def write_at_once(note: Callable[[Connection], object]) -> SQLAlchemyError | None:
    """Make such a note, and commit it, in place of what the session had begun to read; return what kept it from that.

    Whatever it was, nothing that somebody waits for hangs on a note.
    """
    db.session.rollback()
    try:
        with written_at_once() as connection:
            note(connection)
    except SQLAlchemyError as error:
        return error
    return None


def prepare_sqlite(engine: Engine) -> None:
    """Set what SQLite needs on every connection; begin writing transactions with the write lock."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's BEGIN below is the only one
        for setting in (
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            f"busy_timeout = {WAIT * 1000}",
            "cache_size = -65536",  # KiB
            "temp_store = MEMORY",
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
