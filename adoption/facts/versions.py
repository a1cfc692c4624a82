"""The version of the facts: who uses them holds it still, who changes them raises it, and a process keeps one."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app
from flask import g
from sqlalchemy import case
from sqlalchemy import insert
from sqlalchemy import literal
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.facts.reading import read
from adoption.models import Edition
from adoption.models import Facts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from adoption.facts.known import Known

LOCK = 0x5350_4F4F_4E01  # the advisory lock between those who use facts (shared) and who change them (exclusive)


class WrongZoneError(AdoptionError):
    """The organisation's zone differs from the one in which the stored days were stamped."""


def shared(connection: Connection) -> None:
    """Hold the facts still until the transaction ends: others may use them too, nobody may change them."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_SHARED)


def exclusive(connection: Connection) -> None:
    """Wait until nobody uses the facts, and keep everybody out until the transaction ends; SQLite has one writer."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def changed(connection: Connection, *, rescore: bool) -> None:
    """Raise the version in the running transaction; ``rescore`` says that stored activities now count differently."""
    exclusive(connection)
    version_of(connection)
    g.facts_changed_in = connection.get_transaction()
    stays = or_(literal(rescore), Facts.rescored < Facts.version)
    connection.execute(
        update(Facts).values(version=Facts.version + 1, rescored=case((stays, Facts.rescored), else_=Facts.version + 1))
    )


def fall_behind(connection: Connection) -> None:
    """Say that the tallies no longer follow the facts, so that they are built anew."""
    connection.execute(update(Facts).where(Facts.rescored == Facts.version).values(rescored=Facts.version - 1))


# Every batch asks these two first, so they go to the driver as they are.
_HEADER = (
    "SELECT f.zone, f.version, e.id, e.state, e.cursor FROM facts AS f"
    " JOIN edition AS e ON e.state IN ('active', 'building') ORDER BY e.id"
)
_SHARED = f"SELECT pg_advisory_xact_lock_shared({LOCK})"


def header(connection: Connection) -> tuple[int, list[tuple[int, str, int]]]:
    """Return the facts' version, and the editions in use: (number, state, last bucket read); in one query."""
    rows = connection.exec_driver_sql(_HEADER).all()
    if not rows or rows[0][0] != zone_name():
        version_of(connection)  # begins an empty database, or says what is wrong
        rows = connection.exec_driver_sql(_HEADER).all()
    return rows[0][1], [(row[2], row[3], row[4]) for row in rows]


def zone_name() -> str:
    """Return the organisation's zone as it is set."""
    return str(current_app.extensions["settings"].organisation_zone.key)


def version_of(connection: Connection) -> int:
    """Return the facts' version; on an empty database begin with version 1 and a first, empty edition."""
    found = _version(connection)
    if found is not None:
        return found
    exclusive(connection)
    if connection.execute(select(Facts.id)).first() is None:
        connection.execute(insert(Facts).values(id=1, zone=zone_name(), version=1, rescored=1))
        first = {"state": "active", "facts": 1, "cursor": 255, "settled": 255, "started": 0, "finished": 0}
        connection.execute(insert(Edition).values(first))
    return 1


def _version(connection: Connection) -> int | None:
    """Return the facts' version; ``None`` on an empty database."""
    row = connection.execute(select(Facts.version, Facts.zone)).first()
    if row is not None and row.zone != zone_name():
        msg = f"ORGANISATION_ZONE is {zone_name()}, but the stored days were stamped in {row.zone}; set it back."
        raise WrongZoneError(msg)
    return None if row is None else int(row.version)


def current() -> Known:
    """Return the facts as they are now, for readers."""
    held: Known | None = g.get("held_facts")
    if held is not None:
        return held
    connection = db.session.connection()
    version = _version(connection)
    if version is None:
        connection = _begin(connection)
        version = version_of(connection)
    return at(connection, version)


@contextmanager
def held() -> Iterator[Known]:
    """Look at one version of the facts for the length of a ``with`` block that only reads, and ask for it once."""
    before = g.get("held_facts")
    g.held_facts = current()
    try:
        yield g.held_facts
    finally:
        g.held_facts = before


def _begin(connection: Connection) -> Connection:
    from adoption.extensions import begin_write  # noqa: PLC0415  # only an empty database comes here

    connection = begin_write()
    version_of(connection)
    db.session.commit()
    return db.session.connection()


def at(connection: Connection, version: int) -> Known:
    """Return the facts of the version that the running transaction sees.

    They are kept for the next one who asks, but for those of a transaction that changes them: it may go on doing so,
    and be rolled back, and then another takes the same version.
    """
    if _changes(connection):
        return read(connection, version)
    kept = current_app.extensions.get("facts")
    if kept is None or kept.version != version:
        kept = current_app.extensions["facts"] = read(connection, version)
    return kept


def _changes(connection: Connection) -> bool:
    """Say whether the running transaction has raised the version."""
    running = connection.get_transaction()
    return running is not None and g.get("facts_changed_in") is running


def of(connection: Connection) -> Known:
    """Return the facts as the running transaction sees them, and has made them."""
    return at(connection, version_of(connection))
