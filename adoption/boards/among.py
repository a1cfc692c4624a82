"""A board narrowed to the present members of one team: only their tallies are read, however large the board is."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import statements
from adoption.models import Membership
from adoption.models import bucket_of
from rules import standing

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.boards.ranking import Ground
    from adoption.facts import Known
    from rules.standing import Place

KEY = ("bucket", "series", "holder", "period")


def places(connection: Connection, known: Known, ground: Ground, team: int, day: int) -> list[Place]:
    """Rank those who are in a team on a local day and have a tally above zero; two queries."""
    query = select(Membership.participant).where(Membership.team == team, Membership.starts <= day)
    members = {who: known.people[who] for who in connection.scalars(query.where(day < Membership.ends))}
    names = {who: one.name for who, one in members.items() if not one.has_left(day)}
    keys = sorted((bucket_of(who), series, who, ground.first) for who in names for series in ground.series)
    tallies: Counter[int] = Counter()
    for holder, value in statements.find(connection, "tally", KEY, ("holder", "value"), keys):
        tallies[holder] += value
    return standing.rank({who: tally for who, tally in tallies.items() if tally > 0}, names)
