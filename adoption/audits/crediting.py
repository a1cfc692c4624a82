"""Closing a row in the CRM is an activity of its own, which rules may count: here the two are brought in line.

What is due follows from the rows (``rules.audit.closing.earned``).  Doing it again does nothing: an activity and the
note of it in its row, or of why it earned none, come in one transaction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import intake
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditRow
from rules import period
from rules.audit import closing
from rules.audit.closing import Closing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

SIZE = 1_000  # rows of one transaction
NONE = "-"  # begins the note of why a closing earned nothing
_FRESH = and_(AuditRow.credit == "", AuditRow.state == "imported", AuditRow.closed_how == "activity")
_LOST = and_(AuditRow.credit.startswith("audit/"), AuditRow.state != "imported")


def needed() -> bool:
    """Say whether an activity is still to be sent, or to be taken back."""
    return db.session.execute(select(AuditRow.line).where(or_(_FRESH, _LOST)).limit(1)).first() is not None


def settle(now: int) -> tuple[int, int]:
    """Send an activity for each closing that earned it, and take back those of rows that are open again; commit.

    Return how many of each.
    """
    given = taken = 0
    while rows := _due():
        db.session.rollback()
        one, other = _settled(rows, now)
        given, taken = given + one, taken + other
    return given, taken


def _due() -> list[Row[Any]]:
    row = AuditRow
    columns = (
        row.audit, row.line, row.contact, row.assigned, row.assigned_by, row.assigned_at, row.closed, row.closed_by,
        row.closings, row.credit, Audit.participant, Audit.counts,
    )  # fmt: skip  # what the decision takes
    query = select(*columns).join(Audit, Audit.id == row.audit).where(or_(_FRESH, _LOST))
    return list(db.session.execute(query.order_by(row.audit, row.line).limit(SIZE)))


def _settled(rows: Sequence[Row[Any]], now: int) -> tuple[int, int]:
    known = facts.current()
    events: list[dict[str, Any]] = []
    notes: list[tuple[int, int, str]] = []
    given = taken = 0
    for row in rows:
        note = ""
        if row.credit:
            events.append(_taken_back(row, now))
            taken += 1
        else:
            why = closing.earned(_closing(row))
            note = f"{NONE}{why}" if why else _id(row)
            if why is None:
                events.append(_made(row, known.people[row.assigned].email))
                given += 1
        notes.append((row.audit, row.line, note))

    def noted(connection: Connection, *_: object) -> None:
        for audit, line, note in notes:
            here = update(AuditRow).where(AuditRow.audit == audit, AuditRow.line == line)
            connection.execute(here.values(credit=note))

    if events:
        intake.accept_and_commit(events, door=closing.DOOR, now=now, also=noted)
    else:
        noted(begin_write())
        db.session.commit()
    return given, taken


def _closing(row: Row[Any]) -> Closing:
    return Closing(
        counts=row.counts,
        opened_by=row.participant,
        assigned=row.assigned,
        assigned_by=row.assigned_by,
        assigned_at=row.assigned_at,
        doer=row.closed_by,
        time=row.closed,
    )


def _id(row: Row[Any]) -> str:
    return f"audit/{row.audit}/{row.line}/{row.closings}"


def _made(row: Row[Any], actor: str) -> dict[str, Any]:
    """Return the activity: about the contact, so that somebody who stands in two sheets is one."""
    return {
        "specversion": "1.0",
        "source": closing.SOURCE,
        "id": _id(row),
        "type": closing.TYPE,
        "time": period.moment(row.closed).isoformat(),
        "subject": row.contact,
        "actor": actor,
        "data": {"audit": row.audit, "line": row.line},
    }


def _taken_back(row: Row[Any], now: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "source": closing.SOURCE,
        "id": f"{row.credit}/back",
        "type": closing.TYPE,
        "time": period.moment(now).isoformat(),
        "retracts": row.credit,
    }
