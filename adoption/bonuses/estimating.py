"""What the running period would pay: as it stands, at today's pace, with a little more.  By the engine of the close.

What hangs on everybody (pools, splits, budgets) is worked out for all at once and kept for some minutes; where so many
share that a page cannot wait for it, it is left open until the close.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from flask import current_app

from adoption import facts
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import sharing
from adoption.extensions import db
from adoption.models import bucket_of
from rules import period as periods
from rules.bonus import reckon
from rules.bonus import reckoning
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.bonus.plan import PerN
from rules.bonus.plan import Pool
from rules.bonus.plan import Step
from rules.bonus.plan import Whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.bonuses.gathering import Ground
    from adoption.bonuses.sharing import Shared
    from rules.bonus import Component
    from rules.bonus import Inputs
    from rules.bonus import Plan
    from rules.bonus import Statement

STEPS = (1, 3, 5)  # so many more units are tried, beside the way to the next mark
FAR = 1_000  # units more than which nothing is tried
MOST_SHARING = 5_000  # participants who share something, for whom a page works it out
SHARES_LAST = 300 * periods.SECOND
MOST_KEPT = 64  # plans in a period whose shares are kept
ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class MoreOf:
    """What so many more units of a quantity that a component asks for would add to the total, in cents."""

    component: Component
    of: str
    units: int
    adds: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A period that still runs: the statement as it stands, the total at today's pace, and what a little more adds.

    ``at_pace`` is ``None`` where nothing can be said: on the first working day, or when all working days are over.
    ``days`` are the working days so far (with today), of all.  ``open`` are components that are known at the close.
    """

    plan: Plan
    first: int
    last: int
    inputs: Inputs
    now: Statement
    at_pace: int | None
    more: tuple[MoreOf, ...]
    days: tuple[int, int]
    open: tuple[Component, ...] = ()

    @property
    def begun(self) -> bool:
        """Whether anything is counted or known yet."""
        return self.now.total != 0 or any(
            value for one in self.inputs.given.values() for name, value in one.quantities.items() if _counted(name)
        )


