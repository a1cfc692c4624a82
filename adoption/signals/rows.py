"""The rows of signals: the only writer.  What is told again changes nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import privacy
from adoption import statements
from adoption.extensions import db
from adoption.models import Signal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.facts import Known

EDITS = ("edit", "upload")  # of a workbook
PRESENT = ("sign_in", "view")  # signs that somebody was there
MOVES = ("import", "export")  # of records
KINDS = (*EDITS, *MOVES, *PRESENT)
CREATED = "created/"  # the id of an import that is known from the records it made


class Row(NamedTuple):
    """A signal as it is stored; of ``participant`` and ``actor`` one is there."""

    feed: str
    id: str
    participant: int | None
    actor: str | None
    kind: str
    day: int
    moment: int | None = None
    workbook: int | None = None
    file: str | None = None
    extension: str | None = None
    location: str | None = None


_ADD = (
    f"INSERT INTO signal ({', '.join(Row._fields)})"  # noqa: S608  # our own names
    f" SELECT {', '.join(Row._fields)} FROM {{given}} AS g WHERE true ON CONFLICT (feed, id) DO UPDATE"
    # The earliest moment stands, so that the order in which signals come does not matter.
    " SET moment = excluded.moment, day = excluded.day WHERE excluded.moment < signal.moment"
)
_RECOGNISED = (
    "UPDATE signal SET participant = g.participant, actor = NULL FROM {given} AS g"
    " WHERE signal.feed = g.feed AND signal.id = g.id"
)


def add(connection: Connection, rows: Iterable[Row]) -> None:
    """Store signals, where anything may be known of single people; of equal ones the earliest moment stands."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        before = first.setdefault(row[:2], row)
        if (row.moment or 0) < (before.moment or 0):
            first[row[:2]] = row
    if first and privacy.individual():
        statements.run(connection, "signal", Row._fields, [first[key] for key in sorted(first)], _ADD)


def key_of(*parts: object) -> str:
    """Return the id of a signal of which one is kept, however often it is told."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:32]


def whose(known: Known, feed: str, actor: str) -> tuple[int | None, str | None]:
    """Return the participant, or the actor who waits for an identity."""
    who = known.participant_of(feed, actor)
    return who, actor if who is None else None


def unknown(feed: str) -> list[str]:
    """Return the accounts of a feed whose signals wait because they belong to nobody here, by their names."""
    query = select(Signal.actor).where(Signal.feed == feed, Signal.actor.is_not(None)).distinct()
    known = facts.current()
    waiting = (actor for actor in db.session.scalars(query) if actor is not None)
    return sorted(actor for actor in waiting if known.participant_of(feed, actor) is None)


def recognise(connection: Connection) -> int:
    """Give waiting signals to those whom the directory knows by now; return how many.  Two queries."""
    known = facts.of(connection)
    waiting = connection.execute(select(Signal.feed, Signal.id, Signal.actor).where(Signal.actor.is_not(None)))
    found = [(feed, number, known.participant_of(feed, actor)) for feed, number, actor in waiting]
    rows = sorted(row for row in found if row[2] is not None)
    if rows:
        statements.run(connection, "signal", ("feed", "id", "participant"), rows, _RECOGNISED)
    return len(rows)
