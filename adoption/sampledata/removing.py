"""Sample data goes: every row of its people, teams, activities and rules, in one transaction, and nothing else.

Which rows those are is told from the columns of the tables, not from a list of tables: whatever names a holder, a
participant, a team, a source or a version of an incentive.  So a new table is emptied of samples without a word here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import false
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import true
from sqlalchemy import update

from adoption import facts
from adoption import inforce
from adoption import journal
from adoption import locks
from adoption.errors import ConflictError
from adoption.extensions import begin_write
from adoption.models import Base
from adoption.models import Batch
from adoption.models import Edition
from adoption.models import JournalEntry
from adoption.models import Letter
from adoption.models import Participant
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from adoption.models import RecordProgress
from adoption.models import Series
from adoption.models import StoredActivity
from adoption.models import Team
from adoption.models import Track
from adoption.sampledata import there
from rules import sample
from rules.book.composing import put

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import Column
    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy import Table

    from adoption.journal import By
    from rules.book import Book

# Rows that name a sample person and stay: what is theirs is only the name.
NAMED = {
    ("device", "registered_by"), ("audit", "participant"), ("audit_row", "assigned"),
    ("audit_row", "assigned_by"), ("audit_row", "closed_by"),
}  # fmt: skip  # table, column
KEPT = ("journal_entry", "journal_head")
# Rebuilt from the rest whenever they are asked for; both remember numbers of batches, which SQLite gives out again.
CACHES = ("snapshot", "snapshot_place", "archive_file")
CHUNK = 500  # values named in one statement


class JournalledError(ConflictError):
    """A sample person has changed something, which the journal keeps for ever together with who did it."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What is to go: numbers of participants, teams, versions, series and tracks; and (kind, key) of rules."""

    people: Sequence[int]
    teams: Sequence[int]
    versions: Sequence[int]
    series: Sequence[int]
    tracks: Sequence[int]
    names: frozenset[tuple[str, str]]

    @property
    def holders(self) -> list[int]:
        """The holders of tallies and awards: participants, and teams as negative numbers."""
        return [*self.people, *(-team for team in self.teams)]


def remove(by: By, now: int) -> bool:
    """Remove all sample data in a transaction that the caller commits; ``False`` if there is none.

    Raises:
        JournalledError: a sample person stands in the journal as having changed something; nothing is removed.
        ComingError: it is being loaded; what came after would stay for ever.
    """
    with locks.held(there.LOCK) as ours:
        if ours is None:
            raise there.ComingError
        return _removed(by, now)


def _removed(by: By, now: int) -> bool:
    connection = begin_write()
    facts.exclusive(connection)
    people = list(connection.scalars(select(Participant.id).where(Participant.email.like(f"%{sample.DOMAIN}"))))
    if not people:
        return False
    if connection.scalar(select(exists().where(JournalEntry.participant.in_(people)))):
        raise JournalledError
    before = facts.current().book
    gone = _found(connection, people, before)
    _records(connection)
    _rows(connection, gone)
    _book(connection, gone.names, now)
    facts.changed(connection, rescore=False)
    active = connection.execute(select(Edition.id).where(Edition.state == "active")).scalar_one()
    inforce.prepare(connection, facts.of(connection), active)
    journal.write(connection, by, "removed", "sample/data", now=now, before={"people": len(people)})
    return True


def _found(connection: Connection, people: Sequence[int], book: Book) -> Gone:
    names = sample.names() - _used(book)
    incentives, metrics = (_keys(names, kind) for kind in ("incentive", "metric"))
    version = select(PublishedVersion.id).where(PublishedVersion.incentive.in_(incentives))
    series = select(Series.id).where(Series.metric.in_(metrics))
    tracks = select(Track.id).where(Track.milestone.in_(_keys(names, "milestone")))
    return Gone(
        people,
        list(connection.scalars(select(Team.id).where(Team.name.in_(sample.TEAMS)))),
        list(connection.scalars(version)),
        list(connection.scalars(series)),
        list(connection.scalars(tracks)),
        names,
    )


def _keys(names: frozenset[tuple[str, str]], kind: str) -> list[str]:
    return sorted(key for one, key in names if one == kind)


