"""Budgets and stock: what is issued draws on them, in order of keys; what finds none left waits.

``rules.budget`` decides; this module counts what was issued and lets writers that draw on one budget take turns.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import due
from adoption import statements
from adoption.awards.rows import KEY
from adoption.awards.rows import LIVE
from adoption.awards.rows import Row
from adoption.awards.rows import store
from adoption.models import Award
from adoption.models import BudgetDecision
from adoption.models import bucket_of
from rules import budget as rule
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.due import Place
    from adoption.facts import Known
    from rules.incentive import Reward

BUDGET_LOCK = 0x5350_4F02  # class of advisory locks: a reward's budget period
STOCK = -1  # stands in these locks for the stock, which all periods share


@dataclass(frozen=True, slots=True)
class Taken:
    """What was issued and what HR allowed, by reward and first day of the budget period."""

    issued: Counter[tuple[str, int]]
    ever: Counter[str]
    allowed: Mapping[tuple[str, int], int]

    def count(self, pool: tuple[str, int], more: int) -> None:
        """Note that so many more were issued of a reward in a budget period."""
        self.issued[pool] += more
        self.ever[pool[0]] += more

    def left(self, reward: Reward, first: int) -> int | None:
        """Return how many may still be issued; ``None``: as many as are due."""
        drawn = rule.Drawn(self.issued[reward.key, first], self.ever[reward.key])
        return rule.left(reward, drawn, self.allowed.get((reward.key, first), 0))


def take_turn(connection: Connection, reward: str, first: int) -> None:
    """Wait until nobody else draws on a budget period or decides about it, and keep everybody out until the commit."""
    due.lock(connection, BUDGET_LOCK, {(reward, first)})


def draw(connection: Connection, known: Known, after: dict[tuple[Place, int], Row]) -> None:
    """Let newly issued awards draw on budget and stock, in order of their keys; what finds none left waits."""
    asking = _asking(known, after)
    if not asking:
        return
    rewards = {name: known.book.rewards[name] for name, _ in asking}
    stocked = {(name, STOCK) for name, reward in rewards.items() if reward.stock is not None}
    due.lock(connection, BUDGET_LOCK, asking.keys() | stocked)
    found = taken(connection, rewards, {first for _, first in asking})
    for pool, count in _drawing(connection, after).items():
        found.count(pool, -count)
    for (name, first), keys in sorted(asking.items()):
        for key in sorted(keys):
            left = found.left(rewards[name], first)
            status = "issued" if left is None or left >= 1 else "waiting"
            found.count((name, first), status == "issued")
            after[key] = replace(after[key], status=status, allotment=first)


def _asking(known: Known, after: dict[tuple[Place, int], Row]) -> dict[tuple[str, int], list[tuple[Place, int]]]:
    """Return the keys of awards that ask for each budget period; note where those will that wait for theirs."""
    asking: dict[tuple[str, int], list[tuple[Place, int]]] = defaultdict(list)
    for key, row in after.items():
        reward = known.book.rewards.get(row.reward or "")
        if reward is None or not rule.limited(reward):
            continue
        if row.status == "issued":
            asking[reward.key, allotment(known, reward, row.period, row.granted)].append(key)
        elif row.status == "waiting":
            after[key] = replace(row, allotment=allotment(known, reward, row.period, row.granted))
    return asking


def allotment(known: Known, reward: Reward, first: int, granted: int) -> int:
    """Return the first day of the budget period on which an award draws.

    That is the one in which its own period begins (on ``first``); of one for all time, the one in which it was granted
    (UTC microseconds).
    """
    if reward.budget is None:
        return 0
    return period.start(reward.budget.per, known.day_of(granted) if first == period.EVER else first)


def draw_anew(connection: Connection, before: Known, after: Known) -> None:
    """Let what was given out or waits draw on the budgets of a new book, where one is new or of another kind of period.

    Each award draws as if that budget had always been: else the part of it that is gone already would be given once
    more.  What a later budget period paid stays with that.
    """
    for key, reward in after.book.rewards.items():
        was = before.book.rewards.get(key)
        if reward.budget is not None and (was is None or was.budget is None or was.budget.per != reward.budget.per):
            per = reward.budget.per
            moved = [
                replace(row, allotment=drawn_on(after, per, row.period, row.granted, row.allotment))
                for row in _drawn(connection, key)
            ]
            store(connection, moved)


def _drawn(connection: Connection, reward: str) -> list[Row]:
    """Return what was given out of a reward, and what waits for it; locked."""
    table = Award.__table__
    query = select(table).where(table.c.reward == reward, table.c.status.in_((*LIVE, "waiting")))
    rows = connection.execute(query.order_by(*(table.c[name] for name in KEY)).with_for_update())
    return [Row(*row[1:]) for row in rows]


def drawn_on(known: Known, per: str, first: int, granted: int, allotment: int | None) -> int:
    """Return the first day of the budget period of a kind on which an award draws, by what is stored of it.

    ``first`` is that of its own period; of one for all time it is the day on which it was ``granted`` (UTC
    microseconds).  What a later budget period paid (``allotment``) stays with that.
    """
    earned = known.day_of(granted) if first == period.EVER else first
    return period.start(per, max(earned, allotment or 0))


def running(known: Known, reward: Reward, now: int) -> int:
    """Return the first day of the budget period that is running at a moment."""
    return period.start(reward.budget.per, known.today(now)) if reward.budget else 0


def left(connection: Connection, known: Known, reward: Reward, row: Row) -> int | None:
    """Return how many the budget period still has on which an award draws; ``None``: as many as are due."""
    first = allotment(known, reward, row.period, row.granted)
    return taken(connection, {reward.key: reward}, {first}).left(reward, first)


def taken(connection: Connection, rewards: Mapping[str, Reward], firsts: Iterable[int]) -> Taken:
    """Count what was issued of these rewards in these budget periods, of stocked ones also in all; three queries."""
    table = Award.__table__.c
    live = table.status.in_(LIVE)
    names = sorted(rewards)
    columns = (table.reward, table.allotment, func.count())
    inside = (live, table.reward.in_(names), table.allotment.in_(sorted(set(firsts))))
    query = select(*columns).where(*inside).group_by(table.reward, table.allotment)
    issued = Counter({(name, first): count for name, first, count in connection.execute(query)})
    stocked = [name for name in names if rewards[name].stock is not None]
    ever: Counter[str] = Counter()
    if stocked:
        all_of = select(table.reward, func.count()).where(live, table.reward.in_(stocked)).group_by(table.reward)
        ever.update(dict(connection.execute(all_of).all()))
    return Taken(issued, ever, allowed(connection, names))


def allowed(connection: Connection, names: Iterable[str]) -> dict[tuple[str, int], int]:
    """Return how many HR has allowed beyond the budgets of these rewards."""
    table = BudgetDecision
    query = select(table.reward, table.allotment, func.sum(table.more)).where(table.reward.in_(sorted(names)))
    rows = connection.execute(query.group_by(table.reward, table.allotment))
    return {(name, first): int(more) for name, first, more in rows}


def _drawing(connection: Connection, changing: Iterable[tuple[Place, int]]) -> Counter[tuple[str, int]]:
    """Count by reward and budget period what awards that are about to change have drawn until now."""
    keys = sorted((bucket_of(place[1]), *place, ordinal) for place, ordinal in changing)
    rows = statements.find(connection, "award", KEY, ("reward", "allotment", "status"), keys)
    return Counter((reward, first) for reward, first, status in rows if status in LIVE and first is not None)
