"""What HR decided about all letters."""

from __future__ import annotations

from sqlalchemy import select

from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import DigestSetting

ONLY = 1  # the one row


def named() -> bool:
    """Say whether letters list direct reports with their goals."""
    found = db.session.scalar(select(DigestSetting.named).where(DigestSetting.id == ONLY))
    return True if found is None else found


def name(*, people: bool, who: int | None, now: int) -> bool:
    """Let letters list direct reports, or not; say whether that is a change.  The caller commits."""
    connection = begin_write()
    if named() == people:
        return False
    statements.put(
        connection, "digest_setting", ("id",), ("named", "changed", "changed_by"), [(ONLY, people, now, who)]
    )
    return True
