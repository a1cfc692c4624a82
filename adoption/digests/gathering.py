"""The facts of a week, of all teams at once: a constant number of queries, however many teams and people there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from statistics import median_low
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import budgets
from adoption import due
from adoption import evidence
from adoption import facts
from adoption import feed
from adoption import inforce
from adoption.digests import obstacles
from adoption.digests import setting
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Letter
from adoption.models import StoredActivity
from adoption.models import Tally
from rules import digest
from rules import period
from rules import wording
from rules.digest import Facts
from rules.digest import Report
from rules.digest import Spending
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.digests.obstacles import Waits
    from adoption.facts import Known
    from adoption.inforce import InForce
    from adoption.inforce import Paid

KIND = "digest"
WEEKS = digest.WEEKS + 1  # the oldest only says how the second oldest went
WEEK = 7
GROUPS = 3  # teams of five or more that there must be, before their median says nothing about one of them
REMEMBERED = 5  # letters before this one that are looked at
USABLE = ("voucher", "time_off")


class Goal(NamedTuple):
    """The goal that letters show: its key, and its version in each of the weeks (``None``: not in force)."""

    key: str
    versions: Sequence[Paid | None]


@dataclass(frozen=True, slots=True)
class Company:
    """What is the same for every team, and what everybody did, by holder: read once for all letters of a week."""

    known: Known
    week: int
    now: int
    mondays: Sequence[int]
    metric: str | None
    goal: Goal | None
    begun: int | None
    led: Mapping[int, Sequence[int]]  # leader → direct reports
    work: Mapping[int, Mapping[int, int]]  # holder → week → main metric
    had: Mapping[int, Mapping[int, int]]  # holder → week → what the goal looks at
    medians: Sequence[int | None]
    scores: Mapping[tuple[int, int], float]  # (team, week) → adoption score, of teams of five or more
    used: Mapping[int, Mapping[str, int]]  # holder → reward → how many were used in the week
    waiting: Mapping[int, int]  # holder → rewards that wait to be used
    left: Mapping[str, int | None]  # reward → how many its budget still pays for
    fed: feed.Feed
    named: bool


def company(week: int, now: int) -> Company:
    """Read what letters about a week (its first day) are made of, as it is at a moment in UTC microseconds."""
    known, force = facts.current(), inforce.current()
    mondays = [week - WEEK * back for back in range(WEEKS - 1, -1, -1)]
    metric, goal = metric_of(known, force), _goal(known, force, mondays)
    led = leaders(known, week)
    work = _work(force, metric, mondays)
    first = select(func.min(StoredActivity.day)).where(StoredActivity.day > 0)
    return Company(
        known=known,
        week=week,
        now=now,
        mondays=mondays,
        metric=metric,
        goal=goal,
        begun=db.session.scalar(first),
        led=led,
        work=work,
        had=_had(force, goal, mondays),
        medians=_medians(led, work, mondays),
        scores=evidence.scores(mondays),
        used=_used(known, week),
        waiting=_waiting(known),
        left={key: shelf.running.left for key, shelf in budgets.overview(now).shelves.items()},
        fed=feed.state(now),
        named=setting.named(),
    )


def metric_of(known: Known, force: InForce) -> str | None:
    """Return the metric that a week is told by: that of the first weekly board of people, else the first weekly one.

    The same that Home compares weeks by.
    """
    weekly = [key for key, kept in force.shown.items() if any(kind == "week" for _, kind in kept)]
    boards = [one.metric for one in known.book.boards.values() if one.holder == "participant" and one.per == "week"]
    ordered = [*boards, *known.book.metrics]
    return next((key for key in ordered if key in weekly), None)


def leaders(known: Known, week: int) -> dict[int, list[int]]:
    """Return whom everybody leads directly, of those who were there in a week and still are."""
    found: dict[int, list[int]] = defaultdict(list)
    last = week + WEEK - 1
    for one in known.people.values():
        there = (one.hired_on or 0) <= last and (one.left_on is None or one.left_on > last)
        if one.manager is not None and there:
            found[one.manager].append(one.id)
    return found


def facts_of(found: Company, managers: Collection[int]) -> dict[int, Facts]:
    """Return the facts of the letters to these people, who lead somebody; four more queries, however many they are."""
    known = found.known
    reports = {leader: found.led.get(leader, ()) for leader in managers}
    people = {one for line in reports.values() for one in line}
    waits = obstacles.of(known, people, found.week, found.now)
    history = _history(managers, found.week)
    return {leader: _facts(found, leader, reports[leader], waits, history.get(leader, ())) for leader in managers}


def _facts(
    found: Company, leader: int, reports: Sequence[int], waits: Mapping[int, Sequence[Waits]], history: Sequence[_Said]
) -> Facts:
    known = found.known
    late = found.fed.late
    metric = known.book.metrics.get(found.metric or "")
    goal = known.book.incentives.get(found.goal.key) if found.goal else None
    team = team_of(known, leader, reports, found.week + WEEK - 1)
    thanked: dict[int, int] = {}
    for ago, said in enumerate(history, start=1):
        for number in said.thanks:
            thanked.setdefault(number, ago)
    return Facts(
        week=found.week,
        team=None if team is None else known.teams[team],
        metric=titles(metric, found.metric or ""),
        reports=[_report(found, one) for one in reports],
        begun=_begun(found, leader, reports),
        goal=titles(goal, found.goal.key) if goal and found.goal else None,
        medians=found.medians,
        scores=[_score(found, team, monday) for monday in found.mondays],
        open=obstacles.joined(waits.get(one, ()) for one in reports),
        rewards=_spending(found, reports),
        waiting=sum(found.waiting.get(one, 0) for one in reports),
        late=max(1, int(late.total_seconds()) // 3600) if late else None,
        stale=late is not None and late >= feed.CLOSES - feed.OPENS,
        as_of=period.microseconds(found.fed.as_of) if found.fed.as_of else None,
        thanked=thanked,
        said=history[0].suggestion if history else None,
        named=found.named,
    )


def team_of(known: Known, leader: int, reports: Iterable[int], day: int) -> int | None:
    """Return the team that somebody leads: the one in which all reports are, else their own."""
    teams = [set(known.teams_on(one, day)) for one in reports]
    shared = set.intersection(*teams) if teams else set()
    return min(shared or known.teams_on(leader, day), default=None)


def _score(found: Company, team: int | None, monday: int) -> int | None:
    """Return a team's score of a week, in whole points."""
    score = found.scores.get((team or 0, monday))
    return None if score is None else round(score)


