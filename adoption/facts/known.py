"""Everything scoring looks up, as one frozen value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from rules import period
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from rules.book import Book
    from rules.version import Timelines

SPAN = tuple[int, int]
MOST_ACTORS = 200_000  # look-ups kept in memory; strangers may be endless
MOST_PLACES = 500_000


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as scoring and boards need them.  Days are local; ``None`` is open."""

    id: int
    email: str
    name: str
    role: str
    manager: int | None
    hired_on: int | None
    left_on: int | None

    def here(self, day: int) -> bool:
        """Say whether they work here on a local day."""
        return (self.hired_on or 0) <= day and (self.left_on is None or day < self.left_on)


@dataclass(frozen=True)
class Known:
    """The facts of one version.  Holders are participants, or teams as negative numbers."""

    version: int
    zone: ZoneInfo
    day_of: Callable[[int], int]
    calendar: period.Calendar
    people: Mapping[int, Person]
    teams: Mapping[int, str]
    identities: Mapping[tuple[str, str], int]
    memberships: Mapping[int, tuple[tuple[int, int, int], ...]]  # participant → (starts, ends, team)
    absences: Mapping[int, tuple[SPAN, ...]]
    waves: Mapping[int, tuple[tuple[int, int, str], ...]]  # team → (starts, ends, wave)
    timelines: Timelines
    book: Book
    stopped: Mapping[str, int]  # incentive → the moment (UTC microseconds) since which it gives out nothing
    _emails: Mapping[str, int] = field(repr=False)
    _actors: dict[tuple[str, str | None], int | None] = field(default_factory=dict, repr=False)
    _places: dict[SPAN, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _reports: dict[int, list[int]] = field(default_factory=dict, repr=False)  # filled when it is first asked for

    @cached_property
    def sample(self) -> bool:
        """Whether sample data is here (docs/decisions/samples.md)."""
        return any(sample.is_address(person.email) for person in self.people.values())

    def participant_of(self, source: str, actor: str | None) -> int | None:
        """Return who an actor of a source is: by identity, else by e-mail; ``None`` for a stranger."""
        key = source, actor
        try:
            return self._actors[key]
        except KeyError:
            found = None
            if actor is not None:
                found = self.identities.get((source, actor))
                if found is None and "@" in actor:
                    found = self._emails.get(actor.casefold())
            if len(self._actors) > MOST_ACTORS:
                self._actors.clear()
            self._actors[key] = found
            return found

    def teams_on(self, participant: int, day: int) -> tuple[int, ...]:
        """Return the teams a participant was in on a local day."""
        key = participant, day
        try:
            return self._places[key]
        except KeyError:
            spans = self.memberships.get(participant, ())
            found = tuple(sorted({team for starts, ends, team in spans if starts <= day < ends}))
            if len(self._places) > MOST_PLACES:
                self._places.clear()
            self._places[key] = found
            return found

    def team_of(self, participant: int, day: int) -> int | None:
        """Return the one team in which somebody counts on a day where teams must not overlap."""
        return min(self.teams_on(participant, day), default=None)

    def led_by(self, leader: int) -> set[int]:
        """Return everybody below somebody in the chain of managers; in a circle also themselves."""
        if not self._reports:
            below: dict[int, list[int]] = defaultdict(list)
            for one in self.people.values():
                if one.manager is not None:
                    below[one.manager].append(one.id)
            self._reports.update(below)
        found: set[int] = set()
        asked = [leader]
        while asked:
            reports = set(self._reports.get(asked.pop(), ())) - found
            found |= reports
            asked.extend(reports)
        return found

    def works(self, holder: int, day: int) -> bool:
        """Say whether a local day is a working day of the holder (a team has the calendar alone)."""
        if not self.calendar.works(day):
            return False
        return not any(starts <= day < ends for starts, ends in self.absences.get(holder, ()))

    def worker(self, holder: int) -> Callable[[int], bool]:
        """Return the function that says whether a local day is a working day of the holder."""
        return lambda day: self.works(holder, day)

    def waves_on(self, teams: tuple[int, ...], day: int) -> set[str]:
        """Return the waves in which these teams are on a local day."""
        return {wave for team in teams for starts, ends, wave in self.waves.get(team, ()) if starts <= day < ends}

    def holder_name(self, holder: int) -> str:
        """Return an e-mail address, or ``team:NAME``."""
        return self.people[holder].email if holder > 0 else f"team:{self.teams[-holder]}"

    def holder_of(self, name: str) -> int | None:
        """Return the holder whom ``holder_name`` calls so; ``None`` if nobody is."""
        if name.startswith("team:"):
            return next((-number for number, team in self.teams.items() if team == name[5:]), None)
        return self._emails.get(name.casefold())

    def called(self, participant: int | None, name: str) -> str:
        """Return the name of who did something: the participant's, else the one that was noted (a command, a token)."""
        person = self.people.get(participant or 0)
        return person.name if person else name

    def today(self, now: int) -> int:
        """Return the local day of a moment in UTC microseconds."""
        return self.day_of(now)
