"""The document: a head, each part as a list, and the activities, written while they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import msgspec
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption import preferences
from adoption.explain import spellings
from adoption.extensions import db
from adoption.held.part import as_it_is
from adoption.held.part import day_of
from adoption.held.part import moment_of
from adoption.held.part import plain
from adoption.held.parts import PARTS
from adoption.models import Participant
from adoption.models import StoredActivity

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from sqlalchemy import Row

    from adoption.facts import Known

FETCH = 1_000  # rows held at once
CHUNK = 31  # days of activities that are read at once
MOST_SPELLINGS = 16  # beginnings of one address


def document(who: int, about: str, now: int) -> Iterator[str]:
    """Yield the text of the document, piece by piece; ``about`` says in words what it is."""
    known = facts.current()
    yield "{\n" + ",\n".join(f'"{name}": {_json(value)}' for name, value in _head(known, who, about, now).items())
    for part in PARTS:
        rows = db.session.execute(part.query(who), execution_options={"yield_per": FETCH})
        yield from _list(part.name, (_shaped(row, part.shapes) for row in rows))
    yield from _list("activities", _activities(known, who))
    yield "\n}\n"


def _head(known: Known, who: int, about: str, now: int) -> dict[str, Any]:
    person, manager = known.people[who], known.manager_on(who, known.today(now))
    return {
        "about": about,
        "written": moment_of(now),
        "person": {
            "email": person.email,
            "name": person.name,
            "role": person.role,
            "manager": known.people[manager].email if manager else None,
            "hired_on": day_of(person.hired_on),
            "left_on": day_of(person.left_on),
            "employee_no": db.session.scalar(select(Participant.employee_no).where(Participant.id == who)),
        },
        "preferences": preferences.of(who)._asdict() | {"welcomed": moment_of(preferences.of(who).welcomed)},
    }


def _list(name: str, items: Iterator[dict[str, Any]]) -> Iterator[str]:
    yield f',\n"{name}": ['
    for number, item in enumerate(items):
        yield f"{',' if number else ''}\n{_json(item)}"
    yield "\n]"


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _shaped(row: Row[Any], shapes: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    return {name: shapes.get(name, plain)(value) for name, value in row._mapping.items()}  # noqa: SLF001  # its public name


def _activities(known: Known, who: int) -> Iterator[dict[str, Any]]:
    """Yield what a participant did, also what was taken back, by the day.

    An address may be spelled in any case: what begins like it is read, and asked whose it is.
    """
    table = StoredActivity
    first, last = db.session.execute(
        select(func.min(table.day).filter(table.day > 0), func.max(table.day)).where(table.type.is_not(None))
    ).one()
    names = sorted(name for (_, name), one in known.identities.items() if one == who)
    begun = spellings.prefixes(known.people[who].email, MOST_SPELLINGS)
    ranges = (and_(table.actor >= prefix, table.actor <= prefix + spellings.LAST) for prefix in begun)
    mine = or_(table.actor.in_(names), *ranges)
    wanted = (table.source, table.id, table.type, table.time, table.subject, table.actor, table.recorded)
    query = select(*wanted, table.retracts, table.retracted, table.data).where(mine, table.type.is_not(None))
    for begin in range(first or 1, (last or 0) + 1, CHUNK):
        chunk = query.where(table.day.between(begin, begin + CHUNK - 1)).order_by(
            table.day, table.time, table.source, table.id
        )
        for row in db.session.execute(chunk, execution_options={"yield_per": FETCH}):
            if known.participant_of(row.source, row.actor) == who:
                yield _activity(row)


def _activity(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    return {
        "source": row.source,
        "id": row.id,
        "type": row.type,
        "time": moment_of(row.time),
        "subject": row.subject,
        "actor": row.actor,
        "recorded": moment_of(row.recorded),
        "retracts": row.retracts,
        "taken_back": bool(row.retracted),
        "data": as_it_is(row.data),
    }
