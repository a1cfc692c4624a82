"""The Monday mornings of the demo: regular letters, written with what was known then, and sent."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING

from sqlalchemy import update

from adoption import facts
from adoption.digests import planning
from adoption.digests import posts
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Letter
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator

WEEKS = 5  # of which there are letters
WEEK = 7
POSTED = time(8, 25)  # when all of them are due


def begin(today: int) -> list[int]:
    """Return the last Mondays up to a local day, the first one first."""
    monday = period.start("week", today)
    return [monday - WEEK * back for back in range(WEEKS - 1, -1, -1)]


def post(mondays: list[int], moment: int) -> None:
    """Send the letters that were due before a moment (UTC microseconds), and forget these Mondays."""
    for morning in _passed(mondays, moment):
        planning.run(morning, lambda _done, _total: None)
        sent = {"state": "sent", "tries": 1, "changed": morning, "reply": "250 2.0.0 Ok"}
        mine = (Letter.kind.in_(list(posts.POSTS)), Letter.state == "rendered")
        begin_write().execute(update(Letter).where(*mine).values(sent))
        db.session.commit()


def _passed(mondays: list[int], moment: int) -> Iterator[int]:
    zone = facts.current().zone
    while mondays:
        morning = period.microseconds(datetime.combine(date.fromordinal(mondays[0]), POSTED, zone))
        if morning > moment:
            return
        mondays.pop(0)
        yield morning
