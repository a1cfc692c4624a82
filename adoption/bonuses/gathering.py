"""What a plan is worked out from: tallies, awards, figures and days of many participants, one bucket after another.

Everything is read inside the caller's transaction, which sees one moment; a constant number of queries for each bucket.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import inforce
from adoption.models import Award
from adoption.models import BonusAdjustment
from adoption.models import Figure
from adoption.models import LedgerEntry
from adoption.models import Tally
from adoption.models import Weight
from adoption.models import bucket_of
from rules import period as periods
from rules import sample
from rules.bonus import Adjustment
from rules.bonus import Component
from rules.bonus import Given
from rules.bonus import Inputs
from rules.bonus.exact import number
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.bonus import Plan

Values = dict[int, dict[str, Fraction]]  # participant → quantity → value
ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Ground:
    """A plan in one period, and who takes part: by bucket, in order."""

    known: Known
    plan: Plan
    first: int
    people: Mapping[int, Sequence[int]]
    figures: Mapping[str, Mapping[int, Fraction]]
    series: Mapping[tuple[str, str], Sequence[int]]  # metric, kind of period → the series whose sum is its tally
    by_hand: Mapping[int, Sequence[Adjustment]]  # also of those who take no part

    @property
    def last(self) -> int:
        """The first day after the period."""
        return periods.end(self.plan.per, self.first)

    @property
    def everybody(self) -> list[int]:
        """Return all participants of the plan, in order."""
        return [who for _, people in sorted(self.people.items()) for who in people]

    @property
    def metrics(self) -> list[str]:
        """Return the metrics that the plan asks for."""
        return sorted(one for one in self.plan.quantities() if not one.startswith((FIGURE, AWARD)))


def ground_of(connection: Connection, plan: Plan, first: int, only: Sequence[int] | None = None) -> Ground:
    """Return what a plan stands on in the period that begins on ``first``, for everybody or only for some."""
    known = facts.current()
    last = periods.end(plan.per, first)
    people: dict[int, list[int]] = defaultdict(list)
    for who in sorted(known.people if only is None else set(only) & known.people.keys()):
        if takes_part(known, plan, who, first, last):
            people[bucket_of(who)].append(who)
    shown = inforce.current().shown
    series: dict[tuple[str, str], list[int]] = defaultdict(list)
    for metric in plan.quantities():
        for one, per in shown.get(metric, ()):
            series[metric, per].append(one)
    figures, by_hand = _figures(connection, plan, first, only), _adjustments(connection, plan, first)
    return Ground(known, plan, first, people, figures, series, by_hand)


def takes_part(known: Known, plan: Plan, who: int, first: int, last: int) -> bool:
    """Say whether somebody is there, and meant by the plan, on a day of the period; no sample person is."""
    person = known.people[who]
    if sample.is_address(person.email):
        return False
    starts, ends = max(first, person.hired_on or first), min(last, person.left_on or last)
    if starts >= ends:
        return False
    if not plan.who:
        return True
    spans = known.memberships.get(who, ())
    edges = {edge for begins, until, team in spans for edge in (begins, until)}
    edges |= {
        edge for _, _, team in spans for begins, until, _ in known.waves.get(team, ()) for edge in (begins, until)
    }
    for day in {starts, *(edge for edge in edges if starts <= edge < ends)}:
        inside = known.teams_on(who, day)
        names = [known.teams[team] for team in inside]
        if plan.who.includes(names, person.role, known.waves_on(inside, day)):
            return True
    return False


def _figures(
    connection: Connection, plan: Plan, first: int, only: Sequence[int] | None
) -> Mapping[str, Mapping[int, Fraction]]:
    names = {one: one.removeprefix(FIGURE) for one in plan.quantities() if one.startswith(FIGURE)}
    if not names:
        return {}
    query = select(Figure.name, Figure.participant, Figure.value).where(Figure.first == first)
    if only is not None:
        query = query.where(Figure.participant.in_(only))
    found: dict[str, dict[int, Fraction]] = defaultdict(dict)
    for name, who, value in connection.execute(query.where(Figure.name.in_(sorted(names.values())))):
        found[f"{FIGURE}{name}"][who] = number(value)
    return found


def inputs_of(
    connection: Connection, ground: Ground, bucket: int, only: Sequence[int] | None = None
) -> dict[int, Inputs]:
    """Return the inputs of a bucket's participants (or only some of them), without shares and corrections."""
    people = [who for who in ground.people.get(bucket, ()) if only is None or who in only]
    if not people:
        return {}
    period = _tallies(connection, ground, bucket, [ground.first])
    year = period
    if any(one.basis == "year" for one in ground.plan.components):
        year = _tallies(connection, ground, bucket, _year(ground))
    windows = {
        one.key: _window(connection, ground, one, bucket) for one in ground.plan.components if one.starts or one.ends
    }
    paid = _awards(connection, ground, bucket)
    found = {}
    for who in people:
        common = {name: values.get(who, ZERO) for name, values in ground.figures.items()} | paid.get(who, {})
        given = {}
        for one in ground.plan.components:
            tallies = windows.get(one.key, year if one.basis == "year" else period)
            given[one.key] = Given(_asked(one, {**tallies.get(who, {}), **common}))
        found[who] = Inputs(given, days(ground, who), tuple(ground.by_hand.get(who, ())))
    return found


