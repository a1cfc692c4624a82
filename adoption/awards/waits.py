"""Why an award waits, and how many stand before it in the line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import tuple_

from adoption.awards import budgets
from adoption.models import Award
from adoption.models import PublishedVersion
from rules.budget import limited

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.awards.rows import Name
    from adoption.awards.rows import Row
    from adoption.facts import Known

ORDER = ("granted", "version", "holder", "period", "ordinal")  # who was granted first stands in front


class Waits(NamedTuple):
    """Why an award waits.

    ``why`` is ``paused`` (its incentive, ``since`` a local day), ``budget`` or ``ask`` (that of the period of kind
    ``per`` that began on ``first`` is spent; HR is asked), ``stock`` (none is there), ``gone`` (the book no longer
    has the reward), or ``soon`` (nothing limits it any more).
    """

    why: str
    since: int = 0
    per: str = ""
    first: int = 0


def reasons(connection: Connection, known: Known, rows: Iterable[Row]) -> dict[Name, Waits]:
    """Say of each of these awards that waits why it does; a constant number of queries, none without such an award."""
    waiting = [row for row in rows if row.status == "waiting"]
    if not waiting:
        return {}
    stopped = stopped_versions(connection, known)
    both = {name: reward for name in {row.reward or "" for row in waiting}
            if (reward := known.book.rewards.get(name)) and reward.budget and reward.stock is not None}  # fmt: skip
    empty = set()
    if both:
        found = budgets.taken(connection, both, ())
        empty = {name for name, reward in both.items() if found.ever[name] >= (reward.stock or 0)}
    return {row.name: _reason(known, row, stopped, empty) for row in waiting}


def stopped_versions(connection: Connection, known: Known) -> Mapping[int, int]:
    """Return the versions of stopped incentives, and the moment since which they are."""
    if not known.stopped:
        return {}
    table = PublishedVersion
    query = select(table.id, table.incentive).where(table.incentive.in_(sorted(known.stopped)))
    return {number: known.stopped[key] for number, key in connection.execute(query)}


def before(connection: Connection, known: Known, row: Row) -> int:
    """Return how many awards of the same reward stand before one that waits; those of stopped incentives do not."""
    table = Award.__table__.c
    earlier = tuple_(*(table[name] for name in ORDER)) < tuple(getattr(row, name) for name in ORDER)
    query = select(func.count()).where(table.reward == row.reward, table.status == "waiting", earlier)
    stopped = stopped_versions(connection, known)
    if stopped:
        query = query.where(table.version.not_in(sorted(stopped)))
    return connection.execute(query).scalar_one()


def _reason(known: Known, row: Row, stopped: Mapping[int, int], empty: set[str]) -> Waits:
    if row.version in stopped:
        return Waits("paused", since=known.day_of(stopped[row.version]))
    reward = known.book.rewards.get(row.reward or "")
    if reward is None:
        return Waits("gone")
    if not limited(reward):
        return Waits("soon")
    if reward.budget is None or reward.key in empty:
        return Waits("stock")
    first = budgets.allotment(known, reward, row.period, row.granted)
    return Waits("ask" if reward.budget.when_spent == "ask" else "budget", per=reward.budget.per, first=first)
