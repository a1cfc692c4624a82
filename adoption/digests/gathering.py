"""The facts of a week, of all teams at once: a constant number of queries, however many teams and people there are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median_low
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import budgets
from adoption import due
from adoption import evidence
from adoption import facts
from adoption import feed
from adoption import inforce
from adoption.digests import counts
from adoption.digests import obstacles
from adoption.digests import setting
from adoption.digests import subscribing
from adoption.extensions import db
from adoption.models import Award
from rules import digest
from rules import period
from rules.digest import Facts
from rules.digest import Report
from rules.digest import Spending
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.digests.counts import Goal
    from adoption.digests.counts import Said
    from adoption.digests.obstacles import Waits
    from adoption.facts import Known

KIND = "digest"
WEEKS = digest.WEEKS + 1  # the oldest only says how the second oldest went
WEEK = counts.WEEK
GROUPS = 3  # teams of five or more that there must be, before their median says nothing about one of them
USABLE = ("voucher", "time_off")
USED = ("redeemed", "corrected")  # states of awards


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
    mondays = counts.mondays(week, WEEKS)
    metric, goal = counts.metric_of(known, force), counts.goal_of(known, force, mondays)
    led = leaders(known, week, known.today(now))
    work = counts.work(force, metric, mondays)
    return Company(
        known=known,
        week=week,
        now=now,
        mondays=mondays,
        metric=metric,
        goal=goal,
        begun=counts.first_day(),
        led=led,
        work=work,
        had=counts.had(force, goal, mondays),
        medians=_medians(led, work, mondays),
        scores=evidence.scores(mondays),
        used=_used(known, week),
        waiting=_waiting(known),
        left={key: shelf.running.left for key, shelf in budgets.overview(now).shelves.items()},
        fed=feed.state(now),
        named=setting.named(),
    )


def leaders(known: Known, week: int, today: int) -> dict[int, list[int]]:
    """Return whom everybody leads directly today, of those who were there until the end of a week."""
    last = week + WEEK - 1
    there = {
        leader: [one for one in reports if known.people[one].here(last)]
        for leader, reports in known.reports_on(today).items()
    }
    return {leader: reports for leader, reports in there.items() if reports}


def readers(now: int) -> list[int]:
    """Return whoever leads somebody, may read how they are doing, and works here."""
    known = facts.current()
    today = known.today(now)
    return subscribing.readers(known, leaders(known, period.start("week", today) - WEEK, today), today)


def facts_of(found: Company, managers: Collection[int]) -> dict[int, Facts]:
    """Return the facts of the letters to these people, who lead somebody; four more queries, however many they are."""
    known = found.known
    reports = {leader: found.led.get(leader, ()) for leader in managers}
    people = {one for line in reports.values() for one in line}
    waits = obstacles.of(known, people, found.week, found.now)
    history = counts.history(KIND, managers, found.week)
    return {leader: _facts(found, leader, reports[leader], waits, history.get(leader, ())) for leader in managers}


def _facts(
    found: Company, leader: int, reports: Sequence[int], waits: Mapping[int, Sequence[Waits]], history: Sequence[Said]
) -> Facts:
    known = found.known
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
        metric=counts.titles(metric, found.metric or ""),
        reports=[_report(found, one) for one in reports],
        begun=counts.begun(known, found.begun, (leader, *reports), found.week + WEEK - 1),
        goal=counts.titles(goal, found.goal.key) if goal and found.goal else None,
        medians=found.medians,
        scores=[_score(found, team, monday) for monday in found.mondays],
        open=obstacles.joined(waits.get(one, ()) for one in reports),
        rewards=_spending(found, reports),
        waiting=sum(found.waiting.get(one, 0) for one in reports),
        late=counts.late(found.fed),
        stale=counts.stale(found.fed),
        as_of=counts.as_of(found.fed),
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
    """Return what the goal asked of somebody in a week; ``None`` where it was not offered to them, or they not here."""
    paid, monday = (found.goal.versions[place] if found.goal else None), found.mondays[place]
    if paid is None or (found.known.people[who].hired_on or 0) >= monday + WEEK:
        return None
    if not due.eligible(found.known, paid.version.incentive, who, monday):
        return None
    incentive = paid.version.incentive
    return incentive.every or incentive.reach


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
    """Return which rewards were used in the days of a week, also those that were no longer due afterwards."""
    edges = [counts.midnight(known, day) for day in (week, week + WEEK)]
    query = select(Award.holder, Award.reward, func.count()).where(Award.status.in_(USED), Award.holder > 0)
    query = query.where(Award.redeemed >= edges[0], Award.redeemed < edges[1]).group_by(Award.holder, Award.reward)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for holder, reward, count in db.session.execute(query):
        found[holder][reward or ""] = count
    return found


def _waiting(known: Known) -> dict[int, int]:
    usable = sorted(key for key, one in known.book.rewards.items() if one.kind in USABLE)
    query = select(Award.holder, func.count()).where(Award.status == "issued", Award.holder > 0)
    return dict(db.session.execute(query.where(Award.reward.in_(usable)).group_by(Award.holder)).all())


def _spending(found: Company, reports: Sequence[int]) -> list[Spending]:
    """List what a team used, and of the goal's rewards what is left, in the book's order."""
    goal = found.known.book.incentives.get(found.goal.key) if found.goal else None
    used: dict[str, int] = defaultdict(int)
    for one in reports:
        for key, count in found.used.get(one, {}).items():
            used[key] += count
    return [
        Spending(key=key, title=counts.titles(reward, key), used=used[key], left=found.left.get(key))
        for key, reward in found.known.book.rewards.items()
        if key in used or (goal is not None and key in goal.earns and found.left.get(key) is not None)
    ]
