"""What the pages of budgets say: amounts, states, what is foretold, and where each number leads."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import url_for

from adoption import auth
from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import pocket
from rules import period
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.budgets import Pool
    from adoption.budgets import Shelf
    from rules.forecast import Outlook
    from rules.incentive import Reward

SPENT, NEARLY = 100, 80  # per cent
WHAT: Mapping[str, Callable[[], str]] = {
    "spent": lambda: gettext("Used or over"),
    "reserved": lambda: gettext("Given out, not used yet"),
    "drawn": lambda: gettext("Given out"),
    "waiting": lambda: gettext("Waiting for room"),
    "paused": lambda: gettext("Waiting for a stopped incentive"),
}
THEN: Mapping[str, Callable[[], str]] = {
    "stop": lambda: gettext("Further awards wait for the next budget, or for more."),
    "ask": lambda: gettext("Further awards wait, and you are asked."),
    "continue": lambda: gettext("Further awards are given out all the same."),
}


class Figure(NamedTuple):
    """A number of a budget: what it is called, how it is written, and where it leads."""

    label: str
    value: str
    more: str
    address: str | None


def code() -> str:
    """Return the language that is being spoken."""
    return languages.current().code


def title(reward: Reward) -> str:
    """Return what a reward is called."""
    return wording.title_of(reward, reward.key, code())


def amount(reward: Reward, pieces: int) -> str:
    """Write so many of a reward as its budget counts them: as money where one costs something."""
    tongue = languages.current()
    if reward.costs is not None and reward.currency:
        return tongue.money(reward.costs * pieces, reward.currency)
    return ngettext("%(n)s piece", "%(n)s pieces", pieces)


def pieces_of(reward: Reward, pieces: int) -> str:
    """Write how many pieces an amount of money stands for; nothing where it is pieces already."""
    return ngettext("%(n)s piece", "%(n)s pieces", pieces) if reward.costs is not None and reward.currency else ""


def size(reward: Reward) -> str:
    """Write how large a budget is."""
    if reward.budget is None:
        return ""
    if reward.costs is not None and reward.currency:
        return languages.current().money(reward.budget.amount, reward.currency)
    return ngettext("%(n)s piece", "%(n)s pieces", int(reward.budget.amount))


def period_name(pool: Pool) -> str:
    """Name a budget period."""
    return telling.period(period_text(pool))


def period_text(pool: Pool) -> str:
    """Write a budget period as addresses have it."""
    return period.text(pool.reward.budget.per, pool.first) if pool.reward.budget else "ever"


def state(pool: Pool) -> tuple[str, str]:
    """Say in a chip how much of a budget is drawn, and its look."""
    share = pool.share or 0
    if pool.overspent:
        return gettext("overspent by %(amount)s", amount=amount(pool.reward, pool.overspent)), "note"
    if pool.left == 0:
        return gettext("spent"), "note"
    said = gettext("%(percent)s used", percent=languages.current().percent(Decimal(share) / 100))
    return said, "note" if share >= NEARLY else "good"


def figures(pool: Pool) -> list[Figure]:
    """Return the numbers of a budget period, each with the awards behind it for whoever may see them."""
    reward = pool.reward
    found = []
    if reward.budget is not None:
        found.append(Figure(gettext("Budget"), size(reward), pieces_of(reward, pool.pieces or 0), None))
    if pool.allowed:
        found.append(Figure(gettext("Allowed beyond it"), amount(reward, pool.allowed), "", None))
    shown = {"spent": pool.spent} | ({"reserved": pool.reserved} if reward.kind in pocket.USED_ONCE else {})
    found += [_figure(pool, kind, count) for kind, count in shown.items()]
    if pool.overspent:
        found.append(Figure(gettext("Overspent"), amount(reward, pool.overspent), "", None))
    elif pool.left is not None:
        found.append(Figure(gettext("Left"), amount(reward, pool.left), pieces_of(reward, pool.left), None))
    found += [
        _figure(pool, kind, count) for kind, count in (("waiting", pool.waiting), ("paused", pool.paused)) if count
    ]
    return found


def what(reward: Reward, kind: str) -> str:
    """Say what a number counts; what is had at once is simply given out."""
    return WHAT["drawn" if kind == "spent" and reward.kind not in pocket.USED_ONCE else kind]()


def _figure(pool: Pool, kind: str, count: int) -> Figure:
    reward = pool.reward
    return Figure(what(reward, kind), amount(reward, count), pieces_of(reward, count), behind(pool, kind, count))


def behind(pool: Pool, kind: str, count: int) -> str | None:
    """Return where the awards behind a number are listed; ``None`` for none, or for whoever may not see them."""
    if not count or auth.caller().reach("awards:read") is not auth.ALL:
        return None
    return url_for("budgets.awards", key=pool.reward.key, period=period_text(pool), show=kind)


def foretold(shelf: Shelf) -> str:
    """Say how long a budget lasts, in one sentence; nothing where it has none."""
    pool, found = shelf.running, shelf.outlook
    if not shelf.budgeted:
        return ""
    if found is None:
        return gettext("How long it lasts can be said when a week has passed.")
    if pool.left == 0:
        return THEN[pool.reward.budget.when_spent]() if pool.reward.budget else ""
    if found.lasts is not None:
        return gettext("Lasts until about %(day)s.", day=_day(found.lasts))
    return gettext("Lasts to the end of the period.")


def foretold_more(found: Outlook, reward: Reward) -> list[str]:
    """Say what a forecast stands on: what is to be expected, and its range."""
    expected = amount(reward, round(found.more))
    day = _day(found.ends - 1)
    low, high = amount(reward, found.low), amount(reward, found.high)
    said = [
        gettext("Until %(day)s about %(amount)s more are to be expected: %(low)s to %(high)s.",
                day=day, amount=expected, low=low, high=high)
    ]  # fmt: skip  # one message
    if found.earliest is not None:
        said.append(gettext("At the fastest pace of these weeks it lasts until %(day)s.", day=_day(found.earliest)))
    if found.latest is not None:
        said.append(gettext("At the slowest pace of these weeks it lasts until %(day)s.", day=_day(found.latest)))
    elif found.earliest is not None:
        said.append(gettext("At the slowest pace of these weeks it lasts to the end of the period."))
    return said


def _day(day: int) -> str:
    return languages.current().day(day, "short").rstrip(".")


def stock(shelf: Shelf) -> str:
    """Say how many lie in stock, and until when they last; nothing where nothing says so."""
    left = shelf.stock_left
    if left is None or shelf.reward.stock is None:
        return ""
    if left == 0:
        return gettext("None left in stock.")
    said = ngettext("%(n)s of %(all)s left in stock.", "%(n)s of %(all)s left in stock.", left,
                    all=languages.current().number(shelf.reward.stock))  # fmt: skip  # one message
    lasts = shelf.stock_outlook.lasts if shelf.stock_outlook else None
    if lasts is None:
        return said
    until = gettext("Lasts until about %(day)s.", day=_day(lasts))
    return f"{said}{'' if code() == 'zh' else ' '}{until}"


def terms(reward: Reward) -> list[tuple[str, str]]:
    """Return what one costs and for how long it is valid."""
    tongue = languages.current()
    costs = tongue.money(reward.costs, reward.currency) if reward.costs is not None and reward.currency else ""
    valid = ""
    if reward.valid_days is not None:
        valid = ngettext("%(n)s day", "%(n)s days", reward.valid_days)
    return [
        (gettext("Costs"), costs or gettext("nothing that the book knows")),
        (gettext("Valid for"), valid or gettext("as long as one likes")),
    ]


def change_address(reward: Reward) -> str | None:
    """Return where a budget or stock is changed: in a draft of the reward, for whoever may write the book."""
    if auth.caller().reach("book:write") is None:
        return None
    return url_for("book.show", kind="reward", key=reward.key)
