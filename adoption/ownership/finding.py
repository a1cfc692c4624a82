"""The nightly pass: what is open about whose records are, what the CRM shows by now, and what was not followed."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import OwnershipGap
from adoption.ownership import gathering
from rules import ownership
from rules.ownership import Was

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.ownership import House
    from rules.ownership import Move
    from rules.ownership import Record
    from rules.ownership import Said
    from rules.ownership import Suggestion

EVERY = 20_000  # records between two reports
CHUNK = 2_000  # rows of one statement
KEY = ("record", "kind", "mark")
SEEN = (  # of a gap that is there: as it was seen this night
    *("since", "about", "other", "facts", "evidence", "amount", "currency", "due"),
    *("suggested", "suggested_why", "suggested_day", "suggested_number"),
)
STATE = ("state", "reason", "opened", "changed", "shown_source", "shown_id")
DECIDED = ("decision", "does", "assigned", "arbiter", "decided")
Key = tuple[str, str, str]


class Found(NamedTuple):
    """What the pass found: the gaps with their records, and of records that had one, what the CRM shows."""

    gaps: dict[Key, tuple[ownership.Gap, Record]]
    shown: dict[str, Record]
    load: Counter[int]


class Done(NamedTuple):
    """How many gaps are open after the pass, and how many were opened, opened again, and closed by it."""

    open: int
    opened: int
    again: int
    closed: int


def find(now: int, report: Callable[[int, int], None] = lambda _done, _total: None) -> Done:
    """Look at every record, and write what is open; one transaction, committed.

    Killed, it leaves everything as it was; done twice, it does the same.
    """
    with facts.held() as known:
        today = known.today(now)
        connection = db.session.connection()
        house = gathering.house(connection, known, today)
        found = _gathered(connection, known, house, report)
    answers = ownership.suggested((gap for gap, _ in found.gaps.values()), house, found.load)
    done = _written(begin_write(), found, answers, house, now)
    db.session.commit()
    return done


def _gathered(connection: Connection, known: Known, house: House, report: Callable[[int, int], None]) -> Found:
    rows = connection.execute(select(*_columns(*KEY, "state", "does", "decided"))).all()
    had = {row.record for row in rows}
    settled = {
        row.record: _day(known, row.decided)
        for row in rows
        if row.kind == ownership.TWO and row.state == ownership.DECIDED and row.does != ownership.LEAVE
    }
    found = Found({}, {}, Counter())
    for number, record in enumerate(gathering.records(connection, known), start=1):
        if number % EVERY == 0:
            report(number, number)
        owner = record.owner.owner if record.owner else None
        if owner is not None and not record.over:
            found.load[owner] += 1
        gaps = ownership.found(record, house, settled=settled.get(record.name, 0))
        found.gaps.update({gap.key: (gap, record) for gap in gaps})
        if record.name in had:
            found.shown[record.name] = record
    db.session.rollback()
    return found


def _day(known: Known, moment: int | None) -> int:
    return known.day_of(moment) if moment else 0


def _columns(*names: str) -> list[Any]:
    return [getattr(OwnershipGap, name) for name in names]


def _written(
    connection: Connection, found: Found, answers: Mapping[Key, Suggestion | None], house: House, now: int
) -> Done:
    """Write what became of each gap; what somebody decides meanwhile waits for this transaction, or is seen by it."""
    known = facts.of(connection)
    query = select(*_columns(*KEY, *SEEN, *STATE, *DECIDED))
    rows = {tuple(row[:3]): row for row in connection.execute(query.with_for_update())}
    counts: Counter[str] = Counter()
    changed = []
    for key in sorted({*rows, *found.gaps}):
        row, gap = rows.get(key), found.gaps.get(key)
        record = gap[1] if gap else found.shown.get(key[0])
        move = ownership.moved(
            _was(row, known), found=gap is not None, shown=_shown(key, record, house), today=house.today
        )
        state = move.state if move else row.state if row is not None else ""
        counts[state] += 1
        if move is not None:
            counts[move.why] += 1
        values = _row(key, row, gap, answers.get(key), move, now)
        if values is not None:
            changed.append(values)
    for at in range(0, len(changed), CHUNK):
        statements.put(connection, "ownership_gap", KEY, (*SEEN, *STATE, *DECIDED), changed[at : at + CHUNK])
    again = counts["again"] + counts["unfollowed"]
    closed = counts["shown"] + counts["otherwise"] + counts["calm"] + counts["ended"]
    return Done(counts[ownership.OPEN], counts["found"], again, closed)


def _was(row: Any, known: Known) -> Was | None:
    if row is None:
        return None
    return Was(row.kind, row.state, row.does, row.assigned, row.decided or 0, _day(known, row.decided))


def _shown(key: Key, record: Record | None, house: House) -> Said | None:
    """Return what the CRM said last about whose it is, if that is somebody who works here."""
    if record is None or record.over:
        return None
    said = record.owner
    if key[1] == ownership.UNTAKEN and record.kind != "task":
        said = record.task.said if record.task else None
    return said if said is not None and said.owner is not None and house.works(said.owner) else None


def _row(  # noqa: PLR0913, PLR0917  # what a row is made of
    key: Key,
    row: Any,
    gap: tuple[ownership.Gap, Record] | None,
    answer: Suggestion | None,
    move: Move | None,
    now: int,
) -> tuple[Any, ...] | None:
    """Return the row of a gap as it is now; ``None`` if nothing of it changes."""
    if gap is None and move is None:
        return None
    seen = _seen(*gap, answer) if gap is not None else tuple(row[len(KEY) : len(KEY) + len(SEEN)])
    kept = tuple(getattr(row, name) for name in DECIDED) if row is not None else (None,) * len(DECIDED)
    if move is None:
        return (*key, *seen, *(getattr(row, name) for name in STATE), *kept)
    opened = now if move.state == ownership.OPEN or row is None else row.opened
    shown = move.key or (None, None)
    if move.state == ownership.OPEN:
        kept = (None,) * len(DECIDED)  # who decides again sees what was decided in the history
    return (*key, *seen, move.state, move.why, opened, now, *shown, *kept)


def _seen(gap: ownership.Gap, record: Record, answer: Suggestion | None) -> tuple[Any, ...]:
    told = (_json(gap.facts), _json(gap.keys))
    worth = (record.amount, record.currency, record.due)
    guess = (None, "", None, 0) if answer is None else tuple(answer)
    return (gap.since, gap.about, gap.other, *told, *worth, *guess)


def _json(rows: Iterable[Iterable[object]]) -> str:
    return json.dumps([list(row) for row in rows], ensure_ascii=False, separators=(",", ":"))
