"""What hangs on everybody: pools, splits and budgets that all participants of a plan share.

One pass over all buckets gathers each one's weight, then ``rules.bonus`` divides the whole; budgets take a second one.
A split component is worked out once, on what all who have a weight in it did together; each of them gets their part of
that pay.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.models import Weight
from rules.bonus import Given
from rules.bonus import Share
from rules.bonus import divide
from rules.bonus.exact import cents
from rules.bonus.exact import number
from rules.bonus.plan import Caps
from rules.bonus.plan import Pool
from rules.bonus.reckoning import reckon_component
from rules.bonus.shares import by_rank

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.bonuses.carrying import Before
    from adoption.bonuses.gathering import Ground
    from rules.bonus import Component
    from rules.bonus import Inputs

ZERO, ONE = Fraction(0), Fraction(1)
Shares = Mapping[str, Mapping[int, Share]]  # component → participant → share


@dataclass(frozen=True, slots=True)
class Shared:
    """Everybody's shares of pools and splits, those of budgets, and the quantities that all have in common.

    These are what was done together for a split, and the amount of a pool if it is a figure.
    """

    parts: Shares = field(default_factory=dict)
    budgets: Shares = field(default_factory=dict)
    common: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)

    def add_to(self, inputs: Inputs, who: int) -> Inputs:
        """Return the inputs with somebody's shares."""
        given = {}
        for key, one in inputs.given.items():
            part = self.parts.get(key, {}).get(who)
            quantities = {**one.quantities, **self.common.get(key, {})}
            budget = self.budgets.get(key, {}).get(who)
            given[key] = replace(one, quantities=quantities, share=part, budget=budget)
        return replace(inputs, given=given)


def shared(connection: Connection, ground: Ground, before: Before = ({}, {})) -> Shared:
    """Return what all participants share; nothing is read for a plan in which nothing is.

    ``before``: what everybody brings from earlier periods, which counts where pays share a budget.
    """
    components = ground.plan.components
    pools = [one for one in components if isinstance(one.terms, Pool)]
    splits = {one.key: _weights(connection, ground, one) for one in components if one.share and one not in pools}
    budgets = [one for one in components if one.budget is not None]
    if not (pools or splits or budgets):
        return Shared()
    pass_ = _Pass(ground)
    for bucket in sorted(ground.people) if pools or splits else ():
        for who, inputs in gathering.inputs_of(connection, ground, bucket).items():
            pass_.meet(who, inputs, pools, splits)
    common = pass_.common(splits)
    parts = {one.key: _divided(ground, _by(one, pass_.units[one.key]), pass_.whole(one)) for one in pools}
    for key, weights in splits.items():
        everybody = dict.fromkeys(ground.everybody, ZERO) | {who: one for who, one in weights.items() if one}
        parts[key] = _divided(ground, everybody, _together(ground, ground.plan.component(key), common[key]))
    known = Shared(parts, common=common)
    asked = _asked(connection, ground, before, known, budgets) if budgets else {}
    limits = {one.key: _divided(ground, asked[one.key], cents(one.budget or ZERO, "down")) for one in budgets}
    return replace(known, budgets=limits)


def _asked(
    connection: Connection, ground: Ground, before: Before, known: Shared, budgets: list[Component]
) -> Mapping[str, Mapping[int, Fraction]]:
    """Return what everybody would be paid of components with a budget, in cents, once it is known what they split.

    Of a year so far it is the year's pay: the budget is one of its caps, from which what was paid is taken off.
    """
    found: dict[str, dict[int, Fraction]] = {one.key: {} for one in budgets}
    bare = [replace(one, basis="period") for one in budgets]
    for bucket in sorted(ground.people):
        for who, inputs in gathering.inputs_of(connection, ground, bucket).items():
            whole = known.add_to(carrying.add_to(inputs, before, who), who)
            for one in bare:
                pay = reckon_component(ground.plan, one, whole.given[one.key], whole.there).pay
                found[one.key][who] = Fraction(max(0, cents(pay, ground.plan.rounding.mode)))
    return found


