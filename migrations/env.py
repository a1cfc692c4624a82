"""Run migrations on the application's own engine."""

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection
from sqlalchemy import TypeDecorator

from adoption.extensions import db
from adoption.models import Base


def render_item(kind, item, _autogen_context):
    """Write plain column types, so that a migration never imports the application."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl!r}"
    return False


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Let SQLite rebuild a table without deleting the rows that refer to it.

    SQLite alters a table by copying and dropping it, and with foreign keys on DROP TABLE deletes the rows that refer to
    it, or is refused because of them. The pragma does nothing inside a transaction, so it goes to the driver, before.
    """
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.dbapi_connection
    enforced = driver.execute("PRAGMA foreign_keys").fetchone()[0]
    driver.execute("PRAGMA foreign_keys = OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute(f"PRAGMA foreign_keys = {enforced}")


def run_online() -> None:
    """Migrate the database that the application uses."""
    with db.engine.connect() as connection, without_foreign_keys(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_item=render_item,
            render_as_batch=True,  # SQLite alters a table by copying it.
            transactional_ddl=True,  # SQLite too, since the application begins transactions itself.
        )
        with context.begin_transaction():
            context.run_migrations()
            if connection.dialect.name == "sqlite":
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    message = f"the migration leaves rows that refer to nothing: {broken[:5]}"
                    raise RuntimeError(message)
        connection.commit()


def print_statements() -> None:
    """Print the SQL instead of running it (``flask db upgrade --sql``)."""
    context.configure(
        url=db.engine.url, target_metadata=Base.metadata, literal_binds=True, dialect_opts={"paramstyle": "named"}
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_statements()
else:
    run_online()
