"""What is told of a team's week: figures of five people or more together, and of nobody by what two figures differ in.

Everybody counts in one team alone, so that teams do not overlap and no difference between two of them is about fewer
than five.  A count is told only if it and what is left of the team are nobody, or five or more; a figure only if it
rests on five or more.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from adoption import statements
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.extensions import db
from adoption.models import AdoptionWeek
from rules import period
from rules.reliance.weights import BUSY
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.kept import State
    from adoption.facts import Known

BINS = (0, 25, 50, 75, 100)  # percent of the expected days with live work; the last bin holds its end
HELPED = ("helping", "recovering")


class Member(NamedTuple):
    """What a week of somebody adds to the figures of their team."""

    score: float | None
    busy: int  # days with live work, of the last twenty expected ones
    expected: int
    on_time: int  # days about which something was recorded in time
    told: int
    actions: int  # of the week, that pass the door of the score
    families: tuple[str, ...]  # of evidence that speaks for spreadsheets
    helped: bool = False
    kinds: tuple[int, int] = (0, 0)  # of work that make up their role: those they use, and all
    complete: tuple[int, int] = (0, 0)  # shares of required fields (ten-thousandths), summed over so many records


class Bin(NamedTuple):
    """How many people had live work on ``since`` to ``until`` percent of their expected days."""

    since: int
    until: int
    people: int


class Figures(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A team's week; ``None`` where a figure would be about fewer than five."""

    people: int
    score: float | None = None  # the median
    live_days: tuple[Bin, ...] = ()
    on_time: int | None = None  # percent
    active: int | None = None  # people who did anything that counts
    actions: float | None = None  # the median of a week
    family: str | None = None  # of evidence: what would help most
    helped: int | None = None  # people with help under way
    counts: dict[str, tuple[int, int]] = {}  # vital signs: parts of wholes (``rules.rollout.vital``)


_figures = msgspec.json.Decoder(Figures)


def member(  # who, how they do, of which week, beside whom
    state: State, score: float | None, week: int, main: Collection[str] = (), *, helped: bool = False
) -> Member:
    """Return what somebody's state after a week says of the week that began on a Monday.

    ``main`` are the kinds of work that make up their role.
    """
    told = [one > 0 for day in state.recent for one in day.arrived]
    sums = state.account.sum_of
    return Member(
        score=score,
        busy=sum(live >= BUSY * usual for live, usual in state.use.recent),
        expected=len(state.use.recent),
        on_time=sum(told),
        told=len(told),
        actions=sum(day.actions for day in state.recent if day.day >= week),
        families=tuple(name for name, value in sums.items() if name != "activity" and value > 0),
        helped=helped,
        kinds=(len({*main} & {*judging.used(state)}), len(main)),
        complete=(sum(day.complete for day in state.recent), sum(day.records for day in state.recent)),
    )


def figures(members: Sequence[Member]) -> Figures | None:
    """Return the figures of people; ``None`` for fewer than five."""
    if len(members) < SMALLEST_GROUP:
        return None
    whole = len(members)
    scores = [one.score for one in members if one.score is not None]
    told = [one for one in members if one.told]
    return Figures(
        people=whole,
        score=round(median(scores), 1) if len(scores) >= SMALLEST_GROUP else None,
        live_days=_bins([100 * one.busy / one.expected for one in members if one.expected]),
        on_time=_percent(sum(one.on_time for one in told), sum(one.told for one in told), len(told)),
        active=shown(sum(one.actions > 0 for one in members), whole),
        actions=float(median(one.actions for one in members)),
        family=_family(members),
        helped=_helped(members),
        counts=_counts(members),
    )


def _counts(members: Sequence[Member]) -> dict[str, tuple[int, int]]:
    """Return the vital signs as parts of wholes, each resting on five people or more."""
    kinds = [one.kinds for one in members if one.kinds[1]]
    told = [one for one in members if one.told]
    complete = [one.complete for one in members if one.complete[1]]
    there = [one for one in members if one.expected]
    helped = _helped(members)
    found = {
        "activation": (len(members), sum(one.actions > 0 for one in members), len(members)),
        "breadth": (len(kinds), sum(used for used, _ in kinds), sum(main for _, main in kinds)),
        "frequency": (len(there), sum(one.busy for one in there), sum(one.expected for one in there)),
        "lateness": (len(told), sum(one.told - one.on_time for one in told), sum(one.told for one in told)),
        "quality": (
            len(complete),
            sum(share for share, _ in complete) // kept.UNIT,
            sum(records for _, records in complete),
        ),
    }
    signs = {name: (part, whole) for name, (people, part, whole) in found.items() if people >= SMALLEST_GROUP}
    return signs if helped is None else signs | {"help": (helped, len(members))}


