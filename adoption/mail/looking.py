"""What the outbox holds, for whoever looks at it; private letters are not shown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import not_
from sqlalchemy import null
from sqlalchemy import select
from sqlalchemy import union_all

from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import WAITING
from adoption.mail.letter import Stored
from adoption.mail.outbox import LOST
from adoption.mail.outbox import doubtful
from adoption.models import Letter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

# By what letters are looked for: their states, those that are yet to be sent together, and doubtful ones apart.
GROUPS = ("waiting", "sending", "doubtful", "sent", "failed", "bounced", "skipped")


def listed(now: int, *, shown: str | None = None, before: int | None = None, limit: int = 100) -> list[Stored]:
    """List letters, the newest first; ``shown`` is one of ``GROUPS``.  Bodies are left out, and private letters."""
    light = [null().label(column.key) if column.key in {"text", "html"} else column for column in COLUMNS]
    query = select(*light).where(Letter.kind.not_in(kinds.private()))
    if shown is not None:
        query = query.where(*_of_group(shown, now))
    if before is not None:
        query = query.where(Letter.id < before)
    return [Stored(*row) for row in db.session.execute(query.order_by(Letter.id.desc()).limit(limit))]


def counts(now: int) -> dict[str, int]:
    """Count letters that are not private by group: states, where ``waiting`` is whatever is yet to be sent.

    Both parts go by an index of states: of what was sent no row is read.
    """
    mine, on_its_way = Letter.kind.not_in(kinds.private()), Letter.state == "sending"
    settled = select(Letter.state.label("name"), func.count()).where(mine, ~on_its_way).group_by("name")
    doubt = case((doubtful(now), "doubtful"), else_="sending").label("name")
    found: Counter[str] = Counter()
    for name, count in db.session.execute(
        union_all(settled, select(doubt, func.count()).where(mine, on_its_way).group_by("name"))
    ):
        found["waiting" if name in WAITING else name] += count
    return dict(found)


def group_of(letter: Stored, now: int) -> str:
    """Return the group in which ``counts`` counts a letter."""
    if letter.state in WAITING:
        return "waiting"
    in_doubt = letter.state == "sending" and (letter.reply is not None or letter.changed < now - LOST)
    return "doubtful" if in_doubt else letter.state


def _of_group(name: str, now: int) -> Sequence[ColumnElement[bool]]:
    """Return the conditions of letters of a group, such that the index of states finds them."""
    if name == "waiting":
        return [Letter.state.in_(WAITING)]
    if name == "doubtful":
        return [doubtful(now)]
    return [Letter.state == name, not_(doubtful(now))] if name == "sending" else [Letter.state == name]
