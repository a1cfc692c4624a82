"""What each kind of component pays for a credit: one table, one function each.

A function is given the terms, the credit and what else is known, and returns the exact pay with the arithmetic that
leads to it.  ``scale`` shrinks targets for who is there for a part of the period (1 otherwise).
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

from rules.bonus import plan
from rules.bonus.exact import cents
from rules.bonus.exact import money
from rules.bonus.exact import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.bonus.shares import Share

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a component's function is asked: the credit, other quantities, and what came from before or from others."""

    credit: Fraction
    quantities: Mapping[str, Fraction]
    carried: Fraction = ZERO
    share: Share | None = None
    scale: Fraction = ONE
    mode: str = "half_up"


@dataclass(frozen=True, slots=True)
class Answer:
    """What it pays, the arithmetic, and what is carried into the next period."""

    pay: Fraction
    formula: str
    carried: Fraction = ZERO


def flat(terms: plan.Flat, ask: Ask) -> Answer:
    """Pay so much for each unit."""
    return Answer(ask.credit * terms.pays, f"{text(ask.credit)} × {text(terms.pays)}")


def percent(terms: plan.Percent, ask: Ask) -> Answer:
    """Pay a part of a sum."""
    return Answer(ask.credit * terms.rate, f"{text(ask.credit)} × {text(terms.rate)}")


def marginal(terms: plan.Marginal, ask: Ask) -> Answer:
    """Pay each tier's rate for what lies within it.  A credit below zero is paid back at the first tier's rate."""
    tiers = _scaled(terms.tiers, ask.scale)
    if ask.credit < tiers[0].at or ask.credit < 0:
        below = min(ask.credit, ZERO)
        return Answer(below * tiers[0].pays, f"{text(below)} × {text(tiers[0].pays)}")
    pay, parts = ZERO, []
    for place, tier in enumerate(tiers):
        until = tiers[place + 1].at if place + 1 < len(tiers) else ask.credit
        within = min(ask.credit, until) - tier.at
        if within > 0:
            pay += within * tier.pays
            parts.append(f"{text(within)} × {text(tier.pays)}")
    return Answer(pay, " + ".join(parts) or "0")


def whole(terms: plan.Whole, ask: Ask) -> Answer:
    """Pay the reached tier's rate for everything."""
    tiers = _scaled(terms.tiers, ask.scale)
    upper = terms.boundary == "upper"
    reached = [tier for tier in tiers if ask.credit > tier.at or (upper and ask.credit == tier.at)]
    if not reached and ask.credit >= tiers[0].at:
        reached = [tiers[0]]  # the lowest tier has nothing below it to belong to
    if not reached:
        rate = tiers[0].pays if ask.credit < 0 else ZERO
        return Answer(ask.credit * rate, f"{text(ask.credit)} × {text(rate)}")
    rate = reached[-1].pays
    return Answer(ask.credit * rate, f"{text(ask.credit)} × {text(rate)}")


def step(terms: plan.Step, ask: Ask) -> Answer:
    """Pay for the marks that are reached.  Who was there on no day has none: a mark shrunk to nothing is no mark."""
    pay, parts = ZERO, []
    for tier in _scaled(terms.tiers, ask.scale):
        if ask.credit < tier.at or tier.at <= 0:
            continue
        times = ask.credit // tier.at if terms.every_time else 1
        earned, said = times * tier.pays, f"{times} × {text(tier.pays)}" if times > 1 else text(tier.pays)
        if terms.stacked:
            pay += earned
            parts.append(said)
        else:
            pay, parts = earned, [said]
    return Answer(pay, " + ".join(parts) or "0")


def per_n(terms: plan.PerN, ask: Ask) -> Answer:
    """Pay for every full N, with what was carried from before."""
    total = ask.credit + (ask.carried if terms.carry else ZERO)
    times = max(0, total // terms.n)
    left = total - times * terms.n if terms.carry else ZERO
    before = f" (+ {text(ask.carried)})" if terms.carry and ask.carried else ""
    return Answer(
        times * terms.pays, f"{text(ask.credit)}{before} ÷ {text(terms.n)} → {times} × {text(terms.pays)}", left
    )


def curve(terms: plan.Curve, ask: Ask) -> Answer:
    """Pay a target amount by attainment."""
    target = (ask.quantities[terms.target] if isinstance(terms.target, str) else terms.target) * ask.scale
    if target <= 0:
        return Answer(ZERO, "0")
    attainment = ask.credit / target
    part = payout(terms, attainment)
    formula = f"{text(ask.credit)} ÷ {text(target)} → {text(part)} × {text(terms.pays)}"
    return Answer(part * terms.pays, formula)


def payout(terms: plan.Curve, attainment: Fraction) -> Fraction:
    """Return which part of the target amount an attainment pays."""
    if attainment < terms.threshold:
        return ZERO
    if terms.cap is not None:
        attainment = min(attainment, terms.cap)
    points = terms.points or (plan.Tier(ZERO, ZERO), plan.Tier(ONE, ONE))
    last = points[-1]
    if attainment >= last.at:
        return last.pays + (attainment - last.at) * terms.accelerator
    if attainment < points[0].at:
        return ZERO
    low, high = next((a, b) for a, b in pairwise(points) if a.at <= attainment < b.at)
    return low.pays + (attainment - low.at) * (high.pays - low.pays) / (high.at - low.at)


def pool(terms: plan.Pool, ask: Ask) -> Answer:
    """Pay this person's part of an amount that all share."""
    amount = ask.quantities[terms.amount] if isinstance(terms.amount, str) else terms.amount
    shared = cents(amount, ask.mode)
    if ask.share is None or not ask.share.total:
        return Answer(ZERO, "0")
    part = ask.share.of(shared)
    return Answer(money(part), ask.share.formula(shared))


def awards(_terms: plan.Awards, ask: Ask) -> Answer:
    """Pay what incentives paid."""
    return Answer(ask.credit, text(ask.credit))


def _scaled(tiers: Sequence[plan.Tier], scale: Fraction) -> Sequence[plan.Tier]:
    return tiers if scale == 1 else [replace(tier, at=tier.at * scale) for tier in tiers]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of component: its terms, and what it pays for them."""

    terms: type[plan.Terms]
    pays: Callable[[Any, Ask], Answer]


# To add a kind: terms in ``plan``, a function above, a line here; a table in rules/book, a sentence in rules/wording.
COMPONENTS: Mapping[str, Kind] = {
    "flat": Kind(plan.Flat, flat),
    "percent": Kind(plan.Percent, percent),
    "marginal": Kind(plan.Marginal, marginal),
    "whole": Kind(plan.Whole, whole),
    "step": Kind(plan.Step, step),
    "per": Kind(plan.PerN, per_n),
    "curve": Kind(plan.Curve, curve),
    "pool": Kind(plan.Pool, pool),
    "awards": Kind(plan.Awards, awards),
}
KIND_OF = {kind.terms: name for name, kind in COMPONENTS.items()}
