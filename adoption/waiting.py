"""Awards that wait: for budget or stock, or until their incentive goes on; the earliest granted is issued first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import case
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import scoring
from adoption.awards import Row
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from rules import budget as rule
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.awards import Taken
    from adoption.due import Place
    from adoption.facts import Known
    from rules.incentive import Reward

Key = tuple["Place", int]


class Lines(NamedTuple):
    """Who waits for what: by reward (granted, key, first day of the own budget period), and those yet to be chosen."""

    by_reward: Mapping[str, list[tuple[int, Key, int]]]
    choices: list[Key]


def releasable(now: int) -> bool:
    """Say whether an award waits that can be given out at a moment."""
    known = facts.current()
    connection = db.session.connection()
    table = Award.__table__.c
    moment = case((table.period == period.EVER, table.granted), else_=0)
    query = select(table.reward, table.period, moment).where(table.status == "waiting", *_going(connection, known))
    lines: dict[str, list[tuple[int, Key, int]]] = defaultdict(list)
    for number, (name, first, granted) in enumerate(connection.execute(query.distinct())):
        if name is None:
            return True  # something is to be chosen for it
        reward = known.book.rewards.get(name)
        if reward is not None:  # a reward that the book no longer has cannot be given out
            lines[name].append((0, ((0, 0, 0), number), awards.allotment(known, reward, first, granted)))
    return bool(_chosen(connection, known, lines, now))


def release(now: int) -> tuple[int, int]:
    """Give out what there is room for, in a transaction that the caller commits; return how many, and how many wait.

    The facts are held exclusively: nobody scores meanwhile, so what an award is due for cannot change under our hands.
    """
    connection = begin_write()
    facts.exclusive(connection)
    stage = scoring.prepare(connection)
    before = _waiting(connection, stage.known)
    after = _released(connection, stage.known, before, now)
    if after:
        force = next(force for force, _, active in stage.editions if active)
        awards.store(connection, after.values())
        awards.book(connection, stage.known, force, before, after, now)
    return len(after), len(before) - len(after)


def _going(connection: Connection, known: Known) -> list[ColumnElement[bool]]:
    """Return the conditions of awards whose incentive is not stopped."""
    stopped = awards.stopped_versions(connection, known)
    return [Award.version.not_in(sorted(stopped))] if stopped else []


def _waiting(connection: Connection, known: Known) -> dict[Key, Row]:
    table = Award.__table__
    query = select(table).where(table.c.status == "waiting", *_going(connection, known))
    query = query.order_by(*(table.c[name] for name in awards.KEY))
    rows = connection.execute(query.with_for_update())  # a holder may choose another reward at the same moment
    found = [Row(*row[1:]) for row in rows]
    return {((one.version, one.holder, one.period), one.ordinal): one for one in found}


def _released(connection: Connection, known: Known, waiting: Mapping[Key, Row], now: int) -> dict[Key, Row]:
    """Choose per reward whom there is room for: the earliest granted."""
    after: dict[Key, Row] = {}
    lines: dict[str, list[tuple[int, Key, int]]] = defaultdict(list)
    for key, row in waiting.items():
        reward = known.book.rewards.get(row.reward or "")
        if row.reward is None:
            after[key] = replace(row, status="choosing", changed=now)
        elif reward is not None:
            lines[reward.key].append((row.granted, key, awards.allotment(known, reward, row.period, row.granted)))
    for name, chosen in _chosen(connection, known, lines, now).items():
        limited = rule.limited(known.book.rewards[name])
        for key, first in chosen.items():
            draws = first if limited else None
            after[key] = replace(waiting[key], status="issued", allotment=draws, changed=now)
    return after


def _chosen(
    connection: Connection, known: Known, lines: Mapping[str, list[tuple[int, Key, int]]], now: int
) -> dict[str, dict[Key, int]]:
    """Ask of each line who is issued, and on which budget period that draws."""
    rewards = {name: known.book.rewards[name] for name in lines}
    if not rewards:
        return {}
    running = {name: awards.running(known, reward, now) for name, reward in rewards.items()}
    firsts = {first for line in lines.values() for _, _, first in line} | set(running.values())
    found = awards.taken(connection, rewards, firsts)
    chosen = {name: _first(found, rewards[name], line, running[name]) for name, line in lines.items()}
    return {name: keys for name, keys in chosen.items() if keys}


def _first(found: Taken, reward: Reward, line: Iterable[tuple[int, Key, int]], running: int) -> dict[Key, int]:
    mine = {first: count for (name, first), count in found.issued.items() if name == reward.key}
    allowed = {first: more for (name, first), more in found.allowed.items() if name == reward.key}
    ever = found.ever[reward.key]
    return rule.released(reward, line, taken=mine, ever=ever, allowed=allowed, running=running)
