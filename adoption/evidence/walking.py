"""Somebody's days once more, from the state in which a block began: for replays and for recomputations."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import statements
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence.judging import block_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.kept import DayFacts
    from adoption.evidence.kept import State
    from adoption.evidence.learning import RoleUsual
    from adoption.evidence.people import Declared
    from rules.reliance import Usual


class Step(NamedTuple):
    """A day that was followed: its facts, the state after it, and the row of its score if there is one."""

    day: int
    facts: DayFacts
    before: State
    after: State
    score: tuple[int, ...] | None


class Rules(NamedTuple):
    """What a day is judged by besides its facts: what was learned for the role, and what was declared."""

    role: RoleUsual
    declared: Declared


class Calendar:
    """Roles and declarations by day, each asked for once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._roles: dict[int, dict[str, RoleUsual]] = {}
        self._declared: dict[int, Declared] = {}

    def of(self, role: str, day: int) -> Rules:
        """Return what a day of somebody in a role is judged by."""
        block = block_of(day)
        if block not in self._roles:
            self._roles[block] = learning.roles(self._connection, block)
        if day not in self._declared:
            self._declared[day] = persons.declared(self._connection, day)
        return Rules(self._roles[block].get(role, learning.RoleUsual()), self._declared[day])


class Begun(NamedTuple):
    """A block of somebody as it began: their role, what is usual for them, and the state before the first day."""

    role: str
    usual: Usual
    state: State


def walk(who: int, begun: Begun, days: Iterable[tuple[int, DayFacts]], calendar: Calendar) -> Iterator[Step]:
    """Yield somebody's days within a block, one after the other."""
    state = begun.state
    for day, facts in days:
        rules = calendar.of(begun.role, day)
        before = state
        usually = learning.measured(begun.usual, who, begun.role, rules.declared)
        state = judging.after(state, day, facts, usually)
        rows: list[tuple[int, ...]] = []
        if facts.expected:
            live = learning.measured(rules.role.usual, who, begun.role, rules.declared).live
            rows = judging.score_rows(day, who, state, live, rules.role)
        yield Step(day, facts, before, state, rows[0] if rows else None)


def days_of(
    connection: Connection, people: Sequence[int], days: range
) -> Mapping[int, list[tuple[int, DayFacts, int, str]]]:
    """Return the days of these people that are kept: (day, facts, level, mark), the oldest first."""
    keys = [(day, who) for day in days for who in people]
    columns = ("participant", "day", "facts", "level", "mark")
    found: dict[int, list[tuple[int, DayFacts, int, str]]] = {who: [] for who in people}
    for who, day, facts, level, mark in statements.find(
        connection, "evidence_day", ("day", "participant"), columns, keys
    ):
        found[who].append((day, kept.facts_of(facts), level, mark))
    return {who: sorted(rows, key=lambda row: row[0]) for who, rows in found.items()}
