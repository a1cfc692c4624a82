"""What the templates of "My week" and of "why" draw with."""

from __future__ import annotations

import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from flask import url_for

from adoption import clock
from adoption import explain
from adoption import languages
from adoption import telling
from adoption.languages import gettext
from rules import period
from rules import wording
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime

    from adoption.explain import GoalView
    from adoption.rewards import Item
    from rules.incentive import Reward

MOST_CUBES = 12  # steps that are drawn one by one; a longer way is a bar
PICTURES: Mapping[str, str] = {"voucher": "cup", "time_off": "clock", "points": "up", "badge": "flag", "money": "gift"}
MEALS = ("lunch", "breakfast", "dinner", "meal")
PERIODS: Mapping[str, Callable[[], str]] = {
    "day": lambda: gettext("today"),
    "week": lambda: gettext("this week"),
    "month": lambda: gettext("this month"),
    "quarter": lambda: gettext("this quarter"),
    "year": lambda: gettext("this year"),
    # say: of all time, after a number or a title
    "ever": lambda: gettext("in all"),
}


def steps(view: GoalView) -> Sequence[str] | None:
    """Return the classes of the cubes of a goal, one for each step; ``None`` where a bar shows it better."""
    goal = view.goal
    if not view.countable or goal.target > MOST_CUBES * UNIT or goal.have > goal.target:
        return None
    have, target = max(0, goal.have) // UNIT, goal.target // UNIT
    return ["on"] * have + ["near"] * (target - have)


def picture(reward: Reward | None) -> str:
    """Return the icon of a reward."""
    if reward is None:
        return "gift"
    if reward.kind == "voucher" and any(meal in reward.key for meal in MEALS):
        return "lunch"
    return PICTURES.get(reward.kind, "gift")


def initials(name: str | None) -> str:
    """Return the letters that stand for a name: ``NL`` for Nora Lund, 田 for 田雨晴; nothing where it has none."""
    words = [word for word in (name or "").split() if word[0].isalpha()]
    if not words:
        return ""
    if "CJK" in unicodedata.name(words[0][0], ""):
        return words[0][0]
    return "".join(word[0] for word in (words if len(words) == 1 else (words[0], words[-1]))).upper()


def period_word(per: str) -> str:
    """Say which running period is meant."""
    return PERIODS[per]()


def quoted(text: str) -> str:
    """Put a title into the quotation marks of the reader's language."""
    return wording.quoted(text, languages.current().code)


def gift(reward: Reward) -> str:
    """Say a reward inside a sentence."""
    return wording.gifts([reward], languages.current().code)


def number(text: str) -> str:
    """Write a plain decimal in the reader's way."""
    return languages.current().number(Decimal(text))


def amount(entry: explain.Entry) -> str:
    """Write a line of the ledger with its sign and unit."""
    tongue = languages.current()
    exact = Decimal(entry.amount) / UNIT
    sign = "+" if entry.amount >= 0 else "\N{MINUS SIGN}"
    if entry.unit == "points":
        return tongue.ngettext("%(sign)s%(n)s point", "%(sign)s%(n)s points", abs(exact), sign=sign)
    return f"{sign}{tongue.money(abs(exact), entry.unit)}"


def when(moment: datetime, beside: datetime | None = None) -> str:
    """Write a moment shortly: its time alone if ``beside`` lies on the same day, with its year if that is past."""
    tongue, zone = languages.current(), current_app.extensions["settings"].organisation_zone
    at = moment.astimezone(zone)
    if beside is not None and beside.astimezone(zone).date() == at.date():
        return tongue.clock(moment)
    this_year = period.moment(clock.now()).astimezone(zone).year
    return tongue.moment(moment, "short" if at.year == this_year else "full")


def in_force(starts: int, ends: int) -> str:
    """Say on which local days a rule is in force."""
    tongue = languages.current()
    if starts >= ends:
        return gettext("replaced before it took force")
    first = tongue.day(starts, "full")
    if ends >= period.FOREVER:
        return gettext("in force since %(day)s", day=first)
    return gettext("in force from %(first)s to %(last)s", first=first, last=tongue.day(ends - 1, "full"))


def reward_link(item: Item) -> str:
    """Return the address at which an award is chosen or used."""
    return reward_address(explain.written(explain.AwardKey(*item.name)))


def reward_address(award: str) -> str:
    """Return the address at which the award of that name is chosen or used."""
    return url_for("rewards.voucher", id=award)


HELPERS: Mapping[str, Any] = {
    "steps": steps,
    "picture": picture,
    "initials": initials,
    "period_word": period_word,
    "quoted": quoted,
    "gift": gift,
    "prize": telling.prize,
    "quantity": telling.quantity,
    "short_day": telling.day,
    "number": number,
    "amount": amount,
    "when": when,
    "in_force": in_force,
    "reward_link": reward_link,
}
