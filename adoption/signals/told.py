"""What a CRM tells of itself: exports, imports, sign-ins and looks at reports come among activities, and are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import facts
from adoption.signals import rows
from adoption.signals.rows import CREATED
from adoption.signals.rows import Row
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.activity import Activity

PREFIX = "signal."
TYPES: Mapping[str, str] = {f"{PREFIX}{kind}": kind for kind in (*rows.MOVES, *rows.PRESENT)}
CHANNEL, IMPORTED = "channel", "import"  # what data says of a record that an import made


def fault(one: Activity) -> str | None:
    """Say why an event whose type begins with ``signal.`` cannot be kept; ``None`` if it can."""
    if one.type not in TYPES:
        return f"{one.type[:80]!r} is no signal; choose from {', '.join(sorted(TYPES))} - at `$.type`"
    if not one.actor:
        return "a signal needs an actor: it is about somebody - at `$.actor`"
    if one.retracts is not None:
        return "a signal retracts nothing, it is never counted - at `$.retracts`"
    if one.source == sample.SOURCE:
        return f'the source "{sample.SOURCE}" is kept for sample data; call yours by another name'
    return None


def note(connection: Connection, told: Sequence[Activity], stored: Iterable[Activity]) -> None:
    """Keep the signals of a batch, and the imports that its new activities show; the caller commits.

    Of sign-ins and looks at reports one a day is kept.  However many records an import made, it is one on that day.
    """
    imported = [one for one in stored if one.data and one.data.get(CHANNEL) == IMPORTED and one.actor]
    if told or imported:
        known = facts.of(connection)
        rows.add(connection, [*_told(known, told), *_created(known, imported)])


def _told(known: Known, told: Iterable[Activity]) -> Iterator[Row]:
    for one in told:
        kind = TYPES[one.type]
        actor = one.actor or ""
        daily = kind in rows.PRESENT
        number = f"{kind}/{rows.key_of(actor, one.day)}" if daily else f"told/{one.id}"
        moment = None if daily else one.time
        yield Row(one.source, number, *rows.whose(known, one.source, actor), kind, one.day, moment)


def _created(known: Known, imported: Iterable[Activity]) -> Iterator[Row]:
    """Return the imports that records tell of: on the day when they were recorded, if that is said."""
    for one in imported:
        moment = one.time if one.recorded is None else one.recorded
        day = known.day_of(moment)
        number = CREATED + rows.key_of(one.actor, day)
        yield Row(one.source, number, *rows.whose(known, one.source, one.actor or ""), "import", day, moment)
