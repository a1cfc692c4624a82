"""Counted activities → increments → tallies, each table in one statement."""

from __future__ import annotations

import hashlib
from collections import Counter as Tallied
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING

from adoption import statements
from adoption.inforce import Change
from adoption.models import bucket_of
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import Counter
    from adoption.inforce import InForce
    from rules.activity import Activity

LONGEST_KEY = 200  # characters; longer distinct values are told apart by their hash

holder_bucket = lru_cache(maxsize=500_000)(bucket_of)


@dataclass(slots=True)
class Increments:
    """What a batch adds, by counter, participant and local day; and what it met on the way."""

    sums: dict[tuple[int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    keys: dict[tuple[int, int, int, str], int] = field(default_factory=lambda: defaultdict(int))
    strangers: set[tuple[str, str]] = field(default_factory=set)
    unreadable: Tallied[str] = field(default_factory=Tallied)


def count(  # noqa: PLR0913, PLR0917  # the facts of one increment
    increments: Increments,
    known: Known,
    counters: Iterable[Counter],
    activity: Activity,
    sign: int,
    credited: tuple[str, str | None],
) -> None:
    """Add (or with ``sign`` -1 take away) what an activity adds by these counters for whoever is credited."""
    source, actor = credited
    who = known.participant_of(source, actor)
    if who is None:
        if actor is not None:
            increments.strangers.add((source, actor))
        return
    for counter in counters:
        metric = counter.metric
        if metric.where is None or metric.where.holds(activity.data):
            if metric.by_key:
                key = metric.key_of(activity)
                if key is not None:
                    increments.keys[counter.index, who, activity.day, key] += sign
            else:
                units = metric.units(activity)
                if units is None:
                    increments.unreadable[activity.source] += max(0, sign)
                else:
                    increments.sums[counter.index, who, activity.day] += sign * units


def write(connection: Connection, force: InForce, known: Known, increments: Increments) -> list[Change]:
    """Add the increments to the tallies; return every tally that changed."""
    deltas: dict[tuple[int, int, int], int] = defaultdict(int)
    for (index, who, day), units in increments.sums.items():
        if units:
            slots = force.counters[index].slots(day, force.series)
            for holder in (who, *[-team for team in known.teams_on(who, day)]):
                for series, first in slots:
                    deltas[series, holder, first] += units
    if increments.keys:
        _count_keys(connection, force, known, increments, deltas)
    rows = sorted((holder_bucket(h), s, h, p, units) for (s, h, p), units in deltas.items() if units)
    key = ("bucket", "series", "holder", "period")
    changed = statements.add(connection, "tally", key, "value", rows)
    return [Change(s, h, p, value, deltas[s, h, p]) for s, h, p, value in changed]


def _count_keys(
    connection: Connection,
    force: InForce,
    known: Known,
    increments: Increments,
    deltas: dict[tuple[int, int, int], int],
) -> None:
    """Add to the reference counts; a key that appears adds one to its tally, a key that is gone takes one away."""
    times: dict[tuple[int, int, int, str], int] = defaultdict(int)
    for (index, who, day, key), sign in increments.keys.items():
        if sign:
            slots = force.counters[index].slots(day, force.series)
            shown = _shown(key)
            for holder in (who, *[-team for team in known.teams_on(who, day)]):
                for series, first in slots:
                    times[series, holder, first, shown] += sign
    rows = sorted((holder_bucket(h), s, h, p, key, n) for (s, h, p, key), n in times.items() if n)
    columns = ("bucket", "series", "holder", "period", "key")
    for s, h, p, key, after in statements.add(connection, "distinct_key", columns, "times", rows):
        before = after - times[s, h, p, key]
        deltas[s, h, p] += UNIT * ((after > 0) - (before > 0))


def _shown(key: str) -> str:
    """Return a key as it is stored: long ones, and those with a character that text columns refuse, by their hash."""
    if len(key) <= LONGEST_KEY and "\0" not in key:
        return key
    return "#" + hashlib.sha256(key.encode()).hexdigest()
