"""The sentence that a week begins with: what ``rules.lead`` decided, in words that are well-formed for any title."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling.periods import day
from rules import wording
from rules.lead import Situation
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from rules.incentive import Reward
    from rules.lead import Lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the sentence names.

    ``waiting`` are the rewards to choose among, or the one that is ready; ``away_until`` is the last day of an absence.
    """

    title: str = ""  # of the goal
    rewards: Sequence[Reward] = ()  # of the goal
    waiting: Sequence[Reward] = ()
    away_until: int | None = None
    late: timedelta | None = None


def lead(found: Lead, told: Told) -> str:
    """Say in the current language what comes first about somebody's week."""
    code = languages.current().code
    waiting = wording.gifts(told.waiting, code)
    match found.situation:
        case Situation.AWAY:
            said = _away(told.away_until)
        case Situation.CHOOSE:
            said = gettext("You have earned it: %(gifts)s. The choice is yours.", gifts=waiting)
        case Situation.READY:
            said = gettext("Ready for you: %(gift)s.", gift=waiting)
        case Situation.LATE:
            said = late(told.late)
        case Situation.ALL:
            said = gettext("You have earned everything that is on offer right now.")
        case _:
            said = _gap(found, told, code)
    return said


def _away(until: int | None) -> str:
    if until is None:
        return gettext("You are away today. Streaks pause, and nothing is lost.")
    return gettext("You are away until %(day)s. Streaks pause, and nothing is lost.", day=day(until))


def late(by: timedelta | None) -> str:
    """Say that the data is late, by how many hours of working time."""
    hours = max(1, int(by.total_seconds()) // 3600) if by else 1
    return ngettext(
        "CRM data is %(n)s hour late. Nothing is lost; points will appear with their original time.",
        "CRM data is %(n)s hours late. Nothing is lost; points will appear with their original time.",
        hours,
    )


def _gap(found: Lead, told: Told, code: str) -> str:
    """Say how much is missing for what, and what it earns."""
    goal = found.goal
    if goal is None or found.situation is Situation.NOTHING:
        return gettext("There is nothing to earn right now. Your week is counted all the same.")
    words = {"title": wording.quoted(told.title, code), "earns": prize(told.rewards)}
    gap = quantity(goal.more)
    if found.situation is Situation.FIRST:
        return ngettext(
            "Nothing is counted yet. %(n)s more for %(title)s: %(earns)s.",
            "Nothing is counted yet. %(n)s more for %(title)s: %(earns)s.",
            gap,
            **words,
        )
    if found.situation is Situation.AGAIN:
        return ngettext(
            "%(title)s is reached. %(n)s more for another: %(earns)s.",
            "%(title)s is reached. %(n)s more for another: %(earns)s.",
            gap,
            **words,
        )
    if goal.streak:
        return ngettext(
            "%(n)s more working day in a row for %(title)s: %(earns)s.",
            "%(n)s more working days in a row for %(title)s: %(earns)s.",
            gap,
            **words,
        )
    return ngettext("%(n)s more for %(title)s: %(earns)s.", "%(n)s more for %(title)s: %(earns)s.", gap, **words)


def prize(rewards: Sequence[Reward]) -> str:
    """Say inside a sentence what is earned, and that one chooses where there is a choice."""
    gifts = wording.gifts(rewards, languages.current().code)
    return gettext("%(gifts)s, you choose", gifts=gifts) if len(rewards) > 1 else gifts


def quantity(units: int) -> int | Decimal:
    """Return ten-thousandths as a number."""
    return units // UNIT if units % UNIT == 0 else Decimal(units) / UNIT
