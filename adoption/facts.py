"""Everything scoring looks up: who is who, who was where when, which days are worked, which definitions are in force.

``current()`` returns it as one frozen value, read in bulk and kept by the process until the facts' version rises.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any

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
from adoption.models import Absence
from adoption.models import Edition
from adoption.models import Facts
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import IncentiveStop
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.models import Team
from adoption.models import Wave
from rules import book as books
from rules import period
from rules import sample
from rules.version import Segment
from rules.version import Timelines

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from rules.book import Book

LOCK = 0x5350_4F4F_4E01  # the advisory lock between those who use facts (shared) and who change them (exclusive)
SPAN = tuple[int, int]
MOST_ACTORS = 200_000  # look-ups kept in memory; strangers may be endless
MOST_PLACES = 500_000
KINDS = ("milestone", "metric", "incentive", "plan")  # of definitions with a timeline, in the order of ``Timelines``
NO_BOOK = books.Book(milestones={}, metrics={}, rewards={}, incentives={}, boards={})


class WrongZoneError(AdoptionError):
    """The organisation's zone differs from the one in which the stored days were stamped."""


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as scoring and boards need them.  Days are local; ``None`` is open."""

    id: int
    email: str
    name: str
    role: str
    manager: int | None
    hired_on: int | None
    left_on: int | None


@dataclass(frozen=True)
class Known:
    """The facts of one version.  Holders are participants, or teams as negative numbers."""

    version: int
    zone: ZoneInfo
    day_of: Callable[[int], int]
    calendar: period.Calendar
    people: Mapping[int, Person]
    teams: Mapping[int, str]
    identities: Mapping[tuple[str, str], int]
    memberships: Mapping[int, tuple[tuple[int, int, int], ...]]  # participant → (starts, ends, team)
    absences: Mapping[int, tuple[SPAN, ...]]
    waves: Mapping[int, tuple[tuple[int, int, str], ...]]  # team → (starts, ends, wave)
    timelines: Timelines
    book: Book
    stopped: Mapping[str, int]  # incentive → the moment (UTC microseconds) since which it gives out nothing
    _emails: Mapping[str, int] = field(repr=False)
    _actors: dict[tuple[str, str | None], int | None] = field(default_factory=dict, repr=False)
    _places: dict[SPAN, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _reports: dict[int, list[int]] = field(default_factory=dict, repr=False)  # filled when it is first asked for

    @cached_property
    def sample(self) -> bool:
        """Whether sample data is here (docs/decisions/samples.md)."""
        return any(sample.is_address(person.email) for person in self.people.values())

    def participant_of(self, source: str, actor: str | None) -> int | None:
        """Return who an actor of a source is: by identity, else by e-mail; ``None`` for a stranger."""
        key = source, actor
        try:
            return self._actors[key]
        except KeyError:
            found = None
            if actor is not None:
                found = self.identities.get((source, actor))
                if found is None and "@" in actor:
                    found = self._emails.get(actor.casefold())
            if len(self._actors) > MOST_ACTORS:
                self._actors.clear()
            self._actors[key] = found
            return found

    def teams_on(self, participant: int, day: int) -> tuple[int, ...]:
        """Return the teams a participant was in on a local day."""
        key = participant, day
        try:
            return self._places[key]
        except KeyError:
            spans = self.memberships.get(participant, ())
            found = tuple(sorted({team for starts, ends, team in spans if starts <= day < ends}))
            if len(self._places) > MOST_PLACES:
                self._places.clear()
            self._places[key] = found
            return found

    def led_by(self, leader: int) -> set[int]:
        """Return everybody below somebody in the chain of managers; in a circle also themselves."""
        if not self._reports:
            below: dict[int, list[int]] = defaultdict(list)
            for one in self.people.values():
                if one.manager is not None:
                    below[one.manager].append(one.id)
            self._reports.update(below)
        found: set[int] = set()
        asked = [leader]
        while asked:
            reports = set(self._reports.get(asked.pop(), ())) - found
            found |= reports
            asked.extend(reports)
        return found

    def works(self, holder: int, day: int) -> bool:
        """Say whether a local day is a working day of the holder (a team has the calendar alone)."""
        if not self.calendar.works(day):
            return False
        return not any(starts <= day < ends for starts, ends in self.absences.get(holder, ()))

    def worker(self, holder: int) -> Callable[[int], bool]:
        """Return the function that says whether a local day is a working day of the holder."""
        return lambda day: self.works(holder, day)

    def waves_on(self, teams: tuple[int, ...], day: int) -> set[str]:
        """Return the waves in which these teams are on a local day."""
        return {wave for team in teams for starts, ends, wave in self.waves.get(team, ()) if starts <= day < ends}

    def holder_name(self, holder: int) -> str:
        """Return an e-mail address, or ``team:NAME``."""
        return self.people[holder].email if holder > 0 else f"team:{self.teams[-holder]}"

    def holder_of(self, name: str) -> int | None:
        """Return the holder whom ``holder_name`` calls so; ``None`` if nobody is."""
        if name.startswith("team:"):
            return next((-number for number, team in self.teams.items() if team == name[5:]), None)
        return self._emails.get(name.casefold())

    def called(self, participant: int | None, name: str) -> str:
        """Return the name of who did something: the participant's, else the one that was noted (a command, a token)."""
        person = self.people.get(participant or 0)
        return person.name if person else name

    def today(self, now: int) -> int:
        """Return the local day of a moment in UTC microseconds."""
        return self.day_of(now)


