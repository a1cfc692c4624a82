"""Lists of absences, holidays and waves → what is stored.

Each list is whole for what it names: absences for the people in it, holidays for the years in it, waves for the waves
in it.  What it does not name stays.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory.outcome import Loaded
from adoption.extensions import begin_write
from adoption.models import Absence
from adoption.models import Holiday
from adoption.models import Participant
from adoption.models import Team
from adoption.models import Wave
from adoption.people_csv import Fault
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from adoption.people_csv import Absences
    from adoption.people_csv import Holidays
    from adoption.people_csv import Waves


def load_absences(absences: Absences) -> Loaded:
    """Replace the absences of everybody whom the list names; a row without days says “never absent”."""
    connection = _begin()
    people = dict(connection.execute(select(Participant.email, Participant.id)).all())
    unknown = [
        Fault(row.line, "email", f"nobody in the directory is called {row.email}")
        for row in absences.rows
        if row.email not in people
    ]
    if absences.faults or unknown:
        return outcome.refused((*absences.faults, *unknown))
    named = {people[row.email] for row in absences.rows}
    stored = connection.execute(select(Absence.participant, Absence.starts, Absence.ends))
    before = {tuple(row) for row in stored if row[0] in named}
    after = set(
        spans.joined(
            (people[row.email], row.starts, row.ends)
            for row in absences.rows
            if row.starts is not None and row.ends is not None
        )
    )
    return _replace(connection, "absence", ("participant", "starts", "ends"), before, after)


def load_waves(waves: Waves) -> Loaded:
    """Replace the teams of every wave that the list names; a row without a team empties its wave."""
    connection = _begin()
    teams = dict(connection.execute(select(Team.name, Team.id)).all())
    unknown = [
        Fault(row.line, "team", f"there is no team {row.team}; teams come from the list of people")
        for row in waves.rows
        if row.team is not None and row.team not in teams
    ]
    if waves.faults or unknown:
        return outcome.refused((*waves.faults, *unknown))
    named = {row.wave for row in waves.rows}
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
    return _replace(connection, "wave", ("name", "team", "starts", "ends"), before, after)


def load_holidays(holidays: Holidays) -> Loaded:
    """Replace the holidays of every year in which the list has a day."""
    connection = _begin()
    if holidays.faults:
        return outcome.refused(holidays.faults)
    years = {date.fromordinal(row.day).year for row in holidays.rows}
    stored = connection.execute(select(Holiday.day, Holiday.name))
    before = {day: name for day, name in stored if date.fromordinal(day).year in years}
    after = {row.day: row.name for row in holidays.rows}
    gone = before.keys() - after.keys()
    created = after.keys() - before.keys()
    renamed = {day for day in after.keys() & before.keys() if after[day] != before[day]}
    statements.delete(connection, "holiday", ("day",), sorted((day,) for day in gone))
    rows = sorted((day, after[day]) for day in created | renamed)
    statements.put(connection, "holiday", ("day",), ("name",), rows)
    rescore = False
    if rows or gone:
        rescore = outcome.announce(connection, counts=bool(gone or created))
    unchanged = len(after) - len(created) - len(renamed)
    return Loaded(len(created), len(renamed), unchanged, len(gone), rescore)


def _begin() -> Connection:
    connection = begin_write()
    facts.exclusive(connection)
    return connection


def _replace(
    connection: Connection,
    table: str,
    columns: tuple[str, ...],
    before: AbstractSet[tuple[Any, ...]],
    after: AbstractSet[tuple[Any, ...]],
) -> Loaded:
    """Store ``after`` instead of ``before``: rows of these columns."""
    gone, created = before - after, after - before
    statements.delete(connection, table, columns, sorted(gone))
    statements.insert_new(connection, table, columns, sorted(created))
    rescore = bool(gone or created) and outcome.announce(connection, counts=True)
    return Loaded(len(created), 0, len(after) - len(created), len(gone), rescore)
