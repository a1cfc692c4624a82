"""Words about what is held: what each table of spreadsheet work is, how old it is, and what goes with the switch."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import languages
from adoption import privacy
from adoption.languages import gettext
from adoption.privacy import holding
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

HELD: Mapping[str, Callable[[], str]] = {
    "signal": lambda: gettext("Signals of office suites and CRMs"),
    "feed_person": lambda: gettext("Whom the feeds of office suites know"),
    "evidence_day": lambda: gettext("Days of evidence"),
    "adoption_score": lambda: gettext("Adoption scores of a day"),
    "check_in_answer": lambda: gettext("Answers to check-ins"),
    "reliance_account": lambda: gettext("Running sums of evidence"),
    "habit_block": lambda: gettext("What is usual for single people"),
    "norm": lambda: gettext("Norms that were declared for single people"),
    "season": lambda: gettext("Quiet seasons of single people"),
    "snooze": lambda: gettext("Hints that were put off"),
    "flag_look": lambda: gettext("Looks at somebody's question"),
    "flag_step": lambda: gettext("Steps of questions"),
    "contest": lambda: gettext("Contests and their answers"),
    "help": lambda: gettext("Help that was chosen"),
    "flag": lambda: gettext("Open and past questions"),
    "letter": lambda: gettext("Letters about what was noticed"),
    "champion": lambda: gettext("Colleagues who can be asked for help"),
}


class Age(NamedTuple):
    """How old the oldest row of a table is, and how old it may be."""

    what: str
    oldest: str
    days: int
    first: str  # the first day of which anything may be kept


class Going(NamedTuple):
    """What goes when individual detection is turned off, and about how much of it there is."""

    what: str
    much: str


def ages(now: int) -> list[Age]:
    """Return how old what is held is, and how old it may be: proof that the periods are kept."""
    today, tongue = holding.local_day(now), languages.current()
    first = {one.table: privacy.PERIODS[one.period].first_kept(today) for one in privacy.TABLES if one.period}
    return [
        Age(HELD[table](), tongue.day(day, "full"), today - day, tongue.day(first[table], "full"))
        for table, day in privacy.oldest().items()
    ]


def going() -> list[Going]:
    """Return what would go, in an order of its own and never exactly: else who looks twice would see a single step."""
    return [Going(HELD[table](), _about(rows)) for table, rows in privacy.held().items()]


def _about(rows: int) -> str:
    """Say roughly how many there are."""
    tongue = languages.current()
    if rows < SMALLEST_GROUP:
        return gettext("fewer than %(n)s", n=tongue.number(SMALLEST_GROUP))
    step = SMALLEST_GROUP * 10 ** max(0, len(str(rows)) - 2)
    return gettext("%(n)s or more", n=tongue.number(rows // step * step))
