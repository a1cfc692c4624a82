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
    from collections.abc import Callable
    from datetime import datetime

    from adoption.facts import Known

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
    missed = period.working_time(*moments, known.zone, _expected(known), most=LONGEST)
    return Feed(period.moment(received), missed if missed > LATE else None)


def _expected(known: Known) -> Callable[[int], bool]:
    """Return what says whether anybody works on a local day: while all are away nothing is to come."""

    def works(day: int) -> bool:
        here = (one.here(day) and known.works(number, day) for number, one in known.people.items())
        return known.calendar.works(day) and (not known.people or any(here))

    return works
