"""Stand-ins: somebody who leads lets somebody else see in their place, for some days, everybody they lead or one team.

It begins and ends by itself.  Who stands in sees exactly those whom the giver leads on the day, and hands nothing on;
what they look at is in the journal with the giver's name (docs/decisions/access.md).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption.auth import roles
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Delegation

if TYPE_CHECKING:
    from adoption.facts import Known
    from adoption.journal import By

LONGEST = 366  # days


class NobodyLedError(RefusedError):
    """They lead nobody, so there is nothing to hand over."""


class ReceiverError(RefusedError):
    """Name somebody else who works here."""


class TeamError(RefusedError):
    """Nobody whom they lead is in that team."""


class DaysError(RefusedError):
    """Choose days from today on, a year at most."""


class TwiceError(RefusedError):
    """They stand in for that already on some of these days."""


class StandIn(NamedTuple):
    """Who sees in whose place; days are local, ``ends`` is the first day no more."""

    id: int
    giver: int
    receiver: int
    team: int | None
    starts: int
    ends: int
    made_by: int | None
    ended: int | None


_COLUMNS = tuple(getattr(Delegation, name) for name in StandIn._fields)


def teams_of(known: Known, leader: int, day: int) -> list[int]:
    """Return the teams of those whom somebody leads on a day, by name."""
    found = {team for one in known.led_by(leader, day) - {leader} for team in known.teams_on(one, day)}
    return sorted(found, key=lambda team: known.teams[team])


def hand_over(  # noqa: PLR0913  # who, to whom, what, for which days, by whom, when
    giver: int, receiver: int, team: int | None, *, starts: int, last: int, by: By, now: int
) -> int:
    """Let somebody see in somebody's place from a day until and with another; return its number.  The caller commits.

    Raises:
        NobodyLedError, ReceiverError, TeamError, DaysError, TwiceError: likewise.
    """
    connection = begin_write()
    journal.take_turn(connection)
    known = facts.current()
    today = known.today(now)
    leads = {one for role in roles.LEADING for one in roles.having(role, today)}
    if giver not in leads or not known.led_by(giver, today) - {giver}:
        raise NobodyLedError
    person = known.people.get(receiver)
    if receiver in {giver, by.participant} or person is None or person.has_left(today):
        raise ReceiverError  # nobody takes somebody's place by themselves: HR would see whose team could use a hand
    if team is not None and team not in teams_of(known, giver, today):
        raise TeamError
    if not today <= starts <= last < starts + LONGEST or last > today + LONGEST:
        raise DaysError
    same = (Delegation.giver == giver, Delegation.receiver == receiver, Delegation.ended.is_(None))
    alike = func.coalesce(Delegation.team, 0) == (team or 0)
    overlaps = (Delegation.starts <= last, Delegation.ends > starts)
    if connection.execute(select(Delegation.id).where(*same, alike, *overlaps)).first():
        raise TwiceError
    row = {"giver": giver, "receiver": receiver, "team": team, "starts": starts, "ends": last + 1, "made": now}
    new = insert(Delegation).values(row | {"made_by": by.participant}).returning(Delegation.id)
    number = int(connection.execute(new).scalar_one())
    told = _told(known, StandIn(number, giver, receiver, team, starts, last + 1, by.participant, None))
    journal.write(connection, by, "delegated", f"participant/{giver}", after=told, now=now)
    return number


def end(number: int, *, by: By, everybody: bool, now: int) -> StandIn:
    """End it before its time: the giver, the receiver, or (``everybody``) HR.  The caller commits.

    Raises:
        NotFoundError: it is over already, or is neither's; also if there is none, so that nobody can try numbers.
    """
    connection = begin_write()
    row = connection.execute(select(*_COLUMNS).where(Delegation.id == number)).first()
    if row is None or (not everybody and by.participant not in {row.giver, row.receiver}):
        raise NotFoundError
    known = facts.current()
    still = (Delegation.id == number, Delegation.ended.is_(None), Delegation.ends > known.today(now))
    if not connection.execute(update(Delegation).where(*still).values(ended=now)).rowcount:
        raise NotFoundError
    found = StandIn(*row)
    journal.write(connection, by, "ended", f"participant/{found.giver}", before=_told(known, found), now=now)
    return found


def of(participant: int, today: int) -> list[StandIn]:
    """List where somebody gives or receives, today or later, the earliest first."""
    mine = or_(Delegation.giver == participant, Delegation.receiver == participant)
    return _listed(mine, today)


def in_force(today: int) -> list[StandIn]:
    """List all of today and later, the earliest first."""
    return _listed(Delegation.id > 0, today)


def _listed(which: Any, today: int) -> list[StandIn]:
    query = select(*_COLUMNS).where(which, Delegation.ended.is_(None), Delegation.ends > today)
    return [StandIn(*row) for row in db.session.execute(query.order_by(Delegation.starts, Delegation.id))]


def _told(known: Known, one: StandIn) -> dict[str, Any]:
    days = {"from": date.fromordinal(one.starts).isoformat(), "until": date.fromordinal(one.ends - 1).isoformat()}
    team = {"team": known.teams.get(one.team, "")} if one.team is not None else {}
    return {"stand-in": known.people[one.receiver].email} | team | days
