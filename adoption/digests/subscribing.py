"""Who wants which regular letter, when, and in which language."""

from __future__ import annotations

import zoneinfo
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.auth import roles
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import outbox
from adoption.models import Subscription
from rules import sample
from rules.digest.timing import Wish
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known

HOURS, WEEKDAYS = range(24), range(7)
INVITED_ON = 2  # of a monthly letter: the working day after the month, 0 is the first
USUAL = {"digest": True}  # kind → whether it comes without being asked for
LEADING = ("manager", "hr", "admin")  # roles that may read how those whom they lead are doing


class WishError(RefusedError):
    """There is no such weekday, hour, zone or language; ``field`` says which."""

    def __init__(self, field: str) -> None:
        super().__init__(f"There is no such {field}.")
        self.field = field


class Chosen(NamedTuple):
    """What somebody chose about a kind of letter, and when (UTC microseconds).

    Of a monthly letter ``weekday`` is the working day after the month, 0 for the first.
    """

    active: bool = True
    weekday: int = 0
    hour: int = 8
    zone: str | None = None
    language: str | None = None
    suspended: int | None = None
    changed: int = 0

    @property
    def wish(self) -> Wish:
        """When they want it."""
        return Wish(self.weekday, self.hour, zone_of(self.zone))


def zone_of(name: str | None) -> zoneinfo.ZoneInfo:
    """Return a zone by its name, and the organisation's for none, or for one that there is no more."""
    home: zoneinfo.ZoneInfo = current_app.extensions["settings"].organisation_zone
    if name is None:
        return home
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return home


def usual(kind: str) -> Chosen:
    """Return what holds for somebody who chose nothing."""
    return Chosen(active=USUAL.get(kind, False))


def of(participant: int, kind: str) -> Chosen:
    """Return what somebody chose."""
    return of_all(kind, [participant]).get(participant, usual(kind))


def of_all(kind: str, participants: list[int] | None = None) -> Mapping[int, Chosen]:
    """Return what those chose who did; one query."""
    table = Subscription
    query = select(table.participant, *(getattr(table, name) for name in Chosen._fields)).where(table.kind == kind)
    if participants is not None:
        query = query.where(table.participant.in_(participants))
    return {row[0]: Chosen(*row[1:]) for row in db.session.execute(query)}


def choose(participant: int, kind: str, now: int, **chosen: Any) -> Chosen:
    """Store some choices and leave the others; letters of that kind that wait are not sent any more once it is off.

    The caller commits.

    Raises:
        WishError: there is no such weekday, hour, zone or language.
    """
    connection = begin_write()
    wanted = _held(connection, participant, kind)._replace(changed=now, **chosen)
    _check(wanted)
    statements.put(connection, "subscription", ("participant", "kind"), Chosen._fields, [(participant, kind, *wanted)])
    if not wanted.active:
        outbox.take_back(connection, participant, kind, "off", now)
    return wanted


def _held(connection: Connection, participant: int, kind: str) -> Chosen:
    """Return what somebody chose, so that nobody else changes it until the transaction ends: an end is not undone."""
    key = ("participant", "kind")
    statements.insert_new(connection, "subscription", (*key, *Chosen._fields), [(participant, kind, *usual(kind))])
    statements.find(connection, "subscription", key, key, [(participant, kind)], lock=True)
    return of(participant, kind)


def _check(wanted: Chosen) -> None:
    if wanted.weekday not in WEEKDAYS:
        raise WishError("weekday")  # noqa: EM101  # the field's name
    if wanted.hour not in HOURS:
        raise WishError("hour")  # noqa: EM101  # the same
    if wanted.zone is not None and wanted.zone not in zoneinfo.available_timezones():
        raise WishError("zone")  # noqa: EM101  # the same
    if wanted.language is not None and wanted.language not in LANGUAGES:
        raise WishError("language")  # noqa: EM101  # the same


def asked(participant: int, kind: str) -> bool:
    """Say whether somebody ever chose about a kind of letter, or was entered as its reader."""
    return bool(of_all(kind, [participant]))


def invite(participant: int, kind: str, now: int) -> bool:
    """Enter somebody as a reader of a kind; ``False`` if they are one, whether or not they switched it off.

    The caller commits.
    """
    connection = begin_write()
    if asked(participant, kind):
        return False
    wanted = Chosen(weekday=INVITED_ON, changed=now)
    statements.put(connection, "subscription", ("participant", "kind"), Chosen._fields, [(participant, kind, *wanted)])
    return True


def uninvite(participant: int, kind: str, now: int) -> None:
    """Take a reader of a kind out again, and take back what waits for them.  The caller commits."""
    connection = begin_write()
    mine = (Subscription.participant == participant, Subscription.kind == kind)
    connection.execute(delete(Subscription).where(*mine))
    outbox.take_back(connection, participant, kind, "off", now)


def suspend(connection: Connection, participant: int, kind: str, now: int) -> None:
    """Send no more letters of a kind to somebody, since they come back."""
    wanted = _held(connection, participant, kind)._replace(suspended=now, changed=now)
    statements.put(connection, "subscription", ("participant", "kind"), Chosen._fields, [(participant, kind, *wanted)])
    outbox.take_back(connection, participant, kind, "suspended", now)


class Due(NamedTuple):
    """A letter that is due: to whom, of which period (its first day), since when, what they chose, which kind."""

    participant: int
    week: int
    moment: int
    chosen: Chosen
    kind: str = "digest"


def readers(known: Known, led: Mapping[int, object], today: int) -> list[int]:
    """Return who leads somebody, may read how they are doing, and works here."""
    may = set().union(*(roles.having(role, today) for role in LEADING))
    return sorted(one for one in led if one in may and not sample.is_address(known.people[one].email))


def asking(kind: str) -> Callable[[int], list[int]]:
    """Return what lists, at a moment, those who ever chose about a kind of letter and work here; one query."""

    def listed(now: int) -> list[int]:
        known = facts.current()
        today = known.today(now)
        people = [(one, known.people.get(one)) for one in of_all(kind)]
        return sorted(one for one, who in people if who and who.here(today) and not sample.is_address(who.email))

    return listed


def due(
    kind: str, participants: Sequence[int], now: int, latest: Callable[[int, Chosen, int], tuple[int, int]]
) -> list[Due]:
    """Return the letter that was due last to each of these people who want it, whether or not there is one.

    ``latest`` says of moment, choice and participant which letter that is, and when it was due.
    """
    chosen, plain = of_all(kind), usual(kind)
    found = []
    for one in participants:
        wanted = chosen.get(one, plain)
        if wanted.active:
            week, moment = latest(now, wanted, one)
            found.append(Due(one, week, moment, wanted, kind))
    return found
