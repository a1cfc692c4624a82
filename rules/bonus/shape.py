"""The shape of what a component pays: where it bends and jumps, and the line that a payout curve is drawn from.

A component is looked at alone: its gate is reached, its multiplier is 1 (or the bound next to it), nobody else shares,
and somebody is there for the whole period.  Between two breakpoints every kind pays along a straight line.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.bonus.components import ONE
from rules.bonus.components import ZERO
from rules.bonus.plan import Curve
from rules.bonus.plan import Flat
from rules.bonus.plan import Marginal
from rules.bonus.plan import Percent
from rules.bonus.plan import PerN
from rules.bonus.plan import Plan
from rules.bonus.plan import Pool
from rules.bonus.plan import Step
from rules.bonus.plan import Whole
from rules.bonus.reckoning import Given
from rules.bonus.reckoning import reckon_component

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from rules.bonus.plan import Component

Point = tuple[Fraction, Fraction]  # credit, pay
MOST_TIMES = 40  # so often what comes again and again is drawn
USUAL_TIMES = 5
USUAL_UNITS, USUAL_SUM = Fraction(10), Fraction(10_000)  # how far a line without any breakpoint is drawn


class Jump(NamedTuple):
    """Where pay jumps: the credit, and the pay just below it and just above it."""

    at: Fraction
    below: Fraction
    above: Fraction


def target_of(component: Component) -> Fraction | None:
    """Return the target of a curve; 1 where each person has their own, so that credits are attainments."""
    terms = component.terms
    if not isinstance(terms, Curve):
        return None
    return ONE if isinstance(terms.target, str) else terms.target


def breakpoints(component: Component) -> tuple[Fraction, ...]:
    """Return the credits above zero at which a component's own table bends or jumps, in rising order."""
    terms, found = component.terms, set[Fraction]()
    target = target_of(component)
    if isinstance(terms, Marginal | Whole | Step):
        found = {tier.at for tier in terms.tiers}
    elif isinstance(terms, PerN):
        found = {terms.n}
    elif isinstance(terms, Curve) and target is not None:
        bends = [terms.threshold, *(one.at for one in terms.points), *([] if terms.cap is None else [terms.cap])]
        found = {one * target for one in (bends if terms.points else [*bends, ONE])}
    if component.caps.credit is not None:
        found.add(component.caps.credit)
    return tuple(sorted(one for one in found if one > 0))


def curve_of(component: Component, plan: Plan, marks: Iterable[Fraction] = ()) -> list[Point]:
    """Return the line of (credit, pay) from zero to beyond the last breakpoint and every mark, exactly.

    A jump is two or three points at one credit: the pay just below it, right on it, and just above it.  Empty where
    pay hangs on others (a pool).
    """
    if isinstance(component.terms, Pool):
        return []
    ends = _ends(component, marks)
    edges = sorted({ZERO, ends, *(one for one in _edges(component, ends) if one < ends), *(m for m in marks if m > 0)})
    edges = sorted({*edges, *_crossings(component, plan, edges)})
    points = [(ZERO, pay_of(component, plan, ZERO))]
    for low, high in pairwise(edges):
        first, last = _line(component, plan, low, high)
        points += [(low, first), (high, last), (high, pay_of(component, plan, high))]
    return _plain(points)


def jumps(points: Sequence[Point]) -> list[Jump]:
    """Return where a line jumps."""
    found: dict[Fraction, list[Fraction]] = {}
    for credit, pay in points:
        found.setdefault(credit, []).append(pay)
    return [Jump(at, pays[0], pays[-1]) for at, pays in found.items() if pays[0] != pays[-1]]


def pay_of(component: Component, plan: Plan, credit: Fraction) -> Fraction:
    """Return what a component pays for a credit, exactly, looked at alone."""
    asked = dict.fromkeys(component.quantities(), ONE)
    if component.gate is not None:
        asked[component.gate.of] = max(ONE, component.gate.at_least)
    target = target_of(component)
    if isinstance(component.terms, Curve) and isinstance(component.terms.target, str) and target is not None:
        asked[component.terms.target] = target
    asked[component.of] = credit
    return reckon_component(plan, _alone(component), Given(asked), ONE).pay


