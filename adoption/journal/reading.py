"""Find entries of the journal: by whom, about what, of which kind, of which days; the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption.extensions import db
from adoption.models import JournalEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

READ = "read"  # the action of looking at somebody else's personal page
CHANGES = "changes"  # stands for every other action
FETCH = 2_000  # entries fetched at once


class Entry(NamedTuple):
    """One entry; ``before`` and ``after`` are JSON."""

    number: int
    moment: int  # UTC microseconds
    participant: int | None
    name: str
    action: str
    thing: str
    before: str | None
    after: str | None
    why: str
    hash: str


class Wanted(NamedTuple):
    """Which entries: all that everything holds for that is not ``None``.

    ``who`` are participants and a part of a name; ``about`` are things, beginnings of things, and the participants
    whose statements are meant, too.  ``action`` may be
    ``CHANGES``.  ``since`` and ``until`` are UTC microseconds, ``until`` is the first moment after.
    """

    who: tuple[Sequence[int], str] | None = None
    about: tuple[Sequence[str], Sequence[str], Sequence[int]] | None = None
    action: str | None = None
    since: int | None = None
    until: int | None = None


_COLUMNS = tuple(getattr(JournalEntry, name) for name in Entry._fields)


def entries(wanted: Wanted, *, before: int | None = None, limit: int) -> list[Entry]:
    """Return the newest entries with a number smaller than ``before``."""
    table = JournalEntry
    which: list[ColumnElement[bool]] = [] if before is None else [table.number < before]
    if wanted.who is not None:
        people, name = wanted.who
        which.append(or_(table.participant.in_(people), table.name.icontains(name, autoescape=True)))
    if wanted.about is not None:
        things, beginnings, people = wanted.about
        starting = [table.thing.startswith(one, autoescape=True) for one in beginnings]
        theirs = [table.thing.like(f"statement/%/{one}") for one in people]
        which.append(or_(table.thing.in_(things), *starting, *theirs))
    if wanted.action == CHANGES:
        which.append(table.action != READ)
    elif wanted.action is not None:
        which.append(table.action == wanted.action)
    if wanted.since is not None:
        which.append(table.moment >= wanted.since)
    if wanted.until is not None:
        which.append(table.moment < wanted.until)
    query = select(*_COLUMNS).where(*which).order_by(table.number.desc()).limit(limit)
    return [Entry(*row) for row in db.session.execute(query)]


def every(wanted: Wanted) -> Iterator[Entry]:
    """Yield all of them, the newest first, some thousands at a time."""
    before = None
    while found := entries(wanted, before=before, limit=FETCH):
        yield from found
        before = found[-1].number


class Look(NamedTuple):
    """Somebody looked at a personal page: who, when, and at which, as it is noted (JSON)."""

    participant: int | None
    name: str
    moment: int
    page: str


def looks_at(participant: int, *, since: int, limit: int) -> list[Look]:
    """Return who looked at somebody's pages since a moment, the latest first."""
    table = JournalEntry
    which = (table.thing == f"participant/{participant}", table.action == READ, table.moment >= since)
    query = select(table.participant, table.name, table.moment, func.coalesce(table.after, "{}")).where(*which)
    return [Look(*row) for row in db.session.execute(query.order_by(table.number.desc()).limit(limit))]