def estimate(plan: Plan, first: int, participant: int, day: int, now: int) -> Estimate | None:
    """Return what a period would pay somebody, seen on a local day, at a moment (UTC microseconds).

    ``None`` if they are not in the plan.  What later facts change in earlier periods is known at the close.
    """
    connection = db.session.connection()
    ground = gathering.ground_of(connection, plan, first, only=(participant,))
    bucket = bucket_of(participant)
    if participant not in ground.people.get(bucket, ()):
        return None
    before = carrying.before(connection, _asking(plan, first), plan, only=participant)
    shared = _shared(connection, plan, first, now)
    inputs = gathering.inputs_of(connection, ground, bucket, only=(participant,))[participant]
    if shared is not None:
        inputs = shared.add_to(inputs, participant)
    inputs = carrying.add_to(inputs, before, participant)
    found = reckon(plan, inputs)
    works = _worked(ground, participant, first, ground.last)
    return Estimate(
        plan=plan,
        first=first,
        last=ground.last,
        inputs=inputs,
        now=found,
        at_pace=_at_pace(connection, ground, inputs, participant, day),
        more=_more(plan, inputs, found),
        days=(sum(one <= day for one in works), len(works)),
        open=() if shared is not None else tuple(one for one in plan.components if _hangs_on_others(one)),
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What ``carrying`` needs to know of a run that does not exist yet."""

    plan: str
    first: int


def _asking(plan: Plan, first: int) -> Row[tuple[object, ...]]:
    return _Asking(plan.key, first)  # type: ignore[return-value]  # it reads only these two


# --- what hangs on everybody


def _hangs_on_others(component: Component) -> bool:
    return isinstance(component.terms, Pool) or component.share or component.budget is not None


def _shared(connection: Connection, plan: Plan, first: int, now: int) -> Shared | None:
    """Return what all participants share, some minutes old at most; ``None`` if too many do."""
    if not any(_hangs_on_others(one) for one in plan.components):
        return sharing.Shared()
    kept: dict[object, tuple[int, Shared | None]] = current_app.extensions.setdefault("bonus_shares", {})
    key = facts.current().version, plan, first
    found = kept.get(key)
    if found is None or found[0] < now - SHARES_LAST:
        ground = gathering.ground_of(connection, plan, first)
        few = len(ground.everybody) <= MOST_SHARING
        if len(kept) >= MOST_KEPT:
            kept.clear()
        before = carrying.before(connection, _asking(plan, first), plan)
        found = kept[key] = now, sharing.shared(connection, ground, before) if few else None
    return found[1]


# --- at today's pace


def _at_pace(connection: Connection, ground: Ground, inputs: Inputs, participant: int, day: int) -> int | None:
    """Return the total if everything that is counted goes on as it did on the working days so far.

    Of a year so far only this period's part goes on; what is offered on some days goes on until these are over.
    """
    whole = _factor(ground, participant, ground.first, ground.last, day)
    if whole is None:
        return None
    own = inputs
    if any(one.basis == "year" for one in ground.plan.components):
        components = tuple(replace(one, basis="period") for one in ground.plan.components)
        alone = replace(ground, plan=replace(ground.plan, components=components))
        own = gathering.inputs_of(connection, alone, bucket_of(participant), only=(participant,))[participant]
    given = {}
    for one in ground.plan.components:
        starts, ends = max(ground.first, one.starts or ground.first), min(ground.last, one.ends or ground.last)
        factor = whole if one.starts is None and one.ends is None else _factor(ground, participant, starts, ends, day)
        part = own.given[one.key].quantities if one.basis == "year" else inputs.given[one.key].quantities
        quantities = {
            name: value + (part[name] * ((factor or ONE) - ONE) if not name.startswith(FIGURE) else ZERO)
            for name, value in inputs.given[one.key].quantities.items()
        }
        given[one.key] = replace(inputs.given[one.key], quantities=quantities)
    return reckon(ground.plan, replace(inputs, given=given)).total


def _factor(ground: Ground, participant: int, starts: int, ends: int, day: int) -> Fraction | None:
    """Return all working days of some days by those until today; ``None`` on the first one, and when all are over."""
    works = _worked(ground, participant, starts, ends)
    gone = sum(one <= day for one in works)
    return Fraction(len(works), gone) if 1 < gone < len(works) else None


def _worked(ground: Ground, participant: int, starts: int, ends: int) -> list[int]:
    """Return the working days among some days on which somebody is here, and not away."""
    known, person = ground.known, ground.known.people[participant]
    return [one for one in range(starts, ends) if person.here(one) and known.works(participant, one)]


# --- a little more


def _changed(inputs: Inputs, change: Callable[[str, Fraction], Fraction]) -> Inputs:
    given = {
        key: replace(one, quantities={name: change(name, value) for name, value in one.quantities.items()})
        for key, one in inputs.given.items()
    }
    return replace(inputs, given=given)


def _more(plan: Plan, inputs: Inputs, found: Statement) -> tuple[MoreOf, ...]:
    """Return what the fewest more units that pay anything would add, each quantity that is counted one by one once."""
    metrics = facts.current().book.metrics
    better: dict[str, MoreOf] = {}
    for one in plan.components:
        for of in filter(None, (one.of, one.gate.of if one.gate else None)):
            metric = metrics.get(of)
            if of in better or metric is None or metric.measure == "sum" or _hangs_on_others(one):
                continue
            for units in sorted({*STEPS, *_ways(plan, one, of, inputs)}):
                again = _changed(inputs, lambda name, value, of=of, by=units: value + by if name == of else value)  # type: ignore[misc]  # defaults bind
                adds = reckon(plan, again).total - found.total
                if adds > 0:
                    better[of] = MoreOf(one, of, units, adds)
                    break
    return tuple(better.values())


def _ways(plan: Plan, component: Component, of: str, inputs: Inputs) -> Iterator[int]:
    """Yield how many more units it takes to the next marks of a component, or to its gate."""
    given = inputs.given.get(component.key, reckoning.Given())
    credit = given.quantities.get(of, ZERO)
    marks: list[Fraction] = []
    terms = component.terms
    if component.gate is not None and component.gate.of == of:
        marks.append(component.gate.at_least)
    if component.of == of and isinstance(terms, Step | Whole):
        marks += [tier.at for tier in terms.tiers]
    if component.of == of and isinstance(terms, PerN):
        carried = given.carried if terms.carry else ZERO
        marks.append(((credit + carried) // terms.n + 1) * terms.n - carried)
    scale = inputs.there if plan.prorate is not None and plan.prorate.scales == "target" else ONE
    for mark in marks:
        for at in {mark, mark * scale}:
            missing = -((credit - at) // 1)  # rounded up to whole units
            yield from (units for units in (missing, missing + 1) if 0 < units <= FAR)


def _counted(name: str) -> bool:
    return not name.startswith((FIGURE, AWARD))


def running(plan: Plan, day: int) -> int:
    """Return the first day of the period that runs on a day."""
    return periods.start(plan.per, day)
