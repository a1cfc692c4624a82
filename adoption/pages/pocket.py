"""What the pages about rewards draw and say."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import segno

from adoption import explain
from adoption import languages
from adoption import rewards
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.telling import periods
from rules import period
from rules import voucher
from rules import wording
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.rewards import Collected
    from adoption.rewards import Item
    from rules.incentive import Reward

QUIET = 4  # modules of white around a QR code, as readers expect
USED_ONCE = ("voucher", "time_off")
STATES: Mapping[str, Callable[[], str]] = {
    "choosing": lambda: gettext("to choose"),
    "waiting": lambda: gettext("waiting"),
    "issued": lambda: gettext("ready"),
    "redeemed": lambda: gettext("used"),
    "expired": lambda: gettext("its days are over"),
    "voided": lambda: gettext("no longer due"),
    "corrected": lambda: gettext("used, then no longer due"),
}
SAID: Mapping[str, Callable[[], str]] = {
    "expired": lambda: gettext("Its last day is over."),
    "voided": lambda: gettext("This is no longer due."),
    "corrected": lambda: gettext("It was used, and is no longer due."),
}
TONES: Mapping[str, str] = {"choosing": "accent", "waiting": "note", "issued": "good"}


class Pocket(NamedTuple):
    """Open awards by what can be done with them."""

    ready: Sequence[Item]
    taken: Sequence[Item]
    choosing: Sequence[Item]
    waiting: Sequence[Item]
    team: Sequence[Item]


def sorted_out(items: Sequence[Item]) -> Pocket:
    """Sort open awards by what can be done with them; a team's stand together."""
    mine = [item for item in items if item.team is None]
    by_status = {status: [item for item in mine if item.status == status] for status in STATES}
    team = [item for item in items if item.team is not None and item.status != "expired"]
    return Pocket(by_status["issued"], by_status["redeemed"], by_status["choosing"], by_status["waiting"], team)


def lead(items: Sequence[Item], collected: Collected) -> str:
    """Say what is in somebody's pocket, and what they have collected."""
    ready = [item for item in items if item.status == "issued" and item.reward is not None]
    choosing = [item for item in items if item.status == "choosing"]
    said = []
    if len(ready) == 1 and ready[0].reward is not None:
        gift = wording.gifts([ready[0].reward], languages.current().code)
        said.append(gettext("In your pocket: %(gift)s.", gift=gift))
    elif ready:
        said.append(ngettext("%(n)s reward in your pocket.", "%(n)s rewards in your pocket.", len(ready)))
    if choosing:
        waits = ngettext("%(n)s reward waits for your choice.", "%(n)s rewards wait for your choice.", len(choosing))
        said.append(waits)
    points = collected.units.get("points", 0)
    if points > 0:
        count = points // UNIT
        said.append(ngettext("%(n)s point collected.", "%(n)s points collected.", count))
    if said:
        return " ".join(said) if languages.current().code != "zh" else "".join(said)
    if items or collected.units or collected.badges:
        return gettext("Nothing is ready to use right now.")
    return gettext("Your first reward is still on its way.")


def title(reward: Reward | None) -> str:
    """Return what a reward is called; one that no book knows any more is called a reward."""
    return rewards.title_of(reward, languages.current().code) if reward else gettext("A reward")


def state(item: Item) -> str:
    """Say the state of an award in a word or two."""
    if item.status == "issued" and item.reward is not None and item.reward.kind not in USED_ONCE:
        return gettext("collected")
    return STATES[item.status]()


def tone(item: Item) -> str:
    """Return the class of the chip that shows the state."""
    return TONES.get(item.status, "")


def earned_in(item: Item) -> str:
    """Say in which period an award was earned: "week 48 of 2026"; nothing where there is only one."""
    return periods.period(period.text(item.per, item.name.period)) if item.per not in {None, "ever"} else ""


def used_on(item: Item) -> str:
    """Say when and where an award was used, in a few words."""
    used, tongue = item.used, languages.current()
    if used is None:
        return ""
    if used.canteen is None:
        return tongue.day(used.day, "short")
    day, clock = tongue.day(used.day, "short"), tongue.clock(period.moment(used.at))
    return gettext("%(day)s %(time)s, %(place)s", day=day, time=clock, place=used.canteen)


