"""Help: the import assistant, a short training, a colleague to call; and who these colleagues are.  Callers commit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.flags import steps
from adoption.models import Champion
from adoption.models import Help
from adoption.models import Participant
from rules.reliance import cycle
from rules.reliance.cycle import Flag

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By

KINDS = ("import", "quest", "champion")
WANTED = ("hint", "suspected", "flagged")  # states from which choosing help is a step


class NoSuchHelpError(RefusedError):
    """Choose which help, and of a colleague which."""


class NobodyError(RefusedError):
    """Write the e-mail address of somebody who works here."""


class NamedError(ConflictError):
    """They were asked already."""


class Helping(NamedTuple):
    """Help that goes on; moments are UTC microseconds."""

    id: int
    participant: int
    kind: str
    champion: int | None
    since: int


class Named(NamedTuple):
    """Somebody who was named a champion; ``since`` is the local day of their consent."""

    participant: int
    since: int | None
    named: int
    named_by: int


def choose(  # noqa: PLR0913  # who wants what, from whom, when
    connection: Connection, participant: int, kind: str, champion: int | None, *, day: int, now: int
) -> bool:
    """Begin help that somebody chose, in a transaction that writes; ``False`` if it goes on already.

    Raises:
        NoSuchHelpError: there is no such help, or nobody of that number helps.
        ImpossibleStepError: their flag was moved at this moment.
    """
    _take_turn(connection, participant)
    ready = {one.participant for one in champions(connection) if one.since is not None} - {participant}
    if kind not in KINDS or (kind == "champion") != (champion in ready):
        raise NoSuchHelpError
    flag = steps.of(connection, [participant]).get(participant, Flag())
    if flag.state in WANTED:
        steps.take(connection, participant, "help", by=cycle.PERSON, who=participant, day=day, now=now)
    if any((one.kind, one.champion) == (kind, champion) for one in going_on(connection, participant)):
        return False
    row = {"participant": participant, "kind": kind, "champion": champion, "since": now}
    connection.execute(insert(Help).values(row))
    return True


def _take_turn(connection: Connection, participant: int) -> None:
    """Let somebody choose one thing after the other: a double click begins nothing twice."""
    mine = select(Participant.id).where(Participant.id == participant)
    connection.execute(mine.with_for_update(key_share=True))


def end(connection: Connection, participant: int, number: int, *, now: int) -> None:
    """End help that one chose; somebody else's is not there."""
    mine = (Help.id == number, Help.participant == participant, Help.ended.is_(None))
    connection.execute(update(Help).where(*mine).values(ended=now))


def going_on(connection: Connection, *participants: int) -> list[Helping]:
    """Return the help that goes on for these participants."""
    columns = [getattr(Help, name) for name in Helping._fields]
    query = select(*columns).where(Help.ended.is_(None), Help.participant.in_(participants))
    return [Helping(*row) for row in connection.execute(query.order_by(Help.id))]


def given_by(connection: Connection, champion: int) -> list[Helping]:
    """Return the help that somebody gives as a champion."""
    columns = [getattr(Help, name) for name in Helping._fields]
    query = select(*columns).where(Help.ended.is_(None), Help.champion == champion)
    return [Helping(*row) for row in connection.execute(query.order_by(Help.id))]


def champions(connection: Connection) -> list[Named]:
    """Return everybody who was named, in the order in which they were."""
    columns = [getattr(Champion, name) for name in Named._fields]
    return [Named(*row) for row in connection.execute(select(*columns).order_by(Champion.named, Champion.participant))]


def name(connection: Connection, known: Known, participant: int | None, *, by: By, now: int) -> None:
    """Name somebody a champion, as a lead, in a transaction that writes; it begins with their own word.

    Raises:
        NobodyError: nobody of that number works here.
        NamedError: they were named already.
    """
    journal.take_turn(connection)  # of two who name them at the same moment, the second sees that
    person = known.people.get(participant or 0)
    if person is None or by.participant is None or person.has_left(known.today(now)):
        raise NobodyError
    if any(one.participant == person.id for one in champions(connection)):
        raise NamedError
    row = {"participant": person.id, "since": None, "named": now, "named_by": by.participant}
    connection.execute(insert(Champion).values(row))
    journal.write(connection, by, "named", f"champion/{person.id}", now=now)


def consent(connection: Connection, participant: int, *, day: int) -> bool:
    """Say yes to being a champion; ``False`` if nobody asks."""
    asked = (Champion.participant == participant, Champion.since.is_(None))
    return connection.execute(update(Champion).where(*asked).values(since=day)).rowcount == 1


def leave(connection: Connection, participant: int, *, by: By, now: int) -> bool:
    """Be a champion no more, by one's own word or a lead's; help that goes on with them ends."""
    gone = connection.execute(delete(Champion).where(Champion.participant == participant)).rowcount == 1
    if gone:
        over = (Help.champion == participant, Help.ended.is_(None))
        connection.execute(update(Help).where(*over).values(ended=now))
        journal.write(connection, by, "ended", f"champion/{participant}", now=now)
    return gone
