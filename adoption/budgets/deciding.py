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
    from rules.incentive import Reward

MOST = 100_000  # that may be allowed at once


class MostError(RefusedError):
    """Say how many more: a whole number from 1 to 100,000."""


class NotAskedError(ConflictError):
    """Nobody is asked about this budget: the book says that something else happens when it is spent."""


class DecidedError(ConflictError):
    """Somebody has decided about this budget in the meantime."""


class Decided(NamedTuple):
    """A decision: for which budget period (its first day), how many more, when (UTC microseconds), by whom and why."""

    number: int
    reward: str
    first: int
    more: int
    decided: int
    name: str
    why: str


def allow(  # noqa: PLR0913, PLR0917  # a decision
    reward: str, first: int, more: int | None, why: str, by: By, now: int, *, seen: int | None = None
) -> tuple[int, int]:
    """Allow so many more in a budget period (``None``: all that wait for it now; 0: none), and give out what waits.

    ``seen`` is the number of the newest decision about any budget that was seen before.  Returns how many were given
    out, and how many of all rewards still wait.  Two transactions, both committed; should the process end between them,
    the job ``release-waiting`` does the second.

    Raises:
        NotFoundError: there is no such budget period.
        NotAskedError: this budget asks nobody.
        DecidedError: another decision about it has come since; nothing is allowed twice.
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
    awards.take_turn(connection, reward, first)  # of two answers the second one sees the first
    if seen is not None and _since(connection, reward, first, seen):
        raise DecidedError
    left = awards.taken(connection, {reward: found}, {first}).left(found, first) or 0
    waits = _waiting(connection, known, reward, first) if more is None else 0
    more = max(0, waits - max(0, left)) if more is None else more  # what was allowed before is room for some of them
    wanted = more + max(0, -left) if more else 0  # what a lowered budget has lost already is no room for anybody
    if wanted or not waits:
        _note(connection, found, first, wanted, reason, by, now)
    db.session.commit()
    done = waiting.release(now) if wanted or waits else (0, 0)
    db.session.commit()
    return done


def _note(  # noqa: PLR0913, PLR0917  # a decision
    connection: Connection, found: Reward, first: int, wanted: int, reason: str, by: By, now: int
) -> None:
    """Write a decision down; the journal has it, too."""
    per = found.budget.per if found.budget else ""
    row = {"reward": found.key, "allotment": first, "more": wanted, "decided": now, "decided_by": by.participant}
    connection.execute(insert(BudgetDecision).values(**row, decided_name=by.name, why=reason))
    thing, what = f"reward/{found.key}", "allowed" if wanted else "left waiting"
    after = {"period": period.text(per, first), "more": wanted}
    journal.write(connection, by, what, thing, after=after, why=reason, now=now)


def _since(connection: Connection, reward: str, first: int, seen: int) -> bool:
    table = BudgetDecision
    newest = select(func.max(table.id)).where(table.reward == reward, table.allotment == first)
    return (connection.scalar(newest) or 0) > seen


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
    what = (table.id, table.reward, table.allotment, table.more, table.decided)
    query = select(*what, table.decided_by, table.decided_name, table.why)
    if reward is not None:
        query = query.where(table.reward == reward)
    rows = db.session.execute(query.order_by(table.id.desc()).limit(200))
    return [Decided(*row[:5], known.called(row[5], row[6]), row[7]) for row in rows]
