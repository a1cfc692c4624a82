"""What people enter for a period, and the freeze of its runs: whichever comes first, none misses the other.

A page may look at thousands of people between the moment at which it was asked and its transaction, and a freeze sees
the moment at which it began.  So neither goes by the clock alone: what is entered counts as later than every freeze
before it, and a freeze during which something is entered does not stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy import update

from adoption import due
from adoption.models import BonusRun

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection
    from sqlalchemy import Row

LOCK = 0x5350_4F04  # class of advisory locks: a period of a plan that has no run yet


def take_turn(connection: Connection, plans: Iterable[str], first: int) -> None:
    """Let nobody else begin a run of these plans for a period, or enter something for one without a run, meanwhile."""
    due.lock(connection, LOCK, {(plan, first) for plan in plans})


def hold(connection: Connection, plans: Collection[str], first: int) -> Sequence[Row[Any]]:
    """Hold the runs of these plans for the period that begins on ``first`` until the transaction ends; return them.

    Whoever would freeze or take one of them on waits, and a freeze that has begun fails.
    """
    found = _held(connection, plans, first)
    without = set(plans) - {row.plan for row in found}
    if without:
        take_turn(connection, without, first)
        found = _held(connection, plans, first)
    touch(connection, found)
    return found


def _held(connection: Connection, plans: Collection[str], first: int) -> Sequence[Row[Any]]:
    query = select(BonusRun.__table__).where(BonusRun.first == first, BonusRun.plan.in_(plans))
    return connection.execute(query.order_by(BonusRun.id).with_for_update()).all()


def touch(connection: Connection, rows: Iterable[Row[Any]]) -> None:
    """Let runs that are held be new versions of themselves: PostgreSQL refuses them to a freeze that sees the old."""
    numbers = [row.id for row in rows]
    connection.execute(update(BonusRun).where(BonusRun.id.in_(numbers)).values(as_of=BonusRun.as_of))


def later(rows: Iterable[Row[Any]], now: int) -> int:
    """Return the moment as which something is entered: that of now, but after every freeze of these runs."""
    freezes: list[int] = [row.as_of for row in rows]
    return max([now, *(at + 1 for at in freezes)])
