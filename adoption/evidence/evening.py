"""What is known of a day for everybody when it is judged, and the facts of one participant's day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from adoption import signals
from adoption.evidence import gathering
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence.judging import block_of
from adoption.extensions import db

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.evidence.gathering import Entry
    from adoption.evidence.kept import DayFacts
    from adoption.evidence.kept import State
    from adoption.evidence.learning import RoleUsual
    from adoption.evidence.people import Declared
    from adoption.facts import Known
    from adoption.facts import Person
    from adoption.signals import Daily


@dataclass(frozen=True)
class Evening:
    """What is known of a day when it is judged, for everybody."""

    day: int
    known: Known
    declared: Declared
    daily: Daily
    roles: Mapping[str, RoleUsual]
    heard: frozenset[str]
    working: persons.Working

    @property
    def block(self) -> int:
        """The block in which the day lies."""
        return block_of(self.day)


def evening(day: int, known: Known, heard: frozenset[str]) -> Evening:
    """Return what is known of the day for everybody."""
    connection = db.session.connection()
    return Evening(
        day=day,
        known=known,
        declared=persons.declared(connection, day),
        daily=signals.daily(connection, day),
        roles=learning.roles(connection, block_of(day)),
        heard=heard,
        working=persons.Working(known),
    )


def facts_of(evening: Evening, person: Person, state: State, entries: Sequence[Entry]) -> DayFacts:
    """Return the facts of somebody's day."""
    day, daily = evening.day, evening.daily
    found = gathering.facts(entries, evening.working.after(person.id))
    known_by = set(found.sources or state.sources)
    healthy = bool(known_by & evening.heard if known_by else evening.heard)
    quiet = evening.declared.quiet(person, evening.known.teams_on(person.id, day))
    works = evening.known.works(person.id, day)
    return msgspec.structs.replace(
        found,
        expected=works and healthy and not quiet,
        away=evening.known.calendar.works(day) and not (works and healthy),
        present=found.present or person.id in daily.present,
        edited=daily.edited.get(person.id),
        trips=daily.trips.get(person.id, 0),
        imports=daily.imports.get(person.id, 0),
        exempt=person.id in evening.declared.importers,
    )
