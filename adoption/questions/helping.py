"""The help list: entries that answers became, tied to pages, without the name of anybody who asked."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption import statements
from adoption.errors import ConflictError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import HelpEntry
from adoption.models import HelpVote
from adoption.models import storable
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy import Select

    from adoption.journal import By

TITLE, TEXT = 120, 4_000  # characters at most
MOST = 2_000  # entries that are looked through
KEPT = 600  # seconds for which a process remembers which pages have help; what it changes itself it knows at once
COUNTS = "help_counts"


class NoTitleError(RefusedError):
    """An entry needs a title of at most 120 characters."""


class NoTextError(RefusedError):
    """An entry needs a text of at most 4,000 characters."""


class ChangedError(ConflictError):
    """Somebody has changed this entry in the meantime."""


class Written(NamedTuple):
    """What an entry says: about which page (an endpoint, or ""), in which language."""

    route: str
    language: str
    title: str
    text: str


class Help(NamedTuple):
    """An entry: who made it, when it was changed last (UTC microseconds), and how many it helped, of how many."""

    id: int
    route: str
    language: str
    title: str
    text: str
    made_by: int
    changed: int
    useful: int = 0
    said: int = 0


def entries() -> list[Help]:
    """Return the entries that were not withdrawn, the latest first; one query."""
    return _entries(HelpEntry.withdrawn.is_(None))


def entry(number: int) -> Help:
    """Return an entry.

    Raises:
        NotFoundError: there is none, or it was withdrawn.
    """
    found = _entries(HelpEntry.withdrawn.is_(None), HelpEntry.id == number)
    if not found:
        raise NotFoundError
    return found[0]


def _entries(*which: ColumnElement[bool]) -> list[Help]:
    votes = select(
        HelpVote.entry, func.sum(case((HelpVote.useful, 1), else_=0)).label("useful"), func.count().label("said")
    ).group_by(HelpVote.entry)
    told = votes.subquery()
    columns: list[Any] = [getattr(HelpEntry, name) for name in Help._fields[:-2]]
    query: Select[Any] = select(*columns, func.coalesce(told.c.useful, 0), func.coalesce(told.c.said, 0)).outerjoin(
        told, told.c.entry == HelpEntry.id
    )
    latest = query.where(*which).order_by(HelpEntry.changed.desc(), HelpEntry.id.desc()).limit(MOST)
    return [Help(*row) for row in db.session.execute(latest)]


def counts() -> Mapping[str, int]:
    """Return how many entries there are about each page that has some; asked of the database every ten minutes."""
    kept: tuple[float, dict[str, int]] | None = current_app.extensions.get(COUNTS)
    if kept is None or kept[0] < time.monotonic():
        query = select(HelpEntry.route, func.count()).where(HelpEntry.withdrawn.is_(None)).group_by(HelpEntry.route)
        kept = time.monotonic() + KEPT, dict(db.session.execute(query).all())
        current_app.extensions[COUNTS] = kept
    return kept[1]


def forget() -> None:
    """Ask anew which pages have help; after a change was committed."""
    current_app.extensions.pop(COUNTS, None)


def publish(connection: Connection, by: By, written: Written, *, question: int | None, now: int) -> int:
    """Make an entry, in a transaction that writes; return its number, also if the same was made of it before.

    Raises:
        NoTitleError, NoTextError: likewise.
    """
    said = _checked(written)
    journal.take_turn(connection)  # a double click makes one entry
    same = [getattr(HelpEntry, name) == value for name, value in said._asdict().items()]
    known = select(HelpEntry.id).where(*same, HelpEntry.question.is_not_distinct_from(question))
    found = connection.scalar(known.where(HelpEntry.withdrawn.is_(None)))
    if found is not None:
        return int(found)
    row = said._asdict() | {"question": question, "made_by": by.participant, "changed": now}
    number = int(connection.execute(insert(HelpEntry).values(row).returning(HelpEntry.id)).scalar_one())
    journal.write(connection, by, "published", f"help/{number}", after=said._asdict(), now=now)
    return number


def change(  # noqa: PLR0913  # who changes which entry to what
    connection: Connection, by: By, number: int, written: Written, *, everybody: bool, now: int, seen: int | None = None
) -> bool:
    """Change an entry, in a transaction that writes; return whether anything changed.

    ``seen`` is when it was changed last (UTC microseconds) as it was looked at.

    Raises:
        ChangedError: somebody has changed it otherwise since.
        NotFoundError: there is none, or it was withdrawn.
        ForbiddenError: it is neither theirs, nor may they change everybody's.
        NoTitleError, NoTextError: likewise.
    """
    journal.take_turn(connection)  # what another changed or withdrew at this moment is seen
    before, said = _theirs(by, number, everybody=everybody), _checked(written)
    was = Written(*before[1:5])
    if said == was:
        return False
    if seen is not None and seen != before.changed:
        raise ChangedError
    connection.execute(update(HelpEntry).where(HelpEntry.id == number).values(**said._asdict(), changed=now))
    journal.write(connection, by, "changed", f"help/{number}", before=was._asdict(), after=said._asdict(), now=now)
    return True


def withdraw(connection: Connection, by: By, number: int, *, everybody: bool, now: int) -> None:
    """Take an entry off the list, in a transaction that writes; the journal keeps it.

    Raises:
        NotFoundError, ForbiddenError: likewise.
    """
    journal.take_turn(connection)
    before = _theirs(by, number, everybody=everybody)
    connection.execute(update(HelpEntry).where(HelpEntry.id == number).values(withdrawn=now))
    journal.write(connection, by, "withdrew", f"help/{number}", before=Written(*before[1:5])._asdict(), now=now)


def vote(connection: Connection, participant: int, number: int, *, useful: bool, now: int) -> None:
    """Say whether an entry helped, in a transaction that writes; the last word counts.

    Raises:
        NotFoundError: there is no such entry.
    """
    entry(number)
    statements.put(
        connection, "help_vote", ("entry", "participant"), ("useful", "said"), [(number, participant, useful, now)]
    )


def _theirs(by: By, number: int, *, everybody: bool) -> Help:
    found = entry(number)
    if not everybody and found.made_by != by.participant:
        raise ForbiddenError
    return found


def _checked(written: Written) -> Written:
    title = storable(" ".join(written.title.split()))
    text = storable(written.text.replace("\r\n", "\n").strip())
    if not title or len(title) > TITLE:
        raise NoTitleError
    if not text or len(text) > TEXT:
        raise NoTextError
    language = written.language if written.language in LANGUAGES else LANGUAGES[0]
    return Written(written.route, language, title, text)
