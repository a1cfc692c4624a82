"""The awards behind a number of a budget."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption.awards import LIVE
from adoption.awards import Name
from adoption.budgets.reading import USED_ONCE
from adoption.extensions import db
from adoption.models import Award
from adoption.models import PublishedVersion

if TYPE_CHECKING:
    from rules.incentive import Reward

PIECE = 50  # awards of one page
KINDS = ("spent", "reserved", "waiting", "paused", "drawn")


class Held(NamedTuple):
    """An award behind a number; moments are UTC microseconds."""

    name: Name
    incentive: str
    status: str
    granted: int
    changed: int


def behind(reward: Reward, kind: str, first: int | None, piece: int) -> tuple[list[Held], bool]:
    """Return a piece of the awards behind a number, and whether there are more.

    ``first`` is the first day of a budget period, ``None`` for all of them.  What waits comes in the order of its line,
    everything else the newest first.
    """
    connection = db.session.connection()
    table = Award.__table__.c
    stopped = sorted(awards.stopped_versions(connection, facts.current()))
    once = reward.kind in USED_ONCE
    which = {
        "spent": table.status.in_([one for one in LIVE if one != "issued" or not once]),
        "reserved": table.status.in_(["issued"] if once else []),
        "waiting": (table.status == "waiting") & table.version.not_in(stopped),
        "paused": (table.status == "waiting") & table.version.in_(stopped),
        "drawn": table.status.in_(LIVE),
    }[kind]
    parts = (table.version, table.holder, table.period, table.ordinal)
    query = select(*parts, PublishedVersion.incentive, table.status, table.granted, table.changed)
    query = query.join(PublishedVersion, PublishedVersion.id == table.version).where(table.reward == reward.key, which)
    if first is not None and reward.budget is not None:
        query = query.where(table.allotment == first)
    order = table.granted if kind in {"waiting", "paused"} else table.granted.desc()
    query = query.order_by(order, *parts).limit(PIECE + 1).offset(piece * PIECE)
    rows = [Held(Name(*row[:4]), *row[4:]) for row in connection.execute(query)]
    return rows[:PIECE], len(rows) > PIECE
