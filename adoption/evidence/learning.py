"""What is usual, learned every four weeks: in a role from its people, for a participant from their healthy days."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING
from zlib import crc32

from sqlalchemy import select

from adoption import statements
from adoption.evidence import kept
from adoption.evidence.judging import BLOCK
from adoption.evidence.judging import LOOKS
from adoption.evidence.judging import block_of
from adoption.evidence.kept import RoleScore
from adoption.models import RoleHabit
from rules import adoption
from rules.reliance import DEFAULT
from rules.reliance import Usual
from rules.reliance import usual
from rules.reliance.usual import Habit
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.kept import State
    from adoption.evidence.people import Declared
    from adoption.facts import Person

MOST = 5_000  # people of a role from whom is learned: a middle needs no more, and memory stays bounded
DIGITS = 6
_COLUMNS = ("people", "usual", "score")


class RoleUsual(kept.RoleScore, frozen=True, kw_only=True):
    """What is usual in a role during a block, and what its score is measured by."""

    usual: Usual = DEFAULT


def roles(connection: Connection, block: int) -> dict[str, RoleUsual]:
    """Return what is usual in each role during a block."""
    rows = connection.execute(select(RoleHabit.role, RoleHabit.usual, RoleHabit.score).where(RoleHabit.block == block))
    return {row.role: _role(kept.usual_of(row.usual), kept.role_of(row.score)) for row in rows}


def role_on(connection: Connection, role: str, day: int) -> RoleUsual:
    """Return what is usual in a role on a day; what is assumed where nothing was learned."""
    return roles(connection, block_of(day)).get(role, RoleUsual())


def _role(usually: Usual, score: RoleScore) -> RoleUsual:
    return RoleUsual(
        usual=usually,
        regularity=score.regularity,
        timeliness=score.timeliness,
        quality=score.quality,
        kinds=score.kinds,
    )


def learn(connection: Connection, people: Iterable[Person], block: int) -> None:
    """Store what is usual in each role from a block on, unless it is known; the caller commits."""
    known = roles(connection, block)
    by_role: defaultdict[str, list[int]] = defaultdict(list)
    for person in people:
        if person.role not in known:
            by_role[person.role].append(person.id)
    rows = []
    for role, numbers in sorted(by_role.items()):
        some = sorted(numbers, key=lambda one: (crc32(str(one).encode()), one))[:MOST]
        habits = [habit for habit in whole(connection, some, block).values() if habit.days]
        learned = rounded(usual.of_role(habits))
        score = _score(list(_states(connection, some)), learned)
        rows.append((role, block, len(habits), kept.text(learned), kept.text(score)))
    statements.put(connection, "role_habit", ("role", "block"), _COLUMNS, rows)


def learn_from(connection: Connection, states: Mapping[str, Sequence[State]], block: int) -> None:
    """Store what is usual in roles of five people or more, from a week of states that are kept nowhere."""
    rows = []
    for role, found in sorted(states.items()):
        if len(found) >= SMALLEST_GROUP:
            uses = [state.use.recent for state in found]
            habits = [Habit(days=len(use), live=sum(live for live, _ in use)) for use in uses if use]
            learned = rounded(usual.of_role(habits))
            rows.append((role, block, len(found), kept.text(learned), kept.text(_score(found, learned))))
    statements.put(connection, "role_habit", ("role", "block"), _COLUMNS, rows)


def whole(connection: Connection, people: Sequence[int], block: int) -> dict[int, Habit]:
    """Return what was counted of these people, all days, in the blocks before one."""
    return _before(connection, people, block, "whole")


def own(connection: Connection, people: Sequence[int], block: int) -> dict[int, Habit]:
    """Return what was counted of these people, on healthy days, in the blocks before one."""
    return _before(connection, people, block, "healthy")


def _before(connection: Connection, people: Sequence[int], block: int, column: str) -> dict[int, Habit]:
    """Return the sums of a column of the last three blocks, by participant."""
    blocks = range(block - LOOKS, block, BLOCK)
    keys = [(one, earlier) for one in sorted(people) for earlier in blocks]
    found: defaultdict[int, list[Habit]] = defaultdict(list)
    for who, written in statements.find(
        connection, "habit_block", ("participant", "block"), ("participant", column), keys
    ):
        found[who].append(kept.habit_of(written))
    return {who: usual.together(habits) for who, habits in found.items()}


def _states(connection: Connection, people: Sequence[int]) -> Iterable[State]:
    keys = [(one,) for one in sorted(people)]
    for (written,) in statements.find(connection, "reliance_account", ("participant",), ("state",), keys):
        yield kept.state_of(written)


def _score(states: Sequence[State], usually: Usual) -> RoleScore:
    """Return what the score of a role is measured by: the middle of its people."""
    default = RoleScore()
    days = [[one.scored() for one in state.recent] for state in states if state.recent]
    told = [_on_time(found) for found in days]
    good = [_quality(state) for state in states]
    kinds: Counter[str] = Counter()
    for state in states:
        kinds.update({kind: times for kind, (_, times) in state.kinds.items()})
    enough = adoption.MAIN * sum(kinds.values())
    regular = adoption.regularity_of(days, usually.live) if days else default.regularity
    return RoleScore(
        regularity=_pulled(regular, len(days), default.regularity),
        timeliness=_middle([one for one in told if one is not None], default.timeliness),
        quality=_middle([one for one in good if one is not None], default.quality),
        kinds=tuple(sorted(kind for kind, times in kinds.items() if times >= enough)),
    )


def _middle(values: Sequence[float], default: float) -> float:
    return _pulled(adoption.middle(values, default), len(values), default)


def _pulled(found: float, people: int, default: float) -> float:
    """Return what was found, weighed by its people against what is assumed."""
    pseudo = usual.PSEUDO_PEOPLE
    return round((people * found + pseudo * default) / (people + pseudo), DIGITS)


def _on_time(days: Sequence[adoption.Day]) -> float | None:
    told = [timely for day in days for _, timely in day.arrived]
    return sum(told) / len(told) if told else None


def _quality(state: State) -> float | None:
    records = sum(one.records for one in state.recent)
    if not records:
        return None
    complete = sum(one.complete for one in state.recent) / kept.UNIT / records
    return complete * (1 - sum(one.doubles for one in state.recent) / records)


def of_person(healthy: Habit | None, role: RoleUsual) -> Usual:
    """Return what is usual for somebody during a block."""
    return rounded(usual.of_person(healthy, role.usual)) if healthy else role.usual


def measured(usually: Usual, participant: int, role: str, declared: Declared) -> Usual:
    """Return what somebody is measured by on a day: what is usual, and what was declared for them or their role."""
    own_norm = declared.own.get(participant)
    if own_norm is not None:
        return replace(usually, live=own_norm)
    norm = declared.roles.get(role, 0.0)
    return replace(usually, live=norm) if norm > usually.live else usually


def rounded(usually: Usual) -> Usual:
    """Return it with as many digits as it is known to."""
    late: Mapping[str, float] = {kind: round(rate, DIGITS) for kind, rate in sorted(usually.late.items())}
    return replace(
        usually,
        live=round(usually.live, 2),
        late=late,
        batch=round(usually.batch, DIGITS),
        sheets=round(usually.sheets, DIGITS),
    )
