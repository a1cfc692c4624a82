"""Why something earned waits, and how far in front it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling import periods
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.awards import Waits

SAID: Mapping[str, Callable[[], str]] = {
    "budget": lambda: gettext("It is yours, and waits for room in the budget."),
    "ask": lambda: gettext("It is yours, and waits: HR decides whether there is more budget."),
    "stock": lambda: gettext("It is yours, and waits until there are more of them."),
    "gone": lambda: gettext("It is yours, but this reward is no longer given out. Ask HR what comes in its place."),
    "soon": lambda: gettext("It is yours, and will be given out in a moment."),
}
NEXT: Mapping[str, Callable[[], str]] = {
    "day": lambda: gettext("Tomorrow there is a new budget."),
    "week": lambda: gettext("Next week there is a new budget."),
    "month": lambda: gettext("Next month there is a new budget."),
    "quarter": lambda: gettext("Next quarter there is a new budget."),
    "year": lambda: gettext("Next year there is a new budget."),
}


def waits(why: Waits | None) -> str:
    """Say in a sentence why an award waits."""
    if why is None:
        return gettext("It is yours, and waits.")
    if why.why == "paused":
        return gettext("It is yours, and waits: this incentive is paused since %(day)s.", day=_day(why.since))
    return SAID[why.why]()


def waits_more(why: Waits | None, before: int | None) -> str:
    """Say what is spent, which place in the line an award has, and when there is more."""
    if why is None or why.why in {"gone", "soon"}:
        return ""
    if why.why == "paused":
        return gettext("Nothing earned is lost. When it goes on, what waits is given out in the order it was earned.")
    parts = [_spent(why, before)]
    if why.why == "budget" and why.per in NEXT:
        parts.append(NEXT[why.per]())
    return ("" if languages.current().code == "zh" else " ").join(parts)


def _spent(why: Waits, before: int | None) -> str:
    """Say what is spent, and how many are in front."""
    line = _line(before)
    if why.why == "stock":
        return gettext("Right now none are left; %(line)s", line=line)
    if why.per == "ever":
        return gettext("The budget is spent; %(line)s", line=line)
    # say: the period is "November 2026", "week 48 of 2026"; put it behind a colon where it would have to be inflected
    name = periods.period(period.text(why.per, why.first))
    return gettext("The budget of %(period)s is spent; %(line)s", period=name, line=line)


def _line(before: int | None) -> str:
    """Say how many are in front, as the end of a sentence."""
    if before is None:
        # say: the end of a sentence
        return gettext("what waits is given out in the order it was earned.")
    if before == 0:
        # say: the end of a sentence
        return gettext("yours is the next in line.")
    # say: the end of a sentence
    return ngettext("%(n)s reward is in front of yours.", "%(n)s rewards are in front of yours.", before)


def _day(day: int) -> str:
    return languages.current().day(day, "full")
