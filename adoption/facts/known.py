"""Everything scoring looks up, as one frozen value."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING

from rules import period
from rules import sample
from rules.version import promised

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from rules.bonus.plan import Plan
    from rules.book import Book
    from rules.incentive import Reward
    from rules.version import Timelines

SPAN = tuple[int, int]
MOST_ACTORS = 200_000  # look-ups kept in memory; strangers may be endless
MOST_PLACES = 500_000
MOST_DAYS = 16  # on which it is remembered who leads whom


@dataclass(frozen=True, slots=True)
class Person:
    """A participant as scoring and boards need them.  Days are local; ``None`` is open."""

    id: int
    email: str
    name: str
    role: str
    hired_on: int | None
    left_on: int | None

    def here(self, day: int) -> bool:
        """Say whether they work here on a local day."""
        return (self.hired_on or period.EVER) <= day < (self.left_on or period.FOREVER)

    def has_left(self, day: int) -> bool:
        """Say whether they are no longer here on a local day; whoever has still to come has not left."""
        return self.left_on is not None and self.left_on <= day

    def near(self, day: int) -> int:
        """Return the day itself while they work here, before that their first one, and afterwards their last one."""
        return min(max(day, self.hired_on or period.EVER), (self.left_on or period.FOREVER) - 1)


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
    managers: Mapping[int, tuple[tuple[int, int, int], ...]]  # participant → (starts, ends, manager), one on each day
    absences: Mapping[int, tuple[SPAN, ...]]
    waves: Mapping[int, tuple[tuple[int, int, str], ...]]  # team → (starts, ends, wave)
    timelines: Timelines
    book: Book  # the newest one, with all rewards that were ever promised
    left_out: frozenset[str]  # of these rewards, those that the newest book no longer has
    plans: Mapping[str, Plan]  # every one that was ever published, as it was worded last
    stopped: Mapping[str, int]  # incentive → the moment (UTC microseconds) since which it gives out nothing
    _emails: Mapping[str, int] = field(repr=False)
    _actors: dict[tuple[str, str | None], int | None] = field(default_factory=dict, repr=False)
    _places: dict[SPAN, tuple[int, ...]] = field(default_factory=dict, repr=False)
    _reports: dict[int, Mapping[int, list[int]]] = field(default_factory=dict, repr=False)  # day → leader → reports

    @cached_property
    def sample(self) -> bool:
        """Whether sample data is here (docs/decisions/samples.md)."""
        return any(sample.is_address(person.email) for person in self.people.values())

    def offered(self, day: int) -> dict[str, Reward]:
        """Return the rewards of the newest book, and those left out of it that are still promised on a local day."""
        over = self.left_out.difference(promised(self.timelines, day))
        return {key: reward for key, reward in self.book.rewards.items() if key not in over}

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

    def manager_on(self, participant: int, day: int) -> int | None:
        """Return who leads somebody on a local day: of whoever has left on their last, of whoever comes on their first.

        ``None`` if nobody does.
        """
        spans = self.managers.get(participant)
        if spans is None:
            return None
        asked = self.people[participant].near(day)
        return next((manager for starts, ends, manager in spans if starts <= asked < ends), None)

    def managers_on(self, day: int) -> Callable[[int], int | None]:
        """Return the function that says who leads somebody on a local day (``manager_on``)."""
        return lambda participant: self.manager_on(participant, day)

    def reports_on(self, day: int) -> Mapping[int, list[int]]:
        """Return whom everybody leads directly on a local day (``manager_on``); who leads nobody is absent."""
        found = self._reports.get(day)
        if found is None:
            below: dict[int, list[int]] = defaultdict(list)
            for participant in sorted(self.managers):
                manager = self.manager_on(participant, day)
                if manager is not None:
                    below[manager].append(participant)
            if len(self._reports) >= MOST_DAYS:
                self._reports.clear()
            found = self._reports[day] = dict(below)
        return found

    def led_by(self, leader: int, day: int) -> set[int]:
        """Return everybody below somebody in the chain of managers of a local day; in a circle also themselves."""
        reports_of = self.reports_on(day)
        found: set[int] = set()
        asked = [leader]
        while asked:
            reports = set(reports_of.get(asked.pop(), ())) - found
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