class _Pass:
    """What one pass over everybody's inputs gathers for pools and splits."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.units: dict[str, dict[int, Fraction]] = defaultdict(dict)
        self.amounts: dict[str, Fraction] = defaultdict(Fraction)
        self.together: dict[str, dict[str, Fraction]] = defaultdict(dict)
        self.weights: dict[str, Fraction] = defaultdict(Fraction)
        self.factors = {one.key: _factor(one) for one in ground.plan.components if one.share}

    def meet(
        self, who: int, inputs: Inputs, pools: list[Component], splits: Mapping[str, Mapping[int, Fraction]]
    ) -> None:
        """Add what one participant brings."""
        for one in pools:
            quantities = inputs.given[one.key].quantities
            self.units[one.key][who] = max(ZERO, quantities[one.of])
            self.amounts[one.key] = max(self.amounts[one.key], _amount(one, quantities))
        for key, weights in splits.items():
            if weight := weights.get(who):
                joint, factor = self.together[key], self.factors[key]
                self.weights[key] += weight
                for name, value in inputs.given[key].quantities.items():
                    joint[name] = joint.get(name, ZERO) + (value * weight if name == factor else value)

    def whole(self, pool: Component) -> int:
        """Return what a pool shares, in cents."""
        return cents(self.amounts[pool.key], self.ground.plan.rounding.mode)

    def common(self, splits: Mapping[str, object]) -> dict[str, dict[str, Fraction]]:
        """Return the quantities that all have in common, by component."""
        found: dict[str, dict[str, Fraction]] = {key: dict(self.together[key]) for key in splits}
        for key, own in found.items():
            factor = self.factors[key]
            if factor in own:
                own[factor] /= self.weights[key]
        for one in self.ground.plan.components:
            if isinstance(one.terms, Pool) and isinstance(one.terms.amount, str):
                found[one.key] = {one.terms.amount: self.amounts[one.key]}
        return found


def _amount(component: Component, quantities: Mapping[str, Fraction]) -> Fraction:
    """Return the amount of a pool: a number of the plan, or the figure that HR gave (the largest, if to several)."""
    terms = component.terms
    if not isinstance(terms, Pool):
        return ZERO
    return quantities[terms.amount] if isinstance(terms.amount, str) else terms.amount


def _by(component: Component, units: Mapping[int, Fraction]) -> Mapping[int, Fraction]:
    terms = component.terms
    if not isinstance(terms, Pool) or terms.by == "units":
        return units
    people = sorted(units)
    if terms.by == "equally":
        return dict.fromkeys(people, ONE)
    return dict(zip(people, by_rank([units[who] for who in people], terms.ranks), strict=True))


def _factor(component: Component) -> str | None:
    """Return the quantity that is a factor and nothing else: what is done together has the mean of it, by weight."""
    multiplier = component.multiplier
    alone = replace(component, multiplier=None).quantities()
    return multiplier.of if multiplier is not None and multiplier.of not in alone else None


def _together(ground: Ground, component: Component, quantities: Mapping[str, Fraction]) -> int:
    """Return the pay, in cents, of what was done together, as it stands before it is split."""
    alone = replace(
        component, share=False, caps=Caps(credit=component.caps.credit), floor=None, budget=None, prorate=False
    )
    pay = reckon_component(ground.plan, replace(alone, basis="period"), Given(quantities), ONE).pay
    return cents(pay, ground.plan.rounding.mode)


def _weights(connection: Connection, ground: Ground, component: Component) -> dict[int, Fraction]:
    table = Weight
    query = select(table.participant, table.value).where(
        table.plan == ground.plan.key, table.component == component.key, table.first == ground.first
    )
    return {who: number(value) for who, value in connection.execute(query)}


def _divided(ground: Ground, weights: Mapping[int, Fraction], whole: int) -> dict[int, Share]:
    """Divide cents by weights; left-over cents go by the largest remainder, equals in the order of participants."""
    people = sorted(who for who in ground.everybody if who in weights)
    return dict(zip(people, divide(whole, [weights[who] for who in people]), strict=True))
