"""What people read of bonuses: the plans that cover somebody, their statements, the totals of those one leads.

A participant and their managers see a statement from "under review" on; before that it may still be worked out anew
several times a day.  Whoever runs or approves bonuses sees it as soon as it is worked out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses.disputing import DAYS
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Participant
from rules import period as periods
from rules.bonus.closing import FINAL
from rules.bonus.closing import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.bonus import Plan

SEEN = STATES[STATES.index("under review") :]  # by whom they concern, and those who lead them
RUN = STATES[STATES.index("calculated") :]  # by those who run and approve them
SPARK = 6  # totals that are drawn
MOST_STATEMENTS = 60  # of one participant
MOST_PERIODS = 24  # of all plans, to choose from


@dataclass(frozen=True, slots=True)
class Covering:
    """A plan that covers somebody today, and the first day of its running period."""

    plan: Plan
    first: int


class Past(NamedTuple):
    """A statement as a line of a list; ``total`` in cents, ``closed`` in UTC microseconds."""

    run: int
    plan: Plan
    first: int
    state: str
    closed: int | None
    total: int

    @property
    def period(self) -> str:
        """The period, as it stands in addresses."""
        return periods.text(self.plan.per, self.first)


class Stored(NamedTuple):
    """A statement of a run: its document, exactly as it is stored, and its owner's number in payroll."""

    run: Row[Any]
    document: str
    number: str | None


def covering(known: Known, participant: int, day: int) -> list[Covering]:
    """Return the plans that cover somebody on a local day, in the order of the book; no query."""
    found = []
    for key in dict.fromkeys([*known.book.plans, *known.timelines.plans]):
        part = next((one for one in known.timelines.plans.get(key, ()) if one.starts <= day < one.ends), None)
        if part is None:
            continue
        first = periods.start(part.body.per, day)
        plan = runs.plan_in(known, key, first)
        if plan is not None and covers(known, plan, first, participant):
            found.append(Covering(plan, first))
    return found


def covers(known: Known, plan: Plan, first: int, participant: int) -> bool:
    """Say whether a plan covers somebody in the period that begins on ``first``."""
    last = periods.end(plan.per, first)
    return participant in known.people and gathering.takes_part(known, plan, participant, first, last)


def may_get(plan: Plan, first: int, participant: int) -> bool:
    """Say whether a run of a plan's period may pay somebody.

    They take part in the period; or it only settles what is left of the plan, and they had a statement of it.
    """
    known = facts.current()
    if not runs.settles(known, plan.key, first):
        return covers(known, plan, first, participant)
    query = select(BonusStatement.run).join(BonusRun, BonusRun.id == BonusStatement.run)
    query = query.where(BonusRun.plan == plan.key, BonusStatement.participant == participant).limit(1)
    return db.session.execute(query).first() is not None


def is_shown(participant: int, now: int) -> bool:
    """Say whether somebody has a bonus to look at: a plan covers them at a moment, or a statement is theirs."""
    known = facts.current()
    return bool(covering(known, participant, known.today(now)) or past(participant))


def plan_of(known: Known, run: Row[Any]) -> Plan:
    """Return the plan by which a run was worked out."""
    return runs.plan_of(known, run)


def first_of(known: Known, key: str, written: str) -> int:
    """Return the first day of a plan's period as addresses have it (``2026-11``).

    Raises:
        NotFoundError: that is none of the plan's periods.
    """
    try:
        per, first = periods.parse(written)
    except ValueError:
        per, first = "", 0
    if per not in runs.pers_of(known, key):
        msg = f"There is no bonus plan {key[:80]!r} in that period."
        raise NotFoundError(msg)
    return first


def past(participant: int) -> list[Past]:
    """Return the statements that somebody may see of themselves, the latest period first; one query."""
    known = facts.current()
    query = select(BonusRun.__table__, BonusStatement.total).join(BonusStatement, BonusStatement.run == BonusRun.id)
    query = query.where(BonusStatement.participant == participant, BonusRun.state.in_(SEEN))
    rows = db.session.execute(query.order_by(BonusRun.first.desc(), BonusRun.plan).limit(MOST_STATEMENTS))
    return [Past(one.id, runs.plan_of(known, one), one.first, one.state, one.closed, one.total) for one in rows]


def middle(plan: str, first: int) -> int | None:
    """Return who is in the middle of all whom a plan's period pays anything, as it is worked out; ``None`` if nobody.

    A plan is best shown worked out for somebody whom it concerns, and who stands out by nothing.
    """
    run = select(BonusRun.id).where(BonusRun.plan == plan, BonusRun.first == first)
    paid = BonusStatement.run == run.scalar_subquery(), BonusStatement.total > 0
    place = (db.session.scalar(select(func.count()).where(*paid)) or 0) // 2
    order = BonusStatement.total.desc(), BonusStatement.participant
    return db.session.scalar(select(BonusStatement.participant).where(*paid).order_by(*order).offset(place).limit(1))


def one(plan: str, first: int, participant: int, states: Sequence[str] = SEEN) -> Stored | None:
    """Return somebody's statement of a plan's period, in one of these states; ``None`` if there is none; one query."""
    query = select(BonusRun.__table__, BonusStatement.document, Participant.employee_no)
    query = query.join(BonusStatement, BonusStatement.run == BonusRun.id)
    query = query.join(Participant, Participant.id == BonusStatement.participant)
    at = (BonusRun.plan == plan, BonusRun.first == first, BonusStatement.participant == participant)
    row = db.session.execute(query.where(*at, BonusRun.state.in_(states))).first()
    return None if row is None else Stored(row, row.document, row.employee_no)


def may_ask(row: Row[Any], today: int) -> bool:
    """Say whether a line of a run may be questioned on a local day: before the close, and some days after it."""
    if row.state not in SEEN:
        return False
    return row.state not in FINAL or row.closed is None or today <= facts.current().today(row.closed) + DAYS


# --- those one leads


def runs_seen() -> Sequence[Row[Any]]:
    """Return the runs of which there are statements to see, the latest period first."""
    query = select(BonusRun.__table__).where(BonusRun.state.in_(SEEN))
    return db.session.execute(query.order_by(BonusRun.first.desc(), BonusRun.plan).limit(MOST_PERIODS)).all()


def totals(run: int, people: Sequence[int]) -> dict[int, int]:
    """Return the totals of some participants in a run, in cents; one query."""
    key, wanted = ("run", "participant"), ("participant", "total")
    rows = [(run, who) for who in sorted(people)]
    return dict(map(tuple, statements.find(db.session.connection(), "bonus_statement", key, wanted, rows)))
