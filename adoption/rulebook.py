"""Publishing books: which definition takes force when, and the incentive versions that follow."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import awards
from adoption import facts
from adoption import inforce
from adoption import journal
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Edition
from adoption.models import JournalEntry
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.models import PublishedVersion
from adoption.models import StoredActivity
from rules import book as books
from rules.book import composing
from rules.version import meaning
from rules.version import publish as published
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By
    from rules.version import Timelines
    from rules.version import Version


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing did: the book's number, the definitions that changed (kind, key, from), the book's warnings."""

    book: int
    changed: tuple[tuple[str, str, int], ...]
    rescore: bool


def publish(text: str, *, today: int, since: int | None, name: str, now: int) -> Publication:
    """Put a book in force, in a transaction that the caller commits.

    Raises:
        rules.book.BookError: the book has faults; nothing is changed.
    """
    books.load(text, name=name)
    return put_in_force(begin_write(), text, today=today, since=since, name=name, now=now)


def put_in_force(  # noqa: PLR0913  # what a publication is
    connection: Connection,
    text: str,
    *,
    today: int,
    since: int | None,
    name: str,
    now: int,
    by: By | None = None,
    why: str = "",
) -> Publication:
    """Put a book in force in a transaction that already writes; the journal says who published what, if it is told.

    Raises:
        rules.book.BookError: the book has faults; nothing is changed.
    """
    made = books.load(text, name=name)
    facts.exclusive(connection)
    last = newest(connection)
    known = facts.of(connection)
    before = known.timelines
    after = published(before, made, today=today, since=since)
    row = {"name": name, "text": text, "published": now, "day": today, "since": since}
    number = connection.execute(insert(PublishedBook).values(row).returning(PublishedBook.id)).scalar_one()
    changed = _store_definitions(connection, before, after, number)
    moved = _store_versions(connection, after)
    anything = connection.execute(select(StoredActivity.bucket).limit(1)).first() is not None
    rescore = anything and (bool(changed) or moved or known.book.boards != made.boards)
    facts.changed(connection, rescore=rescore)
    active = connection.execute(select(Edition.id).where(Edition.state == "active")).scalar_one()
    inforce.prepare(connection, facts.of(connection), active)
    awards.draw_anew(connection, known, facts.of(connection))
    if by is not None:
        _note(connection, by, last.text, text, number=number, why=why, now=now)
    return Publication(number, tuple(changed), rescore)


class Newest(NamedTuple):
    """The newest published book; number ``None`` and no text before the first."""

    number: int | None
    text: str


def newest(connection: Connection) -> Newest:
    """Return the newest published book."""
    row = connection.execute(select(PublishedBook.id, PublishedBook.text).order_by(PublishedBook.id.desc())).first()
    return Newest(None, "") if row is None else Newest(row.id, row.text)


def text_of(number: int | None) -> str:
    """Return the text of a published book; nothing where there is none of that number."""
    known = number if number is not None and 0 < number < 2**63 else 0  # what a database can look for
    return db.session.scalar(select(PublishedBook.text).where(PublishedBook.id == known)) or ""


@dataclass(frozen=True, slots=True)
class BookLine:
    """A published book: when and by whom, and what it changed (``new``, ``changes`` or ``ends``; kind, key).

    ``published`` is in UTC microseconds, ``day`` and ``since`` are local days.
    """

    number: int
    name: str
    published: int
    day: int
    since: int | None
    who: str | None  # nobody knows of books from before the journal
    changes: tuple[tuple[str, str, str], ...]


def history(*, most: int, before: int | None = None) -> list[BookLine]:
    """List published books, the newest first; ``before`` is the number of the last one that is known already."""
    table = PublishedBook
    query = select(table.__table__).order_by(table.id.desc()).limit(most + 1)
    rows = db.session.execute(query if before is None else query.where(table.id < before)).all()
    texts = [*(row.text for row in rows[1:]), ""]
    things = [f"book/{row.id}" for row in rows[:most]]
    entries = select(JournalEntry.thing, JournalEntry.name).where(JournalEntry.thing.in_(things))
    who = dict(db.session.execute(entries.where(JournalEntry.action == "published")).all())
    return [
        BookLine(row.id, row.name, row.published, row.day, row.since, who.get(thing), _changes(older, row.text))
        for row, older, thing in zip(rows, texts, things, strict=False)
    ]


