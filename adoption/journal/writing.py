"""The only writer of the journal.  One writes at a time: the head's row is locked first, SQLite has one writer."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.errors import RefusedError
from adoption.models import JournalEntry
from adoption.models import JournalHead
from adoption.models import storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

NOTHING = "0" * 64  # what stands before the first row
COLUMNS = ("number", "moment", "participant", "name", "action", "thing", "before", "after", "why", "previous", "hash")
LONGEST_REASON = 500  # characters
LONGEST = 100_000  # characters of a value before or after; what is longer is kept as its hash


class NoReasonError(RefusedError):
    """Say why, in at most 500 characters: whoever looks at the journal later wants to know."""


class By(NamedTuple):
    """Who does something: a participant, or a command, a token or a job by its name."""

    participant: int | None
    name: str


class Deed(NamedTuple):
    """What was done to which thing; ``before`` and ``after`` are whatever JSON can hold."""

    action: str
    thing: str
    before: object = None
    after: object = None


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

    ``before`` and ``after`` are whatever JSON can hold; ``None`` where there was or is nothing.  Whoever else writes
    waits until the caller commits, so this comes last in a transaction.
    """
    return write_all(connection, by, [Deed(action, thing, before, after)], now=now, why=why)


def write_all(connection: Connection, by: By, deeds: Sequence[Deed], *, now: int, why: str = "") -> int:
    """Append all that somebody did at one moment, in this order, by two statements; return the last row's number.

    As with ``write`` the transaction writes, the caller commits, and it comes last.
    """
    last = take_turn(connection)
    number, previous = int(last.number), str(last.hash)
    rows = []
    for deed in deeds:
        values = {
            "moment": now,
            "participant": by.participant,
            "name": storable(by.name),
            "action": storable(deed.action),
            "thing": storable(deed.thing),
            "before": _json(deed.before),
            "after": _json(deed.after),
            "why": storable(why),
        }
        rows.append(chained(values, number, previous))
        number, previous = rows[-1]["number"], rows[-1]["hash"]
    if rows:
        connection.execute(insert(JournalEntry), rows)
        connection.execute(update(JournalHead).values(number=number, hash=previous))
    return number


def reason(text: str) -> str:
    """Return why somebody does something, in one line.

    Raises:
        NoReasonError: it is missing, or too long.
    """
    said = " ".join(storable(text).split())
    if not said or len(said) > LONGEST_REASON:
        raise NoReasonError
    return said


def take_turn(connection: Connection) -> Row[int, str]:
    """Wait until nobody else writes the journal, and keep everybody out until the caller commits; return its end."""
    return connection.execute(select(JournalHead.number, JournalHead.hash).with_for_update()).one()


def chained(values: dict[str, Any], last: int, previous: str) -> dict[str, Any]:
    """Return the row with these values that follows the row of the number ``last`` and the hash ``previous``."""
    row = values | {"number": last + 1, "previous": previous}
    return row | {"hash": digest(row)}


def digest(row: dict[str, Any]) -> str:
    """Return the hash of a row: SHA-256 of its values as one JSON list, in the order of ``COLUMNS``."""
    values = [row[name] for name in COLUMNS[:-1]]
    text = json.dumps(
        values, ensure_ascii=True, separators=(",", ":"), default=repr
    )  # what is no JSON is no value of ours
    return hashlib.sha256(text.encode()).hexdigest()


def _json(value: object) -> str | None:
    if value is None:
        return None
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    if len(text) <= LONGEST:
        return storable(text)
    packed = text.encode("utf-8", "surrogatepass")
    return json.dumps({"sha256": hashlib.sha256(packed).hexdigest(), "characters": len(text)})
