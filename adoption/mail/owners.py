"""What the letter about records says: all that was decided since the evening before, found when it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import and_
from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption.models import OwnershipDecision

if TYPE_CHECKING:
    from sqlalchemy import Connection

MOST = 40  # records of one letter


def told(connection: Connection, participant: int, since: int, until: int) -> tuple[list[dict[str, Any]], int]:
    """Return what was decided that concerns somebody, the newest decision about each record alone, and how many more.

    Moments are UTC microseconds; ``since`` itself belongs to the letter before.
    """
    table = OwnershipDecision
    works = and_(
        or_(table.about == participant, table.other == participant), or_(table.does != "leave", table.kind == "two")
    )
    theirs = or_(table.assigned == participant, works)
    within = (table.decided > since, table.decided <= until)
    newest: dict[int, Any] = {}
    for row in connection.execute(select(table.__table__).where(*within, theirs).order_by(table.id)):
        newest[row.gap] = row
    known = facts.of(connection)
    found = [
        {
            "name": row.name or row.record,
            "link": row.link,
            "kind": row.kind,
            "does": row.does,
            "mine": row.assigned == participant,
            "owner": known.called(row.assigned, ""),
            "with": known.called(row.other if row.about == participant else row.about, ""),
            "by": known.called(row.decided_by, row.decided_name),
            "why": row.why,
        }
        for row in newest.values()
        if row.decided_by != participant
    ]
    return found[:MOST], max(0, len(found) - MOST)
