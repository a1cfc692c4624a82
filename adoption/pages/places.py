"""What the page of a board says: its headline, the names of periods, and how a place compares with the one before."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

from babel import dates

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import period as periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.boards import BoardView
    from rules.standing import Standing

# How a running period, the one before it, the beginning of one, and the end of the one before are called.
RUNNING: Mapping[str, Callable[[], str]] = {
    "day": lambda: gettext("Today"),
    "week": lambda: gettext("This week"),
    "month": lambda: gettext("This month"),
    "quarter": lambda: gettext("This quarter"),
    "year": lambda: gettext("This year"),
    "ever": lambda: gettext("Since the beginning"),
}
BEFORE: Mapping[str, Callable[[], str]] = {
    "day": lambda: gettext("Yesterday"),
    "week": lambda: gettext("Last week"),
    "month": lambda: gettext("Last month"),
    "quarter": lambda: gettext("Last quarter"),
    "year": lambda: gettext("Last year"),
}
BEGAN: Mapping[str, Callable[[str], str]] = {
    "day": lambda day: gettext("A new day began at 00:00 on %(day)s.", day=day),
    "week": lambda day: gettext("A new week began at 00:00 on %(day)s.", day=day),
    "month": lambda day: gettext("A new month began at 00:00 on %(day)s.", day=day),
    "quarter": lambda day: gettext("A new quarter began at 00:00 on %(day)s.", day=day),
    "year": lambda day: gettext("A new year began at 00:00 on %(day)s.", day=day),
}
STOOD: Mapping[str, Callable[[str, str], str]] = {
    "day": lambda rank, size: gettext("Place %(rank)s of %(size)s at the end of yesterday", rank=rank, size=size),
    "week": lambda rank, size: gettext("Place %(rank)s of %(size)s at the end of last week", rank=rank, size=size),
    "month": lambda rank, size: gettext("Place %(rank)s of %(size)s at the end of last month", rank=rank, size=size),
    "quarter": lambda rank, size: gettext(
        "Place %(rank)s of %(size)s at the end of last quarter", rank=rank, size=size
    ),
    "year": lambda rank, size: gettext("Place %(rank)s of %(size)s at the end of last year", rank=rank, size=size),
}
HAD: Mapping[str, Callable[[str], str]] = {
    "day": lambda number: gettext("All of yesterday: %(number)s", number=number),
    "month": lambda number: gettext("All of last month: %(number)s", number=number),
    "quarter": lambda number: gettext("All of last quarter: %(number)s", number=number),
    "year": lambda number: gettext("All of last year: %(number)s", number=number),
}


class Change(NamedTuple):
    """How somebody's place compares with the one at the end of the period before: ``up`` that many places."""

    up: int
    stood: str


def headline(view: BoardView, *, plays: bool) -> str:
    """Say in one line how far it is to the next place; ``plays`` says whether the viewer may be on the board at all."""
    if view.small:
        return _of_few(view)
    if view.mine is None:
        return _not_yet(view) if view.running and plays else view.title
    if view.mine.rank == 1:
        return _in_front(view.teams, shared=sum(line.rank == 1 for line in view.lines) > 1)
    return _behind(view, view.mine)


def _not_yet(view: BoardView) -> str:
    if view.teams:
        return gettext("Your team is not on the board yet: the first one counts")
    return gettext("Not on the board yet: the first one counts")


def _behind(view: BoardView, mine: Standing) -> str:
    ahead = view.ahead
    if ahead is None:
        number = languages.current().number
        return gettext("Place %(rank)s of %(size)s", rank=number(mine.rank), size=number(view.size))
    gap, name = telling.quantity(ahead.tally - mine.tally), ahead.name
    if view.teams:
        return ngettext("Your team is %(n)s behind %(name)s", "Your team is %(n)s behind %(name)s", gap, name=name)
    return ngettext("%(n)s behind %(name)s", "%(n)s behind %(name)s", gap, name=name)


def _of_few(view: BoardView) -> str:
    if view.total is not None:
        together = telling.quantity(view.total)
        return ngettext("%(n)s together", "%(n)s together", together)
    if view.mine is not None:
        return ngettext("You have %(n)s", "You have %(n)s", telling.quantity(view.mine.tally))
    return view.title


def _in_front(teams: bool, *, shared: bool) -> str:
    if teams:
        return gettext("Your team shares the first place") if shared else gettext("Your team is in front")
    return gettext("You share the first place") if shared else gettext("You are in front")


def name_of(per: str, first: int, *, running: bool, before: bool) -> str:
    """Name a period: the running one, the one ``before`` it, or another one by the calendar."""
    if running:
        return RUNNING[per]()
    if before:
        return BEFORE[per]()
    tongue = languages.current()
    day = date.fromordinal(first)
    if per == "day":
        return tongue.day(first, "full")
    if per == "week":
        year, week, _ = day.isocalendar()
        return gettext("Week %(week)s of %(year)s", week=week, year=year)
    skeleton = {"month": "yMMMM", "quarter": "yQQQ", "year": "y"}[per]
    return str(dates.format_skeleton(skeleton, day, locale=tongue.locale))


def days_of(view: BoardView) -> str:
    """Say from which day to which a period lasts; nothing for one that is a day or has no end."""
    if view.per in {"day", "ever"}:
        return ""
    tongue = languages.current()
    last = periods.end(view.per, view.first) - 1
    return gettext("%(first)s to %(last)s", first=tongue.day(view.first, "short"), last=tongue.day(last, "short"))


def change(view: BoardView, before: BoardView | None) -> Change | None:
    """Compare one's place with the one at the end of the period before; ``None`` where there is nothing to compare."""
    if before is None or view.mine is None or before.mine is None:
        return None
    number = languages.current().number
    stood = STOOD[view.per](number(before.mine.rank), number(before.size))
    return Change(before.mine.rank - view.mine.rank, stood)


def had(view: BoardView, before: BoardView | None) -> str | None:
    """Say what one had in all of the period before; nothing by the week, which is compared day by day."""
    if before is None or before.mine is None or view.per not in HAD:
        return None
    return HAD[view.per](languages.current().units(before.mine.tally))


def began(view: BoardView) -> str:
    """Say when a running period began; nothing for one that never did."""
    say = BEGAN.get(view.per)
    return say(languages.current().day(view.first)) if say else ""
