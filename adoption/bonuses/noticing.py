"""What a reviewer should look at before a run is approved."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func
from sqlalchemy import select

from adoption.models import BonusRun
from adoption.models import BonusStatement
from rules import period as periods
from rules.bonus.closing import FINAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.bonus import Plan
    from rules.bonus import Statement

NOTICES = ("joined", "left", "leave", "manual", "correction", "twice", "zero", "negative")
BACK = 3  # runs that make the usual
TWICE = 2


def usual(connection: Connection, row: Row[Any]) -> dict[int, int]:
    """Return the mean of what everybody was paid by the last closed runs of a plan, in cents."""
    last = select(BonusRun.id).where(BonusRun.plan == row.plan, BonusRun.first < row.first, BonusRun.state.in_(FINAL))
    last = last.order_by(BonusRun.first.desc()).limit(BACK)
    table = BonusStatement
    query = select(table.participant, func.sum(table.total), func.count()).where(table.run.in_(last))
    return {who: int(total) // times for who, total, times in connection.execute(query.group_by(table.participant))}


def of(  # noqa: PLR0913, PLR0917  # what is looked at
    known: Known, plan: Plan, first: int, who: int, found: Statement, before: Mapping[int, int]
) -> list[str]:
    """Return what is worth a look about a statement, in the order of ``NOTICES``."""
    person, last = known.people[who], periods.end(plan.per, first)
    kinds = {line.kind for line in found.lines}
    seen = {
        "joined": person.hired_on is not None and first < person.hired_on < last,
        "left": person.left_on is not None and first < person.left_on < last,
        "leave": any(starts < last and first < ends for starts, ends in known.absences.get(who, ())),
        "manual": "adjustment" in kinds,
        "correction": "correction" in kinds,
        "twice": who in before and found.total > TWICE * max(before[who], 0) and found.total > 0,
        "zero": found.total == 0,
        "negative": found.total < 0,
    }
    return [name for name in NOTICES if seen[name]]
