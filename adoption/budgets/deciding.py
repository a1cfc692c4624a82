"""What HR allows beyond a budget that is spent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import journal
from adoption import waiting
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BudgetDecision
from rules import period

if TYPE_CHECKING:
    from adoption.journal import By

LONGEST = 500  # characters of a reason
MOST = 100_000  # that may be allowed at once


class NoReasonError(RefusedError):
    """Say why, in at most 500 characters: whoever looks at the journal later wants to know."""


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


def allow(reward: str, first: int, more: int, why: str, by: By, now: int) -> tuple[int, int]:  # noqa: PLR0913, PLR0917  # a decision
    """Allow so many more (0: none) in a budget period, and give out what waits; return how many, and how many still do.

    Two transactions, both committed; should the process end between them, the job ``release-waiting`` does the second.

    Raises:
        NotFoundError: there is no such budget period.
        NotAskedError: this budget asks nobody.
        MostError: the number is negative, or beyond all reason.
        NoReasonError: the reason is missing, or too long.
    """
    reason = " ".join(why.split())
    if not reason or len(reason) > LONGEST:
        raise NoReasonError
    if not 0 <= more <= MOST:
        raise MostError
    connection = begin_write()
    facts.shared(connection)
    found = facts.at(connection, facts.version_of(connection)).book.rewards.get(reward)
    if found is None or found.budget is None or period.start(found.budget.per, first) != first:
        raise NotFoundError
    if found.budget.when_spent != "ask":
        raise NotAskedError
    row = {"reward": reward, "allotment": first, "more": more, "decided": now, "decided_by": by.participant}
    connection.execute(insert(BudgetDecision).values(**row, decided_name=by.name, why=reason))
    thing = f"reward/{reward}"
    after = {"period": period.text(found.budget.per, first), "more": more}
    journal.write(connection, by, "allowed" if more else "left waiting", thing, after=after, why=reason, now=now)
    db.session.commit()
    done = waiting.release(now) if more else (0, 0)
    db.session.commit()
    return done


def decisions(reward: str | None = None) -> list[Decided]:
    """Return what was decided about a reward, or about all; the newest first."""
    table = BudgetDecision
    query = select(table.reward, table.allotment, table.more, table.decided, table.decided_name, table.why)
    if reward is not None:
        query = query.where(table.reward == reward)
    return [Decided(*row) for row in db.session.execute(query.order_by(table.id.desc()).limit(200))]
