"""What is changed by hand, one thing at a time: the days of a membership, a team, an address, a stranger.

Each begins a transaction of its own, enters itself in the journal, and is committed by the caller.  What a list can
say is said by a list of one row (``load_people``, ``load_calendar``), so that there is one way to store it.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import statements
from adoption.directory import calendar
from adoption.directory import fields
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory.people import MEMBERSHIP
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.journal import Deed
from adoption.models import Holiday
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import Stranger
from adoption.models import Team

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.directory.outcome import Loaded
    from adoption.directory.outcome import Told


class NoSuchThingError(NotFoundError):
    """There is no such person, team, membership or stranger."""


class DaysError(RefusedError):
    """The last day is before the first, or none of them is a day on which this person works here."""


class NameTakenError(RefusedError):
    """A team is called that already."""


class AddressTakenError(RefusedError):
    """Somebody has this address already."""


def _begin() -> Connection:
    connection = begin_write()
    facts.exclusive(connection)
    return connection


def correct_membership(participant: int, team: int, starts: int, days: tuple[int, int] | None, *, by: Told) -> bool:
    """Give a membership other days ``[first, end)``, or none; return whether activities are scored again.

    Raises:
        NoSuchThingError: there is no membership of this team that starts then.
        DaysError: no day is left.
    """
    connection = _begin()
    query = select(Membership.team, Membership.starts, Membership.ends).where(Membership.participant == participant)
    before: list[spans.Span] = [(row[0], row[1], row[2]) for row in connection.execute(query)]
    known = connection.execute(
        select(Participant.hired_on, Participant.left_on).where(Participant.id == participant)
    ).first()
    if known is None or not any(row[:2] == (team, starts) for row in before):
        raise NoSuchThingError
    kept = [row for row in before if row[:2] != (team, starts)]
    if days is not None:
        was = next(row for row in before if row[:2] == (team, starts))
        stay = spans.stay(known.hired_on, known.left_on)
        bound = stay if was[1] < stay.end and stay.first < was[2] else None  # of a former stay only the days are known
        first, end = (max(days[0], bound.first), min(days[1], bound.end)) if bound else days
        if first >= end:
            raise DaysError
        kept.append((team, first, end))
    after = spans.joined(kept)
    gone, created = set(before) - set(after), set(after) - set(before)
    if not (gone or created):
        return False
    statements.delete(connection, "membership", MEMBERSHIP, sorted((participant, *row) for row in gone))
    statements.insert_new(connection, "membership", MEMBERSHIP, sorted((participant, *row) for row in created))
    names = dict(connection.execute(select(Team.id, Team.name)).all())
    told = [{"teams": fields.written(rows, names)} for rows in (before, after)]
    by.enter(connection, Deed("changed", f"participant/{participant}", *told))
    return outcome.announce(connection, counts=True)


def create_team(name: str, *, by: Told) -> int:
    """Make a team without anybody in it; return its number.

    Raises:
        NameTakenError: there is one of that name.
    """
    connection = _begin()
    _free(connection, name)
    number = int(connection.execute(insert(Team).values(name=name).returning(Team.id)).scalar_one())
    by.enter(connection, Deed("created", f"team/{number}", None, {"name": name}))
    outcome.announce(connection, counts=False)
    return number


def rename_team(team: int, name: str, *, by: Told) -> bool:
    """Call a team otherwise, in the past too; return whether activities are scored again.

    What it was called is in the journal.  A definition that asks for the former name asks for nobody from now on.

    Raises:
        NoSuchThingError: there is no such team.
        NameTakenError: another one is called that.
    """
    connection = _begin()
    before = connection.scalar(select(Team.name).where(Team.id == team))
    if before is None:
        raise NoSuchThingError
    if before == name:
        return False
    _free(connection, name)
    connection.execute(update(Team).where(Team.id == team).values(name=name))
    by.enter(connection, Deed("changed", f"team/{team}", {"name": before}, {"name": name}))
    return outcome.announce(connection, counts=True)


def _free(connection: Connection, name: str) -> None:
    if connection.scalar(select(Team.id).where(Team.name == name)) is not None:
        raise NameTakenError


def readdress(participant: int, email: str, *, by: Told) -> bool:
    """Give somebody another e-mail address; return whether activities are scored again.

    Raises:
        NoSuchThingError: there is no such person.
        AddressTakenError: it is somebody else's.
    """
    connection = _begin()
    before = connection.scalar(select(Participant.email).where(Participant.id == participant))
    if before is None:
        raise NoSuchThingError
    if before == email:
        return False
    if connection.scalar(select(Participant.id).where(Participant.email == email)) is not None:
        raise AddressTakenError
    connection.execute(update(Participant).where(Participant.id == participant).values(email=email))
    waited = [
        tuple(row)
        for row in connection.execute(select(Stranger.source, Stranger.actor))
        if row.actor.casefold() == email
    ]
    statements.delete(connection, "stranger", ("source", "actor"), sorted(waited))
    by.enter(connection, Deed("changed", f"participant/{participant}", {"email": before}, {"email": email}))
    return outcome.announce(connection, counts=True)  # what came under the former address has no owner now


def set_holidays(year: int, wanted: Mapping[int, str], *, by: Told, based_on: int | None = None) -> Loaded:
    """Let the holidays of a year be these (day → name), and no others.

    Raises:
        OutdatedError: the facts are of another version than the one they are based on.
    """
    connection = outcome.begin(based_on)
    first, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
    rows = connection.execute(select(Holiday.day, Holiday.name).where(Holiday.day >= first, Holiday.day < end))
    decision = calendar.holidays_decided({(day, name) for day, name in rows}, set(wanted.items()), {})
    return calendar.store(connection, decision, decision.loaded, by)


def put_aside(source: str, actor: str, aside: bool, *, by: Told) -> None:
    """Say that an actor is nobody, a robot or somebody long gone; or take that back.

    Raises:
        NoSuchThingError: no such actor waits.
    """
    connection = begin_write()
    one = (Stranger.source == source, Stranger.actor == actor)
    found = connection.execute(select(Stranger.aside).where(*one).with_for_update()).first()
    if found is None:
        raise NoSuchThingError
    if (found.aside is not None) is aside:
        return
    connection.execute(update(Stranger).where(*one).values(aside=by.now if aside else None))
    by.enter(connection, Deed("changed", f"stranger/{source}/{actor}", {"aside": not aside}, {"aside": aside}))