def day_of() -> Callable[[int], int]:
    """Return the function from UTC microseconds to the organisation's local day; touches no table."""
    kept = current_app.extensions.get("day_of")
    if kept is None:
        kept = current_app.extensions["day_of"] = period.local_day(current_app.extensions["settings"].organisation_zone)
    return kept


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
    """Return the facts of the version that the running transaction sees."""
    kept = current_app.extensions.get("facts")
    if kept is None or kept.version != version:
        kept = current_app.extensions["facts"] = _read(connection, version)
    return kept


def afresh(connection: Connection) -> Known:
    """Return the facts as the running transaction has made them; not kept, since it may yet be rolled back."""
    return _read(connection, version_of(connection))


def _read(connection: Connection, version: int) -> Known:
    settings = current_app.extensions["settings"]
    people = {
        row.id: Person(row.id, row.email, row.name, row.role, row.manager, row.hired_on, row.left_on)
        for row in connection.execute(select(Participant.__table__))
    }
    identities = connection.execute(select(Identity.source, Identity.id, Identity.participant))
    holidays = frozenset(connection.scalars(select(Holiday.day)))
    timelines, book = _definitions(connection)
    return Known(
        version=version,
        zone=settings.organisation_zone,
        day_of=day_of(),
        calendar=period.Calendar(settings.working_days, holidays),
        people=people,
        teams=dict(connection.execute(select(Team.id, Team.name)).all()),
        identities={(source, name): who for source, name, who in identities},
        memberships=_grouped(
            connection.execute(select(Membership.participant, Membership.starts, Membership.ends, Membership.team))
        ),
        absences=_grouped(connection.execute(select(Absence.participant, Absence.starts, Absence.ends))),
        waves=_grouped(connection.execute(select(Wave.team, Wave.starts, Wave.ends, Wave.name))),
        timelines=timelines,
        book=book,
        stopped=dict(
            connection.execute(
                select(IncentiveStop.incentive, IncentiveStop.stopped).where(IncentiveStop.resumed.is_(None))
            ).all()
        ),
        _emails={person.email.casefold(): person.id for person in people.values()},
    )


def _grouped(rows: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for first, *rest in rows:
        groups[first].append(tuple(rest))
    return {key: tuple(sorted(spans)) for key, spans in groups.items()}


@lru_cache(maxsize=64)
def parsed(text_of_book: str) -> Book:
    """Read a published book again; its text was checked when it was published."""
    return books.load(text_of_book)


def _definitions(connection: Connection) -> tuple[Timelines, Book]:
    texts = dict(connection.execute(select(PublishedBook.id, PublishedBook.text).order_by(PublishedBook.id)).all())
    lines: dict[str, dict[str, list[Any]]] = {kind: {} for kind in KINDS}
    table = PublishedDefinition
    for row in connection.execute(select(table.__table__).order_by(table.kind, table.key, table.starts)):
        book = parsed(texts[row.book])
        body = getattr(book, f"{row.kind}s")[row.key]
        lines[row.kind].setdefault(row.key, []).append(Segment(row.starts, row.ends, body))
    for known in texts.values():  # a name that was ever a milestone's means it, also after it was cut to nothing
        for key in parsed(known).milestones:
            lines["milestone"].setdefault(key, [])
    newest = parsed(texts[max(texts)]) if texts else NO_BOOK
    return Timelines(*(lines[kind] for kind in KINDS)), newest
