"""What a month cost: rewards with a price beside their budgets, what the ledger booked, and bonuses.

To the cent what the page of budgets, the ledger and the statements say; a test compares.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import awards
from adoption.bonuses import reading as statements
from adoption.digests import counts
from adoption.extensions import db
from adoption.models import Award
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import LedgerEntry
from adoption.rewards import terms
from rules import budget as budgets
from rules import period
from rules.digest.directors import Bonus
from rules.digest.directors import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.facts import Known
    from rules.incentive import Reward

CENTS = 100
YEAR = 366  # days
LONG = ("quarter", "year", "ever")  # budget periods that a month lies in
BOOKED = ("points", "money")  # kinds of rewards that the ledger has


def costs(known: Known, month: int, edges: tuple[int, int]) -> tuple[Cost, ...]:
    """Return what was given out of each reward, in the order of the book; five queries."""
    connection = db.session.connection()
    ever = {key: line[-1][1] for key, line in terms.current(connection, known).lines.items()}
    rewards = ever | dict(known.book.rewards)
    granted = select(Award.reward, func.count()).where(Award.granted >= edges[0], Award.granted < edges[1])
    granted = granted.where(Award.status.in_(awards.LIVE), Award.reward.is_not(None)).group_by(Award.reward)
    given: Mapping[str | None, int] = dict(db.session.execute(granted).all())
    firsts = {
        key: period.start(one.budget.per, month)
        for key, one in rewards.items()
        if one.budget is not None and one.budget.per in {"month", *LONG}
    }
    taken = awards.taken(connection, {key: rewards[key] for key in firsts}, firsts.values())
    ordered = dict.fromkeys([*known.book.rewards, *rewards])
    return tuple(
        _cost(key, rewards[key], given.get(key, 0), taken.issued[key, firsts[key]] if key in firsts else None)
        for key in ordered
    )


def _cost(key: str, reward: Reward, given: int, drawn: int | None) -> Cost:
    """Return what a reward cost in a month; ``drawn`` were issued of the budget period in which the month lies."""
    budget = reward.budget if drawn is not None else None
    count = drawn if budget is not None and drawn is not None and budget.per == "month" else given
    priced = reward.costs is not None and reward.currency is not None and reward.kind not in BOOKED
    return Cost(
        key=key,
        title=counts.titles(reward, key),
        count=count,
        cents=_cents(reward, count) if priced else None,
        currency=reward.currency if priced else None,
        per=budget.per if budget else None,
        drawn=None if drawn is None or budget is None else _cents(reward, drawn) if priced else drawn,
        budget=None if budget is None else _whole(budget.amount * CENTS) if priced else budgets.pieces(reward),
    )


def _cents(reward: Reward, count: int) -> int:
    return _whole((reward.costs or Decimal(0)) * count * CENTS)


def _whole(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def booked(edges: tuple[int, int]) -> dict[str, int]:
    """Return what the ledger booked in a month by unit, less what it took back, in ten-thousandths; one query."""
    query = select(LedgerEntry.unit, func.sum(LedgerEntry.amount)).where(LedgerEntry.posted >= edges[0])
    query = query.where(LedgerEntry.posted < edges[1]).group_by(LedgerEntry.unit)
    return {unit: int(amount) for unit, amount in db.session.execute(query)}


def bonuses(known: Known, month: int) -> tuple[Bonus, ...]:
    """Return the statements for periods that ended in a month, by plan, once they are under review; one query."""
    total = func.coalesce(func.sum(BonusStatement.total), 0)
    query = select(BonusRun.__table__, func.count(BonusStatement.participant).label("people"), total.label("total"))
    query = query.join(BonusStatement, BonusStatement.run == BonusRun.id).where(BonusRun.state.in_(statements.SEEN))
    query = query.where(BonusRun.first <= month, BonusRun.first > month - YEAR).group_by(*BonusRun.__table__.c)
    found = []
    for row in db.session.execute(query.order_by(BonusRun.plan, BonusRun.first)):
        plan = statements.plan_of(known, row)
        if period.end(plan.per, row.first) == period.end("month", month):
            found.append(
                Bonus(
                    key=plan.key, title=counts.titles(plan, plan.key), per=plan.per, first=row.first, state=row.state,
                    people=row.people, cents=int(row.total), currency=plan.currency,
                )
            )  # fmt: skip  # a record
    return tuple(found)
