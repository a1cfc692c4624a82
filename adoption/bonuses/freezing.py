"""The freeze: what everybody's statement is worked out from, written down at one moment.

It is one transaction that sees one moment (on PostgreSQL by REPEATABLE READ, on SQLite because it alone writes), so
that pools, splits and budgets add up whatever arrives meanwhile.  Working out is then a function of what was written,
and may be interrupted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import rescoring
from adoption import statements
from adoption.bonuses import carrying
from adoption.bonuses import correcting
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses import sharing
from adoption.extensions import db
from adoption.models import BonusRun
from adoption.models import StoredActivity
from adoption.models import bucket_of
from rules.bonus import wire
from rules.bonus.closing import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence
    from typing import Any

    from sqlalchemy import Connection
    from sqlalchemy import Row

COLUMNS = ("run", "participant", "bucket", "inputs")
MOST_LATE = 500  # late activities that are listed
_encode = msgspec.json.Encoder().encode


class Late(NamedTuple):
    """An activity of the period that came after the freeze."""

    source: str
    id: str
    type: str
    day: int
    subject: str | None
    actor: str | None


def freeze(run: int, now: int, report: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Write down what a run's statements are worked out from; return how many participants there are.

    Throws away what an earlier freeze of the run led to.  The caller commits.

    Raises:
        StillCountingError: the tallies do not follow changed facts yet.
        WrongStateError: the run is under review or beyond.
    """
    connection = _moment()
    if rescoring.needed():  # asked of the moment that is written down
        raise runs.StillCountingError
    row = connection.execute(select(BonusRun.__table__).where(BonusRun.id == run).with_for_update()).first()
    if row is None or row.state not in STEPS["calculate"].starts:
        raise runs.WrongStateError
    known = facts.current()
    definition = runs.definition_of(known, row.plan, row.first)
    plan = definition.body
    ground = gathering.ground_of(connection, plan, row.first)
    if runs.settles(known, row.plan, row.first):
        ground = replace(ground, people={})
    runs.forget_within(connection, run)
    later = correcting.of_earlier(connection, row, plan)
    shared = sharing.shared(connection, ground, later.before)
    others = (later.corrections.keys() | ground.by_hand.keys()) - set(ground.everybody)
    buckets = sorted({*ground.people, *map(bucket_of, others)})
    for done, bucket in enumerate(buckets, start=1):
        whole = {
            who: carrying.add_to(shared.add_to(inputs, who), later.before, who)
            for who, inputs in gathering.inputs_of(connection, ground, bucket).items()
        }
        for who in (one for one in others if bucket_of(one) == bucket):  # who has only what is left of earlier periods
            whole[who] = replace(correcting.OUTSIDE, adjustments=tuple(ground.by_hand.get(who, ())))
        lines = [
            (run, who, bucket, _encode(wire.pack(correcting.add_to(one, later.corrections.get(who, ())))).decode())
            for who, one in sorted(whole.items())
        ]
        statements.insert_long(connection, "bonus_input", COLUMNS, lines)
        report(done, len(buckets))
    frozen = {"as_of": now, "batch": runs.newest_batch(), "facts": known.version, "cursor": -1, "state": "open"}
    values = {"version": definition.starts, "changed": now, **frozen}
    connection.execute(update(BonusRun).where(BonusRun.id == run).values(values))
    return len(ground.everybody)


def _moment() -> Connection:
    """Begin a transaction that writes and sees one moment."""
    db.session.rollback()
    if db.engine.dialect.name == "sqlite":
        return db.session.connection(execution_options={"writes": True})
    return db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def late(row: Row[Any], last: int) -> Sequence[Late]:
    """List the activities of a run's period (up to before the day ``last``) that came after its freeze."""
    table = StoredActivity
    query = select(table.source, table.id, table.type, table.day, table.subject, table.actor)
    query = query.where(table.batch > row.batch, table.day >= row.first, table.day < last, table.type.is_not(None))
    rows = db.session.execute(query.order_by(table.day, table.source, table.id).limit(MOST_LATE))
    return [Late(one.source, one.id, one.type or "", one.day, one.subject, one.actor) for one in rows]