def titles(thing: object, key: str) -> dict[str, str]:
    """Return the title of something of the book in every language."""
    return {code: wording.title_of(thing, key, code) for code in wording.LANGUAGES}  # type: ignore[arg-type]  # any definition


def _report(found: Company, who: int) -> Report:
    known, person = found.known, found.known.people[who]
    work, had = found.work.get(who, {}), found.had.get(who, {})
    weeks = (found.week - WEEK, found.week)
    days = [[day for day in range(first, first + WEEK) if _there(known, who, day)] for first in weeks]
    away = [sum(not known.works(who, day) for day in line) for line in days]
    return Report(
        number=who,
        name=person.name,
        work=[work.get(monday, 0) for monday in found.mondays],
        had=[had.get(monday, 0) for monday in found.mondays],
        targets=[_target(found, who, place) for place in range(len(found.mondays))],
        days=(len(days[0]), len(days[1])),
        away=(away[0], away[1]),
    )


def _there(known: Known, who: int, day: int) -> bool:
    person = known.people[who]
    return known.calendar.works(day) and (person.hired_on or 0) <= day


def _target(found: Company, who: int, place: int) -> int | None:
    """Return what the goal asked of somebody in a week; ``None`` where it was not offered to them."""
    paid = found.goal.versions[place] if found.goal else None
    if paid is None or not due.eligible(found.known, paid.version.incentive, who, found.mondays[place]):
        return None
    incentive = paid.version.incentive
    return incentive.every or incentive.reach


def _begun(found: Company, leader: int, reports: Iterable[int]) -> int | None:
    """Return the day from which a team can have done something: the first of the data, or of its wave."""
    known = found.known
    teams = {team for one in (leader, *reports) for team in known.teams_on(one, found.week + WEEK - 1)}
    waves = [starts for team in teams for starts, _, _ in known.waves.get(team, ())]
    return None if found.begun is None else max(found.begun, min(waves, default=0))


def _goal(known: Known, force: InForce, mondays: Sequence[int]) -> Goal | None:
    """Return the goal that letters show: the first of the book that people can reach within a week."""
    for key, incentive in known.book.incentives.items():
        if incentive.per == "week" and incentive.holder == "participant" and incentive.in_a_row is None:
            line = [_in_force(force.versions.get(key, ()), monday) for monday in mondays]
            if line[-1] is not None:
                return Goal(key, line)
    return None


