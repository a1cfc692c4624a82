"""Who leads whom, changed by hand: a time that somebody leads somebody is added, gets other days, or is taken away.

What a list can say, another manager from a day on, is said by a list of one row (``load_people``).  As in ``editing``,
each begins a transaction of its own, enters itself in the journal, and is committed by the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import facts
from adoption import statements
from adoption.directory import fields
from adoption.directory import leading
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory import stored as storage
from adoption.directory.editing import DaysError
from adoption.directory.editing import NoSuchThingError
from adoption.directory.people import MANAGEMENT
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.journal import Deed
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.directory.outcome import Told
    from adoption.directory.spans import Span
    from adoption.directory.spans import Stay
    from adoption.directory.stored import Person
    from adoption.directory.stored import Stored


class OneselfError(RefusedError):
    """Nobody leads themselves."""


class OutsideError(RefusedError):
    """Some of these days are outside of the time here."""

    def __init__(self, stay: Stay) -> None:
        super().__init__()
        self.stay = stay


class OverlapError(RefusedError):
    """Somebody else leads on some of these days."""

    def __init__(self, other: Span) -> None:
        super().__init__()
        self.other = other


class GoneError(RefusedError):
    """This manager has left by then."""

    def __init__(self, manager: int) -> None:
        super().__init__()
        self.manager = manager


class CircleError(RefusedError):
    """Somebody would be, by some steps and on one day, their own manager."""

    def __init__(self, circle: leading.Circle) -> None:
        super().__init__()
        self.circle = circle


def correct_management(participant: int, starts: int, days: tuple[int, int] | None, *, by: Told) -> None:
    """Give the time that starts on a day other days ``[first, end)``, or none: then nobody led on them.

    An open side, ``EVER`` or ``FOREVER``, means as long as somebody works here.

    Raises:
        NoSuchThingError: nobody leads this participant from that day on.
        DaysError, OutsideError, OverlapError, GoneError, CircleError: likewise.
    """
    connection, stored, person = _begin(participant)
    before = stored.managers.get(participant, [])
    was = next((span for span in before if span[1] == starts), None)
    if was is None:
        raise NoSuchThingError
    others = [span for span in before if span != was]
    stay = person.stay
    if was[2] <= stay.first:  # of a former time here only these days are known
        stay = spans.Stay(EVER, stay.first)
    wanted = [] if days is None else [_checked(stored, (was[0], *days), others, stay)]
    _store(connection, stored, person, [*others, *wanted], by)


def add_management(participant: int, manager: int, days: tuple[int, int], *, by: Told) -> None:
    """Enter that somebody led a participant on the days ``[first, end)``, on which nobody else did.

    Raises:
        NoSuchThingError: there is no such person.
        OneselfError, DaysError, OutsideError, OverlapError, GoneError, CircleError: likewise.
    """
    connection, stored, person = _begin(participant)
    if participant == manager:
        raise OneselfError
    others = stored.managers.get(participant, [])
    span = _checked(stored, (manager, *days), others, person.stay)
    _store(connection, stored, person, [*others, span], by)


def _begin(participant: int) -> tuple[Connection, Stored, Person]:
    connection = begin_write()
    facts.exclusive(connection)
    stored = storage.read(connection)
    return connection, stored, _person(stored, participant)


def _person(stored: Stored, number: int) -> Person:
    found = next((one for one in stored.people.values() if one.id == number), None)
    if found is None:
        raise NoSuchThingError
    return found


def _checked(stored: Stored, span: Span, others: Sequence[Span], stay: Stay) -> Span:
    """Return a span with its open sides closed by the time here, if it may stand beside the others."""
    manager, starts, ends = span
    if starts >= ends:
        raise DaysError
    first, end = max(starts, stay.first), min(ends, stay.end)
    if first >= end or (starts != EVER and starts < first) or (ends != FOREVER and ends > end):
        raise OutsideError(stay)
    left_on = _person(stored, manager).left_on
    if left_on is not None and left_on <= first:
        raise GoneError(manager)
    for other in sorted(others, key=lambda one: one[1]):
        if other[0] != manager and other[1] < end and first < other[2]:
            raise OverlapError(other)
    return manager, first, end


def _store(connection: Connection, stored: Stored, person: Person, wanted: Sequence[Span], by: Told) -> None:
    number, before, after = person.id, stored.managers.get(person.id, []), spans.joined(wanted)
    gone, created = set(before).difference(after), set(after).difference(before)
    if not (gone or created):
        return
    for circle in leading.circles({**stored.managers, number: after}):
        if number in circle.people:
            raise CircleError(circle)
    statements.delete(connection, "management", MANAGEMENT, sorted((number, *span) for span in gone))
    statements.insert_new(connection, "management", MANAGEMENT, sorted((number, *span) for span in created))
    emails = stored.emails()
    told = [{"managers": fields.written(line, emails)} for line in (before, after)]
    by.enter(connection, Deed("changed", f"participant/{number}", *told))
    outcome.announce(connection, counts=False)
