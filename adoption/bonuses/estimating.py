"""What the running period would pay: as it stands, at today's pace, with a little more.  By the engine of the close."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from adoption import facts
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import sharing
from adoption.extensions import db
from adoption.models import bucket_of
from rules import period as periods
from rules.bonus import reckon
from rules.bonus.plan import FIGURE
from rules.bonus.plan import Pool

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row

    from adoption.bonuses.gathering import Ground
    from rules.bonus import Component
    from rules.bonus import Inputs
    from rules.bonus import Plan
    from rules.bonus import Statement

STEPS = (1, 3, 5)  # so many more units are tried


@dataclass(frozen=True, slots=True)
class MoreOf:
    """What so many more units of a component's quantity would add, in cents."""

    component: Component
    units: int
    adds: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A period that still runs: the statement as it stands, the total at today's pace, and what a little more adds.

    ``at_pace`` is ``None`` where nothing can be said: on the first working day, or when all working days are over.
    """

    plan: Plan
    first: int
    last: int
    now: Statement
    at_pace: int | None
    more: tuple[MoreOf, ...]


def estimate(plan: Plan, first: int, participant: int, day: int) -> Estimate | None:
    """Return what a period would pay somebody, seen on a local day; ``None`` if they are not in the plan."""
    connection = db.session.connection()
    ground = gathering.ground_of(connection, plan, first)
    bucket = bucket_of(participant)
    if participant not in ground.people.get(bucket, ()):
        return None
    inputs = gathering.inputs_of(connection, ground, bucket, only=(participant,))[participant]
    inputs = sharing.shared(connection, ground).add_to(inputs, participant)
    inputs = carrying.add_to(inputs, carrying.before(connection, _asking(plan, first), plan), participant)
    found = reckon(plan, inputs)
    return Estimate(
        plan, first, ground.last, found, _at_pace(ground, inputs, participant, day), _more(plan, inputs, found)
    )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What ``carrying`` needs to know of a run that does not exist yet."""

    plan: str
    first: int


def _asking(plan: Plan, first: int) -> Row[tuple[object, ...]]:
    return _Asking(plan.key, first)  # type: ignore[return-value]  # it reads only these two


def _at_pace(ground: Ground, inputs: Inputs, participant: int, day: int) -> int | None:
    """Return the total if every counted quantity goes on as it did on the working days so far."""
    works = [one for one in range(ground.first, ground.last) if ground.known.works(participant, one)]
    gone = sum(one <= day for one in works)
    if not 1 < gone < len(works):
        return None
    factor = Fraction(len(works), gone)
    return reckon(
        ground.plan, _changed(inputs, lambda name, value: value if name.startswith(FIGURE) else value * factor)
    ).total


def _changed(inputs: Inputs, change: Callable[[str, Fraction], Fraction], only: str | None = None) -> Inputs:
    given = {
        key: one
        if only is not None and key != only
        else replace(one, quantities={name: change(name, value) for name, value in one.quantities.items()})
        for key, one in inputs.given.items()
    }
    return replace(inputs, given=given)


def _more(plan: Plan, inputs: Inputs, found: Statement) -> tuple[MoreOf, ...]:
    """Return what the fewest more units that pay anything would add, for each component that counts something."""
    metrics = facts.current().book.metrics
    better = []
    for one in plan.components:
        metric = metrics.get(one.of)
        if metric is None or metric.measure == "sum" or isinstance(one.terms, Pool) or one.share:
            continue
        for units in STEPS:
            again = _changed(inputs, lambda name, value, of=one.of, by=units: value + by if name == of else value)  # type: ignore[misc]  # defaults bind
            adds = reckon(plan, again).total - found.total
            if adds > 0:
                better.append(MoreOf(one, units, adds))
                break
    return tuple(better)


def running(plan: Plan, day: int) -> int:
    """Return the first day of the period that runs on a day."""
    return periods.start(plan.per, day)
