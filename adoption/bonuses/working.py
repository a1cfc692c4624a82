"""The work of a run, frozen and worked out: at once where that is quick, else left to a job.

A run that is left to the job waits with a cursor of its own, so that one row says what is still to be done; whoever
takes it up, and however often, ends where one who does it at once ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import exists
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import rescoring
from adoption.bonuses import calculating
from adoption.bonuses import freezing
from adoption.bonuses import gathering
from adoption.bonuses import noting
from adoption.bonuses import runs
from adoption.errors import NotFoundError
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusInput
from adoption.models import BonusRun
from adoption.models.base import BUCKETS
from rules.bonus.closing import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement

    Report = Callable[[int, int], None]

SERIALIZATION = "40001"  # SQLSTATE: what was seen has changed
FEW = 2_000  # participants for whom a page may wait
_OPEN = BonusRun.state == "open"


def participants(plan: str, first: int) -> int:
    """Return how many take part in a plan in a period, as of now.

    Raises:
        NotFoundError: there is no such plan in that period.
    """
    known = facts.current()
    if runs.settles(known, plan, first):
        return 0
    body = runs.segment_of(known, plan, first).body
    return len(gathering.ground_of(db.session.connection(), body, first).everybody)


def start(plan: str, first: int, now: int, *, who: int | None = None, few: int = FEW) -> bool:
    """Freeze a plan's run and work it out; if more than ``few`` take part, leave it to the job and return ``False``.

    Throws away what an earlier freeze led to.  Commits as it goes.

    Raises:
        NotFoundError: there is no such plan in that period.
        RefusedError: the period has not begun.
        StillCountingError: the tallies do not follow changed facts yet.
        WrongStateError: the run is under review or beyond.
    """
    if rescoring.needed():
        raise runs.StillCountingError
    quick = participants(plan, first) <= few
    run = runs.begin(plan, first, now)
    if quick:
        db.session.commit()
        _work(run, now, freeze=True)
        note(run, who, now)
        db.session.commit()
        return True
    asked = update(BonusRun).where(BonusRun.id == run, BonusRun.state.in_(STEPS["calculate"].starts))
    values = {"state": "open", "cursor": runs.TO_FREEZE, "changed": now}
    if not db.session.connection().execute(asked.values(values)).rowcount:
        raise runs.WrongStateError
    noting.note(who, noting.DONE["freeze"], runs.thing_of(runs.find(run)), now=now)
    db.session.commit()
    return False


def note(run: int, who: int | None, now: int) -> None:
    """Note that a run was frozen (a freeze sees one moment, and would not see what others wrote meanwhile)."""
    begin_write()
    noting.note(who, noting.DONE["freeze"], runs.thing_of(runs.find(run)), now=now)


def waiting() -> list[int]:
    """Return the runs that are to be frozen, or are frozen and not yet worked out."""
    return list(db.session.scalars(select(BonusRun.id).where(_OPEN, _to_do()).order_by(BonusRun.id)))


def _to_do() -> ColumnElement[bool]:
    """Return the condition: a run without inputs that nobody asked to freeze was only begun."""
    frozen = exists().where(BonusInput.run == BonusRun.id)
    return or_(BonusRun.cursor == runs.TO_FREEZE, (BonusRun.cursor < BUCKETS - 1) & frozen)


def go_on(now: int, report: Report) -> int:
    """Do the work of all runs that wait for it; return how many statements were worked out.  Commits as it goes.

    What one of them trips over is raised after the others.
    """
    made, fault = 0, None
    for run in waiting():
        try:
            made += _go_on(run, now, report)
        except (StoppedError, SQLAlchemyError):
            raise  # not the run's fault
        except Exception as error:  # whatever is wrong with it, the others come next
            db.session.rollback()
            current_app.logger.exception("The bonus run %s cannot be worked out.", run)
            fault = error
    if fault is not None:
        raise fault
    return made


def _go_on(run: int, now: int, report: Report) -> int:
    try:
        freeze = runs.find(run).row.cursor == runs.TO_FREEZE
        db.session.rollback()
    except NotFoundError:  # nobody is paid by its plan any more: it is as it was before somebody asked
        runs.put_down(begin_write(), run)
        db.session.commit()
        return 0
    try:
        return _work(run, now, freeze=freeze, report=report)
    except (runs.StillCountingError, runs.WrongStateError):
        db.session.rollback()  # another time; or somebody else finished it, and sent it on
        return 0
    except OperationalError as error:
        db.session.rollback()
        if getattr(error.orig, "sqlstate", None) != SERIALIZATION:
            raise
        return 0  # something was entered during the freeze: another time


def _work(run: int, now: int, *, freeze: bool, report: Report = lambda _done, _total: None) -> int:
    if freeze:
        freezing.freeze(run, now)
        db.session.commit()
    return calculating.calculate(run, now, report)
