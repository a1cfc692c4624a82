"""Questions about lines: asked by whom the statement concerns, answered by HR, upheld with a correction or rejected."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption.bonuses import entering
from adoption.bonuses import noting
from adoption.bonuses import runs
from adoption.bonuses.runs import WrongStateError
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusAdjustment
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import Dispute
from adoption.models import storable
from rules import period as periods
from rules.bonus.closing import FINAL
from rules.bonus.closing import STEPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row
    from sqlalchemy import Select

    from adoption.bonuses.runs import Run

DAYS = 10  # within which a question is to be answered, and a closed statement may be questioned
LONGEST = 2_000  # characters
ANSWERS = ("upheld", "rejected")


class NoWordsError(RefusedError):
    """This needs a few words."""


class TwiceError(ConflictError):
    """This amount is entered already, for the same person with the same reason."""


class PlanEndedError(ConflictError):
    """The period is closed and the plan was taken away altogether, so no later period could pay it."""


def ask(run: int, participant: int, place: int, question: str, now: int) -> int:
    """Ask about a line of one's own statement; return the question's number.  The caller commits.

    Raises:
        NotFoundError: there is no such line.
        WrongStateError: the statement is not to be seen yet, or a question about this line waits for its answer.
        NoWordsError: the question is empty or too long.
    """
    text = _text(question)
    connection = begin_write()
    at = (BonusLine.run == run, BonusLine.participant == participant, BonusLine.place == place)
    if connection.execute(select(BonusLine.place).where(*at)).first() is None:
        msg = "There is no such line."
        raise NotFoundError(msg)
    state = connection.scalar(select(BonusRun.state).where(BonusRun.id == run).with_for_update())
    waits = (Dispute.run == run, Dispute.participant == participant, Dispute.place == place, Dispute.state == "open")
    if state == "open" or connection.execute(select(Dispute.id).where(*waits)).first() is not None:
        raise WrongStateError
    deadline = facts.current().today(now) + DAYS
    row = {"run": run, "participant": participant, "place": place, "question": text, "asked": now}
    new = insert(Dispute).values(row | {"deadline": deadline, "state": "open"})
    return int(connection.execute(new.returning(Dispute.id)).scalar_one())


def answer(number: int, outcome: str, words: str, amount: int, *, who: int, now: int) -> None:  # noqa: PLR0913  # one answer
    """Answer a question: ``rejected``, or ``upheld`` with an amount in cents.  The caller commits.

    What is upheld becomes an adjustment: of the same run while that is not closed (it is to be worked out again), else
    of the period that is open: a question holds up no run.  One conditional UPDATE: of two answers one counts.

    Raises:
        RefusedError: there is no such outcome, nobody may answer their own question, or upholding changes nothing.
        WrongStateError: it was answered already.
        PlanEndedError: the run is closed, and the plan was taken away altogether.
    """
    text = _text(words)
    connection = begin_write()
    row = connection.execute(select(Dispute.__table__).where(Dispute.id == number)).first()
    if row is None:
        msg = "There is no such question."
        raise NotFoundError(msg)
    if outcome not in ANSWERS or row.participant == who or (outcome == "upheld") != bool(amount):
        raise RefusedError
    values = {"state": outcome, "answer": text, "answered": now, "answered_by": who}
    open_ = update(Dispute).where(Dispute.id == number, Dispute.state == "open")
    if not connection.execute(open_.values(values)).rowcount:
        raise WrongStateError
    if outcome == "upheld":
        run = runs.find(row.run)
        first = _open_period(connection, run, now)
        at = entering.later(entering.hold(connection, [run.plan.key], first), now)
        given = {"plan": run.plan.key, "first": first, "participant": row.participant, "amount": amount, "reason": text}
        new = insert(BonusAdjustment).values(given | {"entered": at, "entered_by": who})
        made = connection.execute(new.returning(BonusAdjustment.id)).scalar_one()
        connection.execute(update(Dispute).where(Dispute.id == number).values(adjustment=made))
    run = runs.find(row.run)
    thing = statement_of(run.plan.key, run.period, row.participant)
    told = {"line": row.place, "outcome": outcome} | ({"amount": noting.money(amount)} if amount else {})
    noting.note(who, "answered", thing, before={"question": row.question}, after=told, why=text, now=now)


def _open_period(connection: Connection, run: Run, now: int) -> int:
    """Return the first day of the period that pays what is upheld: the run's own, or after all that are closed.

    Until the transaction ends nobody takes one of these runs on.
    """
    plan, first = run.plan, run.row.first
    table = BonusRun
    query = select(table.first, table.state).where(table.plan == plan.key, table.first >= first).order_by(table.first)
    closed = [at for at, state in connection.execute(query.with_for_update()) if state in FINAL]
    if first not in closed:
        return int(first)
    after = max(periods.following(plan.per, max(closed)), periods.start(plan.per, facts.current().today(now)))
    try:
        runs.definition_of(facts.current(), plan.key, after)
    except NotFoundError:
        raise PlanEndedError from None
    return after


def adjust(plan: str, first: int, participant: int, amount: int, reason: str, *, who: int, now: int) -> int:  # noqa: PLR0913  # one entry
    """Add or take an amount by hand, in cents, for a period that is not closed.  The caller commits.

    Raises:
        NoWordsError: without a reason.
        WrongStateError: the period is under review or closed.
        RefusedError: it is nothing, or for oneself.
        TwiceError: it stands there already, word for word.
    """
    text = _text(reason)
    connection = begin_write()
    at = _entered(connection, plan, first, now)
    if not amount or participant == who:
        raise RefusedError
    row = {"plan": plan, "first": first, "participant": participant, "amount": amount, "reason": text}
    same = [getattr(BonusAdjustment, name) == value for name, value in row.items()]
    there = select(BonusAdjustment.id).where(*same, BonusAdjustment.withdrawn.is_(None))
    if connection.execute(there).first() is not None:
        raise TwiceError
    new = insert(BonusAdjustment).values(row | {"entered": at, "entered_by": who})
    number = int(connection.execute(new.returning(BonusAdjustment.id)).scalar_one())
    told = {"amount": noting.money(amount)}
    noting.note(who, "adjusted", statement_of(plan, _period(plan, first), participant), after=told, why=text, now=now)
    return number


def _entered(connection: Connection, plan: str, first: int, now: int) -> int:
    """Return the moment as which something is entered by hand; until it is committed, nobody sends it to review.

    Raises:
        WrongStateError: the period is under review or closed.
    """
    held = entering.hold(connection, [plan], first)
    if any(row.state not in STEPS["calculate"].starts for row in held):
        raise WrongStateError
    return entering.later(held, now)


def withdraw(number: int, *, who: int, now: int) -> None:
    """Withdraw an amount that was given by hand, while its period is not under review or closed.  The caller commits.

    Raises:
        NotFoundError: there is no such amount.
        WrongStateError: the period is under review or closed, or it was withdrawn already.
        RefusedError: it is one's own, or it upholds a question, and the answer stands.
    """
    connection = begin_write()
    table = BonusAdjustment
    row = connection.execute(select(table.__table__).where(table.id == number)).first()
    if row is None:
        msg = "There is no such amount."
        raise NotFoundError(msg)
    at = _entered(connection, row.plan, row.first, now)
    answers = select(Dispute.id).where(Dispute.adjustment == number)
    if row.participant == who or connection.execute(answers).first() is not None:
        raise RefusedError
    gone = update(table).where(table.id == number, table.withdrawn.is_(None)).values(withdrawn=at)
    if not connection.execute(gone).rowcount:
        raise WrongStateError
    told = {"amount": noting.money(row.amount), "reason": row.reason}
    thing = statement_of(row.plan, _period(row.plan, row.first), row.participant)
    noting.note(who, "withdrew", thing, before=told, now=now)


def statement_of(plan: str, period: str, participant: int) -> str:
    """Return what somebody's statement of a period (``2026-11``) is called in the journal."""
    return f"statement/{plan}/{period}/{participant}"


def _period(plan: str, first: int) -> str:
    return periods.text(runs.definition_of(facts.current(), plan, first).body.per, first)


def disputes(*, run: int | None = None, participant: int | None = None) -> Sequence[Row[Any]]:
    """List questions, the open ones first, then the latest, each with its line's key and amount."""
    line = (
        (BonusLine.run == Dispute.run)
        & (BonusLine.participant == Dispute.participant)
        & (BonusLine.place == Dispute.place)
    )
    query: Select[Any] = select(*Dispute.__table__.c, BonusLine.key, BonusLine.amount).outerjoin(BonusLine, line)
    if run is not None:
        query = query.where(Dispute.run == run)
    if participant is not None:
        query = query.where(Dispute.participant == participant)
    return db.session.execute(query.order_by((Dispute.state != "open"), Dispute.asked.desc(), Dispute.id)).all()


def _text(words: str) -> str:
    text = storable(words).strip()
    if not text or len(text) > LONGEST:
        raise NoWordsError
    return text
