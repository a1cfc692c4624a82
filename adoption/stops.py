"""Stopping an incentive at once, and letting it go on: what people do is counted all the while, and nothing is lost.

While an incentive is stopped, awards that become due are granted as ``waiting``; when it goes on they are given out in
the order in which they were granted.  How many are due never changes (docs/decisions/stops.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption import waiting
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import IncentiveStop
from adoption.models import PublishedVersion

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.journal import By


class StoppedAlreadyError(ConflictError):
    """This incentive is stopped already."""


class NotStoppedError(ConflictError):
    """This incentive is not stopped."""


class Stop(NamedTuple):
    """A stop of an incentive; moments are UTC microseconds.  ``resumed`` is none while it lasts."""

    incentive: str
    stopped: int
    stopped_name: str
    why: str
    resumed: int | None
    resumed_name: str
    resumed_why: str | None


def stop(key: str, why: str, by: By, now: int) -> None:
    """Stop an incentive, for every process from its next transaction on.  The caller commits.

    Raises:
        NotFoundError: there is no such incentive.
        journal.NoReasonError: the reason is missing, or too long.
        StoppedAlreadyError: it is stopped.
    """
    reason = journal.reason(why)
    connection = _begin(key)
    if _open(connection, key) is not None:
        raise StoppedAlreadyError
    row = {"incentive": key, "stopped": now, "stopped_by": by.participant, "stopped_name": by.name, "why": reason}
    connection.execute(insert(IncentiveStop).values(row))
    facts.changed(connection, rescore=False)
    before, after = {"stopped": False}, {"stopped": True}
    journal.write(connection, by, "stopped", f"incentive/{key}", before=before, after=after, why=reason, now=now)


def resume(key: str, why: str, by: By, now: int) -> None:
    """Let a stopped incentive go on.  What waits is given out by ``waiting.release``.  The caller commits.

    Raises:
        NotFoundError: there is no such incentive.
        journal.NoReasonError: the reason is missing, or too long.
        NotStoppedError: it is not stopped.
    """
    reason = journal.reason(why)
    connection = _begin(key)
    number = _open(connection, key)
    if number is None:
        raise NotStoppedError
    values = {"resumed": now, "resumed_by": by.participant, "resumed_name": by.name, "resumed_why": reason}
    connection.execute(update(IncentiveStop).where(IncentiveStop.id == number).values(values))
    facts.changed(connection, rescore=False)
    before, after = {"stopped": True}, {"stopped": False}
    journal.write(connection, by, "resumed", f"incentive/{key}", before=before, after=after, why=reason, now=now)


def resume_and_release(key: str, why: str, by: By, now: int) -> tuple[int, int]:
    """Let an incentive go on and give out what waited, in two transactions; return how many, and how many still wait.

    Should the process end between the two, the job ``release-waiting`` does the second.
    """
    resume(key, why, by, now)
    db.session.commit()
    done = waiting.release(now)
    db.session.commit()
    return done


def history(key: str | None = None) -> list[Stop]:
    """Return the stops of an incentive, or those of all that last; the newest first."""
    table = IncentiveStop.__table__
    return _read(table.c.resumed.is_(None) if key is None else table.c.incentive == key)


def within(keys: Iterable[str], first: int, last: int) -> list[Stop]:
    """Return the stops of these incentives that lasted on one of the days ``[first, last)``; the newest first."""
    day_of, table = facts.current().day_of, IncentiveStop.__table__
    return [
        one
        for one in _read(table.c.incentive.in_(sorted(keys)))
        if day_of(one.stopped) < last and (one.resumed is None or day_of(one.resumed) >= first)
    ]


def _read(which: ColumnElement[bool]) -> list[Stop]:
    known, table = facts.current(), IncentiveStop.__table__
    return [
        Stop(
            incentive=row.incentive,
            stopped=row.stopped,
            stopped_name=known.called(row.stopped_by, row.stopped_name),
            why=row.why,
            resumed=row.resumed,
            resumed_name=known.called(row.resumed_by, row.resumed_name or ""),
            resumed_why=row.resumed_why,
        )
        for row in db.session.execute(select(table).where(which).order_by(table.c.id.desc()))
    ]


def waiting_of(keys: Iterable[str]) -> dict[str, int]:
    """Count the awards of these incentives that wait."""
    query = select(PublishedVersion.incentive, func.count()).join(Award, Award.version == PublishedVersion.id)
    query = query.where(Award.status == "waiting", PublishedVersion.incentive.in_(sorted(keys)))
    return dict(db.session.execute(query.group_by(PublishedVersion.incentive)).all())


def _begin(key: str) -> Connection:
    """Begin to write, with the facts held: nobody scores until it is known whether the incentive is stopped."""
    connection = begin_write()
    facts.exclusive(connection)
    if not facts.of(connection).timelines.incentives.get(key):
        msg = f"There is no incentive {key[:80]!r}."
        raise NotFoundError(msg)
    return connection


def _open(connection: Connection, key: str) -> int | None:
    table = IncentiveStop
    return connection.scalar(select(table.id).where(table.incentive == key, table.resumed.is_(None)))
