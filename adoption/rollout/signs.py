"""Vital signs: what a team's week comes to beyond what the nightly judging keeps of it (``adoption.evidence``).

A person counts in one team alone, so that teams do not overlap; nothing is kept of fewer than five.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption import ownership
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Edition
from adoption.models import RecordProgress
from adoption.models import StoredActivity
from adoption.models import Track
from adoption.models import VitalWeek
from adoption.rewards import terms
from rules import period
from rules.rollout import Count
from rules.rollout import Week
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known

WEEK = 7
KEPT = 12  # weeks that are shown
AGAIN = 2  # weeks that are taken anew each night: some things arrive late
FRESH = 4 * WEEK  # days after which a reward that nobody has used says nothing about this week
USABLE = ("issued", "redeemed", "expired")


def take(now: int, report: Callable[[int, int], None] = lambda _done, _all: None) -> int:
    """Take the signs of the weeks that are over and were not taken, or not long ago; return how many weeks.

    Each week is a transaction.
    """
    known = facts.current()
    running = period.start("week", known.today(now))
    mondays = range(running - KEPT * WEEK, running, WEEK)
    there = set(db.session.scalars(select(VitalWeek.week).where(VitalWeek.week.in_(mondays)).distinct()))
    wanted = [one for one in mondays if one not in there or one >= running - AGAIN * WEEK]
    for done, monday in enumerate(wanted, start=1):
        rows = list(_taken(db.session.connection(), known, monday, latest=monday == running - WEEK))
        statements.put(begin_write(), "vital_week", ("team", "week", "name"), ("people", "part", "whole"), rows)
        db.session.commit()
        report(done, len(wanted))
    return len(wanted)


def _taken(
    connection: Connection, known: Known, monday: int, *, latest: bool
) -> Iterator[tuple[int, int, str, int, int, int]]:
    """Yield the rows of a week.  Whose records are is known of today alone, so that gaps belong to the latest week."""
    sunday = monday + WEEK - 1
    team_of = {one: evidence.team_of(known, one, sunday) for one, person in known.people.items() if person.here(sunday)}
    sizes: dict[int, int] = defaultdict(int)
    for team in team_of.values():
        if team is not None:
            sizes[team] += 1
    worked = _worked(connection, known, monday, team_of)
    developed = _developed(connection, monday)
    rewards = _rewards(connection, monday, team_of)
    gaps = ownership.open_by_team(team_of | _left(known, sunday)) if latest else {}
    for team, people in sorted(sizes.items()):
        if people < SMALLEST_GROUP:
            continue
        records = worked.get(team, set())
        yield team, monday, "depth", people, len(records & developed), len(records)
        yield (team, monday, "rewards", people, *rewards.get(team, (0, 0)))
        if latest:
            yield team, monday, "gaps", people, gaps.get(team, 0), len(records)


def _left(known: Known, day: int) -> dict[int, int | None]:
    """Return the team in which whoever has left by a day was last: what they left behind is that team's."""
    gone = ((one, person) for one, person in known.people.items() if person.has_left(day))
    return {one: evidence.team_of(known, one, person.near(day)) for one, person in gone}


def _worked(
    connection: Connection, known: Known, monday: int, team_of: Mapping[int, int | None]
) -> dict[int, set[str]]:
    """Return the records that each team worked on in a week, of the kinds that a milestone is about."""
    kinds = {one.record for one in known.book.milestones.values()}
    table = StoredActivity
    query = (
        select(table.source, table.actor, table.subject)
        .where(table.day.between(monday, monday + WEEK - 1), table.subject.is_not(None))
        .where(table.retracted == 0, table.retracts.is_(None))
        .group_by(table.source, table.actor, table.subject)
        .execution_options(yield_per=5_000)
    )
    found: dict[int, set[str]] = defaultdict(set)
    for source, actor, subject in connection.execute(query):
        who = known.participant_of(source, actor)
        team = None if who is None else team_of.get(who)
        if team is not None and subject is not None and subject.partition("/")[0] in kinds:
            found[team].add(subject)
    return found


def _developed(connection: Connection, monday: int) -> set[str]:
    """Return the records that met all needs of a milestone within a week."""
    query = (
        select(RecordProgress.record)
        .join(Track, Track.id == RecordProgress.track)
        .join(Edition, (Edition.id == Track.edition) & (Edition.state == "active"))
        .where(RecordProgress.day.between(monday, monday + WEEK - 1))
    )
    return set(connection.scalars(query))


def _rewards(connection: Connection, monday: int, team_of: Mapping[int, int | None]) -> dict[int, tuple[int, int]]:
    """Return by team how many awards of the four weeks up to a week's end were used, of those that could be.

    Points, money and badges are had at once: they are never used.
    """
    known = facts.current()
    zone, usable = known.zone, terms.current(connection, known).usable()
    since, until = (
        period.microseconds(datetime.combine(date.fromordinal(day), time(0), zone))
        for day in (monday + WEEK - FRESH, monday + WEEK)
    )
    query = (
        select(Award.holder, Award.status, func.count())
        .where(Award.granted >= since, Award.granted < until, Award.holder > 0, Award.status.in_(USABLE))
        .where(Award.reward.in_(usable))
        .group_by(Award.holder, Award.status)
    )
    found: dict[int, tuple[int, int]] = {}
    for holder, status, number in connection.execute(query):
        team = team_of.get(holder)
        if team is not None:
            used, whole = found.get(team, (0, 0))
            found[team] = used + number * (status == "redeemed"), whole + number
    return found


def series(teams: Iterable[int], last: int, count: int = KEPT) -> dict[int, list[Week]]:
    """Return the weeks of each team up to the one that ended before a day, the oldest first; two queries."""
    numbers = sorted(set(teams))
    newest = period.start("week", last) - WEEK
    mondays = [newest - WEEK * back for back in range(count - 1, -1, -1)]
    counts: dict[tuple[int, int], dict[str, Count]] = defaultdict(dict)
    people: dict[tuple[int, int], int] = {}
    table = VitalWeek
    query = select(table.team, table.week, table.name, table.people, table.part, table.whole)
    for row in db.session.execute(query.where(table.team.in_(numbers), table.week.in_(mondays))):
        counts[row.team, row.week][row.name] = Count(row.part, row.whole)
        people[row.team, row.week] = row.people
    for (team, week), figures in evidence.figures_of(numbers, mondays).items():
        counts[team, week].update({name: Count(*pair) for name, pair in figures.counts.items()})
        people[team, week] = figures.people
    return {
        team: [Week(week, people.get((team, week), 0), counts.get((team, week), {})) for week in mondays]
        for team in numbers
    }
