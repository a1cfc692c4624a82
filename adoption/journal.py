"""The only writer of the journal: who did what to which thing, before, after, when and why.

Append-only.  Every row holds the hash of the row before it, so that a row that was changed, deleted or moved breaks the
chain; the head (the last number and hash), kept elsewhere, shows a tail that was cut off or written anew
(docs/decisions/journal.md).  One writer at a time: on PostgreSQL the head's row is locked, SQLite has one writer.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import JournalHead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from sqlalchemy import Connection

NOTHING = "0" * 64  # what stands before the first row
COLUMNS = ("number", "moment", "participant", "name", "action", "thing", "before", "after", "why", "previous", "hash")
FETCH = 2_000  # rows read at once
LONGEST = 100_000  # characters of a value before or after; what is longer is kept as its hash


class By(NamedTuple):
    """Who does something: a participant, or a command, a token or a job by its name."""

    participant: int | None
    name: str


class Head(NamedTuple):
    """The end of the chain: how many rows there are, and the hash of the last one."""

    number: int
    hash: str


class Flaw(NamedTuple):
    """A place at which the chain does not hold: the number of a row, and what is wrong in words."""

    number: int
    said: str


def write(  # noqa: PLR0913  # who, what, to what, before, after, why, when
    connection: Connection,
    by: By,
    action: str,
    thing: str,
    *,
    now: int,
    before: object = None,
    after: object = None,
    why: str = "",
) -> int:
    """Append what somebody did, in a transaction that writes and that the caller commits; return the row's number.

    ``before`` and ``after`` are whatever JSON can hold; ``None`` where there was or is nothing.
    """
    last = connection.execute(select(JournalHead.number, JournalHead.hash).with_for_update()).one()
    number: int = last.number + 1
    row: dict[str, Any] = {
        "number": number,
        "moment": now,
        "participant": by.participant,
        "name": by.name,
        "action": action,
        "thing": thing,
        "before": _json(before),
        "after": _json(after),
        "why": why,
        "previous": last.hash,
    }
    row["hash"] = digest(row)
    connection.execute(insert(JournalEntry).values(row))
    connection.execute(update(JournalHead).values(number=number, hash=row["hash"]))
    return number


def digest(row: dict[str, Any]) -> str:
    """Return the hash of a row: SHA-256 of its values as one JSON list, in the order of ``COLUMNS``."""
    values = [row[name] for name in COLUMNS[:-1]]
    return hashlib.sha256(json.dumps(values, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def head() -> Head:
    """Return the end of the chain as it is noted."""
    return Head(*db.session.execute(select(JournalHead.number, JournalHead.hash)).one())


def verify(kept: Head | None = None) -> Iterator[Flaw]:
    """Yield every place at which the chain does not hold; ``kept`` is a head that was noted elsewhere, earlier."""
    table = JournalEntry.__table__
    query = select(*(table.c[name] for name in COLUMNS)).order_by(table.c.number)
    rows = db.session.connection().execute(query, execution_options={"yield_per": FETCH})
    noted = head()
    yield from flaws((row._asdict() for row in rows), noted, kept)


def flaws(rows: Iterable[dict[str, Any]], noted: Head, kept: Head | None) -> Iterator[Flaw]:
    """Yield the flaws of these rows, which come in the order of their numbers."""
    number, previous = 0, NOTHING
    for row in rows:
        if row["number"] != number + 1:
            yield Flaw(number + 1, f"rows {number + 1} to {row['number'] - 1} are missing")
        if row["previous"] != previous:
            yield Flaw(row["number"], "does not follow the row before it")
        if digest(row) != row["hash"]:
            yield Flaw(row["number"], "was changed after it was written")
        number, previous = row["number"], row["hash"]
        if kept is not None and number == kept.number and previous != kept.hash:
            yield Flaw(number, "is not the row whose hash was kept")
    if kept is not None and number < kept.number:
        yield Flaw(number + 1, f"rows {number + 1} to {kept.number} are missing: that many were there when it was kept")
    if (number, previous) != noted:
        yield Flaw(noted.number, "is noted as the last row, and is not")


def _json(value: object) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(text) <= LONGEST:
        return text
    return json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "characters": len(text)})
