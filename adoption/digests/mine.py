"""The facts of letters about one's own week, of many readers at once: a constant number of queries for a batch of them.

They are those by which Home decides what it says first.  Nothing of evidence, flags or scores is read here, and nothing
of colleagues but who sent thanks.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from adoption import explain
from adoption import facts
from adoption import feed
from adoption import inforce
from adoption import rewards
from adoption.digests import counts
from adoption.digests import obstacles
from adoption.extensions import db
from adoption.models import Letter
from rules import lead as leads
from rules import period
from rules import wording
from rules.digest import own
from rules.digest.own import Earned
from rules.digest.own import Facts
from rules.digest.own import Offer

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.digests.counts import Said
    from adoption.digests.obstacles import Waits
    from adoption.explain.ahead import Standing
    from adoption.facts import Known
    from adoption.inforce import InForce
    from adoption.rewards import Item
    from rules.digest.facts import Open
    from rules.incentive import Reward

KIND = "my-week"
WEEK = counts.WEEK
CHUNK = 150  # readers; their records of three weeks are still looked up person by person (explain.done.MOST_DAYS)
RUNNING = ("day", "week")  # periods that are over within a week
LOST = ("failed", "bounced", "skipped")  # states of thanks that never came
FAR = 366  # days: an absence that ends later has no end worth telling


@dataclass(frozen=True, slots=True)
class House:
    """What is the same for all letters of a week."""

    known: Known
    force: InForce
    week: int
    now: int
    today: int
    metric: str | None
    begun: int | None
    fed: feed.Feed


@dataclass(frozen=True, slots=True)
class Batch:
    """What is known of some readers, by their numbers."""

    work: Mapping[int, Mapping[int, int]]  # holder → week → main metric, this week too
    standings: Mapping[int, Sequence[Standing]]  # holder, people and teams
    items: Mapping[int, Sequence[Item]]
    waits: Mapping[int, Sequence[Waits]]
    thanks: Mapping[int, Sequence[str]]
    said: Mapping[int, Sequence[Said]]


def house(week: int, now: int) -> House:
    """Read what letters about a week (its first day) have in common, at a moment in UTC microseconds."""
    known, force = facts.current(), inforce.current()
    metric = counts.metric_of(known, force)
    return House(known, force, week, now, known.today(now), metric, counts.first_day(), feed.state(now))


def facts_of(found: House, readers: Collection[int]) -> dict[int, Facts]:
    """Return the facts of the letters to these people; a dozen queries, however many they are."""
    known, people = found.known, sorted(readers)
    mondays = {*counts.mondays(found.week, own.WEEKS), period.start("week", found.today)}
    teams = sorted({-team for one in people for team in known.teams_on(one, found.today)[:1]})
    standings = dict(explain.standings_of(known, people, found.today))
    if teams:
        standings |= explain.standings_of(known, teams, found.today)
    batch = Batch(
        work=counts.work(found.force, found.metric, sorted(mondays), people),
        standings=standings,
        items=rewards.lately(people, counts.midnight(known, found.week), found.now),
        waits=obstacles.of(known, people, found.today + 1 - WEEK, found.now),
        thanks=_thanks(people, counts.midnight(known, found.week)),
        said=counts.history(KIND, people, found.week),
    )
    return {one: _facts(found, batch, one) for one in people}


def _facts(found: House, batch: Batch, who: int) -> Facts:
    known, mondays = found.known, counts.mondays(found.week, own.WEEKS)
    metric = known.book.metrics.get(found.metric or "")
    work, items, said = batch.work.get(who, {}), batch.items[who], batch.said.get(who, ())
    days = [[day for day in range(one, one + WEEK) if _there(known, who, day)] for one in mondays]
    ends = max((ends for starts, ends in known.absences.get(who, ()) if starts <= found.today < ends), default=None)
    standing = _standing(found, batch, who)
    choosing = next((one for one in items if _to_choose_now(one, found.today)), None)
    ready = min((one for one in items if one.status == "issued" and _usable(one)), key=_runs_out, default=None)
    return Facts(
        week=found.week,
        today=found.today,
        metric=counts.titles(metric, found.metric or ""),
        work=[work.get(monday, 0) for monday in mondays],
        days=[len(line) for line in days],
        away=[sum(not known.works(who, day) for day in line) for line in days],
        begun=counts.begun(known, found.begun, [who], found.week + WEEK - 1),
        state=leads.Week(
            goals=[aim for aim, _ in standing],
            away=ends is not None,
            late=found.fed.late is not None,
            begun=any(work.values()) or bool(items) or any(one.have or one.earned for one, _ in standing if one.own),
            counted=_counted(found, work, [one for one, _ in standing]),
            choosing=choosing is not None,
            ready=ready is not None,
        ),
        offers={aim.key: _offer(known, one, batch.waits.get(who, ())) for aim, one in standing},
        waiting=_options(known, choosing) if choosing else [ready.reward] if ready and ready.reward else (),
        away_until=ends - 1 if ends is not None and ends < found.today + FAR else None,
        earned=[_earned(found, one) for one in items],
        thanked_by=batch.thanks.get(who, ()),
        late=counts.late(found.fed),
        stale=counts.stale(found.fed),
        as_of=counts.as_of(found.fed),
        said=said[0].suggestion if said else None,
    )


def _there(known: Known, who: int, day: int) -> bool:
    return known.calendar.works(day) and known.people[who].here(day)


def _standing(found: House, batch: Batch, who: int) -> list[tuple[leads.Goal, Standing]]:
    """Return how somebody and their team stand, with what Home shows of it."""
    known = found.known
    line = [(one, True) for one in batch.standings.get(who, ())]
    line += [(one, False) for team in known.teams_on(who, found.today)[:1] for one in batch.standings.get(-team, ())]
    aims = [(explain.aim_of(known, one, own=mine), one) for one, mine in line]
    return [(aim, one) for aim, one in aims if aim.open or aim.earned or one.paused is not None]


def _counted(found: House, work: Mapping[int, int], goals: Iterable[leads.Goal]) -> bool:
    """Say whether anything is counted this week."""
    here = work.get(period.start("week", found.today), 0)
    return bool(here) or any(one.have for one in goals if one.own and one.per in RUNNING)


def _offer(known: Known, standing: Standing, waits: Iterable[Waits]) -> Offer:
    """Return what an incentive offers, and the records that are one step from counting for it."""
    version = standing.reckoned.version
    counts_for = {(one.record, need.key) for one in version.counted.milestones for need in one.needs}
    joined = obstacles.joined([[one for one in waits if (one.kind, one.need) in counts_for]])
    largest: Open | None = max(joined, key=lambda one: len(one.records), default=None)
    title = counts.titles(version.incentive, version.incentive.key)
    return Offer(title, wording.rewards_of(version.incentive, known.book), largest if standing.open else None)


def _to_choose_now(one: Item, today: int) -> bool:
    """Say whether an award of a running period waits for a choice."""
    return one.status == "choosing" and one.per is not None and period.end(one.per, one.award.period) > today


def _usable(one: Item) -> bool:
    return one.until is not None and one.reward is not None


def _runs_out(one: Item) -> tuple[int, int, object]:
    return one.until or 0, one.award.granted, one.name


def _options(known: Known, one: Item) -> Sequence[Reward]:
    """Return the reward of an award, or those among which may be chosen."""
    if one.reward is not None:
        return [one.reward]
    return wording.rewards_of(one.incentive, known.book) if one.incentive else []


def _earned(found: House, one: Item) -> Earned:
    known = found.known
    return Earned(
        name=explain.written(explain.AwardKey(*one.name)),
        title=counts.titles(one.incentive, one.title),
        rewards=_options(known, one),
        status=one.status,
        until=one.until if _usable(one) else None,
        fresh=one.award.granted >= counts.midnight(known, found.week),
    )


def _thanks(people: Collection[int], since: int) -> dict[int, list[str]]:
    """Return who sent thanks to each of these people since a moment (UTC microseconds); one query."""
    query = select(Letter.participant, Letter.facts).where(Letter.kind == "thanks", Letter.participant.in_(people))
    query = query.where(Letter.planned >= since, Letter.state.not_in(LOST)).order_by(Letter.planned)
    found: dict[int, list[str]] = defaultdict(list)
    for who, told in db.session.execute(query):
        name = str(msgspec.json.decode(told).get("by", ""))
        line = found[who or 0]
        if name and name not in line:
            line.append(name)
    return found
