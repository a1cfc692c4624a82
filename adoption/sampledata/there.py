"""Whether sample data is here, and whether it may come."""

from __future__ import annotations

from enum import Enum

from sqlalchemy import exists
from sqlalchemy import select

from adoption import facts
from adoption.errors import ConflictError
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Batch
from adoption.models import Source
from adoption.models import StoredActivity
from rules import period
from rules import sample

LOCK = "samples"  # the named lock of whoever loads or removes sample data
YOUNG = 14 * 86_400 * period.SECOND  # for so long after the first real activity sample data may still come


class Obstacle(Enum):
    """Why sample data may not come now."""

    THERE = "the sample data is there already; remove it first"
    AWARDS = "people have earned rewards already; sample data would draw on the same budgets"
    OLD = "real activities have come in for more than 14 days; look at those instead"
    NAME = f'something of yours is called as the sample data is (the source "{sample.SOURCE}", or a rule "sample-…")'


class NotNowError(ConflictError):
    """Sample data may not come now."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(f"Sample data was not loaded: {obstacle.value}.")
        self.obstacle = obstacle


class ComingError(ConflictError):
    """Sample data is coming in at this moment; remove it once it is here."""


def is_there() -> bool:
    """Say whether sample data is here, also a part of it."""
    return facts.current().sample


def obstacle(now: int) -> Obstacle | None:
    """Return why sample data may not come now (UTC microseconds); ``None`` if it may."""
    known = facts.current()
    if known.sample:
        return Obstacle.THERE
    names = {(kind, key) for kind in sample.KINDS for key in _known(known, kind)}
    taken = select(exists().where(StoredActivity.source == sample.SOURCE) | exists().where(Source.key == sample.SOURCE))
    if names & sample.names() or db.session.scalar(taken):
        return Obstacle.NAME
    old = exists().where(Batch.received < now - YOUNG)
    awarded, aged = db.session.execute(select(exists().where(Award.bucket >= 0), old)).one()
    if awarded:
        return Obstacle.AWARDS
    return Obstacle.OLD if aged else None


def _known(known: facts.Known, kind: str) -> set[str]:
    """Return every key of a kind that the book has or ever had."""
    lines = getattr(known.timelines, f"{kind}s", {})
    return {*getattr(known.book, f"{kind}s"), *(key for key, line in lines.items() if line)}
