"""Memberships, and who leads whom, as half-open spans of local days: what a line of a list does to them.  Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int, int]  # team (or manager), first day, first day no more


class Stay(NamedTuple):
    """The days on which somebody works here, ``[first, end)``."""

    first: int
    end: int


def stay(hired_on: int | None, left_on: int | None) -> Stay:
    """Return the stay that these days mean: without the one it began ever ago, without the other it goes on."""
    return Stay(EVER if hired_on is None else hired_on, FOREVER if left_on is None else left_on)


def joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join the spans of a team that touch or overlap, and drop those without a day."""
    whole: list[Span] = []
    for team, starts, ends in sorted(spans):
        if starts >= ends:
            continue
        if whole and whole[-1][0] == team and starts <= whole[-1][2]:
            whole[-1] = team, whole[-1][1], max(ends, whole[-1][2])
        else:
            whole.append((team, starts, ends))
    return tuple(whole)


def without(spans: Iterable[Span], first: int, end: int) -> list[Span]:
    """Take the days ``[first, end)`` out of every span."""
    left = [(team, starts, min(ends, first)) for team, starts, ends in spans]
    right = [(team, max(starts, end), ends) for team, starts, ends in spans]
    return [span for span in left + right if span[1] < span[2]]


def held(spans: Iterable[Span], day: int) -> tuple[int, ...]:
    """Return the teams that hold on a day."""
    return tuple(sorted({team for team, starts, ends in spans if starts <= day < ends}))


def begun(now: Stay, teams: Iterable[int]) -> tuple[Span, ...]:
    """Return the memberships of somebody new: the listed teams for the whole stay."""
    return joined((team, *now) for team in teams)


def changed(spans: Iterable[Span], before: Stay, after: Stay, teams: Iterable[int] | None, on: int) -> tuple[Span, ...]:
    """Return the memberships after a list named somebody who was known.

    First the stay: days no more within it are taken out, days new in it get the teams of the nearest day that was in
    it before.  A stay that begins when the former one was over is another one: the former stays as it was.  Then the
    listed teams (``None``: not listed) replace all others from ``on`` to the end of the stay.
    """
    kept = list(spans)
    if before.first >= before.end or after.first >= before.end:
        if before != after:
            again = held(kept, before.end - 1) if teams is None else teams
            kept.extend((team, *after) for team in again)
    else:
        kept = _shifted(kept, before, after)
    first = max(on, after.first)
    if teams is not None and first < after.end:
        kept = without(kept, first, FOREVER)
        kept.extend((team, first, after.end) for team in teams)
    return joined(kept)


def led(spans: Iterable[Span], before: Stay, after: Stay, managers: Iterable[int] | None, on: int) -> tuple[Span, ...]:
    """Return who leads somebody after a list named them: as ``changed``, but by one person on each day.

    A day on which somebody led already, and which the list does not replace, keeps who it was.
    """
    former = list(spans)
    wanted = changed(former, before, after, managers, on)
    kept = [
        (one, max(starts, begin), min(ends, end))
        for one, starts, ends in wanted
        for other, begin, end in former
        if one == other and max(starts, begin) < min(ends, end)
    ]
    fresh: list[Span] = list(wanted)
    for _, starts, ends in kept:
        fresh = without(fresh, starts, ends)
    return joined([*kept, *fresh])


def _shifted(spans: list[Span], before: Stay, after: Stay) -> list[Span]:
    if after.first > before.first:
        spans = without(spans, before.first, after.first)
    else:
        spans = [*spans, *((team, after.first, before.first) for team in held(spans, before.first))]
    if after.end < before.end:
        return without(spans, after.end, before.end)
    return [*spans, *((team, before.end, after.end) for team in held(spans, before.end - 1))]
