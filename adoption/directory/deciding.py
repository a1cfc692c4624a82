"""What a list of people changes, decided before anything is written: a preview and the store ask the same.  Pure.

Whoever is new, and a team that is, has a number below zero until it is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.directory import spans
from adoption.directory.outcome import Change
from adoption.directory.outcome import Field
from adoption.directory.stored import Person
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from adoption.directory.spans import Span
    from adoption.directory.stored import Stored
    from adoption.people_csv import People
    from adoption.people_csv import PersonRow

Row = tuple[int, int, int, int]  # participant, team, first day, first day no more


@dataclass(slots=True)
class Decision:
    """What a list changes: new teams and people, changed people, memberships and identities that begin and end.

    ``counts`` says that it bears on what stored activities count for; ``changes`` tells it all to people.
    """

    teams: dict[str, int] = field(default_factory=dict)
    new: dict[str, Person] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    begun: list[Row] = field(default_factory=list)
    ended: list[Row] = field(default_factory=list)
    given: dict[tuple[str, str], int] = field(default_factory=dict)  # identity → owner
    taken: set[tuple[str, str]] = field(default_factory=set)
    changes: list[Change] = field(default_factory=list)
    counts: bool = False


class State(NamedTuple):
    """Somebody before a list, or after it."""

    person: Person
    spans: Sequence[Span]
    identities: frozenset[tuple[str, str]]


def decide(people: People, stored: Stored, on: int, missing: int | None = None) -> Decision:
    """Compare a list with what is stored; ``stored`` then knows the new people and teams.

    Teams of people known before change on the local day ``on``.  With ``missing``, whoever works here and is not in
    the list leaves on that day.
    """
    decision = Decision()
    for row in people.rows:
        _add(decision, row, stored)
    words = _Words(stored, on)
    known = stored.identities_by_person()
    for row in people.rows:
        person = stored.people[row.email]
        before = State(person, stored.spans.get(person.id, []), frozenset(known.get(person.id, ())))
        after = _after(row, people.columns, stored, before, on, begins=row.email in decision.new)
        _keep(decision, before, after)
        kind = "new" if row.email in decision.new else "changed"
        decision.changes.extend(words.change(kind, row.line, row.email, before, after))
    for email, person in absent(people, stored, missing) if missing is not None else ():
        before = State(person, stored.spans.get(person.id, []), frozenset(known.get(person.id, ())))
        gone = person._replace(left_on=missing)
        after = before._replace(person=gone, spans=_memberships(before, gone, None, on))
        _keep(decision, before, after)
        decision.changes.extend(words.change("leaves", 0, email, before, after))
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


def here(person: Person, day: int) -> bool:
    """Say whether somebody works here on a local day."""
    first, end = spans.stay(person.hired_on, person.left_on)
    return first <= day < end


def _add(decision: Decision, row: PersonRow, stored: Stored) -> None:
    """Give numbers to whoever is new, without their manager, who may be new as well, and to new teams."""
    for team in row.teams:
        if team not in stored.teams:
            decision.teams[team] = stored.teams[team] = -len(decision.teams) - 1
    if row.email not in stored.people:
        number = -len(decision.new) - 1
        person = Person(number, row.name, row.role, None, row.hired_on, row.left_on, row.employee_no)
        decision.new[row.email] = stored.people[row.email] = person


def _after(  # noqa: PLR0913  # what a row is read with
    row: PersonRow, columns: frozenset[str], stored: Stored, before: State, on: int, *, begins: bool
) -> State:
    """Return somebody as the list has it; what the list has no column for stays."""
    was = before.person
    manager = was.manager
    if "manager" in columns:
        manager = None if row.manager is None else stored.people[row.manager].id
    person = Person(
        was.id,
        row.name if "name" in columns else was.name,
        row.role if "role" in columns else was.role,
        manager,
        row.hired_on if "hired_on" in columns else was.hired_on,
        row.left_on if "left_on" in columns else was.left_on,
        row.employee_no if "employee_no" in columns else was.employee_no,
    )
    teams = [stored.teams[name] for name in row.teams] if "team" in columns else None
    held = (
        spans.begun(spans.stay(was.hired_on, was.left_on), teams or ())
        if begins
        else _memberships(before, person, teams, on)
    )
    identities = frozenset(row.identities) if "identities" in columns else before.identities
    return State(person, held, identities)


def _memberships(before: State, after: Person, teams: Iterable[int] | None, on: int) -> tuple[Span, ...]:
    was = before.person
    stays = spans.stay(was.hired_on, was.left_on), spans.stay(after.hired_on, after.left_on)
    return spans.changed(before.spans, *stays, teams, on)


def _keep(decision: Decision, before: State, after: State) -> None:
    number, known = before.person.id, before.person.id > 0
    if after.person != before.person:
        decision.people.append(after.person)
        decision.counts |= after.person.role != before.person.role
    ended, begun = set(before.spans).difference(after.spans), set(after.spans).difference(before.spans)
    decision.ended.extend((number, *span) for span in ended)
    decision.begun.extend((number, *span) for span in begun)
    decision.counts |= known and bool(ended or begun)
    decision.given.update((identity, number) for identity in after.identities - before.identities)
    decision.taken.update(before.identities - after.identities)


class _Words:
    """Tells what changes field by field, in the words of a file."""

    def __init__(self, stored: Stored, on: int) -> None:
        self.emails = stored.emails()
        self.teams = {number: name for name, number in stored.teams.items()}
        self.on = on

    def change(self, kind: str, line: int, email: str, before: State, after: State) -> Iterable[Change]:
        """Yield the change of one person; nothing where there is none."""
        old = dict.fromkeys(FIELDS) if kind == "new" else self._values(before)
        new = self._values(after)
        fields = [Field(name, old[name], new[name]) for name in FIELDS if old[name] != new[name]]
        if kind != "new" and not fields and set(before.spans) != set(after.spans):
            fields = [Field("team_days", self._days(before), self._days(after))]
        if fields or kind == "new":
            yield Change(kind, before.person.id, line, email, after.person.name, tuple(fields))

    def _values(self, one: State) -> dict[str, str | None]:
        person = one.person
        first, end = spans.stay(person.hired_on, person.left_on)
        held = spans.held(one.spans, min(max(self.on, first), end - 1))
        return {
            "name": person.name,
            "role": person.role,
            "manager": self.emails.get(person.manager or 0),
            "team": "; ".join(sorted(self.teams[team] for team in held)) or None,
            "hired_on": _day(person.hired_on),
            "left_on": _day(person.left_on),
            "identities": "; ".join(f"{source}={name}" for source, name in sorted(one.identities)) or None,
            "employee_no": person.employee_no,
        }

    def _days(self, one: State) -> str | None:
        """Write memberships with their days, half-open: ``Sales 2026-01-05/2026-11-01``."""
        return (
            "; ".join(
                f"{self.teams[team]} {_edge(starts, EVER)}/{_edge(ends, FOREVER)}"
                for team, starts, ends in sorted(one.spans, key=lambda span: span[1:])
            )
            or None
        )


FIELDS = ("name", "role", "manager", "team", "hired_on", "left_on", "identities", "employee_no")


def _day(day: int | None) -> str | None:
    return None if day is None else date.fromordinal(day).isoformat()


def _edge(day: int, open_end: int) -> str:
    return ".." if day == open_end else date.fromordinal(day).isoformat()
