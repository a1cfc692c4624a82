"""What the monthly report to the directors says; the letter and the page to be printed say it in the same words."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP
from decimal import Decimal
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling import effects
from adoption.telling.digests import DOWN
from adoption.telling.digests import UP
from adoption.telling.digests import said
from adoption.telling.periods import period
from adoption.telling.periods import short_period
from rules import effect as verdicts
from rules import period as periods
from rules import wording
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Mapping

    from rules.digest.directors import Bonus
    from rules.digest.directors import Cost
    from rules.digest.directors import Effect
    from rules.digest.directors import Hours
    from rules.digest.directors import Part
    from rules.digest.directors import Point
    from rules.digest.directors import Report
    from rules.digest.directors import Trend

TEN, TENTH = 10, Decimal("0.1")  # from here on without decimals; with one
# Messages are called when they are said, so that each reader hears their own language.
WHY: Mapping[str, Callable[[], str]] = {
    "adoption": lambda: gettext(
        "The adoption score of a team is the middle one of its people, week by week; of a month it is the mean of the "
        "weeks whose Thursday lies in it. Teams of five or more are told of; together, each weighs as much as it has "
        "people. “Active” is the share of people who did anything in the CRM that counts, week by week."
    ),
    "costs": lambda: gettext(
        "Rewards that were given out in the month, times what the book says one costs; of a reward with a monthly "
        "budget, those that drew on it. Points and money are what the ledger booked in the month, less what it took "
        "back. Rewards without a price are counted, and cost nothing here."
    ),
    "effects": lambda: gettext(
        "What each person did in the weeks before and in as many weeks since a rule began, beside people whom it does "
        "not cover. The range is that of 95 per cent: where it holds zero, there may be no effect at all."
    ),
    "bonuses": lambda: gettext(
        "The sum of all statements for periods that ended in the month, from the review on. A plan of fewer than five "
        "people is not told of."
    ),
    "hours": lambda: gettext(
        "Hours = (what was recorded since the waves began, less what there would have been at the pace before) × the "
        "minutes that one is assumed to save ÷ 60, less learning and help. The range takes every assumption at its low "
        "and at its high end."
    ),
}
PARTS: Mapping[str, Callable[[], str]] = {
    "double-entry": lambda: gettext("Nothing typed twice"),
    "look-up": lambda: gettext("Looking up without a sheet"),
    "report": lambda: gettext("Reports without a sheet"),
    "learning": lambda: gettext("Learning"),
    "help": lambda: gettext("Help"),
}
STATES: Mapping[str, Callable[[], str]] = {
    "under review": lambda: gettext("under review"),
    "approved": lambda: gettext("approved"),
    "closed": lambda: gettext("closed"),
    "exported": lambda: gettext("closed"),
}
BUDGETS: Mapping[str, Callable[[str, str], str]] = {
    "month": lambda drawn, budget: gettext("%(drawn)s of %(budget)s for the month", drawn=drawn, budget=budget),
    "quarter": lambda drawn, budget: gettext("%(drawn)s of %(budget)s for the quarter", drawn=drawn, budget=budget),
    "year": lambda drawn, budget: gettext("%(drawn)s of %(budget)s for the year", drawn=drawn, budget=budget),
    "ever": lambda drawn, budget: gettext("%(drawn)s of %(budget)s in all", drawn=drawn, budget=budget),
}


def month(first: int) -> str:
    """Say which month it is."""
    return period(periods.text("month", first))


def subject(found: Report) -> str:
    """Say the subject: no names, no exclamation."""
    return gettext("Monthly report, %(month)s", month=month(found.month))


def lead(found: Report) -> str:
    """Say how adoption goes and what it cost: the first sentences of the letter and of the page."""
    parts = [adoption(found.whole)]
    if found.spent:
        parts.append(gettext("Incentives cost %(amount)s.", amount=amounts(found.spent)))
    if found.paid:
        parts.append(gettext("Bonuses come to %(amount)s.", amount=amounts(found.paid)))
    return ("" if languages.current().code == "zh" else " ").join(parts)


def adoption(whole: Trend | None) -> str:
    """Say in one sentence how the adoption score of all teams together goes."""
    if whole is None or whole.now.score is None:
        return gettext("Adoption is not measured yet: no team of five or more has a score.")
    words = {"score": number(whole.now.score)}
    if whole.change is None or whole.first is None:
        return gettext("The adoption score is %(score)s.", **words)
    words["month"] = month(whole.first.month)
    if not whole.change:
        return gettext("The adoption score is %(score)s, as in %(month)s.", **words)
    words["points"] = number(abs(whole.change))
    if whole.change > 0:
        return gettext("The adoption score is %(score)s: %(points)s more than in %(month)s.", **words)
    return gettext("The adoption score is %(score)s: %(points)s less than in %(month)s.", **words)


def group(one: Trend) -> str:
    """Return what a line of adoption is about."""
    return gettext("All teams of five or more") if one.name is None else one.name


def score(one: Point) -> str:
    """Write a score; without one, say so."""
    return gettext("not measured") if one.score is None else number(one.score)


def active(one: Point) -> str:
    """Write which part of the people did anything; nothing where that is not known."""
    return "" if one.active is None else languages.current().percent(Decimal(one.active) / 100)


def direction(one: Trend) -> str:
    """Say how a score compares with the first month that has one; nothing where none has."""
    if one.change is None or one.first is None:
        return ""
    words = {"month": short_period("month", one.first.month), "change": number(abs(one.change))}
    if not one.change:
        return gettext("as in %(month)s", **words)
    arrow = UP if one.change > 0 else DOWN
    return gettext("%(arrow)s %(change)s since %(month)s", arrow=arrow, **words)


def months(one: Trend, shown: Collection[int]) -> list[tuple[str, Point]]:
    """Return these months of a group by their short names."""
    return [(short_period("month", point.month), point) for point in one.points if point.month in shown]


def number(whole: int) -> str:
    """Write a whole number."""
    return languages.current().number(whole)


def money(cents: int, currency: str) -> str:
    """Write cents, to the cent."""
    return languages.current().money(Decimal(cents) / 100, currency)


def amounts(found: Mapping[str, int]) -> str:
    """Write sums of several currencies; nothing is added up that cannot be."""
    return ", ".join(money(cents, currency) for currency, cents in found.items())


# --- what incentives cost


def cost(one: Cost) -> str:
    """Write what a reward cost; nothing where it has no price."""
    return "" if one.cents is None or one.currency is None else money(one.cents, one.currency)


def budget(one: Cost) -> str:
    """Say how much of its budget is used; nothing without one."""
    if one.per is None or one.per not in BUDGETS or one.drawn is None or one.budget is None:
        return ""
    if one.currency is not None:
        return BUDGETS[one.per](money(one.drawn, one.currency), money(one.budget, one.currency))
    return BUDGETS[one.per](number(one.drawn), number(one.budget))


def booked(found: Report) -> list[str]:
    """Say what the ledger booked: points, then money."""
    lines = []
    if found.points:
        points = languages.current().units(found.points)
        lines.append(gettext("Points booked: %(points)s.", points=points.replace("-", "\N{MINUS SIGN}")))
    if found.money:
        lines.append(gettext("Money booked: %(amount)s.", amount=amounts(found.money)))
    return lines


def total(found: Report) -> str:
    """Say what incentives cost in all."""
    if not found.spent:
        return gettext("Nothing that has a price was given out.")
    return gettext("In all: %(amount)s.", amount=amounts(found.spent))


# --- what they did


def done(found: Report) -> list[tuple[str, str]]:
    """Say what incentives have done: the titles of those of which the same is to be said, and that sentence."""
    lines: dict[str, list[str]] = defaultdict(list)
    for one in found.effects or ():
        figures = (one.effect, one.low, one.high)
        lines[effects.effect(one.holder, one.verdict, one.weeks, figures)].append(quoted(one))
    return [(", ".join(titles), sentence) for sentence, titles in lines.items()]


def titled(one: Effect | Bonus | Cost) -> str:
    """Return what something of the book is called."""
    return said(one.title)


def quoted(one: Effect) -> str:
    """Return an incentive's title in quotation marks."""
    return wording.quoted(said(one.title), languages.current().code)