def _in_force(line: Iterable[Paid], monday: int) -> Paid | None:
    """Return the version that held last in a week, if it was one for a week of people."""
    last: Paid | None = None
    for paid in line:
        if paid.version.starts < monday + WEEK and monday < paid.version.ends:
            last = paid
    fits = last is not None and last.version.incentive.per == "week" and last.version.incentive.in_a_row is None
    return last if fits else None


def _work(force: InForce, metric: str | None, mondays: Sequence[int]) -> dict[int, dict[int, int]]:
    series = [number for number, kind in force.shown.get(metric or "", ()) if kind == "week"]
    query = select(Tally.holder, Tally.period, func.sum(Tally.value)).where(Tally.series.in_(series), Tally.holder > 0)
    query = query.where(Tally.period.in_(mondays)).group_by(Tally.holder, Tally.period)
    return _by_holder(query)


def _had(force: InForce, goal: Goal | None, mondays: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return what the goal's versions look at, week by week."""
    looks = [
        and_(Tally.series == force.series_of(paid, monday), Tally.period == monday)
        for paid, monday in zip(goal.versions, mondays, strict=True)
        if paid is not None
    ] if goal else []  # fmt: skip  # one line each
    return (
        _by_holder(select(Tally.holder, Tally.period, Tally.value).where(or_(*looks), Tally.holder > 0))
        if looks
        else {}
    )


def _by_holder(query: object) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for holder, monday, value in db.session.execute(query):  # type: ignore[call-overload]  # a query of three columns
        found[holder][monday] = int(value)
    return found


def _medians(
    led: Mapping[int, Sequence[int]], work: Mapping[int, Mapping[int, int]], mondays: Sequence[int]
) -> list[int | None]:
    """Return, week by week, what one person did in the team in the middle, of the teams of five or more."""
    groups = [line for line in led.values() if len(line) >= SMALLEST_GROUP]
    if len(groups) < GROUPS:
        return [None] * len(mondays)
    return [
        median_low(sum(work.get(one, {}).get(monday, 0) for one in line) // len(line) for line in groups)
        for monday in mondays
    ]


def _used(known: Known, week: int) -> dict[int, dict[str, int]]:
    """Return which rewards were used in the days of a week."""
    edges = [_midnight(known, day) for day in (week, week + WEEK)]
    query = select(Award.holder, Award.reward, func.count()).where(Award.status == "redeemed", Award.holder > 0)
    query = query.where(Award.redeemed >= edges[0], Award.redeemed < edges[1]).group_by(Award.holder, Award.reward)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for holder, reward, count in db.session.execute(query):
        found[holder][reward or ""] = count
    return found


def _waiting(known: Known) -> dict[int, int]:
    usable = sorted(key for key, one in known.book.rewards.items() if one.kind in USABLE)
    query = select(Award.holder, func.count()).where(Award.status == "issued", Award.holder > 0)
    return dict(db.session.execute(query.where(Award.reward.in_(usable)).group_by(Award.holder)).all())


def _midnight(known: Known, day: int) -> int:
    return period.microseconds(datetime.fromordinal(day).replace(tzinfo=known.zone))


def _spending(found: Company, reports: Sequence[int]) -> list[Spending]:
    """List what a team used, and of the goal's rewards what is left, in the book's order."""
    goal = found.known.book.incentives.get(found.goal.key) if found.goal else None
    used: dict[str, int] = defaultdict(int)
    for one in reports:
        for key, count in found.used.get(one, {}).items():
            used[key] += count
    return [
        Spending(key=key, title=titles(reward, key), used=used[key], left=found.left.get(key))
        for key, reward in found.known.book.rewards.items()
        if key in used or (goal is not None and key in goal.earns and found.left.get(key) is not None)
    ]


class _Said(NamedTuple):
    """What an earlier letter thanked for and suggested."""

    thanks: Sequence[int]
    suggestion: str | None


def _history(managers: Collection[int], week: int) -> dict[int, list[_Said]]:
    """Return what the last letters said, the newest first."""
    query = select(Letter.participant, Letter.facts).where(Letter.kind == KIND, Letter.state != "skipped")
    query = query.where(Letter.week >= week - REMEMBERED * WEEK, Letter.week < week)
    found: dict[int, list[_Said]] = defaultdict(list)
    wanted = set(managers)
    for leader, told in db.session.execute(query.order_by(Letter.week.desc())):
        if leader in wanted:
            kept = msgspec.json.decode(told)
            found[leader].append(_Said(kept.get("thanks", ()), kept.get("suggestion")))
    return found
