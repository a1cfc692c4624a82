"""What the lint of bonus plans advises, in the reader's words, each with its remedy (``rules.book.plan_lint``)."""

from __future__ import annotations

import re
from decimal import Decimal
from decimal import InvalidOperation
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from rules.bonus import Component
    from rules.bonus import Plan
    from rules.book import Book
    from rules.book import Fault

    Values = Mapping[str, str]

_PLACE = re.compile(r'plan\.(?:"([^"]+)"|([\w-]+))(?:\.components\[(\d+)\])?')
PERIODS: Mapping[str, Callable[[], str]] = {
    "month": lambda: gettext("It is there anew every month."),
    "quarter": lambda: gettext("It is there anew every quarter."),
    "year": lambda: gettext("It is there anew every year."),
}


def title(place: str, book: Book | None) -> str:
    """Return what the plan at a place is called, with its component if it is about one."""
    plan, component = _found(place, book)
    if plan is None:
        return ""
    code = languages.current().code
    named = wording.title_of(plan, plan.key, code)
    return f"{named} · {wording.title_of(component, component.key, code)}" if component else named


def said(fault: Fault, book: Book | None) -> str | None:
    """Return the whole of an advice in words; ``None`` where there are none of ours for it."""
    plan, _ = _found(fault.place, book)
    if fault.code not in SAID or plan is None or book is None:
        return None
    return SAID[fault.code](dict(fault.values), plan, book)


def _found(place: str, book: Book | None) -> tuple[Plan | None, Component | None]:
    at = _PLACE.match(place)
    plan = None if at is None or book is None else book.plans.get(at[1] or at[2])
    if at is None or plan is None:
        return None, None
    number = -1 if at[3] is None else int(at[3])
    return plan, plan.components[number] if 0 <= number < len(plan.components) else None


def _number(written: str) -> str:
    """Write a number as people do; a fraction without an end stays one."""
    try:
        return languages.current().number(Decimal(written))
    except InvalidOperation:
        return written


def _of(values: Values, plan: Plan, book: Book, name: str = "of") -> str:
    return wording.quantity(values[name], plan, book, languages.current().code)


def _jumps(values: Values) -> str:
    """Say each boundary at which one more changes the pay at once."""
    parts = [_jump(one, values["currency"]) for one in values["jumps"].split()]
    others = int(values["others"])
    if others:
        parts.append(ngettext("There is %(n)s more such place.", "There are %(n)s more such places.", others))
    return " ".join(parts)


def _jump(written: str, currency: str) -> str:
    at, below, above = written.split("/") if written.count("/") == 2 else (written, "0", "0")  # noqa: PLR2004  # of three
    differs = Decimal(above) - Decimal(below)
    money = languages.current().money
    amounts = {"below": money(Decimal(below), currency), "above": money(Decimal(above), currency)}
    amounts["amount"] = money(abs(differs), currency)
    where = (
        gettext("%(part)s of the target", part=languages.current().percent(Decimal(at[:-1]) / 100))
        if at.endswith("%")
        else _number(at)
    )
    if differs > 0:
        return gettext("At %(at)s one more pays %(amount)s more at once (%(below)s → %(above)s).", at=where, **amounts)
    return gettext("At %(at)s one more pays %(amount)s less at once (%(below)s → %(above)s).", at=where, **amounts)


def _whole(values: Values, _plan: Plan, _book: Book) -> str:
    remedy = gettext("Let each rate hold for what lies within its tier, or make more tiers that lie closer together.")
    return f"{_jumps(values)} {remedy}"


def _step(values: Values, _plan: Plan, _book: Book) -> str:
    remedy = gettext("Make more steps that lie closer together, or leave it if the mark is the point.")
    return f"{_jumps(values)} {remedy}"


def _curve(values: Values, _plan: Plan, _book: Book) -> str:
    remedy = gettext("Let the curve begin at nothing.")
    return f"{_jumps(values)} {remedy}"


def _falling(values: Values, _plan: Plan, _book: Book) -> str:
    numbers = {name: _number(values[name]) for name in ("at", "before", "after")}
    return gettext(
        "From %(at)s on it pays %(after)s instead of %(before)s. Let what is paid rise, or end with a limit.", **numbers
    )


def _budget(values: Values, _plan: Plan, _book: Book) -> str:
    remedy = gettext("If the budget is for one time alone, give it a first and a last day.")
    return f"{PERIODS[values['per']]()} {remedy}"


def _marks(values: Values, _plan: Plan, _book: Book) -> str:
    marks = ", ".join(_number(one) for one in values["marks"].split(", "))
    return gettext(
        "%(marks)s can never be reached: at most %(most)s are credited. Ask for fewer, or raise the limit.",
        marks=marks,
        most=_number(values["most"]),
    )


def _counted_twice(values: Values, plan: Plan, book: Book) -> str:
    incentive, code = book.incentives.get(values["incentive"]), languages.current().code
    return gettext(
        "It pays for %(of)s once more: “%(incentive)s” earns it, and “%(component)s” pays for it, too. Keep one of"
        " them, or leave it if both are meant.",
        of=_of(values, plan, book),
        incentive=wording.title_of(incentive, values["incentive"], code),
        component=wording.title_of(plan.component(values["component"]), values["component"], code),
    )


SAID: Mapping[str, Callable[[Values, Plan, Book], str]] = {
    "plan.cliffs-whole": _whole,
    "plan.cliffs-step": _step,
    "plan.cliffs-curve": _curve,
    "plan.unbounded": lambda _v, _p, _b: gettext(
        "Pay grows without end. Say what it pays at most, or what the plan does all together."
    ),
    "plan.gate-always": lambda v, p, b: gettext(
        "The condition is always met: %(of)s is never below 0. Ask for more, or leave it out.", of=_of(v, p, b)
    ),
    "plan.gate-never": lambda v, p, b: gettext(
        "The condition can never be met: %(of)s is at most %(most)s, not %(asked)s. Ask for fewer.",
        of=_of(v, p, b), most=_number(v["most"]), asked=_number(v["asked"]),
    ),
    "plan.marks-beyond": _marks,
    "plan.falling": _falling,
    "plan.budget-anew": _budget,
    "plan.losses": lambda v, p, b: gettext(
        "Pay falls below zero when %(of)s does. Let it pay at least 0 if nothing is to be taken back.", of=_of(v, p, b)
    ),
    "plan.losses-of-the-year": lambda _v, _p, _b: gettext(
        "It takes back what the year has paid too much. Let the plan pay at least something if it is not to."
    ),
    "plan.paid-twice": lambda v, p, b: gettext(
        "It pays %(of)s a second time: “%(other)s” pays it already. Keep one of them.",
        of=_of(v, p, b), other=title(v["other"], b),
    ),
    "plan.counted-twice": _counted_twice,
    "plan.currencies": lambda v, _p, b: gettext(
        "“%(other)s” may pay the same people at the same time in %(currency)s. Part them by whom they are for, or by"
        " their days.",
        other=title(f'plan."{v["plan"]}"', b), currency=v["currency"],
    ),
    "plan.other-days": lambda _v, _p, _b: gettext(
        "It can never pay: none of its days is one of the plan's. Give both days in common."
    ),
    "plan.no-example": lambda _v, _p, _b: gettext(
        "It has no worked example. Write one: it is worked out whenever the book is read."
    ),
}  # fmt: skip  # one thing a code
