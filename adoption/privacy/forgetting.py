"""Delete what is personal about spreadsheet work: what is too old, all of it when detection is off, and of who left.

In pieces, each a transaction of its own: whoever is interrupted goes on where it was, and twice does nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import select
from sqlalchemy import tuple_
from sqlalchemy import update

from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import FeedDay
from adoption.models import Participant
from adoption.privacy import holding
from adoption.privacy import switch
from adoption.privacy.periods import PERIODS
from adoption.privacy.periods import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy import Table

PIECE = 5_000  # rows that one transaction deletes


def forget(now: int, report: Callable[[int, int], None] = lambda _done, _total: None, most: int | None = None) -> int:
    """Delete what is no longer to be kept, and commit; return how many rows.

    ``report`` is told after each piece; with ``most`` it stops after about so many rows, and goes on another time.
    """
    gone = 0
    for table, which in list(_over(now)):
        while (most is None or gone < most) and (deleted := _piece(table, which)):
            gone += deleted
            report(gone, gone)
    _mark(now)
    return gone


def left_over() -> bool:
    """Say whether detection is off, and something of it is still there."""
    return not switch.individual() and holding.anything()


def _over(now: int) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """Yield which rows of which tables go."""
    individual, today = switch.individual(), holding.local_day(now)
    left = select(Participant.id).where(Participant.left_on <= today)
    for one in TABLES:
        table = holding.table(one)
        if one.detection and not individual:
            yield table, holding.rows(one)
            continue
        if one.period is not None:
            first = PERIODS[one.period].first_kept(today)
            old = table.c[one.column] < (holding.midnight(first) if one.moment else first)
            yield table, and_(old, table.c["kind"].not_in(one.but)) if one.but else old
        yield table, and_(table.c[one.participant].in_(left), holding.rows(one))


def _mark(now: int) -> None:
    """Mark the days of feeds whose signals are gone: that nobody edited anything can no longer be said of them."""
    today = holding.local_day(now)
    first = PERIODS["signals"].first_kept(today) if switch.individual() else today
    days = update(FeedDay).where(FeedDay.day < first, FeedDay.swept.is_(None)).values(swept=first)
    begin_write().execute(days)
    db.session.commit()


def _piece(table: Table, which: ColumnElement[bool]) -> int:
    """Delete some rows in a transaction of their own; return how many."""
    key = tuple(table.primary_key.columns)
    some = select(*key).where(which).limit(PIECE)
    gone = begin_write().execute(delete(table).where(tuple_(*key).in_(some))).rowcount
    db.session.commit()
    return gone
