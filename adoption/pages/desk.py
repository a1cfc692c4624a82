"""What lies on the desk of those who run Spoonful: the pages that stand in the bar above theirs.

``DESK`` is the whole bar.  An entry is shown to whoever has its permission for everybody's things, or as far as
``least`` says; ``blueprints`` are the pages on which it is the one that is open.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import budgets
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
    return len(budgets.open_alerts(time.time_ns() // 1000))


def _proposals() -> int:
    """Count the workbooks that wait to be decided; one query."""
    query = select(func.count()).select_from(Workbook).where(Workbook.state == "proposed")
    return int(db.session.scalar(query) or 0)  # asked here: the book's pages, which have this bar, know no signals


# Endpoint → what counts what waits there: told by pages that this module, which every page reaches, must not import.
NOTICES: dict[str, Callable[[], int]] = {}


def _flags() -> int:
    """Count what waits for an adoption lead."""
    return NOTICES["flag_queue.index"]()


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
    Entry("rollout.index", "rollout:plan", ("rollout",), lambda: gettext("Roll-out")),
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
    Entry("digest.log", "digests:read", ("digest",), lambda: gettext("Weekly letters")),
    Entry(
        "flag_queue.index",
        "flags:lead",
        ("flag_queue",),
        lambda: gettext("Offers of help"),
        notices=_flags,
    ),
    Entry("letters.index", "letters:read", ("letters",), lambda: gettext("Outbox")),
    Entry("ownership.index", "ownership:decide", ("ownership",), lambda: gettext("Owners"), least=REPORTS),
)


def entries(who: Caller) -> list[Entry]:
    """List what is on somebody's desk; nothing for most."""
    return [one for one in DESK if (who.reach(one.permission) or OWN) >= one.least and not one.away()]
