"""Evidence that somebody rightly contested is removed, and everything that followed from it is concluded anew.

A file that leaves the register, days of absence, an agreed import, a norm of one's own: the days that are kept are
changed accordingly, and followed again from the oldest block of which every day is kept.  What was concluded before
that has faded by now: half of it is forgotten in ten expected days.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select

from adoption import statements
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import reading
from adoption.evidence import walking
from adoption.evidence.declaring import LEAST
from adoption.evidence.declaring import MOST
from adoption.evidence.declaring import NormError
from adoption.evidence.judging import Past
from adoption.evidence.judging import block_of
from adoption.models import AdoptionScore
from adoption.models import HabitBlock
from adoption.models import Norm
from rules import reliance

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.kept import DayFacts
    from adoption.evidence.kept import State
    from adoption.evidence.walking import Step
    from rules.reliance import Account

FAMILIES = ("lateness", "batch", "round_trip", "sheets")  # of evidence that can be removed
DAY = ("day", "participant", "facts", "level", "mark")
SCORE = ("day", "participant", "value", "regularity", "timeliness", "quality", "breadth")


class Without(NamedTuple):
    """What no longer counts: families of evidence, and local days ``[starts, ends)`` on which no work was expected."""

    families: frozenset[str] = frozenset()
    away: tuple[int, int] | None = None

    def of(self, day: int, facts: DayFacts) -> DayFacts:
        """Return the facts of a day without it."""
        changes: dict[str, object] = {}
        if "sheets" in self.families and facts.edited:
            changes["edited"] = None
        if "round_trip" in self.families:
            changes |= {"trips": 0, "imports": 0}
        if "lateness" in self.families:
            changes["arrived"] = tuple(one for one in facts.arrived if not one.late)
        if "batch" in self.families:
            changes["densest"] = 0
        if self.away and self.away[0] <= day < self.away[1]:
            changes |= {"expected": False, "away": facts.away or facts.expected}
        return msgspec.structs.replace(facts, **changes) if changes else facts


def recompute(  # noqa: PLR0913  # whose, without what, and what holds instead
    connection: Connection,
    participant: int,
    *,
    without: Collection[str] = (),
    away: tuple[int, int] | None = None,
    norm: float | None = None,
    imports: bool = False,
) -> Account:
    """Remove evidence and conclude anew, in a transaction that writes and that the caller commits; return the account.

    ``without`` names families of ``FAMILIES``; ``away`` is a span of local days; ``norm`` live actions a day that are
    usual for this participant from now on and in what is kept; ``imports`` says that importing is their task.

    Raises:
        NormError: a norm is no such number.
        ValueError: there is no such family.
    """
    unknown = set(without) - set(FAMILIES)
    if unknown:
        message = f"no family of evidence that can be removed: {', '.join(sorted(unknown))}"
        raise ValueError(message)
    if norm is not None and not LEAST <= norm <= MOST:
        raise NormError
    if norm is not None or imports:
        live = None if norm is None else round(norm * 100)
        connection.execute(insert(Norm).values(participant=participant, live=live, imports=imports, starts=1))
    families = frozenset(without) | ({"round_trip"} if imports else set())
    last = reading.state_of(connection, participant, lock=True)
    if last is None:
        return reliance.BEGIN
    steps = _walked(connection, participant, last[0], Without(families, away))
    if not steps:
        return last[1].account
    _store(connection, participant, steps)
    return steps[-1].after.account


def _walked(connection: Connection, participant: int, last: int, without: Without) -> list[Step]:
    """Follow the days that are kept once more, block by block, each with what its forerunners taught."""
    kept_days = walking.days_of(connection, [participant], range(last - reading.KEPT + 1, last + 1))[participant]
    by_block: defaultdict[int, list[tuple[int, DayFacts]]] = defaultdict(list)
    for day, facts, _, _ in kept_days:
        by_block[block_of(day)].append((day, without.of(day, facts)))
    table = HabitBlock
    columns = (table.block, table.since, table.role, table.usual, table.begins)
    rows = connection.execute(select(*columns).where(table.participant == participant).order_by(table.block)).all()
    whole = [row for row in rows if by_block[row.block] and by_block[row.block][0][0] == row.since]
    calendar = walking.Calendar(connection)
    steps: list[Step] = []
    for row in whole:
        state = steps[-1].after if steps else kept.state_of(row.begins)
        usually = kept.usual_of(row.usual)
        if steps:  # what was usual is learned from what counts
            role = calendar.of(row.role, row.since).role
            usually = learning.of_person(learning.own(connection, [participant], row.block).get(participant), role)
        begun = walking.Begun(row.role, usually, state)
        found = list(walking.walk(participant, begun, by_block[row.block], calendar))
        _keep_block(connection, participant, row.block, begun, found)
        steps += found
    return steps


def _keep_block(
    connection: Connection, participant: int, block: int, begun: walking.Begun, steps: Sequence[Step]
) -> None:
    """Write a block as it is now: how it began, and what was counted in its weeks that are over."""
    days = [Past(step.day, step.facts, judging.micro(step.after.account)) for step in steps]
    over = days[-1].day - days[-1].day % judging.WEEK
    habits = (kept.text(one) for one in judging.habits([day for day in days if day.day <= over]))
    row = (participant, block, kept.text(begun.usual), kept.text(begun.state), *habits)
    sql = (
        "UPDATE habit_block SET usual = g.usual, begins = g.begins, healthy = g.healthy, whole = g.whole"
        " FROM {given} AS g WHERE habit_block.participant = g.participant AND habit_block.block = g.block"
    )
    columns = ("participant", "block", "usual", "begins", "healthy", "whole")
    statements.run(connection, "habit_block", columns, [row], sql)


def _store(connection: Connection, participant: int, steps: Sequence[Step]) -> None:
    """Write the days, the scores and the account as they are now."""
    written = [kept.text(step.after) for step in steps]
    days = [
        (step.day, participant, kept.text(step.facts), judging.micro(step.after.account), kept.mark(state))
        for step, state in zip(steps, written, strict=True)
    ]
    key = ("day", "participant")
    statements.put(connection, "evidence_day", key, DAY[2:], days)
    since, until = steps[0].day, steps[-1].day
    table = AdoptionScore
    connection.execute(delete(table).where(table.participant == participant, table.day.in_(range(since, until + 1))))
    statements.insert_new(connection, "adoption_score", SCORE, [step.score for step in steps if step.score])
    last: State = steps[-1].after
    account = (participant, until, kept.VERSION, int(last.use.asked), written[-1])
    statements.put(connection, "reliance_account", ("participant",), ("day", "version", "asked", "state"), [account])
