"""The value of the roll-out in words: what is assumed, the parts of the hours, each of the three in a sentence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from rules.rollout import assumptions
from rules.rollout import beside
from rules.rollout import hours
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.rollout import Value
    from rules.rollout.again import Again
    from rules.rollout.hours import Hours


class Said(NamedTuple):
    """An assumption in words: what it is, and what it stands for."""

    name: Callable[[], str]
    means: Callable[[], str]


ASSUMPTIONS: Mapping[str, Said] = {
    "double-entry": Said(
        lambda: gettext("To type one thing a second time"),
        lambda: gettext("Minutes: from a sheet into the CRM, or from the CRM into a sheet."),
    ),
    "elsewhere": Said(
        lambda: gettext("Of what came on top, the part that was in a sheet before"),
        lambda: gettext("Per cent. The rest is new: nobody wrote it down at all."),
    ),
    "look-up": Said(
        lambda: gettext("Searching and asking, a day of use"),
        lambda: gettext("Minutes that somebody no longer spends on looking for a number or a file."),
    ),
    "report": Said(
        lambda: gettext("Putting figures together, a week of use"),
        lambda: gettext("Minutes that somebody no longer spends on filling in a report."),
    ),
    "learning": Said(
        lambda: gettext("Learning the CRM, a person"),
        lambda: gettext("Minutes, once: training and trying."),
    ),
    "help": Said(
        lambda: gettext("Helping others, a week of a champion or supporter"),
        lambda: gettext("Minutes, with those of whoever asks."),
    ),
    "again": Said(
        lambda: gettext("Days within which somebody buys again"),
        lambda: gettext("As long as your customers usually wait. It is counted anew when you save."),
    ),
}
PARTS: Mapping[str, Callable[[], str]] = {
    "double-entry": lambda: gettext("Nothing typed twice"),
    "look-up": lambda: gettext("Looking up without a sheet"),
    "report": lambda: gettext("Reports without a sheet"),
    "learning": lambda: gettext("Learning"),
    "help": lambda: gettext("Help"),
}
COUNTED: Mapping[str, Callable[[], str]] = {
    "entries": lambda: gettext("things recorded by hand since"),
    "entries-before": lambda: gettext("at the pace before"),
    "days": lambda: gettext("days of use since"),
    "days-before": lambda: gettext("at the pace before"),
    "weeks": lambda: gettext("weeks of use since"),
    "weeks-before": lambda: gettext("at the pace before"),
    "people": lambda: gettext("people who began"),
    "care": lambda: gettext("weeks of champions and supporters"),
}
MEASURES: Mapping[str, Callable[[], str]] = {
    "entries": lambda: gettext("Things recorded by hand"),
    "days": lambda: gettext("Days with something recorded"),
    "weeks": lambda: gettext("Weeks with something recorded"),
}
SOURCES: Mapping[str, Callable[[], str]] = {
    hours.MEASURED: lambda: gettext("measured"),
    hours.ASSUMED: lambda: gettext("assumed"),
    hours.NOT_MEASURED: lambda: gettext("not measured"),
}
PLACES: Mapping[str, Callable[[], str]] = {
    "low": lambda: gettext("low"),
    "middle": lambda: gettext("middle"),
    "high": lambda: gettext("high"),
}
UNITS: Mapping[str, Callable[[], str]] = {
    assumptions.MINUTES: lambda: gettext("min"),
    assumptions.PERCENT: lambda: "%",
    assumptions.DAYS: lambda: gettext("number of days"),
}
FAULTS: Mapping[str, Callable[[str, str], str]] = {
    assumptions.BEYOND: lambda least, most: gettext(
        "Write a number from %(least)s to %(most)s.", least=least, most=most
    ),
    assumptions.FALLS: lambda _least, _most: gettext("Low, middle, high: each at least as large as the one before."),
    assumptions.BROKEN: lambda _least, _most: gettext("Write whole days."),
}
CANNOT_SAY: Mapping[str, Callable[[], str]] = {
    beside.TOO_EARLY: lambda: gettext("Not measured yet: three whole weeks have to pass after a wave has begun."),
    beside.TOO_FEW: lambda: gettext("Not measured: fewer than five people, or customers, can be compared."),
    beside.UNKNOWN: lambda: gettext(
        "Not measured: too little was recorded before the wave began, so there is nothing to compare with."
    ),
}


def number(units: int) -> str:
    """Write ten-thousandths as the monthly report does."""
    return telling.directors.rounded(units)


def exactly(units: int) -> str:
    """Write ten-thousandths digit by digit, as they were typed."""
    return languages.current().units(units)


def money(cents: int, currency: str) -> str:
    """Write cents as money without decimals: a range that is hundreds wide has no cents."""
    return telling.bonuses.about(cents, currency).replace("-", "\N{MINUS SIGN}")


def points(units: int) -> str:
    """Write ten-thousandths of a share as percentage points."""
    return languages.current().number(round(Decimal(units) / 100)).replace("-", "\N{MINUS SIGN}")


def share(units: int) -> str:
    """Write ten-thousandths of a share as a percentage."""
    return languages.current().percent(Decimal(units) / UNIT)


def of_hours(found: Hours) -> str:
    """Say in one or two sentences how many hours are saved."""
    if found.total is None or found.week is None:
        return CANNOT_SAY[found.verdict]()
    week = {"low": number(found.week.low), "high": number(found.week.high)}
    if found.verdict == beside.NONE:
        return gettext("No saving visible yet: between %(low)s and %(high)s hours a week, so it may be none.", **week)
    amount = number(abs(found.week.middle))
    if found.verdict == beside.LESS:
        return gettext(
            "More hours are spent than saved, about %(amount)s a week: between %(low)s and %(high)s.",
            amount=amount,
            **week,
        )
    return gettext("About %(amount)s hours are saved a week: between %(low)s and %(high)s.", amount=amount, **week)


def besides(found: Hours) -> str:
    """Say what is left of a week's hours beside those who have not begun."""
    if found.besides is None:
        return ""
    low, middle, high = (number(one) for one in found.besides)
    return gettext(
        "Less what those who have not begun gained in the same weeks: %(middle)s hours a week (%(low)s to %(high)s).",
        low=low,
        middle=middle,
        high=high,
    )


