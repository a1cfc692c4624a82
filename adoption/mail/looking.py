"""What the outbox holds, for whoever looks at it; private letters are not shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import null
from sqlalchemy import select

from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import WAITING
from adoption.mail.letter import Stored
from adoption.mail.outbox import LOST
from adoption.mail.outbox import doubtful
from adoption.models import Letter

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement

# By what letters are looked for: their states, those that are yet to be sent together, and doubtful ones apart.
GROUPS = ("waiting", "sending", "doubtful", "sent", "failed", "bounced", "skipped")


def listed(now: int, *, shown: str | None = None, before: int | None = None, limit: int = 100) -> list[Stored]:
    """List letters, the newest first; ``shown`` is one of ``GROUPS``.  Bodies are left out, and private letters."""
    light = [null().label(column.key) if column.key in {"text", "html"} else column for column in COLUMNS]
    query = select(*light).where(Letter.kind.not_in(kinds.private()))
    if shown is not None:
        query = query.where(_group(now) == shown)
    if before is not None:
        query = query.where(Letter.id < before)
    return [Stored(*row) for row in db.session.execute(query.order_by(Letter.id.desc()).limit(limit))]


def counts(now: int) -> dict[str, int]:
    """Count letters that are not private by group: states, where ``waiting`` is whatever is yet to be sent."""
    groups = select(_group(now).label("name"), func.count()).where(Letter.kind.not_in(kinds.private())).group_by("name")
    return dict(db.session.execute(groups).all())


def group_of(letter: Stored, now: int) -> str:
    """Return the group in which ``counts`` counts a letter."""
    if letter.state in WAITING:
        return "waiting"
    in_doubt = letter.state == "sending" and (letter.reply is not None or letter.changed < now - LOST)
    return "doubtful" if in_doubt else letter.state


def _group(now: int) -> ColumnElement[str]:
    return case((Letter.state.in_(WAITING), "waiting"), (doubtful(now), "doubtful"), else_=Letter.state)