def _asked(component: Component, known: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """Return the quantities that one component asks for, zero where nothing is known."""
    return {name: known.get(name, ZERO) for name in sorted(component.quantities())}


def days(ground: Ground, who: int) -> tuple[int, int] | None:
    """Return on how many days of the period somebody was there, of all: calendar, or working days less absences."""
    prorate = ground.plan.prorate
    if prorate is None:
        return None
    known, person = ground.known, ground.known.people[who]
    starts = max(ground.first, person.hired_on or ground.first)
    ends = min(ground.last, person.left_on or ground.last)
    if prorate.by == "calendar":
        return ends - starts, ground.last - ground.first
    there = sum(known.works(who, day) for day in range(starts, ends))
    return there, sum(known.calendar.works(day) for day in range(ground.first, ground.last))


def _year(ground: Ground) -> list[int]:
    """Return the first days of the year's periods up to this one."""
    first, found = periods.start("year", ground.first), []
    while first <= ground.first:
        found.append(first)
        first = periods.end(ground.plan.per, first)
    return found


def _tallies(connection: Connection, ground: Ground, bucket: int, firsts: Sequence[int]) -> Values:
    of = {one: metric for (metric, per), line in ground.series.items() if per == ground.plan.per for one in line}
    return _summed(connection, bucket, of, Tally.period.in_(firsts))


def _window(connection: Connection, ground: Ground, component: Component, bucket: int) -> Values:
    """Return the tallies of the days on which a component is offered within the period."""
    starts = max(ground.first, component.starts or ground.first)
    ends = min(ground.last, component.ends or ground.last)
    of = {one: metric for (metric, per), line in ground.series.items() if per == "day" for one in line}
    return _summed(connection, bucket, of, (Tally.period >= starts) & (Tally.period < ends))


def _summed(connection: Connection, bucket: int, of: Mapping[int, str], when: object) -> Values:
    found: Values = defaultdict(dict)
    if not of:
        return found
    table = Tally
    query = select(table.holder, table.series, func.sum(table.value)).where(
        table.bucket == bucket,
        table.series.in_(sorted(of)),
        table.holder > 0,
        when,  # type: ignore[arg-type]  # a condition
    )
    for holder, series, value in connection.execute(query.group_by(table.holder, table.series)).all():
        own = found[holder]
        own[of[series]] = own.get(of[series], ZERO) + Fraction(int(value), UNIT)
    return found


def _awards(connection: Connection, ground: Ground, bucket: int) -> Values:
    """Return what incentives paid in money for periods that begin in this one, as it was booked."""
    rewards = {one.removeprefix(AWARD) for one in ground.plan.quantities() if one.startswith(AWARD)}
    found: Values = defaultdict(dict)
    if not rewards:
        return found
    table = Award
    query = select(table.holder, table.version, table.period, table.ordinal, table.reward).where(
        table.bucket == bucket, table.reward.in_(sorted(rewards)), table.status.in_(awards.LIVE),
        table.period >= ground.first, table.period < ground.last, table.holder > 0,
    )  # fmt: skip  # a line for what, a line for when
    causes = {
        (row.holder, f"award:{row.version}/{row.period}/{row.ordinal}"): row.reward for row in connection.execute(query)
    }
    entries = select(LedgerEntry.holder, LedgerEntry.cause, func.sum(LedgerEntry.amount))
    entries = entries.where(LedgerEntry.bucket == bucket, LedgerEntry.unit == ground.plan.currency)
    for holder, cause, amount in connection.execute(entries.group_by(LedgerEntry.holder, LedgerEntry.cause)):
        reward = causes.get((holder, cause))
        if reward is not None:
            own = found[holder]
            name = f"{AWARD}{reward}"
            own[name] = own.get(name, ZERO) + Fraction(int(amount), UNIT)
    return found


def entered_since(connection: Connection, plan: str, first: int, moment: int) -> bool:
    """Say whether HR entered a figure or a weight for a period after a moment."""
    figures = select(Figure.name).where(Figure.first == first, Figure.entered > moment).limit(1)
    weights = (
        select(Weight.component).where(Weight.plan == plan, Weight.first == first, Weight.entered > moment).limit(1)
    )
    return any(connection.execute(query).first() is not None for query in (figures, weights))


def _adjustments(connection: Connection, plan: Plan, first: int) -> Mapping[int, list[Adjustment]]:
    table = BonusAdjustment
    query = select(table.participant, table.id, table.amount, table.reason).where(
        table.plan == plan.key, table.first == first, table.withdrawn.is_(None)
    )
    found: dict[int, list[Adjustment]] = defaultdict(list)
    for who, identifier, amount, reason in connection.execute(query):
        found[who].append(Adjustment(f"adjustment-{identifier}", amount, reason))
    return found
