"""Lists of absences, holidays and waves → what is stored.

Each list is whole for what it names: absences for the people in it, holidays for the years in it, waves for the waves
in it.  What it does not name stays.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import select

from adoption import statements
from adoption.directory import fields
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory.outcome import Change
from adoption.directory.outcome import Field
from adoption.directory.outcome import Loaded
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import Holiday
from adoption.models import Participant
from adoption.models import Team
from adoption.models import Wave
from adoption.people_csv import Absences
from adoption.people_csv import Fault
from adoption.people_csv import Holidays
from adoption.people_csv import Waves
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from adoption.directory.outcome import Told

    Rows = AbstractSet[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Decision:
    """The rows of a table that a list replaces, and what is said about it."""

    table: str
    columns: tuple[str, ...]
    before: Rows
    after: Rows
    changes: tuple[Change, ...]
    counts: bool = True  # whether any difference bears on what activities count for

    @property
    def loaded(self) -> Loaded:
        """Return what is told."""
        gone, created = self.before - self.after, self.after - self.before
        renamed = len([one for one in self.changes if one.kind == "changed"]) if self.table == "holiday" else 0
        return Loaded(
            len(created) - renamed,
            renamed,
            len(self.after & self.before),
            len(gone) - renamed,
            self.counts and bool(gone or created),
            changes=self.changes,
        )


def holidays(year: int | None = None) -> dict[int, str]:
    """Return the holidays of a year, or all: day → name."""
    query = select(Holiday.day, Holiday.name)
    if year is not None:
        first, end = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1
        query = query.where(Holiday.day >= first, Holiday.day < end)
    return dict(db.session.execute(query).all())


def compare_calendar(given: Absences | Holidays | Waves) -> Loaded:
    """Say what loading a list of absences, holidays or waves would do now; reads only."""
    return _decided(db.session.connection(), given)[1]


def load_absences(absences: Absences, *, by: Told | None = None, seen: str | None = None) -> Loaded:
    """Replace the absences of everybody whom the list names; a row without days says “never absent”."""
    return load_calendar(absences, by=by, seen=seen)


def load_waves(waves: Waves, *, by: Told | None = None, seen: str | None = None, based_on: int | None = None) -> Loaded:
    """Replace the teams of every wave that the list names; a row without a team empties its wave."""
    return load_calendar(waves, by=by, seen=seen, based_on=based_on)


def load_holidays(holidays: Holidays, *, by: Told | None = None, seen: str | None = None) -> Loaded:
    """Replace the holidays of every year in which the list has a day."""
    return load_calendar(holidays, by=by, seen=seen)


def load_calendar(
    given: Absences | Holidays | Waves,
    *,
    by: Told | None = None,
    seen: str | None = None,
    based_on: int | None = None,
) -> Loaded:
    """Store a list of absences, holidays or waves in a transaction of its own, which the caller commits.

    ``by`` is who does it, for the journal; ``seen`` the mark of what they were shown, ``based_on`` the version of the
    facts from which the list was made.

    Raises:
        OutdatedError: what is stored has changed since, so that the list would do something else.
    """
    connection = outcome.begin(based_on)
    decision, loaded = _decided(connection, given)
    if seen is not None and loaded.mark != seen:
        raise outcome.OutdatedError
    return loaded if decision is None else store(connection, decision, loaded, by)


def store(connection: Connection, decision: Decision, loaded: Loaded, by: Told | None) -> Loaded:
    """Write what was decided, and tell the journal."""
    loaded = _sober(connection, loaded)
    gone, created = decision.before - decision.after, decision.after - decision.before
    statements.delete(connection, decision.table, decision.columns, sorted(gone))
    statements.insert_new(connection, decision.table, decision.columns, sorted(created))
    if gone or created:
        outcome.announce(connection, counts=loaded.rescore)
    outcome.write_down(connection, loaded, by)
    return loaded


def _decided(connection: Connection, given: Absences | Holidays | Waves) -> tuple[Decision | None, Loaded]:
    found = _ASKED[type(given)](connection, given)
    if not isinstance(found, Decision):
        return None, outcome.refused((*given.faults, *found))
    return found, _sober(connection, found.loaded)


def _sober(connection: Connection, loaded: Loaded) -> Loaded:
    """Return an outcome that asks for scoring again only where there is anything to score."""
    needless = loaded.rescore and not outcome.anything_to_score(connection)
    return replace(loaded, rescore=False) if needless else loaded


def _absences(connection: Connection, absences: Absences) -> Decision | list[Fault]:
    people = {row.email: row for row in connection.execute(select(Participant.email, Participant.id, Participant.name))}
    unknown = [
        Fault(row.line, "email", f"nobody in the directory is called {row.email}")
        for row in absences.rows
        if row.email not in people
    ]
    if absences.faults or unknown:
        return unknown
    lines = {people[row.email].id: row.line for row in reversed(absences.rows)}
    stored = connection.execute(select(Absence.participant, Absence.starts, Absence.ends))
    before = {tuple(row) for row in stored if row[0] in lines}
    after = set(
        spans.joined(
            (people[row.email].id, row.starts, row.ends)
            for row in absences.rows
            if row.starts is not None and row.ends is not None
        )
    )
    named = {row.id: (row.email, row.name) for row in people.values()}
    changes = [
        Change("changed", who, lines[who], *named[who], (Field("absences", one, other),))
        for who, one, other in _differing(before, after, lambda row: row[0], lambda row: fields.days_text(*row[1:]))
    ]
    return Decision("absence", ("participant", "starts", "ends"), before, after, tuple(changes))


def _waves(connection: Connection, waves: Waves) -> Decision | list[Fault]:
    teams = dict(connection.execute(select(Team.name, Team.id)).all())
    unknown = [
        Fault(row.line, "team", f"there is no team {row.team}; teams come from the list of people")
        for row in waves.rows
        if row.team is not None and row.team not in teams
    ]
    if waves.faults or unknown:
        return unknown
    named = {row.wave: row.line for row in reversed(waves.rows)}
    stored = connection.execute(select(Wave.name, Wave.team, Wave.starts, Wave.ends))
    before = {tuple(row) for row in stored if row[0] in named}
    after = {
        (wave, *span)
        for wave in named
        for span in spans.joined(
            (teams[row.team], EVER if row.starts is None else row.starts, FOREVER if row.ends is None else row.ends)
            for row in waves.rows
            if row.wave == wave and row.team is not None
        )
    }
    called = {number: name for name, number in teams.items()}
    changes = [
        Change("changed", 0, named[wave], "", wave, (Field("teams", one, other),), "wave")
        for wave, one, other in _differing(
            before, after, lambda row: row[0], lambda row: f"{called[row[1]]} {fields.days_text(*row[2:])}"
        )
    ]
    return Decision("wave", ("name", "team", "starts", "ends"), before, after, tuple(changes))


def _holidays(connection: Connection, holidays: Holidays) -> Decision | list[Fault]:
    if holidays.faults:
        return []
    years = {date.fromordinal(row.day).year for row in holidays.rows}
    stored = {(day, name) for day, name in connection.execute(select(Holiday.day, Holiday.name))}
    before = {row for row in stored if date.fromordinal(row[0]).year in years}
    lines = {row.day: row.line for row in holidays.rows}
    return holidays_decided(before, {(row.day, row.name) for row in holidays.rows}, lines)


def holidays_decided(before: Rows, after: Rows, lines: Mapping[int, int]) -> Decision:
    """Compare holidays, as (day, name), with others that replace them."""
    old: dict[int, str] = dict(before)
    new: dict[int, str] = dict(after)
    changes = []
    for day in sorted(old.keys() | new.keys()):
        if old.get(day) != new.get(day):
            kind = "new" if day not in old else "removed" if day not in new else "changed"
            fields = (Field("name", old.get(day), new.get(day)),)
            written = date.fromordinal(day).isoformat()
            changes.append(Change(kind, 0, lines.get(day, 0), "", written, fields, "holiday"))
    return Decision("holiday", ("day", "name"), before, after, tuple(changes), counts=old.keys() != new.keys())


_ASKED: Mapping[type, Callable[[Connection, Any], Decision | list[Fault]]] = {
    Absences: _absences,
    Holidays: _holidays,
    Waves: _waves,
}


def _differing(
    before: Rows, after: Rows, key: Callable[[tuple[Any, ...]], Any], text: Callable[[tuple[Any, ...]], str]
) -> Iterator[tuple[Any, str | None, str | None]]:
    """Yield each key whose rows differ, with both in words."""
    sides: dict[Any, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for side, rows in enumerate((before, after)):
        for row in sorted(rows):
            sides[key(row)][side].append(row)
    for one, (old, new) in sorted(sides.items()):
        if old != new:
            yield one, "; ".join(map(text, old)) or None, "; ".join(map(text, new)) or None
