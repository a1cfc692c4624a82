"""How fresh the data is: when activities last came, and whether they are late."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.models import Batch
from rules import period
from rules import sample

LATE = timedelta(hours=3)  # of working time
OPENS, CLOSES = timedelta(hours=8), timedelta(hours=19)  # when activities are to be expected on a working day


class Feed(NamedTuple):
    """When activities last came (``None``: never), and for how long none has come though some should have."""

    as_of: datetime | None
    late: timedelta | None


def state(now: int) -> Feed:
    """Return how fresh the data is at a moment (UTC microseconds); one query."""
    real = select(Batch.received).where(Batch.door != sample.DOOR)
    received = db.session.scalar(real.order_by(Batch.id.desc()).limit(1))
    if received is None:
        return Feed(None, None)
    known = facts.current()
    missed = _working_time(period.moment(received), period.moment(now), known)
    return Feed(period.moment(received), missed if missed > LATE else None)


def _working_time(since: datetime, until: datetime, known: facts.Known) -> timedelta:
    """Return how much of the time between two moments lies in the hours in which activities are to be expected."""
    begins, ends = since.astimezone(known.zone), until.astimezone(known.zone)
    total = timedelta(0)
    for day in range(max(begins.toordinal(), ends.toordinal() - 30), ends.toordinal() + 1):
        if known.calendar.works(day):
            midnight = datetime.combine(date.fromordinal(day), time(0), known.zone)
            total += max(timedelta(0), min(ends, midnight + CLOSES) - max(begins, midnight + OPENS))
    return total
