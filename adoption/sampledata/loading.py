"""Sample data comes in through the same doors as any other, week by week: every number of it can be explained."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import select

from adoption import directory
from adoption import facts
from adoption import intake
from adoption import journal
from adoption import locks
from adoption import people_csv
from adoption import rescoring
from adoption import rulebook
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.models import PublishedBook
from adoption.sampledata import company
from adoption.sampledata import there
from rules import period
from rules import sample
from rules.book.composing import definitions
from rules.book.composing import put
from rules.book.writing import text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from adoption.journal import By

WEEK = 7 * 86_400 * period.SECOND
_encoder = msgspec.json.Encoder()


class BrokenSampleError(AdoptionError):
    """The sample's own lists are refused by the service."""


def nothing(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def load(by: By, now: int, report: Callable[[int, int], None] = nothing) -> int:
    """Load the sample company, its rules and eight weeks of its activities, and commit; return how many there are.

    It commits step by step, as any delivery does: whatever is here can be removed, also if it broke off.

    Raises:
        NotNowError: sample data may not come now (``there.obstacle``), or is coming at this moment.
    """
    with locks.held(there.LOCK) as ours:
        obstacle = there.Obstacle.THERE if ours is None else there.obstacle(now)
        if obstacle is not None:
            raise there.NotNowError(obstacle)
        return _loaded(by, now, report)


def _loaded(by: By, now: int, report: Callable[[int, int], None]) -> int:
    happened = company.life(facts.current(), now)
    _people(by, now, len(happened))
    _publish(now)
    done = 0
    for _, week in groupby(happened, key=lambda one: (now - one.moment) // WEEK):
        events = [_encoder.encode(one.event) for one in week]
        done += len(events)
        arrived = min(now, happened[done - 1].moment + company.LATE)
        receipt = intake.accept_and_commit(events, door=sample.DOOR, now=arrived)
        if receipt.refused:
            raise BrokenSampleError(receipt.refused[0].fault)
        report(done, len(happened))
    rescoring.run_to_end()  # only where real activities are there: they are counted by the sample's metrics, too
    return done


def _people(by: By, now: int, activities: int) -> None:
    """Let everybody have worked here from the first day on; from now on every page says that this is a sample."""
    begun = facts.current().today(now) - company.DAYS
    loaded = directory.load_people(people_csv.read(company.people()), on=begun)
    if loaded.faults:
        raise BrokenSampleError("; ".join(one.message for one in loaded.faults))
    after = {"people": loaded.created, "activities": activities}
    journal.write(db.session.connection(), by, "loaded", "sample/data", now=now, after=after)
    db.session.commit()


def _publish(now: int) -> None:
    """Put the sample's rules into the book, for sample teams, as of eight weeks ago; what is there stays as it is."""
    newest = db.session.scalar(select(PublishedBook.text).order_by(PublishedBook.id.desc()).limit(1))
    own = {name: text_of(*name, body) for name, body in definitions(sample.text()).items()}
    today = facts.current().today(now)
    rulebook.publish(put(newest or "", own), today=today, since=today - company.DAYS, name=sample.BOOK, now=now)
    db.session.commit()