@lru_cache(maxsize=512)
def _changes(before: str, after: str) -> tuple[tuple[str, str, str], ...]:
    old, new = composing.definitions(before), composing.definitions(after)
    words = {(True, True): "changes", (False, True): "new", (True, False): "ends"}
    return tuple((words[name in old, name in new], *name) for name in composing.changed(before, after))


def _note(  # noqa: PLR0913  # who, from what, to what, which, why, when
    connection: Connection, by: By, before: str, after: str, *, number: int, why: str, now: int
) -> None:
    """Write into the journal that a book was published, and every definition that it words otherwise."""
    names = composing.changed(before, after)
    old, new = composing.parts(before, names), composing.parts(after, names)
    for name in names:
        action, thing = "published" if name in new else "ended", "/".join(name)
        journal.write(connection, by, action, thing, before=old.get(name), after=new.get(name), why=why, now=now)
    journal.write(connection, by, "published", f"book/{number}", now=now, why=why)


def _store_definitions(
    connection: Connection, before: Timelines, after: Timelines, number: int
) -> list[tuple[str, str, int]]:
    """Write the new timelines; return which definitions begin, end or move."""
    old = {(row.kind, row.key, row.starts): row for row in connection.execute(select(PublishedDefinition.__table__))}
    lines: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
        "milestone": (before.milestones, after.milestones),
        "metric": (before.metrics, after.metrics),
        "incentive": (before.incentives, after.incentives),
        "plan": (before.plans, after.plans),
    }
    changed, rows = [], []
    for kind, (was, now) in lines.items():
        for key, line in now.items():
            kept = {part.starts: part for part in was.get(key, ())}
            for part in line:
                same = kept.get(part.starts)
                source = old[kind, key, part.starts].book if same is not None and same.body is part.body else number
                rows.append({"kind": kind, "key": key, "starts": part.starts, "ends": part.ends, "book": source})
            if [(p.starts, p.ends, meaning(p.body)) for p in was.get(key, ())] != [
                (p.starts, p.ends, meaning(p.body)) for p in line
            ]:
                changed.append((kind, key, line[-1].starts if line else 0))
    connection.execute(delete(PublishedDefinition))
    if rows:
        connection.execute(insert(PublishedDefinition), rows)
    return changed


def _store_versions(connection: Connection, lines: Timelines) -> bool:
    """Write the versions that follow; one of the same meaning that only moved keeps its number.  Say if any changed."""
    table = PublishedVersion
    stored = connection.execute(select(table.__table__)).all()
    numbers = dict(connection.execute(select(table.incentive, func.max(table.number)).group_by(table.incentive)).all())
    taken: set[int] = set()
    changed = False
    for key in lines.incentives:
        for version in versions(key, lines):
            means = meaning(version)
            same = next((r for r in stored if r.id not in taken and _continues(r, key, means, version)), None)
            days = {"starts": version.starts, "ends": version.ends}
            if same is None:
                numbers[key] = numbers.get(key, 0) + 1
                fresh = {"incentive": key, "number": numbers[key], "meaning": means, **days}
                connection.execute(insert(table).values(fresh))
                changed = True
            else:
                taken.add(same.id)
                if (same.starts, same.ends) != (version.starts, version.ends):
                    connection.execute(update(table).where(table.id == same.id).values(days))
                    changed = True
    for row in stored:
        if row.id not in taken and row.starts < row.ends:
            connection.execute(update(table).where(table.id == row.id).values(ends=row.starts))
            changed = True
    return changed


def _continues(row: Any, key: str, means: str, version: Version) -> bool:
    """Say whether a stored version is this one, perhaps on other days."""
    touches: bool = row.starts <= version.ends and version.starts <= row.ends
    return touches and bool(row.incentive == key and row.meaning == means and row.starts < row.ends)
