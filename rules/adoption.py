"""The adoption score of a participant, 0 to 100 and bounded on purpose: it ranks nobody and pays nothing.

score = 100 · F^.50 · T^.25 · Q^.15 · B^.10: regularity, timeliness, quality and breadth over the last twenty expected
days, each at least .05.  The geometric mean loses least to token use.  No formula can stop spam, so the door does: see
``door``.  Sources and figures: docs/decisions/reliance.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

SPAN, ENOUGH = 20, 5  # expected days that are looked at, and that are needed
PSEUDO = 3  # days with which a participant's own are weighed
FLOOR = 0.05
WEIGHTS = {"regularity": 0.50, "timeliness": 0.25, "quality": 0.15, "breadth": 0.10}
GOOD_DAY = 0.8  # of the usual actions
FULL = 0.6  # of the usual actions: a day whose timeliness weighs whole
MAIN = 0.05  # of a role's actions: a kind that belongs to the role
APART = 30 * 1_000_000  # microseconds between two actions that both count
COMPLETE = 0.5  # of the required fields


class Action(NamedTuple):
    """An action in the CRM at the door of the score; ``moment`` is in UTC microseconds, ``day`` is local."""

    record: str
    kind: str
    moment: int
    day: int
    complete: float = 1.0  # share of the required fields that are filled in
    undone: bool = False  # within a day
    duplicate: bool = False  # of another record


def door(actions: Iterable[Action]) -> list[Action]:
    """Return the actions of one participant that count: what is worth something to the next reader of the record.

    One per record and kind and day, at least thirty seconds after the one before, half complete, not undone within a
    day, and no duplicate.
    """
    counted: list[Action] = []
    known: set[tuple[str, str, int]] = set()
    last: int | None = None
    for one in sorted(actions, key=lambda action: (action.moment, action.record, action.kind)):
        key = (one.record, one.kind, one.day)
        if one.undone or one.duplicate or one.complete < COMPLETE or key in known:
            continue
        if last is not None and one.moment - last < APART:
            continue
        known.add(key)
        last = one.moment
        counted.append(one)
    return counted


class Day(NamedTuple):
    """An expected day: actions that count, (records, on time) for each day about which something was recorded."""

    actions: int
    arrived: tuple[tuple[int, bool], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What is usual in a role: actions a day, the 60th percentile of regularity, on-time share, quality, main kinds."""

    live: float
    regularity: float = 0.8
    timeliness: float = 0.92
    quality: float = 0.9
    kinds: frozenset[str] = frozenset()


class Score(NamedTuple):
    """A score and its parts, each between .05 and 1."""

    value: float
    regularity: float
    timeliness: float
    quality: float
    breadth: float


def score(
    days: Sequence[Day], role: Role, *, complete: float | None, duplicates: float, kinds: Iterable[str]
) -> Score | None:
    """Return a participant's score; ``None`` if there are too few expected days.

    ``complete`` is the mean share of required fields, ``None`` if no record has any; ``duplicates`` the share of
    records that were there already; ``kinds`` the kinds of actions they used.
    """
    recent = days[-SPAN:]
    if len(recent) < ENOUGH:
        return None
    usual = max(role.live, FLOOR)
    met = sum(min(1.0, day.actions / (GOOD_DAY * usual)) for day in recent)
    regular = _part((met + PSEUDO * role.regularity) / (len(recent) + PSEUDO) / max(role.regularity, FLOOR))
    timely = _part(_timeliness(recent, role, usual, regular))
    good = _part(1.0 if complete is None else complete * (1 - duplicates) / max(role.quality, FLOOR))
    used = len(role.kinds.intersection(kinds))
    broad = _part((used + PSEUDO * (0.8 * regular + 0.2)) / (len(role.kinds) + PSEUDO))
    parts = {"regularity": regular, "timeliness": timely, "quality": good, "breadth": broad}
    value = 100.0
    for name, weight in WEIGHTS.items():
        value *= parts[name] ** weight
    return Score(round(value, 1), regular, timely, good, broad)


def _timeliness(days: Sequence[Day], role: Role, usual: float, regular: float) -> float:
    on_time = whole = 0.0
    for day in days:
        for records, timely in day.arrived:
            weight = min(1.0, records / (FULL * usual))
            whole += weight
            on_time += weight * timely
    prior = role.timeliness * regular + 0.5 * (1 - regular)
    return (on_time + PSEUDO * prior) / (whole + PSEUDO)


def _part(value: float) -> float:
    return min(max(value, FLOOR), 1.0)


def regularity_of(people: Sequence[Sequence[Day]], usual: float) -> float:
    """Return the 60th percentile of how regularly the people of a role act."""
    found = sorted(
        sum(min(1.0, day.actions / (GOOD_DAY * max(usual, FLOOR))) for day in days[-SPAN:]) / len(days[-SPAN:])
        for days in people
        if days
    )
    return found[min(len(found) - 1, int(0.6 * len(found)))] if found else 0.8


def middle(values: Sequence[float], otherwise: float) -> float:
    """Return the median of a role, or what stands for it where there is nobody yet."""
    return median(values) if values else otherwise
