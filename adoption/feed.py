"""How fresh the data is: when activities last came, and whether they are late."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.models import Batch
from rules import period
from rules import sample

if TYPE_CHECKING:
    from datetime import datetime

LATE = timedelta(hours=3)  # of working time
OPENS, CLOSES = period.HOURS  # when activities are to be expected on a working day
LONGEST = 30  # days for which working time is counted


class Feed(NamedTuple):
    """When activities last came (``None``: never), and for how long none has come though some should have."""

    as_of: datetime | None
    late: timedelta | None


def state(now: int) -> Feed:
    """Return how fresh the data is at a moment (UTC microseconds), as it was seen then; one query, as a rule."""
    newest = select(Batch.received).where(Batch.door != sample.DOOR).order_by(Batch.id.desc()).limit(1)
    received = db.session.scalar(newest.where(Batch.received <= now))
    if received is None:
        received = db.session.scalar(newest)  # nothing came before, or the clocks of two servers differ
    if received is None:
        return Feed(None, None)
    known = facts.current()
    moments = period.moment(received), period.moment(now)
    missed = period.working_time(*moments, known.zone, known.calendar.works, most=LONGEST)
    return Feed(period.moment(received), missed if missed > LATE else None)