def _used(book: Book) -> set[tuple[str, str]]:
    """Return what rules of one's own are made of: somebody may have built on a sample's metric or reward."""
    own = sample.names()
    used: set[tuple[str, str]] = set()
    for key, incentive in book.incentives.items():
        if ("incentive", key) not in own:
            used |= {("metric", incentive.metric), *(("reward", one) for one in incentive.earns)}
    used |= {("metric", board.metric) for key, board in book.boards.items() if ("board", key) not in own}
    for plan in book.plans.values():
        asked = {name.removeprefix("award.") for name in plan.quantities()}
        used |= {(kind, name) for kind in ("metric", "reward") for name in asked}
    for key, metric in book.metrics.items():
        if ("metric", key) not in own or ("metric", key) in used:
            used |= {("milestone", kind) for kind in metric.counts}
    return used


def _records(connection: Connection) -> None:
    """Forget how far the sample's records are; one that a real source tells of as well stays as it is known."""
    table = StoredActivity
    ours = set(connection.scalars(select(table.subject).where(table.source == sample.SOURCE).distinct()))
    subjects = sorted(one for one in ours if one is not None)
    for begin in range(0, len(subjects), CHUNK):
        part = subjects[begin : begin + CHUNK]
        others = select(table.subject).where(table.subject.in_(part), table.source != sample.SOURCE)
        own = RecordProgress.record.in_(part), RecordProgress.record.not_in(others)
        connection.execute(delete(RecordProgress).where(*own))


def _rows(connection: Connection, gone: Gone) -> None:
    """Delete table by table, those first that refer to others."""
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in KEPT:
            continue
        for column in table.columns:
            if (table.name, column.name) in NAMED:
                connection.execute(update(table).where(column.in_(gone.people)).values({column.name: None}))
        conditions = list(_conditions(table, gone))
        if conditions:
            connection.execute(delete(table).where(or_(*conditions)))


def _referring(table: Table, target: str) -> list[Column[Any]]:
    """Return the columns of a table that refer to another one's rows."""
    number = Base.metadata.tables[target].columns["id"]
    return [column for column in table.columns if column.references(number)]


def _conditions(table: Table, gone: Gone) -> Iterator[ColumnElement[bool]]:
    """Yield which rows of a table are the sample's; none for most tables."""
    columns = table.columns
    by_name: dict[str, Sequence[Any]] = {
        "source": [sample.SOURCE],
        "holder": gone.holders,
        "series": gone.series,
        "track": gone.tracks,
    }
    if "holder" in columns:
        by_name["version"] = gone.versions
    for name, values in by_name.items():
        if name in columns:
            yield columns[name].in_(values)
    for target, numbers in (("participant", gone.people), ("team", gone.teams)):
        for column in _referring(table, target):
            if (table.name, column.name) not in NAMED:
                yield column.in_(numbers)
    yield from _special(table, gone)


def _special(table: Table, gone: Gone) -> Iterator[ColumnElement[bool]]:
    """Yield which rows of tables that name nobody are the sample's."""
    own = {"participant": gone.people, "team": gone.teams, "version": gone.versions, "series": gone.series}
    match table.name:
        case "participant" | "team" | "version" | "series":
            yield table.c.id.in_(own[table.name])
        case "track":
            yield table.c.id.in_(gone.tracks)
        case "definition":
            yield or_(false(), *(and_(table.c.kind == kind, table.c.key == key) for kind, key in sorted(gone.names)))
        case "ledger_entry":
            yield or_(false(), *(table.c.cause.startswith(f"award:{one}/") for one in gone.versions))
        case "batch":
            yield Batch.door == sample.DOOR
        case "letter":
            yield Letter.address.like(f"%{sample.DOMAIN}")
        case name if name in CACHES:
            yield true()


def _book(connection: Connection, names: frozenset[tuple[str, str]], now: int) -> None:
    """Take the sample's rules out of the book.

    Where nothing was published since, the book before is the newest again.  Otherwise the newest is published once
    more without them: a book that somebody published is never changed.
    """
    books = connection.execute(select(PublishedBook.id, PublishedBook.name).order_by(PublishedBook.id)).all()
    for number, _ in (one for one in books if one.name == sample.BOOK):
        earlier = connection.scalar(select(func.max(PublishedBook.id)).where(PublishedBook.id < number))
        for table in Base.metadata.sorted_tables:  # whatever was there before is worded the same in that book
            for column in _referring(table, "book"):
                connection.execute(update(table).where(column == number).values({column.name: earlier}))
        connection.execute(delete(PublishedBook).where(PublishedBook.id == number))
    newest = connection.execute(select(PublishedBook.__table__).order_by(PublishedBook.id.desc()).limit(1)).first()
    if newest is None:
        return
    text = put(newest.text, dict.fromkeys(names))
    if text != newest.text:
        row = {"name": newest.name, "text": text, "published": now, "day": newest.day, "since": newest.since}
        connection.execute(insert(PublishedBook).values(row))
