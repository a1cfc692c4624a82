"""Budgets and stock: what is issued draws on them, in order of keys; what finds none left waits."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import due
from adoption import statements
from adoption.awards.rows import KEY
from adoption.awards.rows import LIVE
from adoption.models import Award
from adoption.models import bucket_of
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.awards.rows import Row
    from adoption.due import Place
    from adoption.facts import Known
    from rules.incentive import Reward

BUDGET_LOCK = 0x5350_4F02  # class of advisory locks: a reward's budget period


def draw(connection: Connection, known: Known, after: dict[tuple[Place, int], Row]) -> None:
    """Let newly issued awards draw on budget and stock, in order of their keys; what finds none left waits."""
    asking: dict[tuple[str, int], list[tuple[Place, int]]] = defaultdict(list)
    for key, row in after.items():
        reward = known.book.rewards.get(row.reward or "")
        if row.status == "issued" and reward is not None and limited(reward):
            asking[reward.key, allotment(reward, row.period)].append(key)
    if not asking:
        return
    due.lock(connection, BUDGET_LOCK, asking)
    leaving = _drawing(connection, after)
    for (name, first), keys in sorted(asking.items()):
        reward = known.book.rewards[name]
        left = room(reward) - drawn(connection, name, first) + leaving[name, first]
        for key in sorted(keys):
            status = "issued" if left >= 1 else "waiting"
            left -= status == "issued"
            after[key] = replace(after[key], status=status, allotment=first)


def limited(reward: Reward) -> bool:
    """Say whether there is only so much of a reward."""
    return reward.budget is not None or reward.stock is not None


def allotment(reward: Reward, first: int) -> int:
    """Return the first day of the budget period on which an award of the period starting on ``first`` draws."""
    return period.start(reward.budget.per, first) if reward.budget else 0


def room(reward: Reward) -> int:
    """Return how many of a reward its budget and stock allow in one budget period."""
    limits = [] if reward.stock is None else [reward.stock]
    if reward.budget is not None:
        limits.append(int(reward.budget.amount // (reward.costs or 1)))
    return min(limits)


def drawn(connection: Connection, reward: str, first: int) -> int:
    """Return how many awards draw on this budget period already."""
    table = Award.__table__.c
    query = select(func.count()).where(table.reward == reward, table.allotment == first, table.status.in_(LIVE))
    return connection.execute(query).scalar_one()


def _drawing(connection: Connection, changing: Iterable[tuple[Place, int]]) -> Counter[tuple[str, int]]:
    """Count by reward and budget period what awards that are about to change have drawn until now."""
    keys = sorted((bucket_of(place[1]), *place, ordinal) for place, ordinal in changing)
    rows = statements.find(connection, "award", KEY, ("reward", "allotment", "status"), keys)
    return Counter((reward, first) for reward, first, status in rows if status in LIVE)
