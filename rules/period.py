"""The calendar: local days, periods and working days.

A day is an integer, the proleptic ordinal of ``datetime.date``; a period is its kind and its first day.  Everything
after the one conversion from UTC (``local_day``) is integer arithmetic, and the same in every engine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from datetime import date
from datetime import datetime
from datetime import time as clock
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from zoneinfo import ZoneInfo

KINDS = ("day", "week", "month", "quarter", "year", "ever")  # shortest first
EVER = 1  # the first day of the period ``ever``, and of all days
FOREVER = date.max.toordinal()  # an open end: later than every day anybody means
SECOND = 1_000_000  # microseconds
_MOST_OFFSETS = 100_000  # quarters of an hour to remember: about three years
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOURS = timedelta(hours=8), timedelta(hours=19)  # in which work is to be expected on a working day
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_QUARTER_HOUR = 900 * SECOND
_DAY = 86_400 * SECOND


def microseconds(moment: datetime) -> int:
    """Return an aware moment as UTC microseconds since 1970."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * SECOND + since.microseconds


def moment(time: int) -> datetime:
    """Return UTC microseconds since 1970 as an aware moment in UTC."""
    return EPOCH + timedelta(microseconds=time)


def local_day(zone: ZoneInfo) -> Callable[[int], int]:
    """Return a function from UTC microseconds to the local day in ``zone``.

    Offsets change at most at whole quarters of an hour, so one look-up per quarter of an hour is exact.
    """
    offsets: dict[int, int] = {}

    def day_of(time: int) -> int:
        quarter = time // _QUARTER_HOUR
        offset = offsets.get(quarter)
        if offset is None:
            if len(offsets) > _MOST_OFFSETS:
                offsets.clear()
            shift = moment(quarter * _QUARTER_HOUR).astimezone(zone).utcoffset() or timedelta(0)
            offset = offsets[quarter] = (shift.days * 86_400 + shift.seconds) * SECOND
        return (time + offset) // _DAY + _EPOCH_DAY

    return day_of


def start(kind: str, day: int) -> int:
    """Return the first day of the period of that kind in which ``day`` lies."""
    if kind == "day":
        return day
    if kind == "week":
        return day - (day - 1) % 7
    if kind == "ever":
        return EVER
    at = date.fromordinal(day)
    if kind == "month":
        return day - at.day + 1
    month = 1 if kind == "year" else (at.month - 1) // 3 * 3 + 1
    return date(at.year, month, 1).toordinal()


def end(kind: str, first: int) -> int:
    """Return the first day after the period of that kind that starts on ``first``."""
    if kind == "day":
        return first + 1
    if kind == "week":
        return first + 7
    if kind == "ever":
        return FOREVER
    at = date.fromordinal(first)
    months = {"month": 1, "quarter": 3, "year": 12}[kind]
    index = at.year * 12 + at.month - 1 + months
    return date(index // 12, index % 12 + 1, 1).toordinal()


def following(kind: str, day: int) -> int:
    """Return the start of the next period after the one in which ``day`` lies (``ever``: the next day)."""
    return day + 1 if kind == "ever" else end(kind, start(kind, day))


def text(kind: str, first: int) -> str:
    """Write a period: ``2026-11-23``, ``2026-W48``, ``2026-11``, ``2026-Q4``, ``2026`` or ``ever``."""
    if kind == "ever":
        return "ever"
    at = date.fromordinal(first)
    if kind == "day":
        return at.isoformat()
    if kind == "week":
        year, week, _ = at.isocalendar()
        return f"{year:04}-W{week:02}"
    if kind == "month":
        return f"{at.year:04}-{at.month:02}"
    if kind == "quarter":
        return f"{at.year:04}-Q{(at.month + 2) // 3}"
    return f"{at.year:04}"


_SHAPES = (
    ("day", re.compile(r"(\d{4})-(\d\d)-(\d\d)")),
    ("week", re.compile(r"(\d{4})-W(\d\d)")),
    ("month", re.compile(r"(\d{4})-(\d\d)")),
    ("quarter", re.compile(r"(\d{4})-Q([1-4])")),
    ("year", re.compile(r"(\d{4})")),
)


def parse(written: str) -> tuple[str, int]:
    """Read what ``text`` writes; raise ``ValueError`` with the accepted shapes otherwise.

    A period that the calendar ends before it does, as December 9999, is none.
    """
    if written == "ever":
        return "ever", EVER
    for kind, shape in _SHAPES:
        found = shape.fullmatch(written)
        if found:
            try:
                first = _first(kind, [int(part) for part in found.groups()])
                if end(kind, first) <= FOREVER:
                    return kind, first
            except ValueError:
                pass
            break
    msg = f"{written!r} is no period; write 2026-11-23, 2026-W48, 2026-11, 2026-Q4, 2026 or ever"
    raise ValueError(msg)


def _first(kind: str, parts: list[int]) -> int:
    if kind == "week":
        return date.fromisocalendar(parts[0], parts[1], 1).toordinal()
    if kind == "quarter":
        return date(parts[0], parts[1] * 3 - 2, 1).toordinal()
    return date(*[*parts, 1, 1][:3]).toordinal()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which the organisation works: weekdays (Monday is 0) less holidays."""

    weekdays: frozenset[int] = frozenset(range(5))
    holidays: frozenset[int] = frozenset()

    def works(self, day: int) -> bool:
        """Say whether ``day`` is a working day."""
        return (day - 1) % 7 in self.weekdays and day not in self.holidays


def working_time(
    since: datetime, until: datetime, zone: ZoneInfo, works: Callable[[int], bool], *, most: int = 366
) -> timedelta:
    """Return how much of the time between two moments lies within ``HOURS`` of the local days that are worked.

    Of more than ``most`` days, the last ones count.
    """
    begins, ends = since.astimezone(zone), until.astimezone(zone)
    total = timedelta(0)
    for day in range(max(begins.toordinal(), ends.toordinal() - most), ends.toordinal() + 1):
        if works(day):
            midnight = datetime.combine(date.fromordinal(day), clock(0), zone)
            total += max(timedelta(0), min(ends, midnight + HOURS[1]) - max(begins, midnight + HOURS[0]))
    return total
