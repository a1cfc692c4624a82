"""When a letter is due: a wall clock's answer, so that weeks of 167 and 169 hours are no special case.

A letter tells of one week of the organisation's calendar.  It is due on the reader's weekday and hour, in the reader's
zone, in the seven days that follow that week, and never before it is over where the organisation is.
"""

from __future__ import annotations

from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING
from typing import NamedTuple
from zlib import crc32

from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

WEEK = 7
FAR = 45  # days within which a working day is looked for
SPREAD = 20 * 60  # seconds over which letters of one hour are spread
LATEST = 24 * 3_600 * SECOND  # a letter that is later than this is not sent


class Wish(NamedTuple):
    """When somebody wants the letter: weekday (0 is Monday), hour, zone."""

    weekday: int
    hour: int
    zone: ZoneInfo


def jitter(number: int) -> int:
    """Return by how many microseconds somebody's letter comes after the hour: always the same, 0 to 20 minutes."""
    return crc32(f"digest/{number}".encode()) % (SPREAD + 1) * SECOND


def day(week: int, weekday: int) -> int:
    """Return the local day on which the letter of a week is due: one of the seven after it."""
    return period.start("week", week) + WEEK + weekday


def due(week: int, wish: Wish, home: ZoneInfo, number: int) -> int:
    """Return when the letter of the week that begins on ``week`` is due, in UTC microseconds.

    An hour that a zone skips is read as the zone's clocks were before: the letter comes at once after the gap.  Of an
    hour that comes twice it is the first.
    """
    asked = _moment(day(week, wish.weekday), wish.hour, wish.zone)
    over = _moment(period.start("week", week) + WEEK, 0, home)
    return max(asked, over) + jitter(number)


def _moment(day: int, hour: int, zone: ZoneInfo) -> int:
    local = datetime.combine(date.fromordinal(day), time(hour), zone)
    return period.microseconds(local.astimezone(UTC))


def working_day(day: int, place: int, hour: int, home: ZoneInfo, works: Callable[[int], bool]) -> int:
    """Return the moment (UTC microseconds) of an hour on a working day from ``day`` on; ``place`` 0 is the first.

    In a calendar without any working day within a month and a half, the days are taken as they come.
    """
    days = [one for one in range(day, day + FAR) if works(one)] or list(range(day, day + FAR))
    return _moment(days[min(place, len(days) - 1)], hour, home)


def latest(now: int, wish: Wish, home: ZoneInfo, number: int) -> tuple[int, int]:
    """Return the week whose letter was due last, and when it was.  Only that one is ever sent: no two weeks at once."""
    today = period.moment(now).astimezone(home).toordinal()
    week = period.start("week", today)
    while (moment := due(week, wish, home, number)) > now:
        week -= WEEK
    return week, moment


def following(now: int, wish: Wish, home: ZoneInfo, number: int) -> tuple[int, int]:
    """Return the week whose letter is due next, and when that is."""
    week, _ = latest(now, wish, home, number)
    return week + WEEK, due(week + WEEK, wish, home, number)