def grows(component: Component) -> bool:
    """Say whether pay grows without end as the credit does, whatever the plan as a whole allows."""
    terms, caps = component.terms, component.caps
    if caps.pay is not None or caps.credit is not None or component.budget is not None:
        return False
    if isinstance(terms, Marginal | Whole):
        return terms.tiers[-1].pays > 0
    if isinstance(terms, Curve):
        return terms.pays > 0 and terms.cap is None and terms.accelerator > 0
    if isinstance(terms, Step):
        return terms.every_time and any(one.pays for one in terms.tiers)
    if isinstance(terms, Flat | PerN):
        return terms.pays > 0
    return isinstance(terms, Percent) and terms.rate > 0


def _alone(component: Component) -> Component:
    """Return the component without what cannot be known of one credit: a gate on itself stays."""
    own = component.gate is not None and component.gate.of == component.of
    return replace(component, gate=component.gate if own else None, share=False, budget=None)


def _ends(component: Component, marks: Iterable[Fraction]) -> Fraction:
    """Return how far a line is drawn."""
    bends, terms = breakpoints(component), component.terms
    if isinstance(terms, PerN):
        usual = terms.n * USUAL_TIMES
    elif bends:
        usual = bends[-1] * Fraction(5, 4)
    else:
        usual = USUAL_SUM if isinstance(terms, Percent) else USUAL_UNITS
    return max(usual, *marks, ZERO)


def _edges(component: Component, ends: Fraction) -> set[Fraction]:
    """Return the breakpoints, and those that come again and again."""
    found, terms = set(breakpoints(component)), component.terms
    each: list[Fraction] = []
    if isinstance(terms, PerN):
        each = [terms.n]
    elif isinstance(terms, Step) and terms.every_time:
        each = [tier.at for tier in terms.tiers]
    for step in each:
        found |= {step * times for times in range(1, min(MOST_TIMES, int(ends / step)) + 1)}
    gate = component.gate
    if gate is not None and gate.of == component.of and gate.at_least > 0:
        found.add(gate.at_least)
    return found


def _line(component: Component, plan: Plan, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Return the pay just above the lower and just below the higher of two neighbouring breakpoints."""
    third = (high - low) / 3
    first, second = (pay_of(component, plan, low + third * part) for part in (1, 2))
    return 2 * first - second, 2 * second - first


def _crossings(component: Component, plan: Plan, edges: Sequence[Fraction]) -> set[Fraction]:
    """Return the credits at which a cap or the floor begins to hold."""
    caps, floor = component.caps, component.floor
    bare = replace(component, caps=replace(caps, rate=None, pay=None), floor=None)
    levels = [(one, ZERO) for one in (caps.pay, floor) if one is not None]
    lines = levels if caps.rate is None else [*levels, (ZERO, caps.rate)]
    found = set()
    for low, high in pairwise(edges):
        first, last = _line(bare, plan, low, high)
        slope = (last - first) / (high - low)
        own = [(first - slope * low, slope)]
        for base, rate in (*own, *([] if caps.rate is None else [(ZERO, caps.rate)])):
            for level, rises in lines:
                if rate != rises:
                    found.add((level - base) / (rate - rises))
    return {one for one in found if edges[0] < one < edges[-1]}


def _plain(points: Sequence[Point]) -> list[Point]:
    """Leave out what is there twice and what lies on a straight line between its neighbours."""
    kept: list[Point] = []
    for one in points:
        if kept and kept[-1] == one:
            continue
        while len(kept) > 1 and _straight(kept[-2], kept[-1], one):
            kept.pop()
        kept.append(one)
    return kept


def _straight(first: Point, middle: Point, last: Point) -> bool:
    if first[0] == middle[0] or middle[0] == last[0]:
        return False
    return (middle[1] - first[1]) * (last[0] - middle[0]) == (last[1] - middle[1]) * (middle[0] - first[0])
