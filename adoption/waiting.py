"""Awards that wait for budget or stock: issued when there is room again, in the order in which they were granted."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import scoring
from adoption.awards import Row
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.due import Place
    from adoption.facts import Known
    from rules.incentive import Reward

Key = tuple["Place", int]


def releasable() -> bool:
    """Say whether an award waits for which there is room now."""
    known = facts.current()
    connection = db.session.connection()
    query = select(Award.reward, Award.allotment).where(Award.status == "waiting").distinct()
    for name, first in connection.execute(query).all():
        reward = known.book.rewards.get(name or "")
        if reward is None:
            continue
        moved = first is None or awards.allotment(reward, first) != first  # the book has another kind of budget now
        left = _left(connection, reward, first or 0)
        if moved or left is None or left > 0:
            return True
    return False


def release(now: int) -> tuple[int, int]:
    """Issue what there is room for, in a transaction that the caller commits; return how many, and how many still wait.

    The facts are held exclusively: nobody scores meanwhile, so what an award is due for cannot change under our hands.
    """
    connection = begin_write()
    facts.exclusive(connection)
    stage = scoring.prepare(connection)
    before = _waiting(connection)
    after = _released(connection, stage.known, before, now)
    if after:
        force = next(force for force, _, active in stage.editions if active)
        awards.store(connection, after.values())
        awards.book(connection, stage.known, force, before, after, now)
    return len(after), len(before) - len(after)


def _waiting(connection: Connection) -> dict[Key, Row]:
    table = Award.__table__
    query = select(table).where(table.c.status == "waiting").order_by(*(table.c[name] for name in awards.KEY))
    rows = connection.execute(query.with_for_update())  # a holder may choose another reward at the same moment
    found = [Row(*row[1:]) for row in rows]
    return {((one.version, one.holder, one.period), one.ordinal): one for one in found}


def _released(connection: Connection, known: Known, waiting: Mapping[Key, Row], now: int) -> dict[Key, Row]:
    """Choose per reward and budget period whom there is room for: the earliest granted."""
    asking: dict[tuple[str, int], list[Key]] = defaultdict(list)
    for key, row in waiting.items():
        reward = known.book.rewards.get(row.reward or "")
        if reward is not None:  # a reward that the book no longer has cannot be given out
            asking[reward.key, awards.allotment(reward, row.period)].append(key)
    after: dict[Key, Row] = {}
    for (name, first), keys in sorted(asking.items()):
        left = _left(connection, known.book.rewards[name], first)
        keys.sort(key=lambda key: (waiting[key].granted, key))
        draws = None if left is None else first
        for key in keys if left is None else keys[: max(0, left)]:
            after[key] = replace(waiting[key], status="issued", allotment=draws, changed=now)
    return after


def _left(connection: Connection, reward: Reward, first: int) -> int | None:
    """Return how many a budget period still has; ``None`` if nothing limits them any more."""
    if reward.budget is None and reward.stock is None:
        return None
    return awards.room(reward) - awards.drawn(connection, reward.key, first)
