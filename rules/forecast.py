"""How much more will be drawn from a budget, and until when it lasts: the pace of the last weeks, weekday by weekday.

Each day to come is expected to go like the mean of the same weekday in the last four weeks; of today, what
was drawn already is taken off.  The range is what the slowest and the fastest of these weeks alone would lead to.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

WEEK = 7
WEEKS = 4  # that are looked back at
HORIZON = 366  # days; what has no end is looked at for so long


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected from today to before the day ``ends``.

    ``more`` pieces, between ``low`` and ``high``; ``lasts`` is the last day for which there is enough (``None``: it
    lasts beyond), and ``earliest`` and ``latest`` are the same at the fastest and the slowest pace.  ``weeks`` is how
    many weeks that stands on.
    """

    weeks: int
    ends: int
    more: Fraction
    low: int
    high: int
    lasts: int | None
    earliest: int | None
    latest: int | None


def outlook(drawn: Mapping[int, int], today: int, ends: int, left: int | None, since: int) -> Outlook | None:
    """Look ahead from what was drawn, by local day; ``since`` is the first day on which anything could be.

    ``left`` is how many there still are (``None``: no end).  ``None``: not one whole week is known yet.
    """
    weeks = [_week(drawn, today, back) for back in range(1, WEEKS + 1) if today - WEEK * back >= since]
    if not weeks:
        return None
    until = min(ends, today + HORIZON)
    count = len(weeks)
    mean = _paced(lambda weekday: Fraction(sum(week[weekday] for week in weeks), count), drawn, today, until)
    alone = [
        _paced(lambda weekday, week=week: Fraction(week[weekday]), drawn, today, until)  # type: ignore[misc]  # a default is no argument
        for week in weeks
    ]
    totals = [sum(days, Fraction(0)) for days in alone]
    slow, fast = alone[totals.index(min(totals))], alone[totals.index(max(totals))]
    more = sum(mean, Fraction(0))
    return Outlook(
        weeks=count,
        ends=until,
        more=more,
        low=int(min(more, *totals)),  # what was drawn today weighs differently in each week
        high=-int(-max(more, *totals) // 1),
        lasts=_lasts(mean, today, left),
        earliest=_lasts(fast, today, left),
        latest=_lasts(slow, today, left),
    )


def _week(drawn: Mapping[int, int], today: int, back: int) -> Sequence[int]:
    """Return what was drawn in a week before today, Monday first."""
    days = range(today - WEEK * back, today - WEEK * (back - 1))
    by_weekday = {(day - 1) % WEEK: drawn.get(day, 0) for day in days}
    return [by_weekday[weekday] for weekday in range(WEEK)]


def _paced(of: Callable[[int], Fraction], drawn: Mapping[int, int], today: int, until: int) -> list[Fraction]:
    """Return what is expected of each day from today on."""
    expected = [of((day - 1) % WEEK) for day in range(today, until)]
    if expected:
        expected[0] = max(Fraction(0), expected[0] - drawn.get(today, 0))
    return expected


def _lasts(expected: Sequence[Fraction], today: int, left: int | None) -> int | None:
    """Return the last day for which there is enough; ``None`` if there is for all of these."""
    if left is None:
        return None
    used = Fraction(0)
    for place, more in enumerate(expected):
        used += more
        if used > left:
            return today + place - 1 if place or left < 1 else today  # what is there lasts today
    return None
