"""Advice on sound bonus plans: what can be paid, but is probably not what was meant.

To add a check: write a function from a book and one of its plans to warnings and list it in ``PLAN_LINTS``.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from rules import period
from rules.bonus import shape
from rules.bonus.exact import cents
from rules.bonus.exact import money_text
from rules.bonus.exact import text
from rules.bonus.plan import AWARD
from rules.bonus.plan import Awards
from rules.bonus.plan import Curve
from rules.bonus.plan import Flat
from rules.bonus.plan import Marginal
from rules.bonus.plan import Percent
from rules.bonus.plan import Step
from rules.bonus.plan import Whole
from rules.book.faults import Fault
from rules.book.faults import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from rules.bonus import Component
    from rules.bonus import Plan
    from rules.book.model import Book

DAYS = {"month": 31, "quarter": 92, "year": 366}  # the most days of a period
MOST_TOLD = 5  # boundaries of one component that a message lists
CODES = (  # after "plan."
    *("cliffs-whole", "cliffs-step", "cliffs-curve", "unbounded", "gate-always", "gate-never", "marks-beyond"),
    *("falling", "budget-anew", "losses", "losses-of-the-year", "paid-twice", "counted-twice", "currencies"),
    *("other-days", "no-example"),
)


def plan_warnings(book: Book) -> Iterator[Fault]:
    """Yield the warnings about all plans of a book."""
    for plan in book.plans.values():
        yield from of_plan(book, plan)


def of_plan(book: Book, plan: Plan) -> Iterator[Fault]:
    """Yield the warnings about one plan."""
    for lint in PLAN_LINTS:
        yield from lint(book, plan)


def _told(where: str, message: str, code: str, **values: str) -> Fault:
    return Fault(where, message, f"plan.{code}", tuple(values.items()))


def _cliffs(_book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell where one more changes the pay at once: whole-amount tiers, marks, and the threshold of a curve."""
    for where, one in _components(plan):
        found = shape.jumps(shape.curve_of(one, plan)) if isinstance(one.terms, Whole | Step | Curve) else []
        told = [_jump(jump, one, plan) for jump in found[:MOST_TOLD] if cents(jump.above - jump.below, "half_up")]
        if not told:
            continue
        more = f" and at {len(found) - MOST_TOLD} more" if len(found) > MOST_TOLD else ""
        values = {"jumps": " ".join(_jump_values(jump, one) for jump in found[:MOST_TOLD]), "currency": plan.currency}
        message = f"pay jumps: {', '.join(told)}{more}; {_remedy(one)}"
        yield _told(where, message, f"cliffs-{_kind(one)}", **values, others=str(max(0, len(found) - MOST_TOLD)))


def _jump(jump: shape.Jump, component: Component, plan: Plan) -> str:
    """Say what one more pays at a boundary."""
    differs = jump.above - jump.below
    amount = f"{_money(abs(differs))} {plan.currency} {'more' if differs > 0 else 'less'}"
    own = isinstance(component.terms, Curve) and isinstance(component.terms.target, str)
    at = f"{text(jump.at * 100)} % of the target" if own else text(jump.at)
    return f"at {at} one more pays {amount} at once ({_money(jump.below)} → {_money(jump.above)})"


def _jump_values(jump: shape.Jump, component: Component) -> str:
    """Write a boundary for those who say it in other words: where, what is paid below, and above."""
    own = isinstance(component.terms, Curve) and isinstance(component.terms.target, str)
    at = f"{text(jump.at * 100)}%" if own else text(jump.at)
    return f"{at}/{money_text(cents(jump.below, 'half_up'))}/{money_text(cents(jump.above, 'half_up'))}"


def _kind(component: Component) -> str:
    return "whole" if isinstance(component.terms, Whole) else "step" if isinstance(component.terms, Step) else "curve"