def bonus(one: Bonus) -> str:
    """Say for how many people, of which period, and how far it is."""
    people = ngettext("%(n)s person", "%(n)s people", one.people)
    words = {"people": people, "period": period(periods.text(one.per, one.first)), "state": STATES[one.state]()}
    return gettext("%(period)s, %(people)s, %(state)s", **words)


def paid(found: Report) -> str:
    """Say what bonuses come to, or why that is not told."""
    if found.small:
        return gettext("Some are of fewer than five people, so neither these nor the sum are told.")
    if not found.bonuses:
        return gettext("None for a period that ended in this month is under review or closed.")
    return gettext("In all: %(amount)s.", amount=amounts(found.paid))


def hours(found: Hours | None) -> str:
    """Say in one sentence how many hours are saved in a week, with the range."""
    if found is None or found.middle is None or found.low is None or found.high is None:
        return gettext("Hours saved: not measured.")
    words = {"low": rounded(found.low), "high": rounded(found.high)}
    if found.verdict == verdicts.NONE:
        return gettext("No saving visible yet: between %(low)s and %(high)s hours a week, so it may be none.", **words)
    words["amount"] = rounded(abs(found.middle))
    if found.verdict == verdicts.LESS:
        return gettext(
            "More hours are spent than saved, about %(amount)s a week: between %(low)s and %(high)s.", **words
        )
    return gettext("About %(amount)s hours are saved a week: between %(low)s and %(high)s.", **words)


def part(one: Part) -> str:
    """Name a part of the estimate, and what it comes to in all weeks."""
    name = PARTS[one.name]() if one.name in PARTS else one.name
    if one.low is None or one.middle is None or one.high is None:
        return gettext("%(part)s: not measured", part=name)
    words = {"middle": rounded(one.middle), "low": rounded(one.low), "high": rounded(one.high)}
    return gettext("%(part)s: %(middle)s hours in all, between %(low)s and %(high)s", part=name, **words)


def rounded(units: int) -> str:
    """Write ten-thousandths with one decimal below ten, two below a tenth, none above; a minus as people write it."""
    exact = Decimal(units) / UNIT
    step = Decimal(1) if abs(exact) >= TEN else Decimal("0.1") if not exact or abs(exact) >= TENTH else Decimal("0.01")
    written = languages.current().number(exact.quantize(step, ROUND_HALF_UP) + 0)
    return written.replace("-", "\N{MINUS SIGN}")