def _helped(members: Sequence[Member]) -> int | None:
    """Return how many are being helped, if that tells it of nobody: not of one to four, and not of all."""
    many = sum(one.helped for one in members)
    return shown(many, len(members)) if many < len(members) else None


def shown(count: int, of: int) -> int | None:
    """Return a count of people if neither they nor the others are one to four."""
    return count if all(one == 0 or one >= SMALLEST_GROUP for one in (count, of - count)) else None


def _bins(shares: Sequence[float]) -> tuple[Bin, ...]:
    """Return how the people are spread; neighbouring bins are one until five people are in it."""
    if len(shares) < SMALLEST_GROUP:
        return ()
    found: list[Bin] = []
    since, count = BINS[0], 0
    for low, high in pairwise(BINS):
        count += sum(low <= share < high or (high == BINS[-1] == share) for share in shares)
        if count >= SMALLEST_GROUP:
            found.append(Bin(since, high, count))
            since, count = high, 0
    if since != BINS[-1] and found:
        last = found.pop()
        found.append(Bin(last.since, BINS[-1], last.people + count))
    return tuple(found)


def _percent(part: int, whole: int, people: int) -> int | None:
    return round(100 * part / whole) if people >= SMALLEST_GROUP else None


def _family(members: Iterable[Member]) -> str | None:
    """Return the family of evidence that speaks of most people, if they are five."""
    counts: defaultdict[str, int] = defaultdict(int)
    for one in members:
        for family in one.families:
            counts[family] += 1
    enough = {name: count for name, count in counts.items() if count >= SMALLEST_GROUP}
    return max(enough, key=lambda name: (enough[name], name)) if enough else None


def team_of(known: Known, participant: int, day: int) -> int | None:
    """Return the one team in which somebody counts on a day."""
    return known.team_of(participant, day)


def store(connection: Connection, week: int, members: Iterable[tuple[int, Member]]) -> None:
    """Keep the figures of a week, by team; the caller commits."""
    by_team: defaultdict[int, list[Member]] = defaultdict(list)
    for team, one in members:
        by_team[team].append(one)
    found = {team: figures(people) for team, people in sorted(by_team.items())}
    rows = [(team, week, one.people, kept.text(one)) for team, one in found.items() if one is not None]
    statements.put(connection, "adoption_week", ("team", "week"), ("people", "figures"), rows)


def team_figures(team: int, week: int) -> Figures | None:
    """Return the figures of a team's week (any day of it); ``None`` for fewer than five, or before it was judged."""
    monday = period.start("week", week)
    table = AdoptionWeek
    found = db.session.scalar(select(table.figures).where(table.team == team, table.week == monday))
    return None if found is None else _figures.decode(found)


def figures_of(teams: Collection[int], weeks: Collection[int]) -> dict[tuple[int, int], Figures]:
    """Return the figures of many teams' weeks, by team and Monday; one query."""
    table = AdoptionWeek
    query = select(table.team, table.week, table.figures).where(table.team.in_(teams), table.week.in_(weeks))
    return {(team, week): _figures.decode(found) for team, week, found in db.session.execute(query)}


def weeks(team: int, *, last: int, count: int) -> list[tuple[int, Figures | None]]:
    """Return the figures of some weeks up to the one of a day, the oldest first: what a trend is made of."""
    monday = period.start("week", last)
    mondays = range(monday - 7 * (count - 1), monday + 1, 7)
    table = AdoptionWeek
    query = select(table.week, table.figures).where(table.team == team, table.week.in_(mondays))
    found = dict(db.session.execute(query).all())
    return [(one, _figures.decode(found[one]) if one in found else None) for one in mondays]


def scores(mondays: Iterable[int]) -> dict[tuple[int, int], float]:
    """Return the scores of all teams of five or more in some weeks, by team and Monday; one query."""
    table = AdoptionWeek
    query = select(table.team, table.week, table.figures).where(table.week.in_(sorted(set(mondays))))
    found = ((team, week, _figures.decode(figures).score) for team, week, figures in db.session.execute(query))
    return {(team, week): score for team, week, score in found if score is not None}