def _remedy(component: Component) -> str:
    if isinstance(component.terms, Whole):
        return 'write kind = "marginal", or more tiers that lie closer together'
    if isinstance(component.terms, Step):
        return "write more steps that lie closer together, or leave it if the mark is the point"
    return f"let the curve begin at nothing: points = [[{text(component.terms.threshold)}, 0], [1, 1]]"  # type: ignore[union-attr]  # a curve is left


def _unbounded(_book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell what may grow for ever: numbers can be wrong, and a wrong number should not cost a fortune."""
    if plan.cap is not None:
        return
    for where, one in _components(plan):
        if shape.grows(one):
            message = "pay grows without end; write caps = { pay = … }, or a cap for the whole plan"
            yield _told(where, message, "unbounded")


def _out_of_reach(book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell of gates that cannot be met or are always met, and of marks that no credit reaches."""
    for where, one in _components(plan):
        gate = one.gate
        most = None if gate is None else _most(book, plan, one, gate.of)
        if gate is not None and gate.at_least <= 0:
            message = f"the gate is always met: {gate.of} is never below 0; ask for more, or remove it"
            yield _told(where, message, "gate-always", of=gate.of)
        elif gate is not None and most is not None and gate.at_least > most:
            message = f"the gate can never be met: {gate.of} is at most {text(most)}, not {text(gate.at_least)}"
            values = {"of": gate.of, "most": text(most), "asked": text(gate.at_least)}
            yield _told(where, f"{message}; ask for fewer", "gate-never", **values)
        days, cap = _most(book, plan, one, one.of), one.caps.credit
        known = [limit for limit in (days, cap) if limit is not None]
        beyond = [mark for mark in _marks(one) if known and mark > min(known)]
        if beyond:
            marks, most_credited = ", ".join(map(text, beyond)), text(min(known))
            message = f"{marks} can never be reached: at most {most_credited} are credited"
            values = {"marks": marks, "most": most_credited}
            yield _told(where, f"{message}; ask for fewer, or raise the limit", "marks-beyond", **values)


def _most(book: Book, plan: Plan, component: Component, name: str) -> Fraction | None:
    """Return how much of a quantity there can be, where that is known: a period has so many days."""
    metric = book.metrics.get(name)
    if metric is None or metric.measure != "days":
        return None
    return Fraction(DAYS["year" if component.basis == "year" else plan.per])


def _marks(component: Component) -> list[Fraction]:
    """Return the credits for which a component promises something."""
    terms, target = component.terms, shape.target_of(component)
    if isinstance(terms, Marginal | Whole | Step):
        return [tier.at for tier in terms.tiers]
    if isinstance(terms, Curve) and target is not None and not isinstance(terms.target, str):
        return [max(terms.threshold * target, Fraction(0)), target]
    return []


def _falling(_book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell where more effort is paid at a lower rate."""
    for where, one in _components(plan):
        tiers = one.terms.tiers if isinstance(one.terms, Marginal | Whole | Step) else ()
        for before, after in pairwise(tiers):
            if after.pays < before.pays and not (isinstance(one.terms, Step) and one.terms.stacked):
                message = f"from {text(after.at)} on it pays {text(after.pays)} instead of {text(before.pays)}"
                values = {"at": text(after.at), "before": text(before.pays), "after": text(after.pays)}
                yield _told(where, f"{message}; let what is paid rise, or end with a cap", "falling", **values)


def _budgets(_book: Book, plan: Plan) -> Iterator[Fault]:
    for where, one in _components(plan):
        if one.budget is not None and (one.starts is None or one.ends is None):
            message = f"the budget is there anew every {plan.per}; if it is for one time alone, write from and to"
            yield _told(where, message, "budget-anew", per=plan.per)


def _losses(book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell where nothing keeps a loss from being taken out of the pay."""
    for where, one in _components(plan) if plan.floor is None else ():
        metric = book.metrics.get(one.of)
        signed = metric is not None and metric.measure == "sum"
        if signed and one.floor is None and isinstance(one.terms, Flat | Percent | Marginal | Whole):
            message = f"pay falls below zero when {one.of} does; write floor = 0 if nothing is to be taken back"
            yield _told(where, message, "losses", of=one.of)
        elif one.basis == "year":
            message = "takes back what the year has paid too much; write a floor for the plan if it is not to"
            yield _told(where, message, "losses-of-the-year")


def _paid_twice(book: Book, plan: Plan) -> Iterator[Fault]:
    """Tell where the same is paid twice: one award by two components, or a count by an incentive and a component."""
    seen = [found for other in _meeting(book, plan) for found in _components(other)]
    for where, one in _components(plan):
        if isinstance(one.terms, Awards):
            for place_, other in seen:
                if isinstance(other.terms, Awards) and other.of == one.of:
                    message = f"pays {one.of} a second time: {place_} pays it already; keep one of them"
                    yield _told(where, message, "paid-twice", of=one.of, other=place_)
            yield from _counted_twice(book, plan, where, one.of.removeprefix(AWARD))
        seen.append((where, one))


def _counted_twice(book: Book, plan: Plan, where: str, reward: str) -> Iterator[Fault]:
    for incentive in book.incentives.values():
        for one in plan.components:
            if reward in incentive.earns and one.of == incentive.metric:
                message = (
                    f"pays for {one.of} once more: incentive.{incentive.key} earns it, and {one.key} pays for it too"
                )
                remedy = "keep one of them, or leave it if both are meant"
                values = {"of": one.of, "incentive": incentive.key, "component": one.key}
                yield _told(where, f"{message}; {remedy}", "counted-twice", **values)


def _meeting(book: Book, plan: Plan) -> Iterator[Plan]:
    """Yield the plans that stand before this one in the book and may concern the same people at the same time."""
    for other in book.plans.values():
        if other.key == plan.key:
            return
        who = zip(_asked(plan), _asked(other), strict=True)
        if _overlap(plan, other) and all(not one or not two or set(one) & set(two) for one, two in who):
            yield other


def _asked(plan: Plan) -> tuple[tuple[str, ...], ...]:
    return plan.who.team, plan.who.role, plan.who.wave


def _overlap(one: Plan | Component, other: Plan | Component) -> bool:
    starts = max(one.starts or period.EVER, other.starts or period.EVER)
    return starts < min(one.ends or period.FOREVER, other.ends or period.FOREVER)


def _currencies(book: Book, plan: Plan) -> Iterator[Fault]:
    for other in _meeting(book, plan):
        if other.currency != plan.currency:
            message = f"plan.{other.key} may pay the same people at the same time in {other.currency}"
            where = place("plan", plan.key, "currency")
            values = {"plan": other.key, "currency": other.currency}
            yield _told(where, f"{message}; part them by who, or by from and to", "currencies", **values)


def _other_days(_book: Book, plan: Plan) -> Iterator[Fault]:
    for where, one in _components(plan):
        if not _overlap(plan, one):
            message = "can never pay: none of its days is one of the plan's; let from and to meet the plan's"
            yield _told(where, message, "other-days")


def _examples(_book: Book, plan: Plan) -> Iterator[Fault]:
    if not plan.examples:
        message = "has no example; write one that is worked out whenever the book is loaded: examples = [{ values = …"
        yield _told(place("plan", plan.key), f"{message}, pays = … }}]", "no-example")


def _components(plan: Plan) -> Iterator[tuple[str, Component]]:
    for index, one in enumerate(plan.components):
        yield place("plan", plan.key, "components", index), one


def _money(amount: Fraction) -> str:
    """Write an amount with its cents, in groups of three digits."""
    whole, point, rest = money_text(cents(amount, "half_up")).partition(".")
    return f"{int(whole):,}{point}{rest}".removesuffix(".00")


PLAN_LINTS: tuple[Callable[[Book, Plan], Iterator[Fault]], ...] = (
    _cliffs,
    _unbounded,
    _out_of_reach,
    _falling,
    _budgets,
    _losses,
    _paid_twice,
    _currencies,
    _other_days,
    _examples,
)
