"""The only writer of ledger entries: post, reverse, balance.

An entry is never changed.  Each cause is posted, reversed, posted again, … in numbered turns; asking twice for the same
thing changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import statements
from adoption.extensions import db
from adoption.models import LedgerEntry
from adoption.models import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from sqlalchemy import Connection

COLUMNS = ("bucket", "holder", "cause", "turn", "unit", "amount", "posted", "reason")
Cause = tuple[int, str]  # holder, cause


class Posting(NamedTuple):
    """An amount (ten-thousandths of ``unit``) that a holder receives, and what for."""

    holder: int
    cause: str
    unit: str
    amount: int
    reason: str


def post(connection: Connection, postings: Sequence[Posting], now: int) -> None:
    """Post what is not posted yet."""
    last = _last(connection, [(one.holder, one.cause) for one in postings])
    rows = []
    for one in postings:
        turn = last[one.holder, one.cause][0] + 1 if (one.holder, one.cause) in last else 0
        if turn % 2 == 0:
            rows.append((bucket_of(one.holder), one.holder, one.cause, turn, one.unit, one.amount, now, one.reason))
    statements.insert_new(connection, "ledger_entry", COLUMNS, sorted(rows))


def reverse(connection: Connection, causes: Iterable[Cause], reason: str, now: int) -> None:
    """Reverse what is posted, with the same amount the other way."""
    rows = []
    for (holder, cause), (turn, unit, amount) in _last(connection, causes).items():
        if turn % 2 == 0:
            rows.append((bucket_of(holder), holder, cause, turn + 1, unit, -amount, now, reason))
    statements.insert_new(connection, "ledger_entry", COLUMNS, sorted(rows))


def _last(connection: Connection, causes: Iterable[Cause]) -> dict[Cause, tuple[int, str, int]]:
    """Return the latest turn of each cause that has one, with its unit and amount."""
    given = sorted({(bucket_of(holder), holder, cause) for holder, cause in causes})
    wanted = ("holder", "cause", "turn", "unit", "amount")
    rows = statements.find(connection, "ledger_entry", ("bucket", "holder", "cause"), wanted, given)
    last: dict[Cause, tuple[int, str, int]] = {}
    for holder, cause, turn, unit, amount in rows:
        if (holder, cause) not in last or turn > last[holder, cause][0]:
            last[holder, cause] = (turn, unit, amount)
    return last


def balance(holder: int) -> dict[str, int]:
    """Return what a holder has, by unit, in ten-thousandths."""
    query = select(LedgerEntry.unit, func.sum(LedgerEntry.amount)).where(LedgerEntry.holder == holder)
    rows = db.session.execute(query.group_by(LedgerEntry.unit).order_by(LedgerEntry.unit))
    return {unit: int(amount) for unit, amount in rows}
