"""What a list of people changes, decided before anything is written: a preview and the store ask the same.  Pure.

Whoever is new, and a team that is, has a number below zero until it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.directory import leading
from adoption.directory import spans
from adoption.directory.fields import Words
from adoption.directory.stored import Person

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from adoption.directory.outcome import Change
    from adoption.directory.spans import Span
    from adoption.directory.stored import Stored
    from adoption.people_csv import People
    from adoption.people_csv import PersonRow

ADMIN = "admin"
Row = tuple[int, int, int, int]  # participant, team or manager, first day, first day no more


@dataclass(slots=True)
class Decision:
    """What a list changes: new teams and people, changed people, what begins and ends (teams, managers, identities).

    ``counts`` says that it bears on what stored activities count for; ``changes`` tells it all to people.
    """

    teams: dict[str, int] = field(default_factory=dict)
    new: dict[str, Person] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    begun: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    led: list[Row] = field(default_factory=list)
    led_no_more: list[Row] = field(default_factory=list)
    given: dict[tuple[str, str], int] = field(default_factory=dict)  # identity → owner
    taken: set[tuple[str, str]] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    counts: bool = False


class State(NamedTuple):
    """Somebody before a list, or after it."""

    person: Person
    spans: Sequence[Span]
    managers: Sequence[Span]
    identities: frozenset[tuple[str, str]]


def decide(people: People, stored: Stored, on: int, missing: int | None = None) -> Decision:
    """Compare a list with what is stored; ``stored`` then knows the new people and teams.

    Teams and managers of people known before change on the local day ``on``.  With ``missing``, whoever works here and
    is not in the list leaves on that day.
    """
    decision = Decision()
    for row in people.rows:
        _add(decision, row, stored)
    known = stored.identities_by_person()
    states: list[tuple[str, int, str, State, State]] = []
    for row in people.rows:
        before = _state(stored, known, stored.people[row.email])
        begins = row.email in decision.new
        after = _after(row, people.columns, stored, before, on, begins=begins)
        states.append(("new" if begins else "changed", row.line, row.email, before, after))
    for email, person in absent(people, stored, missing) if missing is not None else ():
        before = _state(stored, known, person)
        states.append(("leaves", 0, email, before, _gone(before, missing, on)))
    words = Words(stored, on, {after.person.id: after.managers for *_, after in states})
    for kind, line, email, before, after in states:
        _keep(decision, before, after)
        decision.changes.extend(words.change(kind, line, email, before, after))
    decision.counts |= bool(decision.taken)
    decision.taken -= decision.given.keys()
    return decision


def absent(people: People, stored: Stored, day: int) -> list[tuple[str, Person]]:
    """Return those who work here on a day, came before it, and are not in a list; by e-mail address."""
    listed = {row.email for row in people.rows}
    return [
        (email, one)
        for email, one in sorted(stored.people.items())
        if email not in listed and here(one, day) and (one.hired_on is None or one.hired_on < day)
    ]


def last_administrator(decision: Decision, stored: Stored, given: AbstractSet[int]) -> str | None:
    """Return the address of who would have been the last administrator to stay; none while another one stays.

    ``given`` has the role besides that of the directory, without an end.
    """
    after = {one.id: one for one in decision.people}

    def runs(one: Person) -> bool:
        return one.left_on is None and (one.role == ADMIN or one.id in given)

    had = sorted(email for email, one in stored.people.items() if one.id > 0 and runs(one))
    stays = any(runs(after.get(one.id, one)) for one in stored.people.values())
    return had[0] if had and not stays else None


def here(person: Person, day: int) -> bool:
    """Say whether somebody works here on a local day."""
    first, end = spans.stay(person.hired_on, person.left_on)
    return first <= day < end


def _state(stored: Stored, identities: Mapping[int, set[tuple[str, str]]], person: Person) -> State:
    number = person.id
    return State(
        person,
        stored.spans.get(number, []),
        stored.managers.get(number, []),
        frozenset(identities.get(number, ())),
    )


def _gone(before: State, day: int | None, on: int) -> State:
    """Return somebody as having left on a day."""
    person = before.person._replace(left_on=day)
    stays = before.person.stay, person.stay
    return State(
        person,
        spans.changed(before.spans, *stays, None, on),
        spans.led(before.managers, *stays, None, on),
        before.identities,
    )


def _add(decision: Decision, row: PersonRow, stored: Stored) -> None:
    """Give numbers to whoever is new, and to new teams."""
    for team in row.teams:
        if team not in stored.teams:
            decision.teams[team] = stored.teams[team] = -len(decision.teams) - 1
    if row.email not in stored.people:
        number = -len(decision.new) - 1
        person = Person(number, row.name, row.role, row.hired_on, row.left_on, row.employee_no)
        decision.new[row.email] = stored.people[row.email] = person


def _after(  # noqa: PLR0913  # what a row is read with
    row: PersonRow, columns: frozenset[str], stored: Stored, before: State, on: int, *, begins: bool
) -> State:
    """Return somebody as the list has it; what the list has no column for stays."""
    was = before.person
    person = Person(
        was.id,
        row.name if "name" in columns else was.name,
        row.role if "role" in columns else was.role,
        row.hired_on if "hired_on" in columns else was.hired_on,
        row.left_on if "left_on" in columns else was.left_on,
        row.employee_no if "employee_no" in columns else was.employee_no,
    )
    teams = [stored.teams[name] for name in row.teams] if "team" in columns else None
    stays = was.stay, person.stay
    held = spans.begun(stays[1], teams or ()) if begins else spans.changed(before.spans, *stays, teams, on)
    manager = None if row.manager is None else stored.people[row.manager].id
    managers = leading.after(row, columns, None if begins else was, before.managers, manager, on)
    identities = frozenset(row.identities) if "identities" in columns else before.identities
    return State(person, held, managers, identities)


def _keep(decision: Decision, before: State, after: State) -> None:
    number, known = before.person.id, before.person.id > 0
    if after.person != before.person:
        decision.people.append(after.person)
        decision.counts |= after.person.role != before.person.role
    ended, begun = set(before.spans).difference(after.spans), set(after.spans).difference(before.spans)
    decision.ended.extend((number, *span) for span in ended)
    decision.begun.extend((number, *span) for span in begun)
    decision.counts |= known and bool(ended or begun)
    decision.led_no_more.extend((number, *span) for span in set(before.managers).difference(after.managers))
    decision.led.extend((number, *span) for span in set(after.managers).difference(before.managers))
    decision.given.update((identity, number) for identity in after.identities - before.identities)
    decision.taken.update(before.identities - after.identities)
