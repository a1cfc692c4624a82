"""What lies on the desk of those who run Spoonful: the pages that stand in the bar above theirs.

``DESK`` are all of them.  An entry is shown to whoever has its permission for everybody's things, or as far as
``least`` says; ``blueprints`` are the pages on which it is the one that is open.  Whoever has many sees ``GROUPS`` of
them first, and below these the pages of the group that is open.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import budgets
from adoption import clock
from adoption import start
from adoption.auth.table import ALL
from adoption.auth.table import OWN
from adoption.auth.table import REPORTS
from adoption.auth.table import Reach
from adoption.extensions import db
from adoption.languages import gettext
from adoption.models import Workbook

if TYPE_CHECKING:
    from collections.abc import Callable

    from adoption.auth import Caller


class Entry(NamedTuple):
    """A page of the bar: its endpoint, its permission, its blueprints, its name, and whether it is put away.

    ``notices`` counts what waits there to be looked at; ``least`` is how far the permission has to reach.
    """

    endpoint: str
    permission: str
    blueprints: tuple[str, ...]
    word: Callable[[], str]
    away: Callable[[], bool] = bool  # never
    notices: Callable[[], int] = int  # none
    least: Reach = ALL


def _budgets() -> int:
    """Count the budgets that come to their end, or about which HR is asked; one query."""
    return len(budgets.open_alerts(clock.now()))


def _proposals() -> int:
    """Count the workbooks that wait to be decided; one query."""
    query = select(func.count()).select_from(Workbook).where(Workbook.state == "proposed")
    return int(db.session.scalar(query) or 0)  # asked here: the book's pages, which have this bar, know no signals


# Endpoint → what counts what waits there: told by pages that this module, which every page reaches, must not import.
NOTICES: dict[str, Callable[[], int]] = {}


def _flags() -> int:
    """Count what waits for an adoption lead."""
    return NOTICES["flag_queue.index"]()


def _questions() -> int:
    """Count the questions that wait for whoever looks."""
    return NOTICES["answering.index"]()


DESK: tuple[Entry, ...] = (
    Entry("team.index", "team:read", ("team",), lambda: gettext("My team"), least=REPORTS),
    Entry("start.index", "start:run", ("start",), lambda: gettext("First steps"), start.is_away),
    Entry("book.index", "book:read", ("book", "stops", "dry_run", "packs"), lambda: gettext("Book")),
    Entry("bonus_plans.index", "bonuses:run", ("bonus_plans",), lambda: gettext("Bonus plans")),
    Entry(
        "bonus_runs.index",
        "bonuses:approve",
        ("bonus_runs", "bonus_figures", "bonus_by_hand", "bonus_payroll"),
        lambda: gettext("Bonus runs"),
    ),
    Entry("budgets.index", "budgets:read", ("budgets", "stops"), lambda: gettext("Budgets"), notices=_budgets),
    Entry("rollout.index", "rollout:plan", ("rollout", "value"), lambda: gettext("Roll-out")),
    Entry("roles.index", "roles:assign", ("roles",), lambda: gettext("Roles")),
    Entry("journal_pages.index", "journal:read", ("journal_pages",), lambda: gettext("Journal")),
    Entry(
        "people.index",
        "people:read",
        (
            "people",
            "people_changes",
            "people_lists",
            "people_strangers",
            "people_teams",
            "people_waves",
            "people_calendar",
        ),
        lambda: gettext("People"),
    ),
    Entry("audits.index", "audits:run", ("audits",), lambda: gettext("Audits")),
    Entry(
        "sources.index",
        "sources:manage",
        ("sources", "source_deliveries", "source_mapping"),
        lambda: gettext("Sources"),
    ),
    Entry("workbooks.index", "workbooks:decide", ("workbooks",), lambda: gettext("Workbooks"), notices=_proposals),
    Entry("feeds.index", "feeds:manage", ("feeds",), lambda: gettext("Feeds")),
    Entry("tokens.index", "tokens:manage", ("tokens",), lambda: gettext("Tokens")),
    Entry("privacy_settings.index", "privacy:manage", ("privacy_settings", "privacy"), lambda: gettext("Privacy")),
    Entry("timetable.index", "jobs:run", ("timetable",), lambda: gettext("Timetable")),
    Entry("digest.log", "digests:read", ("digest", "directors"), lambda: gettext("Weekly letters")),
    Entry(
        "flag_queue.index",
        "flags:lead",
        ("flag_queue",),
        lambda: gettext("Offers of help"),
        notices=_flags,
    ),
    Entry("channels.index", "channels:manage", ("channels",), lambda: gettext("Channels")),
    Entry(
        "answering.index",
        "questions:answer",
        ("answering", "help_list"),
        lambda: gettext("Questions"),
        notices=_questions,
    ),
    Entry("letters.index", "letters:read", ("letters",), lambda: gettext("Outbox")),
    Entry("ownership.index", "ownership:decide", ("ownership",), lambda: gettext("Owners"), least=REPORTS),
)


class Group(NamedTuple):
    """Pages that belong together: what they are called together, and their endpoints."""

    word: Callable[[], str]
    endpoints: tuple[str, ...]


# What is in none of them stands by itself; so does what is the only one of its group that somebody may see.
GROUPS: tuple[Group, ...] = (
    Group(lambda: gettext("Rules"), ("book.index", "budgets.index")),
    Group(lambda: gettext("Bonuses"), ("bonus_plans.index", "bonus_runs.index")),
    Group(
        lambda: gettext("Adoption"),
        ("rollout.index", "answering.index", "flag_queue.index", "workbooks.index", "audits.index", "ownership.index"),
    ),
    Group(lambda: gettext("Staff"), ("people.index", "roles.index")),
    Group(lambda: gettext("Connections"), ("sources.index", "feeds.index", "tokens.index")),
    Group(lambda: gettext("Letters"), ("digest.log", "channels.index", "letters.index")),
    Group(lambda: gettext("Service"), ("privacy_settings.index", "journal_pages.index", "timetable.index")),
)
MOST = 6  # pages that stand beside each other without groups


class Tab(NamedTuple):
    """What the bar shows of a page or a group: where it leads, its name, whether it is open, and what waits there."""

    endpoint: str
    word: str
    here: bool
    notices: int


class Bar(NamedTuple):
    """The bar: pages or groups, and the pages of the group that is open, which is called so."""

    upper: list[Tab]
    name: str = ""
    lower: list[Tab] | tuple[()] = ()


def bar(who: Caller, blueprint: str) -> Bar | None:
    """Return the bar of somebody on a page of a blueprint; most have none."""
    mine = {one.endpoint: _tab(one, blueprint) for one in DESK if _shown(one, who)}
    if len(mine) <= MOST:
        return Bar([*mine.values()]) if mine else None
    found = Bar([])
    grouped = {endpoint: group for group in GROUPS for endpoint in group.endpoints}
    for endpoint, tab in mine.items():
        group = grouped.get(endpoint)
        tabs = [tab] if group is None else [mine[one] for one in group.endpoints if one in mine]
        if group is None or len(tabs) == 1:
            found.upper.append(tab)
        elif tabs[0] is tab:
            here = any(one.here for one in tabs)
            found.upper.append(Tab(endpoint, group.word(), here, sum(one.notices for one in tabs)))
            found = found._replace(name=group.word(), lower=tabs) if here else found
    return found


def _shown(one: Entry, who: Caller) -> bool:
    return (who.reach(one.permission) or OWN) >= one.least and not one.away()


def _tab(one: Entry, blueprint: str) -> Tab:
    return Tab(one.endpoint, one.word(), blueprint in one.blueprints, one.notices())
