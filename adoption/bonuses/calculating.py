"""Statements worked out from what was frozen, bucket by bucket, so that an interrupted run goes on where it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import statements
from adoption.bonuses import noticing
from adoption.bonuses import runs
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusInput
from adoption.models import BonusRun
from adoption.models.base import BUCKETS
from rules import period as periods
from rules.bonus import Inputs
from rules.bonus import reckon
from rules.bonus import wire
from rules.bonus.closing import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.bonus import Plan

STATEMENT = ("run", "participant", "total", "document", "notices")
LINE = ("run", "participant", "place", "kind", "key", "amount", "note")
ENOUGH = 2_000  # statements after which a step commits


def calculate(run: int, now: int, report: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Work out all statements that are still missing, committing as it goes; return how many it worked out.

    Raises:
        WrongStateError: the run is under review or beyond.
    """
    made = 0
    while True:
        row = runs.find(run).row
        if row.state not in STEPS["calculate"].starts:
            raise runs.WrongStateError
        if row.cursor >= BUCKETS - 1 or row.cursor == runs.TO_FREEZE:
            return made
        made += _step(row, now)
        db.session.commit()
        report(runs.find(run).row.cursor + 1, BUCKETS)


def _step(row: Row[Any], now: int) -> int:
    """Work out some buckets in one transaction, which the caller commits."""
    connection = begin_write()
    held = select(BonusRun.cursor, BonusRun.state).where(BonusRun.id == row.id).with_for_update()
    at = connection.execute(held).one()
    if (at.cursor, at.state) != (row.cursor, row.state):
        return 0  # somebody else took this step
    known = facts.current()
    plan = runs.plan_of(known, row)
    usual = noticing.usual(connection, row)
    bucket, made = row.cursor, 0
    while bucket < BUCKETS - 1 and made < ENOUGH:
        bucket = _next(connection, row.id, bucket)
        made += _bucket(connection, known, plan, row, bucket, usual)
    values: dict[str, Any] = {"cursor": bucket, "changed": now}
    if bucket == BUCKETS - 1:
        values["state"] = STEPS["calculate"].ends
    connection.execute(update(BonusRun).where(BonusRun.id == row.id).values(values))
    return made


def _next(connection: Connection, run: int, bucket: int) -> int:
    """Return the next bucket in which the run has inputs, or the last: of a small run most are empty."""
    following = select(func.min(BonusInput.bucket)).where(BonusInput.run == run, BonusInput.bucket > bucket)
    found = connection.scalar(following)
    return BUCKETS - 1 if found is None else found


def _bucket(  # noqa: PLR0913, PLR0917  # one bucket of one run, and what it is compared with
    connection: Connection, known: Known, plan: Plan, row: Row[Any], bucket: int, usual: dict[int, int]
) -> int:
    table, writer = BonusInput, wire.Writer(plan)
    query = select(table.participant, table.inputs).where(table.run == row.id, table.bucket == bucket)
    documents, lines = [], []
    for who, packed in sorted(connection.execute(query).all()):  # SQLite would walk the whole run to get an order
        given = json.loads(packed)
        found = reckon(plan, wire.unpack(Inputs, given))
        document = writer.document(about(known, plan, row, who), given, found)
        notices = noticing.of(known, plan, row.first, who, found, usual)
        documents.append((row.id, who, found.total, document, " ".join(notices)))
        lines += [
            (row.id, who, place, line.kind, line.key, line.amount, line.note) for place, line in enumerate(found.lines)
        ]
    statements.insert_long(connection, "bonus_statement", STATEMENT, documents)
    statements.insert_long(connection, "bonus_line", LINE, lines)
    return len(documents)


def about(known: Known, plan: Plan, row: Row[Any], who: int) -> dict[str, str]:
    """Return what a document says about itself."""
    person = known.people[who]
    return {
        "participant": person.email,
        "name": person.name,
        "plan": plan.key,
        "period": periods.text(plan.per, row.first),
        "version": periods.text("day", row.version),
        "as_of": periods.moment(row.as_of).isoformat(),
    }
