"""The directory as it is stored, read whole: a list is compared with it without a question per row."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption.directory import spans
from adoption.models import Identity
from adoption.models import Management
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import Team

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.directory.spans import Span
    from adoption.directory.spans import Stay


class Person(NamedTuple):
    """A stored participant; the fields after ``id`` are what a list may change."""

    id: int
    name: str
    role: str
    hired_on: int | None
    left_on: int | None
    employee_no: str | None

    @property
    def stay(self) -> Stay:
        """The days on which they work here."""
        return spans.stay(self.hired_on, self.left_on)


@dataclass(slots=True)
class Stored:
    """Everybody by e-mail address, teams by name, memberships and managers by participant, owners by identity."""

    people: dict[str, Person]
    teams: dict[str, int]
    spans: dict[int, list[Span]]
    managers: dict[int, list[Span]]
    identities: dict[tuple[str, str], int]

    def emails(self) -> dict[int, str]:
        """Return the e-mail address of each participant."""
        return {person.id: email for email, person in self.people.items()}

    def identities_by_person(self) -> dict[int, set[tuple[str, str]]]:
        """Return what each participant is called by sources."""
        found: dict[int, set[tuple[str, str]]] = defaultdict(set)
        for identity, owner in self.identities.items():
            found[owner].add(identity)
        return found


def read(connection: Connection) -> Stored:
    """Read the directory.

    People and teams come last: if somebody stores a list meanwhile, some of them may be new, but none is missing.
    """
    columns = [getattr(Participant, name) for name in Person._fields]
    spans = _spans(connection, Membership.participant, Membership.team, Membership.starts, Membership.ends)
    managers = _spans(connection, Management.participant, Management.manager, Management.starts, Management.ends)
    called = connection.execute(select(Identity.source, Identity.id, Identity.participant)).all()
    people = {email: Person(*values) for email, *values in connection.execute(select(Participant.email, *columns))}
    teams = dict(connection.execute(select(Team.name, Team.id)).all())
    identities = {(source, name): who for source, name, who in called}
    return Stored(people=people, teams=teams, spans=spans, managers=managers, identities=identities)


def _spans(connection: Connection, *columns: Any) -> dict[int, list[Span]]:
    """Return the spans of everybody who has any; the first column says whose they are."""
    found: dict[int, list[Span]] = defaultdict(list)
    for who, one, starts, ends in connection.execute(select(*columns)):
        found[who].append((one, starts, ends))
    return found
