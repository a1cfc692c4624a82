"""For how long what is personal about spreadsheet work is kept: the one table that the job, the pack and tests read."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

MONTHS = 12  # of a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A length of time on the calendar of local days: so many days, or so many months."""

    days: int = 0
    months: int = 0

    def first_kept(self, today: int) -> int:
        """Return the first local day of which anything is kept; whatever is older goes, and so does the day before."""
        return _months_before(today, self.months) - self.days + 1


def _months_before(day: int, months: int) -> int:
    """Return the same day of an earlier month, or the last one that it has."""
    if not months:
        return day
    then = date.fromordinal(day)
    year, month = divmod(then.year * MONTHS + then.month - 1 - months, MONTHS)
    return date(year, month + 1, min(then.day, calendar.monthrange(year, month + 1)[1])).toordinal()


PERIODS: Mapping[str, Period] = {
    "signals": Period(days=14),  # as they came from office suites and CRMs
    "moves": Period(days=28),  # exports and imports: an import may follow an export by fourteen days
    "evidence": Period(days=90),  # what a day weighed, a person's score, what they answered
    "transitions": Period(months=12),  # steps of flags, contests, help, and who looked
}


class Personal(NamedTuple):
    """A table with something personal about spreadsheet work.

    ``period`` is one of ``PERIODS``, counted from ``column``: a local day, or a moment (UTC microseconds) where
    ``moment`` says so; a row without one is not over yet.  Without a period a row is how somebody stands now, and stays
    as long as they do.  ``but`` are kinds that are not meant, ``kinds`` those that are; ``only_of``: only rows of a
    participant are, since others are about a role or a team.  ``detection``: it goes when individual detection is
    turned off.  Everything of a ``participant`` goes when they leave.
    """

    table: str
    period: str | None = None
    column: str = "day"
    moment: bool = False
    detection: bool = True
    participant: str = "participant"
    but: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    only_of: bool = False


# Letters that tell of what was noticed about somebody, or of help that followed; the outbox deletes them by their age.
LETTERS = ("hint", "noticed", "offered", "answered", "help-chosen", "help-asked")
# Those that point at others come first, and before all what would still be sent.
TABLES: tuple[Personal, ...] = (
    Personal("letter", kinds=LETTERS),
    Personal("signal", "signals", but=("import", "export")),
    Personal("signal", "moves"),
    Personal("feed_person"),
    Personal("evidence_day", "evidence"),
    Personal("adoption_score", "evidence"),
    Personal("check_in_answer", "evidence"),
    Personal("reliance_account"),
    Personal("habit_block", "evidence", "block"),
    Personal("norm", only_of=True),
    Personal("season", only_of=True),
    Personal("snooze"),
    Personal("flag_look", "transitions"),
    Personal("flag_step", "transitions"),
    Personal("contest", "transitions", "answered", moment=True),
    Personal("help", "transitions", "ended", moment=True),
    Personal("flag"),
    Personal("champion", detection=False),  # who helps is nobody who is flagged
)
