"""A list of people → participants, teams, memberships, managers and identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.auth import roles
from adoption.directory import checks
from adoption.directory import deciding
from adoption.directory import outcome
from adoption.directory import spans
from adoption.directory import stored as storage
from adoption.directory.stored import Person
from adoption.extensions import db
from adoption.models import Stranger
from adoption.people_csv import Fault
from adoption.people_csv import People
from adoption.people_csv import PersonRow

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from sqlalchemy import Connection

    from adoption.directory.deciding import Decision
    from adoption.directory.outcome import Loaded
    from adoption.directory.outcome import Told
    from adoption.directory.stored import Stored

_ADD_TEAMS = "INSERT INTO team (name) SELECT name FROM {given} AS g RETURNING name, id"
_ADD_PEOPLE = (
    "INSERT INTO participant (email, name, role, hired_on, left_on, employee_no)"
    " SELECT email, name, role, hired_on, left_on, employee_no FROM {given} AS g RETURNING email, id"
)
_CHANGE_PEOPLE = (
    "UPDATE participant SET name = g.name, role = g.role, hired_on = g.hired_on,"
    " left_on = g.left_on, employee_no = g.employee_no FROM {given} AS g WHERE participant.id = g.id"
)
LAST = "is the last administrator; make somebody else one first"
MEMBERSHIP = ("participant", "team", "starts", "ends")
MANAGEMENT = ("participant", "manager", "starts", "ends")


def compare_people(people: People, *, on: int, missing: int | None = None, by: Told | None = None) -> Loaded:
    """Say what ``load_people`` would do now; reads only."""
    connection = db.session.connection()
    _, loaded = _decided(connection, people, on, missing, by)
    return loaded


def load_people(  # noqa: PLR0913  # a list, when, and on what ground
    people: People,
    *,
    on: int,
    missing: int | None = None,
    by: Told | None = None,
    seen: str | None = None,
    based_on: int | None = None,
) -> Loaded:
    """Store a list of people; teams and managers of people known before change on the local day ``on``.

    With ``missing``, whoever works here and is not in the list leaves on that day.  ``by`` is who does it, for the
    journal; ``seen`` the mark of what they were shown, ``based_on`` the version of the facts from which it was made.

    Runs in a transaction of its own, which the caller commits.  The same list on the same day changes nothing again.

    Raises:
        OutdatedError: the directory has changed since, so that the list would do something else.
    """
    return _load(outcome.begin(based_on), people, on=on, missing=missing, by=by, seen=seen)


def _load(  # noqa: PLR0913  # as above
    connection: Connection, people: People, *, on: int, missing: int | None, by: Told | None, seen: str | None
) -> Loaded:
    decision, loaded = _decided(connection, people, on, missing, by)
    if seen is not None and loaded.mark != seen:
        raise outcome.OutdatedError
    if decision is None:
        return loaded
    waited = _waited(connection, decision)
    numbers = _write(connection, decision)
    statements.delete(connection, "stranger", ("source", "actor"), waited)
    if decision.changes or decision.teams:
        outcome.announce(connection, counts=loaded.rescore)
    outcome.write_down(connection, loaded, by, numbers)
    return loaded


def _decided(
    connection: Connection, people: People, on: int, missing: int | None, by: Told | None
) -> tuple[Decision | None, Loaded]:
    """Compare a list with what is stored; with a fault there is no decision."""
    stored = storage.read(connection)
    faults = [*people.faults, *checks.faults(people, stored, on, by)]
    if missing is not None and by is not None and by.email in dict(deciding.absent(people, stored, missing)):
        faults.append(Fault(0, None, f"{by.email} is not in the file: you would leave yourself; add your own row"))
    if faults:
        return None, outcome.refused(faults)
    here = sum(deciding.here(one, on if missing is None else missing) for one in stored.people.values())
    decision = deciding.decide(people, stored, on, missing)
    if by is not None:
        last = deciding.last_administrator(decision, stored, roles.for_good(connection, deciding.ADMIN, on))
        if last is not None:
            return None, outcome.refused([Fault(_line(people, last), None, f"{last} {LAST}")])
    kinds = [one.kind for one in decision.changes]
    created, changed, left = (kinds.count(kind) for kind in ("new", "changed", "leaves"))
    counts = decision.counts or _misread(stored, decision) or bool(_waited(connection, decision))
    told = outcome.Loaded(
        created,
        changed,
        len(people.rows) - created - changed,
        left=left,
        here=here,
        rescore=counts and outcome.anything_to_score(connection),
        changes=tuple(decision.changes),
        teams=tuple(decision.teams),
    )
    return decision, told


def _line(people: People, email: str) -> int:
    return next((row.line for row in people.rows if row.email == email), 0)


def _write(connection: Connection, decision: Decision) -> dict[int, int]:
    """Write a decision table by table; return the numbers that new people were given."""
    given: dict[int, int] = {}
    teams: dict[int, int] = {}
    if decision.teams:
        rows = [(name,) for name in decision.teams]
        for name, number in statements.run(connection, "team", ("name",), rows, _ADD_TEAMS):
            teams[decision.teams[name]] = number
    if decision.new:
        columns = ("email", "name", "role", "hired_on", "left_on", "employee_no")
        rows = [(email, *(getattr(one, name) for name in columns[1:])) for email, one in decision.new.items()]
        for email, number in statements.run(connection, "participant", columns, rows, _ADD_PEOPLE):
            given[decision.new[email].id] = number
    changed = [one._replace(id=given.get(one.id, one.id)) for one in decision.people]
    if changed:
        statements.run(connection, "participant", Person._fields, sorted(changed), _CHANGE_PEOPLE)
    begun = [(given.get(who, who), teams.get(team, team), *days) for who, team, *days in decision.begun]
    statements.delete(connection, "membership", MEMBERSHIP, sorted(decision.ended))
    statements.insert_new(connection, "membership", MEMBERSHIP, sorted(begun))
    led = [(given.get(who, who), given.get(manager, manager), *days) for who, manager, *days in decision.led]
    statements.delete(connection, "management", MANAGEMENT, sorted(decision.led_no_more))
    statements.insert_new(connection, "management", MANAGEMENT, sorted(led))
    statements.delete(connection, "identity", ("source", "id"), sorted(decision.taken))
    owners = sorted((*identity, given.get(owner, owner)) for identity, owner in decision.given.items())
    statements.put(connection, "identity", ("source", "id"), ("participant",), owners)
    return given


def _misread(stored: Stored, decision: Decision) -> bool:
    """Say whether an identity that comes in was read as somebody else's address so far."""
    for (_, name), owner in decision.given.items():
        namesake = stored.people.get(name.casefold())
        if namesake and namesake.id != owner:
            return True
    return False


