"""Choosing among the rewards that an award may earn, and choosing again until it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import awards
from adoption import clock
from adoption import facts
from adoption import scoring
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.rewards import terms
from rules import budget

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.awards import Name
    from adoption.awards import Row
    from adoption.facts import Known
    from adoption.inforce import InForce
    from rules.incentive import Reward


TWO = 2  # rewards are needed for a choice


class Option(NamedTuple):
    """A reward that may be chosen: until which local day it can then be used, and whether there is one now.

    ``left`` is how many the budget still has (``None``: as many as one likes).
    """

    reward: Reward
    until: int | None
    left: int | None
    chosen: bool


class ChangedError(ConflictError):
    """This reward has changed in the meantime."""


class NoOptionError(RefusedError):
    """This reward cannot be chosen here."""


def earns(force: InForce, award: Row) -> Sequence[str]:
    """Return the keys of the rewards that an award may earn."""
    return next(
        (one.version.incentive.earns for line in force.versions.values() for one in line if one.id == award.version), ()
    )


def may_choose(known: Known, force: InForce, award: Row) -> bool:
    """Say whether there is anything to choose, or to choose again; not while it waits for its incentive to go on."""
    paid = next((one for line in force.versions.values() for one in line if one.id == award.version), None)
    if paid is None or award.status not in awards.OPEN or len(paid.version.incentive.earns) < TWO:
        return False
    return award.status != "waiting" or paid.version.incentive.key not in known.stopped


def options(connection: Connection, known: Known, force: InForce, award: Row, now: int) -> list[Option]:
    """Return what may be chosen for an award at a moment, in the order of the book; at most a query for each reward."""
    if not may_choose(known, force, award):
        return []
    found = []
    for key in earns(force, award):
        reward = known.book.rewards.get(key)
        if reward is None:
            continue
        chosen = award.reward == key and award.status != "choosing"
        since = award.changed if award.status == "issued" else now
        until = terms.current(connection, known).valid_until(reward, since)
        if chosen or until is None or until >= known.today(now):
            found.append(Option(reward, until, _left(connection, known, award, reward), chosen))
    return found


def _left(connection: Connection, known: Known, award: Row, reward: Reward) -> int | None:
    if not budget.limited(reward):
        return None
    found = awards.left(connection, known, reward, award)
    return None if found is None else max(0, found)


def choose(name: Name, reward: str, now: int | None = None) -> Row:
    """Let an award earn a reward, in a transaction that the caller commits; return it: issued, or waiting for budget.

    The facts are held still: what an award may earn cannot change meanwhile.

    Raises:
        NotFoundError: there is no such award.
        NoOptionError: it may not earn this, or nothing is left to choose.
        ChangedError: it changed while we looked.
    """
    moment = clock.now() if now is None else now
    connection = begin_write()
    facts.shared(connection)
    stage = scoring.prepare(connection)
    force = next(one for one, _, active in stage.editions if active)
    award = awards.find(connection, name)
    if award is None:
        raise NotFoundError
    offered = {one.reward.key: one for one in options(connection, stage.known, force, award, moment)}
    if reward not in offered:
        raise NoOptionError
    if offered[reward].chosen:
        return award
    chosen = awards.choose(connection, stage.known, force, (award, reward), moment)
    if chosen is None:
        raise ChangedError
    return chosen
