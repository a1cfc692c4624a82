"""Is the chain whole?  Rows that were changed, deleted or moved, and a tail that was cut off or written anew."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select

from adoption.errors import AdoptionError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal.writing import COLUMNS
from adoption.journal.writing import NOTHING
from adoption.journal.writing import digest
from adoption.models import JournalCheck
from adoption.models import JournalEntry
from adoption.models import JournalHead

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from sqlalchemy import Connection

FETCH = 2_000  # rows read at once
SAID: Mapping[str, str] = {
    "gap": "rows {number} to {last} are missing",
    "moved": "does not follow the row before it",
    "changed": "was changed after it was written",
    "other": "is not the row whose hash was kept",
    "cut": "rows {number} to {last} are missing: that many were there when the head was kept",
    "end": "is noted as the last row, and is not",
}  # kinds of flaws


class BrokenChainError(AdoptionError):
    """The journal's chain does not hold."""


class Head(NamedTuple):
    """The end of the chain: how many rows there are, and the hash of the last one."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Write it as it is kept elsewhere."""
        return f"{self.number}:{self.hash}"


class Flaw(NamedTuple):
    """A place at which the chain does not hold: the number of a row (to ``last``), and what is wrong (of ``SAID``)."""

    number: int
    kind: str
    last: int = 0

    @property
    def said(self) -> str:
        """Say what is wrong."""
        return SAID[self.kind].format(number=self.number, last=self.last)


class Checked(NamedTuple):
    """What the last check found: when, how many rows, the flaws' number and the first of them, and the last head.

    ``head`` is that of the last check that found the chain whole.
    """

    moment: int
    entries: int
    flaws: int
    first: Flaw | None
    head: Head


def head(connection: Connection | None = None) -> Head:
    """Return the end of the chain as it is noted."""
    found = (connection or db.session.connection()).execute(select(JournalHead.number, JournalHead.hash)).one()
    return Head(*found)


def verify(kept: Head | None = None, connection: Connection | None = None) -> Iterator[Flaw]:
    """Yield every place at which the chain does not hold; ``kept`` is a head that was noted elsewhere, earlier.

    What was read in the running transaction is forgotten, so that rows and head are those of one moment; unless a
    ``connection`` is given, whose transaction sees to that.
    """
    table = JournalEntry.__table__
    query = select(*(table.c[name] for name in COLUMNS)).order_by(table.c.number)
    connection = connection or _one_moment()
    noted = head(connection)
    rows = connection.execute(query, execution_options={"yield_per": FETCH})
    yield from flaws((row._asdict() for row in rows), noted, kept)


def _one_moment() -> Connection:
    """Begin a transaction that sees one moment, whatever is written meanwhile; SQLite's all do."""
    db.session.rollback()
    if db.engine.dialect.name != "postgresql":
        return db.session.connection()
    return db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def flaws(rows: Iterable[dict[str, Any]], noted: Head, kept: Head | None) -> Iterator[Flaw]:
    """Yield the flaws of these rows, which come in the order of their numbers."""
    number, previous = 0, NOTHING
    for row in rows:
        if row["number"] != number + 1:
            yield Flaw(number + 1, "gap", row["number"] - 1)
        if row["previous"] != previous:
            yield Flaw(row["number"], "moved")
        if digest(row) != row["hash"]:
            yield Flaw(row["number"], "changed")
        number, previous = row["number"], row["hash"]
        if kept is not None and number == kept.number and previous != kept.hash:
            yield Flaw(number, "other")
    if kept is not None and number < kept.number:
        yield Flaw(number + 1, "cut", kept.number)
    if (number, previous) != noted:
        yield Flaw(noted.number, "end")


def check(now: int) -> Checked:
    """Verify the whole chain, also against the head of the last check, and note what was found.  The caller commits."""
    before = last_check()
    kept = before.head if before is not None else None
    number, first = 0, None
    for flaw in verify(kept):
        number, first = number + 1, first or flaw
    ends = head()
    whole = ends if first is None else kept or Head(0, NOTHING)
    found = Checked(now, ends.number, number, first, whole)
    connection = begin_write()
    connection.execute(delete(JournalCheck))
    values = {"id": 1, "moment": now, "entries": ends.number, "flaws": number}
    fault = {} if first is None else {"flaw": first.number, "flaw_last": first.last, "flaw_kind": first.kind}
    connection.execute(insert(JournalCheck).values(values | fault | {"number": whole.number, "hash": whole.hash}))
    return found


def last_check() -> Checked | None:
    """Return what the last check found; ``None`` before the first."""
    row = db.session.execute(select(JournalCheck.__table__)).first()
    if row is None:
        return None
    first = None if row.flaw_kind is None else Flaw(row.flaw, row.flaw_kind, row.flaw_last)
    return Checked(row.moment, row.entries, row.flaws, first, Head(row.number, row.hash))