def _waited(connection: Connection, decision: Decision) -> list[tuple[str, str]]:
    """Return the strangers whom the new identities and addresses name: their activities wait."""
    if not (decision.new or decision.given):
        return []
    strangers = connection.execute(select(Stranger.source, Stranger.actor))
    return sorted(
        (source, actor)
        for source, actor in strangers
        if (source, actor) in decision.given or actor.casefold() in decision.new
    )


def known_as(names: Mapping[str, Iterable[tuple[str, str]]]) -> People:
    """Return the list that says by which names sources know people: e-mail address → all of their identities."""
    rows = (PersonRow(0, email, "", identities=tuple(sorted(wanted))) for email, wanted in names.items())
    return People(tuple(rows), (), frozenset({"identities"}))


def recognise(names: Mapping[int, AbstractSet[tuple[str, str]]], *, on: int, by: Told | None = None) -> Loaded:
    """Let people (by their numbers) be known by these names, too, beside those that they have by then.

    Raises:
        OutdatedError: one of the names is somebody else's by now, or one of the people is gone.
    """
    connection = outcome.begin()
    known = facts.of(connection)
    wanted: dict[str, set[tuple[str, str]]] = {}
    for who, more in names.items():
        if who not in known.people or any(known.identities.get(key, who) != who for key in more):
            raise outcome.OutdatedError
        wanted[known.people[who].email] = {key for key, owner in known.identities.items() if owner == who} | more
    return _load(connection, known_as(wanted), on=on, missing=None, by=by, seen=None)


def listed(on: int) -> list[PersonRow]:
    """Return everybody by e-mail address, with the teams and the manager of a local day.

    Whoever comes later is shown with the first of them, whoever has left with the last.  Loaded on that day again, the
    list changes nothing, except that it ends what was to change later.
    """
    stored = storage.read(db.session.connection())
    emails, identities = stored.emails(), stored.identities_by_person()
    teams = {number: name for name, number in stored.teams.items()}
    rows = []
    for email, person in sorted(stored.people.items()):
        first, end = spans.stay(person.hired_on, person.left_on)
        day = min(max(on, first), end - 1)
        held = spans.held(stored.spans.get(person.id, []), day)
        managers = spans.held(stored.managers.get(person.id, []), day)
        rows.append(
            PersonRow(
                line=0,
                email=email,
                name=person.name,
                teams=tuple(sorted(teams[team] for team in held)),
                manager=next((emails[one] for one in managers), None),
                role=person.role,
                hired_on=person.hired_on,
                left_on=person.left_on,
                identities=tuple(sorted(identities.get(person.id, ()))),
                employee_no=person.employee_no,
            )
        )
    return rows
