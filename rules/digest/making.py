"""From the facts of a week to a letter, or to none.

A letter compares a team with its own past, names people for what they did and records for what they lack, and never the
other way round.  Numbers of a group smaller than five stay with whoever leads it: no median stands beside them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.digest import suggesting
from rules.digest import thanking
from rules.digest.record import Bar
from rules.digest.record import Digest
from rules.digest.record import Figure
from rules.digest.record import Lead
from rules.digest.record import Line
from rules.digest.record import Obstacle
from rules.digest.record import Reason
from rules.digest.record import Silent
from rules.standing import SMALLEST_GROUP
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.digest.facts import Facts

WEEKS = 8  # of the trend
AVERAGED = 4  # weeks before the letter's own
SHOWN = 3  # obstacles, and records of each
MOST = 60  # per cent of a gain that one person may have before the lead says so
WEEK = 7
FULL = 100


def make(facts: Facts) -> Digest | Silent:
    """Decide what a letter says; ``facts.reports`` may come in any order."""
    why = _silent(facts)
    if why is not None:
        return Silent(why)
    totals = _totals(facts)
    obstacles = tuple(
        Obstacle(one.kind, one.need, one.title, len(one.records), tuple(one.records[:SHOWN]))
        for one in sorted(facts.open, key=lambda one: (-len(one.records), one.kind, one.need))[:SHOWN]
    )
    common = {
        "week": facts.week,
        "team": facts.team,
        "metric": facts.metric,
        "lead": _lead(facts, totals, obstacles),
        "people": len(facts.reports),
        "away": sum(one.gone for one in facts.reports),
        "late": facts.late,
        "as_of": facts.as_of,
    }
    if not totals[-1]:
        return Digest(**common, quiet=True)  # type: ignore[arg-type]  # named above
    lines = _lines(facts)
    thanks = thanking.choose(facts)
    return Digest(
        **common,  # type: ignore[arg-type]  # named above
        quiet=False,
        figures=(_score(facts), _work(totals), _goals(facts)),
        bars=_bars(facts, totals),
        thanks=thanks,
        obstacles=obstacles,
        goal=facts.goal if facts.named else None,
        lines=lines if facts.named else (),
        rewards=facts.rewards,
        suggestion=suggesting.choose(facts, obstacles, lines, thanks),
    )


def _silent(facts: Facts) -> str | None:
    """Say why there is to be no letter."""
    if not facts.reports:
        return "nobody"
    if facts.begun is None or facts.begun >= facts.week + WEEK:
        return "unbegun"
    if facts.stale:
        return "stale"
    there = any(one.days[week] > one.away[week] for one in facts.reports for week in (0, 1))
    long_enough = facts.begun <= facts.week - WEEK
    nothing = not any(sum(one.work[-2:]) for one in facts.reports)
    return "silent" if nothing and there and long_enough else None


def _totals(facts: Facts) -> list[int | None]:
    """Return what the team did in each week; ``None`` before anything could be counted."""
    width = max(len(one.work) for one in facts.reports)
    found: list[int | None] = []
    for back in range(width, 0, -1):
        monday = facts.week - WEEK * (back - 1)
        known = facts.begun is not None and facts.begun < monday + WEEK
        found.append(sum(one.work[-back] for one in facts.reports if len(one.work) >= back) if known else None)
    return found


def _lead(facts: Facts, totals: Sequence[int | None], obstacles: Sequence[Obstacle]) -> Lead:
    now, before = totals[-1] or 0, totals[-2] if len(totals) > 1 else None
    change = None if before is None else now - before
    return Lead(now, change, _reason(facts, change, obstacles))


def _reason(facts: Facts, change: int | None, obstacles: Sequence[Obstacle]) -> Reason | None:
    """Name the main reason: what came late, then the calendar, then people, then records."""
    if facts.late is not None:
        return Reason("late", facts.late)
    if change:
        calendar = _calendar(facts, change)
        if calendar is not None:
            return calendar
    if change is not None and change > 0:
        return _gain(facts, change)
    if change is not None and change < 0 and obstacles:
        first = obstacles[0]
        return Reason("open", first.count, title=first.title)
    goals = _goals(facts)
    return Reason("goals", goals.now // UNIT, goals.of or 0) if goals.now else None


def _calendar(facts: Facts, change: int) -> Reason | None:
    """Name what the calendar had to do with it: working days, or people who were away."""
    days = [max(one.days[week] for one in facts.reports) for week in (0, 1)]
    if (days[1] - days[0]) * change > 0:
        return Reason("more_days" if change > 0 else "fewer_days", abs(days[1] - days[0]))
    away = [sum(one.away[week] for one in facts.reports) for week in (0, 1)]
    if change < 0 and away[1] > away[0]:
        return Reason("away", sum(one.away[1] > 0 for one in facts.reports), len(facts.reports))
    return None


def _gain(facts: Facts, change: int) -> Reason | None:
    gains = [one.work[-1] - one.work[-2] for one in facts.reports if len(one.work) > 1]
    if len(gains) > 1 and max(gains) * FULL >= change * MOST and sum(gain > 0 for gain in gains) == 1:
        return Reason("one")
    more = sum(gain > 0 for gain in gains)
    return Reason("many", more, len(facts.reports)) if more > 1 else None


def _score(facts: Facts) -> Figure:
    """Return the team's adoption score: of five or more people only."""
    scores = facts.scores if len(facts.reports) >= SMALLEST_GROUP else ()
    now, before, average = _past([None if one is None else one * UNIT for one in scores])
    return Figure("score", now, before, average)


