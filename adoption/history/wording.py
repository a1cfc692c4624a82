"""Differences in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rules import period
from rules.value import text_of_units

if TYPE_CHECKING:
    from adoption.facts import Known


def name(known: Known, holder: int) -> str:
    """Return a holder's name, also of one that nobody knows any more."""
    try:
        return known.holder_name(holder)
    except KeyError:
        return f"holder {holder}"


def when(per: str | None, first: int, days: tuple[int, int] | None = None) -> str:
    """Return a period in words, and if it is clipped, to which days."""
    said = period.text(per or "day", first)
    if days is None:
        return said
    starts = f" from {date.fromordinal(days[0])}"
    return said + starts + (f" until {date.fromordinal(days[1])}" if days[1] < period.FOREVER else "")


def tally(
    known: Known,
    metric: str,
    holder: int,
    at: tuple[str, int, tuple[int, int] | None],
    values: tuple[int, int],
) -> str:
    """Say that a tally differs; ``values`` are what it is and what it should be."""
    actual, expected = map(text_of_units, values)
    return f"tally {metric} of {name(known, holder)} in {when(*at)} is {actual}, should be {expected}"


def awards(known: Known, incentive: str, holder: int, at: tuple[str | None, int], counts: tuple[int, int]) -> str:
    """Say that awards differ; a negative number of them is the highest number of a row with gaps."""
    actual, expected = counts
    has = f"are {actual}" if actual >= 0 else f"have gaps (the highest is number {-actual})"
    return f"awards of {incentive} to {name(known, holder)} in {when(*at)} {has}, should be {expected}"


def outcome(  # the parts of an outcome
    record: str, time: int, _source: str, closing: str, actor_source: str | None, actor: str | None, _day: int
) -> str:
    """Say which record reached a milestone when, and who is credited."""
    if time is None:
        return f"{record}, on a day but by no activity"
    who = f"{actor} ({actor_source})" if actor is not None else "nobody"
    return f"{record} at {period.moment(time):%Y-%m-%d %H:%M:%S} UTC by activity {closing}, credited to {who}"


def posted(known: Known, holder: int, cause: str, unit: str, amount: int) -> str:
    """Say what is posted though it should not be so."""
    return f"{cause} of {name(known, holder)} has {text_of_units(amount)} {unit}"


def unposted(known: Known, holder: int, cause: str) -> str:
    """Say for what nothing is posted."""
    return f"{cause} of {name(known, holder)} has none"
