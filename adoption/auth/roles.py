"""Roles that are given here, besides the one of the directory: several per person, from a day on and until a day.

``held`` and ``passed`` are what the doors read with the caller, so that whatever changes has its effect with the next
request.  Who may give which role is decided here, in the transaction that gives it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import Text
from sqlalchemy import and_
from sqlalchemy import cast
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import literal
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.auth.callers import day_of
from adoption.auth.table import OWN
from adoption.auth.table import PERMISSIONS
from adoption.auth.table import REPORTS
from adoption.auth.table import ROLES
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Delegation
from adoption.models import Participant
from adoption.models import RoleGrant
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy.sql.elements import SQLCoreOperations

    from adoption.journal import By

    Who = SQLCoreOperations[int] | SQLCoreOperations[int | None]

GIVEN = tuple(role for role in ROLES if role != "employee")  # what can be given; an employee is everybody
GUARDED = frozenset({"admin", "hr", "approver"})  # only administrators give and take these
LEADING = tuple(role for role in ROLES if PERMISSIONS["progress:read"].get(role, OWN) >= REPORTS)


class OwnRoleError(ForbiddenError):
    """Nobody gives a role to themselves; somebody else has to."""


class GuardedRoleError(ForbiddenError):
    """Only an administrator gives and takes back this role."""


class LastAdminError(RefusedError):
    """This is the last administrator; make somebody else one first."""


class NoRoleError(RefusedError):
    """There is no such role to give."""


class DaysError(RefusedError):
    """These days are over, or end before they begin."""


class HasItError(RefusedError):
    """They have this role on these days already."""


class Grant(NamedTuple):
    """A role that was given; days are local, ``ends`` is the first day without it."""

    id: int
    participant: int
    role: str
    starts: int
    ends: int
    why: str
    granted: int
    granted_by: int | None
    revoked: int | None


_COLUMNS = tuple(getattr(RoleGrant, name) for name in Grant._fields)


def _live(today: int | SQLCoreOperations[int]) -> tuple[ColumnElement[bool], ...]:
    return (RoleGrant.revoked.is_(None), RoleGrant.starts <= today, RoleGrant.ends > today)


def held(who: Who, today: int) -> ColumnElement[str]:
    """Return the roles that somebody was given and has on a day, with blanks between: a column of a query."""
    roles = func.aggregate_strings(RoleGrant.role, " ")
    return select(roles).where(RoleGrant.participant == who, *_live(today)).scalar_subquery()


def passed(who: Who, today: int) -> ColumnElement[str]:
    """Return in whose place somebody sees on a day, as ``giver:team`` (0: everybody they lead) with blanks between.

    Whoever leads no longer, or has left, passes nothing on.
    """
    giver = Participant.__table__.alias("giver")
    grants = exists().where(RoleGrant.participant == giver.c.id, RoleGrant.role.in_(LEADING), *_live(today))
    leads = or_(giver.c.role.in_(LEADING), grants)
    there = or_(giver.c.left_on.is_(None), giver.c.left_on > today)
    one = cast(Delegation.giver, Text) + literal(":") + cast(func.coalesce(Delegation.team, 0), Text)
    query = select(func.aggregate_strings(one, " ")).join(giver, giver.c.id == Delegation.giver)
    running = and_(Delegation.ended.is_(None), Delegation.starts <= today, Delegation.ends > today)
    return query.where(Delegation.receiver == who, running, leads, there).scalar_subquery()


def having(role: str, today: int) -> set[int]:
    """Return who has a role on a day, by the directory or given here, and works here."""
    return _having(db.session.connection(), role, today)


def _having(connection: Connection, role: str, today: int) -> set[int]:
    given = select(RoleGrant.participant).where(RoleGrant.role == role, *_live(today))
    there = or_(Participant.left_on.is_(None), Participant.left_on > today)
    query = select(Participant.id).where(or_(Participant.role == role, Participant.id.in_(given)), there)
    return set(connection.scalars(query))


def for_good(connection: Connection, role: str, today: int) -> set[int]:
    """Return who was given a role that has begun and has no end."""
    query = select(RoleGrant.participant).where(RoleGrant.role == role, RoleGrant.ends >= FOREVER, *_live(today))
    return set(connection.scalars(query))


def of(participant: int) -> list[Grant]:
    """List what somebody was given, the latest first, also what is over."""
    query = select(*_COLUMNS).where(RoleGrant.participant == participant).order_by(RoleGrant.id.desc())
    return [Grant(*row) for row in db.session.execute(query)]


def in_force(today: int) -> list[Grant]:
    """List every role that is given on a day, or from a later one on."""
    query = select(*_COLUMNS).where(RoleGrant.revoked.is_(None), RoleGrant.ends > today)
    return [Grant(*row) for row in db.session.execute(query.order_by(RoleGrant.participant, RoleGrant.id))]


def grant(  # noqa: PLR0913  # what, to whom, for which days, why, by whom, when
    participant: int,
    role: str,
    *,
    starts: int,
    ends: int | None,
    why: str,
    by: By,
    having: Collection[str] | None,
    now: int,
) -> int:
    """Give somebody a role on the days ``[starts, ends)``; return its number.  The caller commits.

    ``having`` are the roles of whoever gives it; ``None`` is a command, which stands beside the table.

    Raises:
        OwnRoleError: it would be their own.
        GuardedRoleError: it takes an administrator.
        NoRoleError, DaysError, HasItError, journal.NoReasonError: likewise.
        NotFoundError: nobody of that number works here.
    """
    connection, today = begin_write(), day_of(now)
    journal.take_turn(connection)  # two who decide at the same moment see what the other did
    _check(participant, role, by, having)
    until, why = FOREVER if ends is None else ends, journal.reason(why)
    if not today <= starts < until <= FOREVER:
        raise DaysError
    _there(connection, participant, today)
    same = (RoleGrant.participant == participant, RoleGrant.role == role, RoleGrant.revoked.is_(None))
    overlaps = (RoleGrant.starts < until, RoleGrant.ends > starts)
    if connection.execute(select(RoleGrant.id).where(*same, *overlaps)).first():
        raise HasItError
    row = {"participant": participant, "role": role, "starts": starts, "ends": until, "why": why}
    new = insert(RoleGrant).values(row | {"granted": now, "granted_by": by.participant})
    number = int(connection.execute(new.returning(RoleGrant.id)).scalar_one())
    journal.write(
        connection, by, "granted", f"participant/{participant}", after=_told(role, starts, until), why=why, now=now
    )
    return number


def revoke(number: int, *, by: By, having: Collection[str] | None, now: int) -> Grant:
    """Take back a role that was given, at once.  The caller commits.

    Raises:
        NotFoundError: there is none of that number that is given.
        GuardedRoleError: it takes an administrator, unless it is one's own.
        LastAdminError: nobody would be one.
    """
    connection, today = begin_write(), day_of(now)
    journal.take_turn(connection)
    row = connection.execute(select(*_COLUMNS).where(RoleGrant.id == number)).first()
    if row is None or row.revoked is not None or row.ends <= today:
        msg = "That role is not given."
        raise NotFoundError(msg)
    found = Grant(*row)
    if found.role in GUARDED and by.participant != found.participant and having is not None and "admin" not in having:
        raise GuardedRoleError
    before = _having(connection, "admin", today)
    connection.execute(update(RoleGrant).where(RoleGrant.id == number).values(revoked=now))
    if before and not _having(connection, "admin", today):
        raise LastAdminError
    told = _told(found.role, found.starts, found.ends)
    journal.write(connection, by, "revoked", f"participant/{found.participant}", before=told, now=now)
    return found


def _check(participant: int, role: str, by: By, having: Collection[str] | None) -> None:
    if role not in GIVEN:
        raise NoRoleError
    if by.participant == participant:
        raise OwnRoleError
    if role in GUARDED and having is not None and "admin" not in having:
        raise GuardedRoleError


def _there(connection: Connection, participant: int, today: int) -> None:
    row = connection.execute(select(Participant.left_on).where(Participant.id == participant)).first()
    if row is None or (row.left_on is not None and row.left_on <= today):
        msg = "Nobody of that number works here."
        raise NotFoundError(msg)


def _told(role: str, starts: int, ends: int) -> dict[str, Any]:
    until = {} if ends >= FOREVER else {"until": date.fromordinal(ends - 1).isoformat()}
    return {"role": role, "from": date.fromordinal(starts).isoformat()} | until