def _work(totals: Sequence[int | None]) -> Figure:
    return Figure("work", *_past(totals))


def _goals(facts: Facts) -> Figure:
    """Count who reached the goal; whoever was away all week and did not is left out."""
    width = max((len(one.targets) for one in facts.reports), default=0)
    counts: list[int | None] = []
    for back in range(width, 0, -1):
        found = [reached for one in facts.reports if (reached := one.reached(-back)) is not None]
        known = facts.begun is not None and facts.begun < facts.week - WEEK * (back - 1) + WEEK
        counts.append(sum(found) * UNIT if found and known else None)
    now, before, average = _past(counts)
    of = sum(one.reached(-1) is True or (one.reached(-1) is False and not one.gone) for one in facts.reports)
    return Figure("goals", now, before, average, of)


def _past(values: Sequence[int | None]) -> tuple[int | None, int | None, int | None]:
    """Return the last value, the one before, and the average of the four before the last."""
    usual = average([one for one in values[-1 - AVERAGED : -1] if one is not None])
    return (values[-1] if values else None), (values[-2] if len(values) > 1 else None), usual


def average(values: Sequence[int]) -> int | None:
    """Return the average of quantities, rounded to wholes; of none there is none."""
    return _whole(sum(values), len(values)) if values else None


def _whole(units: int, parts: int) -> int:
    """Return a part of a quantity, rounded to wholes, halves up: nobody has done half a contact."""
    return (2 * units + parts * UNIT) // (2 * parts * UNIT) * UNIT


def _bars(facts: Facts, totals: Sequence[int | None]) -> tuple[Bar, ...]:
    shown = totals[-WEEKS:]
    size = len(facts.reports)
    bars = []
    for place, value in enumerate(shown):
        back = len(shown) - place
        median = facts.medians[-back] if len(facts.medians) >= back else None
        beside = None if median is None or size < SMALLEST_GROUP else _whole(median * size, 1)
        bars.append(Bar(facts.week - WEEK * (back - 1), value, beside))
    return tuple(bars)


def _lines(facts: Facts) -> tuple[Line, ...]:
    """List everybody by name: never by how much they did."""
    lines = [
        Line(one.number, one.name, one.gone, one.had[-1] if one.had else 0, one.targets[-1] if one.targets else None)
        for one in facts.reports
    ]
    return tuple(sorted(lines, key=lambda one: (one.name.casefold(), one.number)))
