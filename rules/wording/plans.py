"""Bonus plans as sentences: each component, what holds around it, and the plan as one paragraph."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules.bonus import plan as plans
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.wording.plan_phrases import PHRASES
from rules.wording.sentences import dated
from rules.wording.sentences import offered
from rules.wording.sentences import title_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from fractions import Fraction

    from rules.bonus.plan import Component
    from rules.bonus.plan import Plan
    from rules.bonus.plan import Tier
    from rules.book import Book
    from rules.wording.language import Language

PERCENT = 100


class Bound(NamedTuple):
    """What holds within a stage, for one component or (``None``) for the whole plan."""

    stage: str
    component: Component | None
    said: str


class Told:
    """A plan told in one language: its phrases, numbers and titles."""

    def __init__(self, plan: Plan, book: Book, tongue: Language) -> None:
        """Begin."""
        self.plan = plan
        self.book = book
        self.tongue = tongue
        self.phrases = PHRASES[tongue.code]

    def say(self, phrase: str, **words: object) -> str:
        """Fill a phrase."""
        return self.phrases[phrase].format(**words)

    def money(self, amount: Fraction) -> str:
        """Write an amount, with its cents."""
        exact = _decimal(amount)
        whole = exact == exact.to_integral_value()
        return self.tongue.money(exact.quantize(Decimal("0.01")) if whole else exact, self.plan.currency)

    def number(self, value: Fraction) -> str:
        """Write a number."""
        return self.tongue.number(_decimal(value))

    def percent(self, part: Fraction) -> str:
        """Write a part of one as a percentage."""
        return self.say("percent", n=self.number(part * PERCENT))

    def title(self, name: str) -> str:
        """Return the title of a quantity."""
        if name.startswith(FIGURE):
            return name.removeprefix(FIGURE).replace("-", " ")
        if name.startswith(AWARD):
            key = name.removeprefix(AWARD)
            return title_of(self.book.rewards.get(key), key, self.tongue.code)
        return title_of(self.book.metrics.get(name), name, self.tongue.code)

    def quantity(self, name: str) -> str:
        """Return the title of a quantity inside a sentence."""
        return self.tongue.quoted(self.title(name))

    def is_sum(self, component: Component) -> bool:
        """Say whether a component counts an amount, so that its rates are parts of it."""
        metric = self.book.metrics.get(component.of)
        return metric is not None and metric.measure == "sum"

    def rate(self, component: Component, pays: Fraction) -> str:
        """Write a rate: a percentage of an amount, or money for a unit."""
        return self.percent(pays) if self.is_sum(component) else self.say("each", money=self.money(pays))


def component_sentence(component: Component, plan: Plan, book: Book, tongue: Language) -> str:
    """Say what one component pays, and what holds it within bounds."""
    told = Told(plan, book, tongue)
    title = title_of(component, component.key, tongue.code)
    around = [said for _, said in _around(told, component)]
    parts = [told.say("component", title=title, pays=_pays(told, component)), *around]
    return told.say("sentence.join").join(parts)


def plan_sentence(plan: Plan, book: Book, tongue: Language) -> str:
    """Say what a plan pays to whom, component after component, and what holds around them."""
    told = Told(plan, book, tongue)
    head = told.say(f"plan.{plan.per}", title=tongue.quoted(title_of(plan, plan.key, tongue.code)))
    parts = [head + offered(plan, tongue) + dated(plan, tongue)]
    parts += [component_sentence(one, plan, book, tongue) for one in plan.components]
    parts += [said for _, said in _whole_plan(told)]
    return told.say("sentence.join").join(parts)


def bounds_in_order(plan: Plan, book: Book, tongue: Language) -> list[Bound]:
    """Say what holds around the components, in the fixed order in which a line comes about."""
    told = Told(plan, book, tongue)
    found = [Bound(stage, one, said) for one in plan.components for stage, said in _around(told, one)]
    found += [Bound(stage, None, said) for stage, said in _whole_plan(told)]
    return sorted(found, key=lambda bound: plans.STAGES.index(bound.stage))  # stable: in the order of components


def _whole_plan(told: Told) -> Iterator[tuple[str, str]]:
    """Yield the stage and what holds there for the whole plan."""
    plan = told.plan
    if plan.prorate is not None:
        yield "proration", told.say(f"prorate.{plan.prorate.by}.{plan.prorate.scales}")
    if plan.cap is not None:
        yield "cap", told.say("plan.cap", money=told.money(plan.cap))
    if plan.floor is not None:
        yield "floor", told.say("plan.floor", money=told.money(plan.floor))
    yield "rounding", told.say(f"rounding.{plan.rounding.level}", mode=told.say(f"mode.{plan.rounding.mode}"))


def _pays(told: Told, component: Component) -> str:
    return TERMS[type(component.terms)](told, component, component.terms)


def _flat(told: Told, component: Component, terms: plans.Flat) -> str:
    return told.say("flat", of=told.quantity(component.of), rate=told.rate(component, terms.pays))


def _percent(told: Told, component: Component, terms: plans.Percent) -> str:
    return told.say("percent.sum", of=told.quantity(component.of), percent=told.percent(terms.rate))


def _marginal(told: Told, component: Component, terms: plans.Marginal) -> str:
    return told.say("marginal", of=told.quantity(component.of), tiers=_tiers(told, component, terms.tiers, "tier.last"))


def _whole(told: Told, component: Component, terms: plans.Whole) -> str:
    side = told.say(f"boundary.{terms.boundary}")
    tiers = _tiers(told, component, terms.tiers, "tier.last.whole")
    return told.say("whole", of=told.quantity(component.of), tiers=tiers, side=side)


def _step(told: Told, component: Component, terms: plans.Step) -> str:
    said = [told.say("step.at", at=told.number(one.at), money=told.money(one.pays)) for one in terms.tiers]
    words = {
        "steps": told.tongue.comma.join(said),
        "how": told.say("step.stacked" if terms.stacked else "step.highest"),
        "again": told.say("step.again" if terms.every_time else "step.once"),
    }
    phrase = "step" if len(terms.tiers) > 1 else "step.one"
    return told.say(phrase, of=told.quantity(component.of), **words)


def _per(told: Told, component: Component, terms: plans.PerN) -> str:
    carry = told.say("per.carry" if terms.carry else "per.lapse")
    words = {"money": told.money(terms.pays), "n": told.number(terms.n), "carry": carry}
    return told.say("per.one" if terms.n == 1 else "per", of=told.quantity(component.of), **words)


def _pool(told: Told, component: Component, terms: plans.Pool) -> str:
    amount = told.quantity(terms.amount) if isinstance(terms.amount, str) else told.money(terms.amount)
    ranks = told.tongue.comma.join(told.number(one) for one in terms.ranks)
    return told.say(f"pool.{terms.by}", amount=amount, of=told.quantity(component.of), ranks=ranks)


def _awards(told: Told, component: Component, _terms: plans.Awards) -> str:
    return told.say("awards", of=told.quantity(component.of))


def _tiers(told: Told, component: Component, tiers: Sequence[Tier], end: str) -> str:
    parts = []
    for place, tier in enumerate(tiers):
        rate = told.rate(component, tier.pays) if tier.pays else told.say("nothing")
        last = place + 1 == len(tiers)
        words = {"rate": rate, "at": told.number(tier.at), "to": "" if last else told.number(tiers[place + 1].at)}
        phrase = _tier_phrase(place, len(tiers), end)
        parts.append(told.say(phrase, **words))
    return told.tongue.comma.join(parts)


def _tier_phrase(place: int, number: int, end: str) -> str:
    if number == 1:
        return "tier.only"
    if place + 1 == number:
        return end
    return "tier.next" if place else "tier.first"


def _curve(told: Told, component: Component, terms: plans.Curve) -> str:
    target = told.quantity(terms.target) if isinstance(terms.target, str) else told.number(terms.target)
    notes = []
    if terms.threshold:
        notes.append(told.say("curve.threshold", percent=told.percent(terms.threshold)))
    notes += [told.say("curve.point", at=told.percent(p.at), pays=told.percent(p.pays)) for p in terms.points]
    if len(terms.points) > 1:
        notes.append(told.say("curve.between"))
    if terms.accelerator != 1:
        notes.append(told.say("curve.accelerator", n=told.number(terms.accelerator)))
    if terms.cap is not None:
        notes.append(told.say("curve.cap", percent=told.percent(terms.cap)))
    main = told.say("curve", of=told.quantity(component.of), money=told.money(terms.pays), target=target)
    return told.say("note.join").join([main, *notes])


def _around(told: Told, component: Component) -> Iterator[tuple[str, str]]:
    """Yield the stage and what holds a component within bounds there, in the order in which it is reckoned."""
    gate, multiplier = component.gate, component.multiplier
    if component.starts is not None:
        yield "credit", told.say("starts", day=told.tongue.date(component.starts))
    if component.ends is not None:
        yield "credit", told.say("ends", day=told.tongue.date(component.ends - 1))
    if component.caps.credit is not None:
        yield "credit", told.say("cap.credit", n=told.number(component.caps.credit))
    if gate is not None:
        phrase = "gate.part" if gate.otherwise else "gate"
        words = {"n": told.number(gate.at_least), "percent": told.percent(gate.otherwise)}
        yield "gate", told.say(phrase, of=told.quantity(gate.of), **words)
    if multiplier is not None:
        low, high = told.number(multiplier.at_least), told.number(multiplier.at_most)
        yield "multiplier", told.say("multiplier", of=told.quantity(multiplier.of), low=low, high=high)
    if component.share:
        yield "split", told.say("share")
    if told.plan.prorate is not None and not component.prorate and not isinstance(component.terms, plans.Pool):
        yield "proration", told.say("prorate.not")
    yield from _bounds(told, component)


def _bounds(told: Told, component: Component) -> Iterator[tuple[str, str]]:
    caps = component.caps
    if caps.rate is not None:
        yield "cap", told.say("cap.rate", rate=told.rate(component, caps.rate))
    if caps.pay is not None:
        yield "cap", told.say("cap.pay", money=told.money(caps.pay))
    if component.budget is not None:
        yield "cap", told.say("budget", money=told.money(component.budget))
    if component.floor is not None:
        yield "floor", told.say("floor", money=told.money(component.floor))
    if component.basis == "year":
        yield "paid", told.say("year")


TERMS: Mapping[type[plans.Terms], Callable[[Told, Component, Any], str]] = {
    plans.Flat: _flat,
    plans.Percent: _percent,
    plans.Marginal: _marginal,
    plans.Whole: _whole,
    plans.Step: _step,
    plans.PerN: _per,
    plans.Curve: _curve,
    plans.Pool: _pool,
    plans.Awards: _awards,
}


def _decimal(value: Fraction) -> Decimal:
    """Return a number of a book, which is a decimal one."""
    return Decimal(value.numerator) / Decimal(value.denominator)
