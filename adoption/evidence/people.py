"""Who is judged, on which days work was expected of them, and what was declared for them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption.models import Norm
from adoption.models import Season
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.facts import Person

HOUSE = ("hr", "approver", "lead", "cashier", "admin")  # roles whose work is not in the CRM
YEAR = 366  # days within which there is a working day
COACHED = 6 * 7  # days after the first of work in which somebody counts as new


def judged(known: Known, day: int) -> list[Person]:
    """Return who is judged on a day, by number: whoever works here and has work in the CRM, and no sample person."""
    return [
        person
        for _, person in sorted(known.people.items())
        if person.role not in HOUSE and person.here(day) and not sample.is_address(person.email)
    ]


@dataclass(frozen=True)
class Declared:
    """Norms (live actions a day) and quiet seasons as they hold on a day."""

    roles: Mapping[str, float] = field(default_factory=dict)
    own: Mapping[int, float] = field(default_factory=dict)  # by participant
    importers: frozenset[int] = frozenset()
    quiet_roles: frozenset[str] = frozenset()
    quiet_teams: frozenset[int] = frozenset()
    quiet_people: frozenset[int] = frozenset()

    def quiet(self, person: Person, teams: tuple[int, ...]) -> bool:
        """Say whether a declared season is quiet for somebody of these teams."""
        return (
            person.id in self.quiet_people
            or person.role in self.quiet_roles
            or any(team in self.quiet_teams for team in teams)
        )


def declared(connection: Connection, day: int) -> Declared:
    """Return what is declared for a day; the latest norm of a role or a participant holds."""
    roles: dict[str, float] = {}
    own: dict[int, float] = {}
    importers: set[int] = set()
    norms = select(Norm.role, Norm.participant, Norm.live, Norm.imports).where(Norm.starts <= day)
    for role, participant, live, imports in connection.execute(norms.order_by(Norm.starts, Norm.id)):
        if live is not None and role is not None:
            roles[role] = live / 100
        elif live is not None and participant is not None:
            own[participant] = live / 100
        if imports and participant is not None:
            importers.add(participant)
    seasons = select(Season.role, Season.team, Season.participant).where(Season.starts <= day, Season.ends > day)
    rows = connection.execute(seasons).all()
    return Declared(
        roles=roles,
        own=own,
        importers=frozenset(importers),
        quiet_roles=frozenset(row.role for row in rows if row.role is not None),
        quiet_teams=frozenset(row.team for row in rows if row.team is not None),
        quiet_people=frozenset(row.participant for row in rows if row.participant is not None),
    )


class Working:
    """Which days are working days, for the length of a night; people without absences share what was found."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._shared: dict[int, int] = {}

    def after(self, participant: int) -> Callable[[int], int]:
        """Return the function that gives a participant's first working day after a day."""
        own = participant in self._known.absences
        found: dict[int, int] = {} if own else self._shared
        works = self._known.worker(participant if own else 0)

        def following(day: int) -> int:
            if day not in found:
                ahead = range(day + 1, day + YEAR)
                found[day] = next((one for one in ahead if works(one)), day + YEAR)
            return found[day]

        return following
