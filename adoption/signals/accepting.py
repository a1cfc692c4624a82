"""What an office suite told → signals of registered workbooks, whom the suite knows, and which days it told of."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from adoption import facts
from adoption import privacy
from adoption import statements
from adoption.models import Workbook
from adoption.signals import rows
from adoption.signals.rows import Row
from rules.reliance import workbooks
from rules.reliance.workbooks import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.connectors.offices import Told
    from adoption.facts import Known

_PEOPLE = (
    "INSERT INTO feed_person (feed, participant, day) SELECT feed, participant, day FROM {given} AS g WHERE true"
    " ON CONFLICT (feed, participant) DO UPDATE SET day = excluded.day WHERE excluded.day < feed_person.day"
)


class Accepted(NamedTuple):
    """What came of records: how many they were, how many were of registered workbooks, and of how many people."""

    records: int
    signals: int
    people: int


class _Registered(NamedTuple):
    number: int
    since: int
    rule: Rule


def accept(connection: Connection, feed: str, told: Iterable[Told], now: int) -> Accepted:
    """Keep what counts of a feed's records, in a transaction that the caller commits.  Six statements, however many.

    Where nothing may be known of single people, which days a feed has told of is all that is kept.  Of a spreadsheet
    that is not in the register nothing is kept, nor of what was done before it was registered.
    """
    known = facts.of(connection)
    register = _register(connection)
    people: dict[int, int] = {}
    days: set[int] = set()
    found: list[Row] = []
    records = 0
    for records, one in enumerate(told, start=1):  # noqa: B007  # how many there were
        day = known.day_of(one.moment)
        days.add(day)
        who = known.participant_of(feed, one.actor)
        if who is not None:
            people[who] = min(day, people.get(who, day))
        if one.kind in rows.EDITS:
            found.extend(_edits(known, register, feed, one, day))
        elif one.kind in rows.MOVES:
            by = rows.whose(known, feed, one.actor)
            found.append(Row(feed, f"told/{one.id}", *by, one.kind, day, one.moment))
    if not privacy.individual():
        people, found = {}, []  # which days were told of is nobody's
    statements.run(
        connection,
        "feed_person",
        ("feed", "participant", "day"),
        [(feed, who, day) for who, day in sorted(people.items())],
        _PEOPLE,
    )
    statements.put(connection, "feed_day", ("feed", "day"), ("heard",), [(feed, day, now) for day in sorted(days)])
    rows.add(connection, found)
    return Accepted(records, len(found), len(people))


def _register(connection: Connection) -> list[_Registered]:
    """Return the rules that count."""
    query = select(Workbook.id, Workbook.registered, Workbook.rule, Workbook.value)
    found = connection.execute(query.where(Workbook.state == "registered").order_by(Workbook.id))
    return [_Registered(number, since or 0, Rule(kind, value)) for number, since, kind, value in found]


def _edits(known: Known, register: Sequence[_Registered], feed: str, one: Told, day: int) -> Iterable[Row]:
    """Return one signal for each rule of the register that a file meets: of two, either may be taken out later."""
    file, kind = one.file, one.kind
    if file is None or kind is None:
        return
    for workbook in register:
        if one.moment >= workbook.since and workbooks.holds(workbook.rule, file):
            # The suite's own number of a file before its address, which changes when it is moved.
            hashed = _hashed(feed, max(file.keys, default=file.name))
            number = rows.key_of(kind, one.actor.casefold(), day, workbook.number, hashed)
            by = rows.whose(known, feed, one.actor)
            yield Row(feed, number, *by, kind, day, None, workbook.number, hashed, file.extension, file.location)


def _hashed(feed: str, key: str) -> str:
    """Return the hash of a file, which nobody can compute without SECRET_KEY."""
    secret: str = current_app.extensions["settings"].require_secret()
    hashed = hashlib.blake2b(f"{feed}\0{key}".encode(), key=secret.encode()[:64], digest_size=16, person=b"sheets")
    return hashed.hexdigest()