def in_all(found: Hours) -> str:
    """Say how many hours it is since the first wave began."""
    if found.total is None:
        return ""
    low, middle, high = (number(one) for one in found.total)
    return ngettext(
        "With learning: %(middle)s hours in %(n)s week since the first wave began (%(low)s to %(high)s).",
        "With learning: %(middle)s hours in %(n)s weeks since the first wave began (%(low)s to %(high)s).",
        found.weeks,
        low=low,
        middle=middle,
        high=high,
    )


def of_won(found: Value) -> str:
    """Say in one sentence how the worth of won deals has changed."""
    told, currency = found.won, found.facts.money.currency
    if told.middle is None or told.low is None or told.high is None or told.means is None:
        return CANNOT_SAY[told.verdict]()
    values = {"low": money(told.low, currency), "high": money(told.high, currency)}
    if told.verdict == beside.NONE:
        return gettext(
            "No effect visible yet: between %(low)s and %(high)s of won deals for a person and week, so it may be "
            "none.",
            **values,
        )
    amount = money(abs(told.middle), currency)
    if told.verdict == beside.MORE:
        return gettext(
            "%(amount)s more of won deals for a person and week since the waves began: between %(low)s and %(high)s.",
            amount=amount,
            **values,
        )
    return gettext(
        "%(amount)s less of won deals for a person and week since the waves began: between %(low)s and %(high)s.",
        amount=amount,
        **values,
    )


def of_again(found: Again) -> str:
    """Say in one sentence how the share of customers who buy again has changed."""
    if found.ripe is not None:
        return gettext(
            "Not measured yet: whether somebody buys again within %(days)s days can be seen from %(day)s on.",
            days=languages.current().number(found.days),
            day=languages.current().day(found.ripe, "full"),
        )
    if found.middle is None or found.low is None or found.high is None:
        return CANNOT_SAY[found.verdict]()
    values = {"low": points(found.low), "high": points(found.high)}
    if found.verdict == beside.NONE:
        return gettext(
            "No effect visible yet: between %(low)s and %(high)s percentage points, so it may be none.", **values
        )
    amount = points(abs(found.middle))
    if found.verdict == beside.MORE:
        return gettext(
            "%(amount)s percentage points more customers buy again: between %(low)s and %(high)s.",
            amount=amount,
            **values,
        )
    return gettext(
        "%(amount)s percentage points fewer customers buy again: between %(low)s and %(high)s.",
        amount=amount,
        **values,
    )
