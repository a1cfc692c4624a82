"""What HR allows beyond a budget that is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import journal
from adoption import waiting
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import BudgetDecision
from rules import period

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By

MOST = 100_000  # that may be allowed at once


class MostError(RefusedError):
    """Say how many more: a whole number from 1 to 100,000."""


class NotAskedError(ConflictError):
    """Nobody is asked about this budget: the book says that something else happens when it is spent."""


class Decided(NamedTuple):
    """A decision: for which budget period (its first day), how many more, when (UTC microseconds), by whom and why."""

    reward: str
    first: int
    more: int
    decided: int
    name: str
    why: str


def allow(reward: str, first: int, more: int | None, why: str, by: By, now: int) -> tuple[int, int]:  # noqa: PLR0913, PLR0917  # a decision
    """Allow so many more in a budget period (``None``: all that wait for it now; 0: none), and give out what waits.

    Returns how many were given out, and how many of all rewards still wait.  Two transactions, both committed; should
    the process end between them, the job ``release-waiting`` does the second.

    Raises:
        NotFoundError: there is no such budget period.
        NotAskedError: this budget asks nobody.
        MostError: the number is negative, or beyond all reason.
        journal.NoReasonError: the reason is missing, or too long.
    """
    reason = journal.reason(why)
    if more is not None and not 0 <= more <= MOST:
        raise MostError
    connection = begin_write()
    facts.shared(connection)
    known = facts.of(connection)
    found = known.book.rewards.get(reward)
    if found is None or found.budget is None or period.start(found.budget.per, first) != first:
        raise NotFoundError
    if found.budget.when_spent != "ask":
        raise NotAskedError
    wanted = _waiting(connection, known, reward, first) if more is None else more
    if wanted:
        left = awards.taken(connection, {reward: found}, {first}).left(found, first)
        wanted += max(0, -(left or 0))  # what a lowered budget has lost already is no room for anybody
    row = {"reward": reward, "allotment": first, "more": wanted, "decided": now, "decided_by": by.participant}
    connection.execute(insert(BudgetDecision).values(**row, decided_name=by.name, why=reason))
    thing, what = f"reward/{reward}", "allowed" if wanted else "left waiting"
    after = {"period": period.text(found.budget.per, first), "more": wanted}
    journal.write(connection, by, what, thing, after=after, why=reason, now=now)
    db.session.commit()
    done = waiting.release(now) if wanted else (0, 0)
    db.session.commit()
    return done


def _waiting(connection: Connection, known: Known, reward: str, first: int) -> int:
    """Count the awards that wait for a budget period, and not for their incentive."""
    table = Award.__table__.c
    query = select(func.count()).where(table.reward == reward, table.allotment == first, table.status == "waiting")
    stopped = sorted(awards.stopped_versions(connection, known))
    return connection.execute(query.where(table.version.not_in(stopped))).scalar_one()


def decisions(reward: str | None = None) -> list[Decided]:
    """Return what was decided about a reward, or about all; the newest first."""
    known = facts.current()
    table = BudgetDecision
    what = (table.reward, table.allotment, table.more, table.decided)
    query = select(*what, table.decided_by, table.decided_name, table.why)
    if reward is not None:
        query = query.where(table.reward == reward)
    rows = db.session.execute(query.order_by(table.id.desc()).limit(200))
    return [Decided(*row[:4], known.called(row[4], row[5]), row[6]) for row in rows]
