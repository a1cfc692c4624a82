"""What the demo's company pays: two months closed, the last one under review, with what was learnt too late in it.

It pays by whatever monthly plans the book has; where a plan asks for figures, everybody is given one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import bonuses
from adoption import facts
from adoption import statements
from adoption.bonuses import disputing
from adoption.bonuses import payroll
from adoption.demo import company
from adoption.demo import uses
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusLine
from rules import period as periods
from rules.bonus.plan import FIGURE

if TYPE_CHECKING:
    from rules.bonus import Plan

MONTHS = 3  # before the one that runs
AFTER = 2  # days of the following month that pass before a month is worked out
QUOTAS = (4000, 6000, 8000, 12000)
DAY = 86_400 * periods.SECOND
QUESTION = "One of my contacts was finished on the last day of the month. Is it in this line?"
DOUBT = "I was away for a week. Was that taken into account?"
ANSWER = "Yes: only the days on which you were at work count, see the line's arithmetic."
THANKS = "Showed two new colleagues how we work"


class Payday(NamedTuple):
    """When a month is worked out (UTC microseconds), its plan and first day, and how many months ago that was."""

    moment: int
    plan: str
    first: int
    ago: int


@dataclass
class Paydays:
    """What is still to be paid, the oldest first, and the run under review of each plan."""

    due: list[Payday]
    reviewed: list[int]


def begin(today: int) -> Paydays:
    """Return the paydays of all monthly plans."""
    firsts = []
    first = periods.start("month", today)
    for ago in range(1, MONTHS + 1):
        first = periods.start("month", first - 1)
        firsts.append((ago, first))
    plans = [plan.key for plan in facts.current().book.plans.values() if plan.per == "month"]
    return Paydays([_payday(plan, first, ago) for ago, first in reversed(firsts) for plan in sorted(plans)], [])


def _payday(plan: str, first: int, ago: int) -> Payday:
    return Payday(uses.lunchtime(periods.end("month", first) + AFTER), plan, first, ago)


def pay(paydays: Paydays, moment: int) -> None:
    """Do what is due by a moment (UTC microseconds)."""
    while paydays.due and paydays.due[0].moment <= moment:
        _pay(paydays, paydays.due.pop(0))


def review(paydays: Paydays, now: int) -> None:
    """Work out what is not yet due, and let Alice ask about a line of the last month."""
    while paydays.due:
        _pay(paydays, paydays.due.pop(0)._replace(moment=now))
    alice = _known("Alice Novak")
    for run in paydays.reviewed[:1]:
        if _ask(run, alice, QUESTION, now):
            return


def _pay(paydays: Paydays, day: Payday) -> None:
    """Work a month out and send it to review; close it, unless it is the last one; export the oldest."""
    hana, victor, now = _known("Hana Dvořák"), _known("Victor Hale"), day.moment
    plan = facts.current().book.plans[day.plan]
    _quotas(plan, day)
    if day.ago == 1:
        disputing.adjust(plan.key, day.first, _known("Priya Raman"), 5_000, THANKS, who=hana, now=now - 1)
        db.session.commit()
    run = bonuses.begin(plan.key, day.first, now)
    db.session.commit()
    bonuses.freeze(run, now)
    db.session.commit()
    bonuses.calculate(run, now)
    _take(run, "send", hana, now)
    if day.ago == 1:
        paydays.reviewed.append(run)
        return
    if day.ago == MONTHS - 1:
        number = _ask(run, _known("Marco Rossi"), DOUBT, now)
        if number:
            disputing.answer(number, "rejected", ANSWER, 0, who=hana, now=now + DAY // 2)
            db.session.commit()
    _take(run, "approve", victor, now + DAY)
    _take(run, "close", hana, now + DAY)
    if day.ago == MONTHS:
        payroll.export(run, payroll.USUAL, who=hana, now=now + 2 * DAY)
        db.session.commit()


def _quotas(plan: Plan, day: Payday) -> None:
    """Give everybody a number for each figure that a plan asks for."""
    names = sorted(one.removeprefix(FIGURE) for one in plan.quantities() if one.startswith(FIGURE))
    rows = [
        (name, day.first, who, str(QUOTAS[who % len(QUOTAS)]), day.moment - 1)
        for name in names
        for who in sorted(facts.current().people)
    ]
    statements.put(begin_write(), "figure", ("name", "first", "participant"), ("value", "entered"), rows)
    db.session.commit()


def _ask(run: int, who: int, question: str, now: int) -> int | None:
    """Let somebody ask about the first line of their statement that pays anything; return the question's number."""
    table = BonusLine
    query = select(table.place).where(table.run == run, table.participant == who, table.amount != 0)
    place = db.session.scalar(query.order_by(table.place).limit(1))
    if place is None:
        return None
    number = disputing.ask(run, who, place, question, now)
    db.session.commit()
    return number


def _take(run: int, step: str, who: int, now: int) -> None:
    bonuses.take(run, step, who=who, now=now)
    db.session.commit()


def _known(name: str) -> int:
    return facts.current().holder_of(company.address(name)) or 0