def said(item: Item, today: int) -> str:
    """Say what became of an award, or that it is ready."""
    if item.status == "redeemed":
        return _used(item, today)
    if item.status == "waiting":
        return telling.waits(item.waits)
    if item.status == "expired" and item.until is not None:
        return gettext("Its last day was %(day)s.", day=languages.current().day(item.until))
    return SAID[item.status]() if item.status in SAID else _had(item.reward)


def _used(item: Item, today: int) -> str:
    used, tongue = item.used, languages.current()
    if used is None:
        return gettext("Used.")
    day = tongue.day(used.day)
    if used.canteen is None:
        if used.day == today:
            return gettext("It is today. Enjoy it.")
        return gettext("Taken for %(day)s.", day=day) if used.day > today else gettext("Taken on %(day)s.", day=day)
    clock = tongue.clock(period.moment(used.at))
    if used.day == today:
        return gettext("Enjoy. Used at %(time)s, %(place)s.", time=clock, place=used.canteen)
    return gettext("Used on %(day)s at %(time)s, %(place)s.", day=day, time=clock, place=used.canteen)


def _had(reward: Reward | None) -> str:
    kind = reward.kind if reward else ""
    if kind == "time_off":
        return gettext("Ready. Choose the day on which you would like it.")
    if kind == "money":
        return gettext("It comes with your next pay.")
    return gettext("Ready.") if kind == "voucher" else gettext("Collected.")


def said_more(item: Item) -> str:
    """Say what an award's state means for whoever has it."""
    match item.status:
        case "waiting":
            return telling.waits_more(item.waits, item.before)
        case "expired":
            return gettext("It can no longer be used. What you did for it still counts everywhere else.")
        case "voided" | "corrected":
            return gettext("Something that was counted for it was taken back since. “Why?” shows what is counted now.")
        case _:
            return ""


def what_you_get(reward: Reward) -> str:
    """Say in a sentence what choosing a reward means."""
    match reward.kind:
        case "voucher":
            return gettext("A voucher to show at the counter.")
        case "time_off" if reward.amount is not None:
            return ngettext("%(n)s minute, on a day you choose.", "%(n)s minutes, on a day you choose.", reward.amount)
        case "time_off":
            return gettext("Time off, on a day you choose.")
        case "points" if reward.amount is not None:
            return ngettext("%(n)s point, at once.", "%(n)s points, at once.", reward.amount)
        case "money" if reward.amount is not None:
            amount = languages.current().money(reward.amount, reward.currency or "")
            return gettext("%(amount)s with your next pay.", amount=amount)
        case _:
            return gettext("A badge to keep.")


def money_of(units: int, currency: str) -> str:
    """Write an amount of money that is counted in ten-thousandths."""
    return languages.current().money(Decimal(units) / UNIT, currency)


def iso(day: int) -> str:
    """Write a local day as form fields have it."""
    return period.text("day", day)


def spelled(code: str) -> str:
    """Return a code as it is read out: K 7 Q X, 4 M P T."""
    return f"{' '.join(code[:4])}, {' '.join(code[4:])}"


class Drawn(NamedTuple):
    """A QR code as a path of dark squares, and the side of its white ground in squares."""

    side: int
    path: str


@lru_cache(maxsize=512)
def qr(text: str) -> Drawn:
    """Draw a QR code, row by row in runs of dark squares."""
    code = segno.make(text, error="m", micro=False)
    runs = []
    for y, row in enumerate(code.matrix, QUIET):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                runs.append(f"M{x + QUIET} {y}h{end - x}v1h-{end - x}z")
            x = end + 1
    return Drawn(len(code.matrix) + 2 * QUIET, "".join(runs))


def award_id(item: Item) -> str:
    """Return the name of an award as addresses have it."""
    return explain.written(explain.AwardKey(*item.name))


HELPERS: Mapping[str, Any] = {
    "title": title,
    "state": state,
    "tone": tone,
    "earned_in": earned_in,
    "used_on": used_on,
    "said": said,
    "waits": telling.waits,
    "said_more": said_more,
    "what_you_get": what_you_get,
    "money_of": money_of,
    "iso": iso,
    "furthest": rewards.FURTHEST,
    "spelled": spelled,
    "written_code": voucher.written,
    "award_id": award_id,
}
