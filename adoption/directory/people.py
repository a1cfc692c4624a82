"""A list of people → participants, teams, memberships and identities."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.directory import checks
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory import stored as storage
from adoption.directory.outcome import Loaded
from adoption.directory.stored import Person
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Stranger
from adoption.people_csv import PersonRow

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.directory.stored import Stored
    from adoption.people_csv import People

_ADD_TEAMS = "INSERT INTO team (name) SELECT name FROM {given} AS g RETURNING name, id"
_ADD_PEOPLE = (
    "INSERT INTO participant (email, name, role, hired_on, left_on, employee_no)"
    " SELECT email, name, role, hired_on, left_on, employee_no FROM {given} AS g RETURNING email, id"
)
_CHANGE_PEOPLE = (
    "UPDATE participant SET name = g.name, role = g.role, manager = g.manager, hired_on = g.hired_on,"
    " left_on = g.left_on, employee_no = g.employee_no FROM {given} AS g WHERE participant.id = g.id"
)
MEMBERSHIP = ("participant", "team", "starts", "ends")


@dataclass(slots=True)
class _Changes:
    """What a list changes, collected first and then written table by table."""

    new: set[str] = field(default_factory=set)
    touched: set[str] = field(default_factory=set)
    people: list[Person] = field(default_factory=list)
    begun: list[tuple[int, int, int, int]] = field(default_factory=list)
    ended: list[tuple[int, int, int, int]] = field(default_factory=list)
    given: dict[tuple[str, str], int] = field(default_factory=dict)  # identity → owner
    taken: set[tuple[str, str]] = field(default_factory=set)
    counts: bool = False  # it bears on what stored activities count for


def load_people(people: People, *, on: int) -> Loaded:
    """Store a list of people; teams of people known before change on the local day ``on``.

    Runs in a transaction of its own, which the caller commits.  The same list on the same day changes nothing again.
    """
    connection = begin_write()
    facts.exclusive(connection)
    stored = storage.read(connection)
    faults = (*people.faults, *checks.faults(people, stored))
    if faults:
        return outcome.refused(faults)
    teams = _add_teams(connection, people, stored)
    changes = _Changes(new=_add_people(connection, people, stored))
    _follow_people(people, stored, changes)
    _follow_teams(people, stored, on, changes)
    _follow_identities(people, stored, changes)
    _write(connection, changes)
    created, touched = len(changes.new), len(changes.touched - changes.new)
    rescore = False
    if teams or created or touched:
        rescore = outcome.announce(connection, counts=changes.counts or _recognised(connection, stored, changes))
    return Loaded(created, touched, len(people.rows) - created - touched, rescore=rescore)


def _add_teams(connection: Connection, people: People, stored: Stored) -> bool:
    named = dict.fromkeys(team for row in people.rows for team in row.teams)
    new = [(name,) for name in named if name not in stored.teams]
    if new:
        stored.teams.update(statements.run(connection, "team", ("name",), new, _ADD_TEAMS).all())
    return bool(new)


def _add_people(connection: Connection, people: People, stored: Stored) -> set[str]:
    """Store those who are new, without their managers, who may be new as well; ``stored`` then knows them."""
    rows = {row.email: row for row in people.rows if row.email not in stored.people}
    if rows:
        columns = ("email", "name", "role", "hired_on", "left_on", "employee_no")
        values = [tuple(getattr(row, column) for column in columns) for row in rows.values()]
        for email, number in statements.run(connection, "participant", columns, values, _ADD_PEOPLE):
            row = rows[email]
            days = (row.hired_on, row.left_on)
            stored.people[email] = Person(number, row.name, row.role, None, *days, row.employee_no)
    return set(rows)


def _follow_people(people: People, stored: Stored, changes: _Changes) -> None:
    for row in people.rows:
        before = stored.people[row.email]
        after = _after(row, people.columns, stored)
        if after != before:
            changes.people.append(after)
            changes.touched.add(row.email)
            changes.counts |= after.role != before.role


def _after(row: PersonRow, columns: frozenset[str], stored: Stored) -> Person:
    """Return a participant as the list has it; what the list has no column for stays."""
    before = stored.people[row.email]
    manager = before.manager
    if "manager" in columns:
        manager = None if row.manager is None else stored.people[row.manager].id
    return Person(
        before.id,
        row.name if "name" in columns else before.name,
        row.role if "role" in columns else before.role,
        manager,
        row.hired_on if "hired_on" in columns else before.hired_on,
        row.left_on if "left_on" in columns else before.left_on,
        row.employee_no if "employee_no" in columns else before.employee_no,
    )


def _follow_teams(people: People, stored: Stored, on: int, changes: _Changes) -> None:
    stays = {person.id: spans.stay(person.hired_on, person.left_on) for person in changes.people}
    for row in people.rows:
        known = stored.people[row.email]
        before = spans.stay(known.hired_on, known.left_on)
        after = stays.get(known.id, before)
        teams = [stored.teams[name] for name in row.teams] if "team" in people.columns else None
        old = stored.spans.get(known.id, [])
        if row.email in changes.new:
            new = spans.begun(before, teams or ())
        else:
            new = spans.changed(old, before, after, teams, on)
        ended, begun = set(old).difference(new), set(new).difference(old)
        changes.ended.extend((known.id, *span) for span in ended)
        changes.begun.extend((known.id, *span) for span in begun)
        if ended or begun:
            changes.touched.add(row.email)
            changes.counts |= row.email not in changes.new


def _follow_identities(people: People, stored: Stored, changes: _Changes) -> None:
    """Give everybody in the list exactly the identities it names."""
    if "identities" not in people.columns:
        return
    before = stored.identities_by_person()
    for row in people.rows:
        number = stored.people[row.email].id
        old, new = before.get(number, set()), set(row.identities)
        changes.given.update((identity, number) for identity in new - old)
        changes.taken.update(old - new)
        if old != new:
            changes.touched.add(row.email)
    changes.counts |= bool(changes.taken)
    changes.taken -= changes.given.keys()


def _write(connection: Connection, changes: _Changes) -> None:
    if changes.people:
        statements.run(connection, "participant", Person._fields, sorted(changes.people), _CHANGE_PEOPLE)
    statements.delete(connection, "membership", MEMBERSHIP, sorted(changes.ended))
    statements.insert_new(connection, "membership", MEMBERSHIP, sorted(changes.begun))
    statements.delete(connection, "identity", ("source", "id"), sorted(changes.taken))
    rows = sorted((*identity, owner) for identity, owner in changes.given.items())
    statements.put(connection, "identity", ("source", "id"), ("participant",), rows)


def _recognised(connection: Connection, stored: Stored, changes: _Changes) -> bool:
    """Say whether activities were waiting for these identities and addresses, or were credited by an address so far."""
    for (_, name), owner in changes.given.items():
        namesake = stored.people.get(name.casefold())
        if namesake and namesake.id != owner:
            return True
    if not (changes.new or changes.given):
        return False
    strangers = connection.execute(select(Stranger.source, Stranger.actor))
    return any((source, actor) in changes.given or actor.casefold() in changes.new for source, actor in strangers)


def listed(on: int) -> list[PersonRow]:
    """Return everybody by e-mail address, with the teams of a local day.

    Whoever comes later is shown with the first teams, whoever has left with the last.  Loaded on that day again, the
    list changes nothing, except that it ends what was to change later.
    """
    stored = storage.read(db.session.connection())
    emails, identities = stored.emails(), stored.identities_by_person()
    teams = {number: name for name, number in stored.teams.items()}
    rows = []
    for email, person in sorted(stored.people.items()):
        first, end = spans.stay(person.hired_on, person.left_on)
        held = spans.held(stored.spans.get(person.id, []), min(max(on, first), end - 1))
        rows.append(
            PersonRow(
                line=0,
                email=email,
                name=person.name,
                teams=tuple(sorted(teams[team] for team in held)),
                manager=emails.get(person.manager or 0),
                role=person.role,
                hired_on=person.hired_on,
                left_on=person.left_on,
                identities=tuple(sorted(identities.get(person.id, ()))),
                employee_no=person.employee_no,
            )
        )
    return rows
