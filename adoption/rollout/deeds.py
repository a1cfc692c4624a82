"""What people did, as the diagnosis and the value of the roll-out read it: deal by deal, and day by day."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import not_
from sqlalchemy import or_
from sqlalchemy import select

from adoption.evidence.gathering import PROGRAMS
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules.rollout import chain
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.facts import Known

FETCH = 5_000  # rows read at once
CAUGHT = "email."  # begins the types that a mail server tells of: nobody types these


class Entered(NamedTuple):
    """How many things a participant recorded by hand on a local day, in one source."""

    who: int
    day: int
    things: int


def of_deals(connection: Connection, known: Known) -> Iterator[list[chain.Deed]]:
    """Yield the activities of each deal that stand, in order of time; one deal is held at a time."""
    table = StoredActivity
    query = (
        select(table.subject, table.type, table.day, table.data, table.source, table.actor)
        .where(table.subject >= "deal/", table.subject < "deal0", table.type.is_not(None))
        .where(table.retracted == 0, table.retracts.is_(None))  # what only takes another back tells of no deal
        .order_by(table.subject, table.time, table.source, table.id)
        .execution_options(yield_per=FETCH)
    )
    for _, told in groupby(connection.execute(query), key=itemgetter(0)):
        yield [
            chain.Deed(row.type, row.day, data_of(row.data), known.participant_of(row.source, row.actor))
            for row in told
        ]


def by_hand(connection: Connection, known: Known, first: int, last: int) -> Iterator[Entered]:
    """Yield what people recorded by hand on the days ``[first, last)``: neither imported, nor by a program."""
    table = StoredActivity
    query = (
        select(table.source, table.actor, table.day, func.count())
        .where(*_standing(first, last), not_(table.type.startswith(CAUGHT)), not_(_by_program()))
        .group_by(table.source, table.actor, table.day)
        .execution_options(yield_per=FETCH)
    )
    for source, actor, day, count in connection.execute(query):
        who = known.participant_of(source, actor)
        if who is not None:
            yield Entered(who, day, count)


def since(connection: Connection, first: int, last: int) -> int | None:
    """Return the first of the days ``[first, last)`` on which five or more recorded anything: what is known begins."""
    table = StoredActivity
    query = (
        select(table.day)
        .where(*_standing(first, last))
        .group_by(table.day)
        .having(func.count(table.actor.distinct()) >= SMALLEST_GROUP)
        .order_by(table.day)
        .limit(1)
    )
    return connection.scalar(query)


def _standing(first: int, last: int) -> tuple[ColumnElement[bool], ...]:
    table = StoredActivity
    return (
        table.day >= first,
        table.day < last,
        table.type.is_not(None),
        table.actor.is_not(None),
        table.retracts.is_(None),
        table.retracted == 0,
    )


def _by_program() -> ColumnElement[bool]:
    """Say whether data names the channel of a program: as it is stored, without spaces (``adoption.wire``)."""
    return or_(*(StoredActivity.data.contains(f'"channel":"{one}"') for one in PROGRAMS))
