"""One day of one participant: from the state before to the state after.  Pure, so that a replay says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.evidence.kept import UNIT
from adoption.evidence.kept import Recent
from adoption.evidence.kept import State
from rules import adoption
from rules.reliance import checkin
from rules.reliance import follow
from rules.reliance import level
from rules.reliance import usual
from rules.reliance.ledger import RAISE
from rules.reliance.ledger import TRACE
from rules.reliance.weights import KEEPS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from adoption.evidence.kept import DayFacts
    from adoption.evidence.kept import RoleScore
    from rules.adoption import Score
    from rules.reliance import Account
    from rules.reliance import Usual
    from rules.reliance.usual import Habit

BLOCK, WEEK = 28, 7  # days
LOOKS = 3 * BLOCK  # days from which is learned what is usual
MILLION = 1_000_000
HEALTHY = round(RAISE * MILLION)  # a day below this level shows how somebody works when all is well


class Past(NamedTuple):
    """A day that was followed: its facts, and the level (millionths) after it."""

    day: int
    facts: DayFacts
    level: int


def block_of(day: int) -> int:
    """Return the Monday on which the block of a day begins."""
    monday = day - (day - 1) % WEEK
    return monday - (monday - 1) // WEEK % (BLOCK // WEEK) * WEEK


def after(state: State, day: int, facts: DayFacts, usually: Usual) -> State:
    """Return the state after one more day; days come one after the other."""
    new = state.account.coaching > 0  # imports of the first weeks are no habit
    seen = facts.seen(day, exempt=new)
    begins = day == block_of(day)
    kinds = {kind: (last, 0 if begins else times) for kind, (last, times) in state.kinds.items() if last > day - LOOKS}
    for kind, times in facts.kinds:
        kinds[kind] = day, (kinds[kind][1] if kind in kinds else 0) + times
    recent = state.recent
    if facts.expected:
        told = tuple(-one.records if one.late else one.records for one in facts.arrived)
        new_day = Recent(day, facts.actions, told, facts.complete, facts.records, facts.doubles)
        recent = (*recent, new_day)[-adoption.SPAN :]
    return State(
        account=follow(state.account, seen, usually),
        use=checkin.follow(state.use, seen, usually),
        recent=recent,
        kinds=kinds,
        sources=facts.sources or state.sources,
    )


def scored(state: State, live: float, role: RoleScore) -> Score | None:
    """Return the score after a state, by so many usual actions a day; ``None`` while there is too little."""
    if not state.recent:
        return None
    records = sum(one.records for one in state.recent)
    return adoption.score(
        [one.scored() for one in state.recent],
        role.of(live),
        complete=sum(one.complete for one in state.recent) / UNIT / records if records else None,
        duplicates=sum(one.doubles for one in state.recent) / records if records else 0.0,
        kinds=used(state),
    )


def score_rows(day: int, who: int, state: State, live: float, role: RoleScore) -> list[tuple[int, ...]]:
    """Return the row of somebody's score as it is kept; none while there is too little to say."""
    score = scored(state, live, role)
    if score is None:
        return []
    return [(day, who, round(score.value * 10), *(round(part * UNIT) for part in score[1:]))]


def used(state: State) -> list[str]:
    """Return the kinds of actions within the days that the score looks at."""
    since = state.recent[0].day if state.recent else 0
    return sorted(kind for kind, (last, _) in state.kinds.items() if last >= since)


def speaks(before: Account, now: Account, *, expected: bool) -> bool:
    """Say whether a day brought something new that speaks for spreadsheets."""
    keeps, earlier = KEEPS if expected else 1.0, before.sum_of
    return any(value > keeps * earlier[name] and value > 0 for name, value in now.sum_of.items() if name in TRACE)


def micro(account: Account) -> int:
    """Return the level as it is kept."""
    return round(level(account) * MILLION)


def habits(days: Iterable[Past]) -> tuple[Habit, Habit]:
    """Return what was counted on days that looked healthy, and on all of them."""
    expected = [one for one in days if one.facts.expected]
    return _habit([one for one in expected if one.level < HEALTHY]), _habit(expected)


def _habit(days: Sequence[Past]) -> Habit:
    return usual.habit([one.facts.seen(one.day) for one in days])
