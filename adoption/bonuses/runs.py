"""A plan's way through a period: frozen, worked out, reviewed, approved by another person, closed, given to payroll."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption.bonuses import carrying
from adoption.bonuses import entering
from adoption.bonuses import noting
from adoption.errors import ConflictError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import BonusAdjustment
from adoption.models import BonusInput
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Figure
from adoption.models import Weight
from rules import period as periods
from rules.bonus import closing
from rules.bonus.plan import FIGURE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.bonus import Plan
    from rules.version import Segment

HAND_ON = ("send", "approve", "close")  # steps that what was entered by hand must not miss
TO_FREEZE = -2  # the cursor of a run that is to be frozen (anew) before it is worked out


class SecondPersonError(ForbiddenError):
    """This needs a second person: whoever sent it to review cannot approve it."""


class StillCountingError(ConflictError):
    """Facts have changed, and the tallies are still being brought in line with them; try again in a moment."""


class WrongStateError(ConflictError):
    """The run is in another state by now."""


class ChangedSinceError(ConflictError):
    """Something was entered by hand since the freeze, or an earlier period closed; freeze the run anew."""


class Run(NamedTuple):
    """A run and the plan as it was in force when its period ended."""

    row: Row[Any]
    plan: Plan

    @property
    def period(self) -> str:
        """The period, as it is written."""
        return periods.text(self.plan.per, self.row.first)


def segment_of(known: Known, key: str, first: int) -> Segment[Plan]:
    """Return a plan's definition for the period that begins on ``first``: the one in force on its last day.

    Raises:
        NotFoundError: there is none.
    """
    line = known.timelines.plans.get(key, ())
    for part in reversed(line):
        last = periods.end(part.body.per, first) - 1
        if part.starts <= last and first < part.ends and periods.start(part.body.per, first) == first:
            return part
    msg = f"There is no bonus plan {key[:80]!r} in that period."
    raise NotFoundError(msg)


def plan_in(known: Known, key: str, first: int) -> Plan | None:
    """Return a plan as it is in force for the period that begins on ``first``; ``None`` if it is not."""
    try:
        return segment_of(known, key, first).body
    except NotFoundError:
        return None


def definition_of(known: Known, key: str, first: int) -> Segment[Plan]:
    """Return the definition that a run of the period is worked out by: the one in force, or the last of an ended plan.

    Raises:
        NotFoundError: there is none.
    """
    if settles(known, key, first):
        last = known.timelines.plans[key][-1]
        if periods.start(last.body.per, first) == first:
            return last
    return segment_of(known, key, first)


def settles(known: Known, key: str, first: int, version: int | None = None) -> bool:
    """Say whether a period begins after the end of a plan, or of its definition that began on the day ``version``.

    Nobody takes part in such a period; its run pays and takes what later facts, answers and amounts by hand make of
    the periods before.
    """
    line = [part for part in known.timelines.plans.get(key, ()) if version in {None, part.starts}]
    return bool(line) and first >= line[-1].ends


def find(run: int) -> Run:
    """Return a run.

    Raises:
        NotFoundError: there is no such run.
    """
    row = db.session.execute(select(BonusRun.__table__).where(BonusRun.id == run)).first()
    if row is None:
        msg = "There is no such bonus run."
        raise NotFoundError(msg)
    return Run(row, plan_of(facts.current(), row))


def plan_of(known: Known, row: Row[Any]) -> Plan:
    """Return the plan of a run: the definition that began on the day it names.

    If a later book took that away from its first day on, what was worked out can still be read, in the words in which
    the plan was published last.

    Raises:
        NotFoundError: it was taken away before the run was worked out.
    """
    line = known.timelines.plans.get(row.plan, ())
    body = next((part.body for part in line if part.starts == row.version), None)
    if body is not None:
        return body
    try:
        return definition_of(known, row.plan, row.first).body
    except NotFoundError:
        if row.state == "open":
            raise
        return known.plans[row.plan]


def pers_of(known: Known, key: str) -> set[str]:
    """Return the kinds of periods that a plan has, or had."""
    gone = {known.plans[key].per} if key in known.plans else set()
    return {part.body.per for part in known.timelines.plans.get(key, ())} | gone


def listed(plan: str | None = None) -> Sequence[Row[Any]]:
    """List the runs (of a plan), the latest period first."""
    query = select(BonusRun.__table__).order_by(BonusRun.first.desc(), BonusRun.plan)
    if plan is not None:
        query = query.where(BonusRun.plan == plan)
    return db.session.execute(query).all()


def begin(plan: str, first: int, now: int) -> int:
    """Open a run of a plan for a period, or return the one there is.  The caller commits.

    Raises:
        NotFoundError: there is no such plan in that period.
        RefusedError: the period has not begun.
    """
    known = facts.current()
    part = definition_of(known, plan, first)
    if first > known.today(now):
        msg = "That period has not begun."
        raise RefusedError(msg)
    connection = begin_write()
    entering.take_turn(connection, [plan], first)
    row = {"plan": plan, "first": first, "version": part.starts, "state": "open", "cursor": -1}
    row |= {"as_of": now, "batch": 0, "facts": known.version, "changed": now}
    there = connection.execute(select(BonusRun.id).where(BonusRun.plan == plan, BonusRun.first == first)).scalar()
    if there is not None:
        return int(there)
    return int(connection.execute(insert(BonusRun).values(row).returning(BonusRun.id)).scalar_one())


def take(run: int, step: str, *, who: int, now: int) -> None:
    """Take a step of a run's way, if it may be taken by this person now.  The caller commits.

    One conditional UPDATE: of two people who take it at once, one does.

    Raises:
        WrongStateError: it cannot be taken from the state in which the run is.
        SecondPersonError: it takes another person.
        ChangedSinceError: something was entered by hand since the freeze, or handed on, which would be lost.
    """
    connection = begin_write()
    row = connection.execute(select(BonusRun.__table__).where(BonusRun.id == run)).first()
    if row is None:
        msg = "There is no such bonus run."
        raise NotFoundError(msg)
    reason = closing.refusal(step, row.state, who=who, sent_by=row.sent_by)
    if reason == "second":
        raise SecondPersonError
    if reason is not None:
        raise WrongStateError
    marks = {"send": {"sent_by": who}, "approve": {"approved_by": who}, "close": {"closed_by": who}}
    cleared = {"take back": {"sent_by": None, "approved_by": None}}
    values = {"state": closing.STEPS[step].ends, "changed": now} | marks.get(step, {}) | cleared.get(step, {})
    done = update(BonusRun).where(
        BonusRun.id == run, BonusRun.state == row.state, BonusRun.sent_by.is_not_distinct_from(row.sent_by)
    )
    if not connection.execute(done.values(values)).rowcount:
        raise WrongStateError
    if step in HAND_ON and entered_since(find(run)):
        raise ChangedSinceError
    if step == "close":
        _closed(connection, row, now)
    was, is_now = {"state": row.state}, {"state": values["state"]}
    noting.note(who, noting.DONE[step], thing_of(find(run)), before=was, after=is_now, now=now)


def _closed(connection: Connection, row: Row[Any], now: int) -> None:
    """Note when a run closed: after every freeze of a later period, which lacks what this one hands on to it."""
    following = select(BonusRun.__table__).where(BonusRun.plan == row.plan, BonusRun.first > row.first)
    found = connection.execute(following.order_by(BonusRun.first).with_for_update()).all()
    entering.touch(connection, found)
    at = entering.later(found, now)
    connection.execute(update(BonusRun).where(BonusRun.id == row.id).values(closed=at))
    connection.execute(delete(BonusInput).where(BonusInput.run == row.id))  # the statements hold them


def thing_of(run: Run) -> str:
    """Return what a run is called in the journal."""
    return f"bonus-run/{run.row.plan}/{run.period}"


def entered_since(run: Run) -> bool:
    """Say whether a run lacks what came since its freeze.

    Figures, weights or amounts by hand of its period, entered or withdrawn; or the close of a period that hands on to
    it.
    """
    row = run.row
    if carrying.hands_on(run.plan) and carrying.closed_since(db.session.connection(), row):
        return True
    names = [one.removeprefix(FIGURE) for one in run.plan.quantities() if one.startswith(FIGURE)]
    own = (BonusAdjustment.plan == row.plan, BonusAdjustment.first == row.first)
    by_hand = or_(BonusAdjustment.entered > row.as_of, BonusAdjustment.withdrawn > row.as_of)
    weights = (Weight.plan == row.plan, Weight.first == row.first, Weight.entered > row.as_of)
    query = select(
        or_(
            exists().where(*own, by_hand),
            exists().where(*weights),
            exists().where(Figure.first == row.first, Figure.name.in_(names), Figure.entered > row.as_of),
        )
    )
    return bool(db.session.scalar(query))


def newest_batch() -> int:
    """Return the number of the newest batch of activities."""
    return int(db.session.execute(select(func.max(Batch.id))).scalar() or 0)


def put_down(connection: Connection, run: int) -> None:
    """Let an open run wait for nothing, as one that was only begun."""
    forget_within(connection, run)
    connection.execute(update(BonusRun).where(BonusRun.id == run, BonusRun.state == "open").values(cursor=-1))


def forget_within(connection: Connection, run: int) -> None:
    """Throw away what was frozen and worked out for a run that is not closed."""
    for table in (BonusLine, BonusStatement, BonusInput):
        connection.execute(delete(table).where(table.run == run))
