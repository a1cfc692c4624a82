"""What activities say about every record that somebody may own: one pass, ordered by record, one held at a time."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from sqlalchemy import or_
from sqlalchemy import select

from adoption import auth
from adoption.models import Delegation
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules import ownership
from rules.ownership import Deed
from rules.ownership import House
from rules.ownership import Someone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.ownership import Record

RECORDS = ("company", "contact", "deal", "lead", "task")
FETCH = 5_000  # rows read at once
LONG = 14  # days: whoever is away for longer takes nothing over
TOLD = ("created", "updated", "changed", "assigned")  # ends of types whose data is read
NOTHING: dict[str, Any] = {}


def house(connection: Connection, known: Known, today: int) -> House:
    """Return everybody as they are on a local day: one query, and the facts."""
    seeing: dict[int, list[int]] = defaultdict(list)
    query = select(Delegation.giver, Delegation.receiver, Delegation.ends).where(Delegation.ended.is_(None))
    for giver, receiver, ends in connection.execute(query.order_by(Delegation.starts.desc(), Delegation.id)):
        left = known.people[giver].left_on
        if ends > (today if left is None else min(left, today) - LONG):
            seeing[giver].append(receiver)
    manager_of = known.managers_on(today)
    people = {
        number: Someone(
            one.hired_on,
            one.left_on,
            any(starts <= today and ends > today + LONG for starts, ends in known.absences.get(number, ())),
            known.teams_on(number, min(today, one.near(today))),
            tuple(auth.leaders(number, manager_of)),
            tuple(seeing.get(number, ())),
        )
        for number, one in known.people.items()
    }
    found = House(today, people, {})
    members: dict[int, list[int]] = defaultdict(list)
    for number, one in sorted(people.items()):
        if found.works(number):
            for team in one.teams:
                members[team].append(number)
    return House(today, people, {team: tuple(of) for team, of in members.items()})


def records(connection: Connection, known: Known) -> Iterator[Record]:
    """Yield what is known about each record, by name.  Each kind of record is one query; the database sorts."""
    for kind in RECORDS:
        speak = _speaking(connection, kind)
        for name, told in groupby(_rows(connection, kind), key=itemgetter(0)):
            deeds = [_deed(row, known) for row in told]
            created = f"{kind}.created"
            speaks = any(one.source in speak for one in deeds if one.type == created)
            yield ownership.seen(name, deeds, known.participant_of, speaks=speaks)


def _rows(connection: Connection, kind: str) -> Iterable[Any]:
    table = StoredActivity
    columns = (table.subject, table.time, table.source, table.id, table.type, table.day, table.actor, table.data)
    query = select(*columns).where(*_of(kind), table.type.is_not(None), table.retracted == 0, table.retracts.is_(None))
    return connection.execute(query.order_by(table.subject), execution_options={"yield_per": FETCH})


def _of(kind: str) -> tuple[ColumnElement[bool], ...]:
    """Return the condition that an activity is about a record of a kind: a range, which the index answers."""
    return StoredActivity.subject >= f"{kind}/", StoredActivity.subject < f"{kind}{chr(ord('/') + 1)}"


def _speaking(connection: Connection, kind: str) -> set[str]:
    """Return the sources that say whose records of a kind are when they are created."""
    table = StoredActivity
    says = or_(*(table.data.contains(word, autoescape=True) for word in ownership.SPEAKS))
    query = select(table.source).where(*_of(kind), table.type == f"{kind}.created", table.retracted == 0, says)
    return set(connection.scalars(query.distinct()))


def _deed(row: Any, known: Known) -> Deed:
    """Return an activity; the data of most says nothing about whose it is, and is not read."""
    _, time, source, id_, kind, day, actor, data = row
    read = data != "{}" and kind.endswith(TOLD)
    return Deed(time, source, id_, kind, day, known.participant_of(source, actor), data_of(data) if read else NOTHING)
