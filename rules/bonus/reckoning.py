"""How one component's pay comes about, stage by stage, in the fixed order of ``plan.STAGES``."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction  # noqa: TC003  # ``wire`` reads the types
from typing import TYPE_CHECKING

from rules.bonus.components import COMPONENTS
from rules.bonus.components import KIND_OF
from rules.bonus.components import ONE
from rules.bonus.components import ZERO
from rules.bonus.components import Ask
from rules.bonus.exact import cents
from rules.bonus.exact import money
from rules.bonus.exact import text
from rules.bonus.plan import Pool

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.bonus.plan import Component
    from rules.bonus.plan import Plan
    from rules.bonus.shares import Share


@dataclass(frozen=True, slots=True)
class Given:
    """What is known for one component: its quantities, and what comes from before and from others.

    ``carried``: what an earlier period left over.  ``paid``: what earlier periods of the year paid (basis "year").
    ``share``: the part of a split or a pool.  ``budget``: the part of the component's budget, in cents asked by all.
    """

    quantities: Mapping[str, Fraction] = field(default_factory=dict)
    carried: Fraction = ZERO
    paid: Fraction = ZERO
    share: Share | None = None
    budget: Share | None = None


@dataclass(frozen=True, slots=True)
class Worked:
    """One stage of the arithmetic: what was done, and what it came to."""

    stage: str
    formula: str
    result: Fraction


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A component's exact pay, the stages that led to it, and what is carried on."""

    pay: Fraction
    steps: tuple[Worked, ...]
    carried: Fraction = ZERO


def reckon_component(plan: Plan, component: Component, given: Given, there: Fraction) -> Reckoned:
    """Work out a component: credit → gate → tiers → multiplier → split → proration → cap → floor → paid.

    ``there`` is the part of the period for which somebody was there.  Rounding comes last, with the statement.
    """
    steps: list[Worked] = []
    scales = plan.prorate.scales if plan.prorate is not None and component.prorate and there != 1 else ""
    credit = _credit(component, given, steps)
    credit = _gate(component, given, credit, steps)
    kind = COMPONENTS[KIND_OF[type(component.terms)]]
    scale = there if scales == "target" else ONE
    ask = Ask(credit, given.quantities, given.carried, given.share, scale, plan.rounding.mode)
    answer = kind.pays(component.terms, ask)
    steps.append(Worked("tiers", answer.formula, answer.pay))
    pay = _multiplier(component, given, answer.pay, steps)
    pay = _split(plan, component, given, pay, steps)
    if scales == "pay":
        pay = _note(steps, "proration", f"{text(pay)} × {text(there)}", pay * there)
    pay = _capped(component, given, credit, pay, steps)
    if component.floor is not None and pay < component.floor:
        pay = _note(steps, "floor", text(component.floor), component.floor)
    if component.basis == "year":
        pay = _note(steps, "paid", f"{text(pay)} − {text(given.paid)}", pay - given.paid)
    return Reckoned(pay, tuple(steps), answer.carried)


def _note(steps: list[Worked], stage: str, formula: str, result: Fraction) -> Fraction:
    steps.append(Worked(stage, formula, result))
    return result


def _credit(component: Component, given: Given, steps: list[Worked]) -> Fraction:
    credit = given.quantities.get(component.of, ZERO)
    most = component.caps.credit
    if most is not None and credit > most:
        return _note(steps, "credit", f"min({text(credit)}, {text(most)})", most)
    return _note(steps, "credit", text(credit), credit)


def _gate(component: Component, given: Given, credit: Fraction, steps: list[Worked]) -> Fraction:
    gate = component.gate
    if gate is None:
        return credit
    value = given.quantities.get(gate.of, ZERO)
    if value >= gate.at_least:
        return _note(steps, "gate", f"{text(value)} ≥ {text(gate.at_least)}", credit)
    formula = f"{text(value)} < {text(gate.at_least)} → {text(credit)} × {text(gate.otherwise)}"
    return _note(steps, "gate", formula, credit * gate.otherwise)


def _multiplier(component: Component, given: Given, pay: Fraction, steps: list[Worked]) -> Fraction:
    multiplier = component.multiplier
    if multiplier is None:
        return pay
    value = given.quantities.get(multiplier.of, ZERO)
    factor = min(max(value, multiplier.at_least), multiplier.at_most)
    return _note(steps, "multiplier", f"{text(pay)} × {text(factor)}", pay * factor)


def _split(plan: Plan, component: Component, given: Given, pay: Fraction, steps: list[Worked]) -> Fraction:
    """Split the pay, in cents, so that the parts of all participants add up to it."""
    if not component.share or given.share is None or isinstance(component.terms, Pool):
        return pay
    whole = cents(pay, plan.rounding.mode)
    share = given.share
    return _note(steps, "split", share.formula(whole), money(share.of(whole)))


def _capped(component: Component, given: Given, credit: Fraction, pay: Fraction, steps: list[Worked]) -> Fraction:
    rate, most = component.caps.rate, component.caps.pay
    if rate is not None and pay > max(ZERO, credit) * rate:
        pay = _note(steps, "cap", f"{text(credit)} × {text(rate)}", max(ZERO, credit) * rate)
    if most is not None and pay > most:
        pay = _note(steps, "cap", text(most), most)
    if component.budget is not None and given.budget is not None:
        whole = cents(component.budget, "down")
        if given.budget.total > whole:
            share = given.budget
            pay = _note(steps, "cap", share.formula(whole), money(share.of(whole)))
    return pay
