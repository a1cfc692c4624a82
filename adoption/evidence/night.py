"""The nightly job: everybody, every day that can be judged and was not yet, in pieces that survive being killed.

Each piece is one transaction of a thousand people: whoever's account has followed a day is left alone when the day is
judged again, so that running twice, or going on after a kill, changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption import facts
from adoption import privacy
from adoption import statements
from adoption.errors import StoppedError
from adoption.evidence import evening as evenings
from adoption.evidence import gathering
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence import pieces
from adoption.evidence import reading
from adoption.evidence import weekly
from adoption.evidence.judging import WEEK
from adoption.evidence.judging import block_of
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Night
from rules import period
from rules import sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from adoption.evidence.evening import Evening
    from adoption.facts import Known
    from adoption.facts import Person

    Report = Callable[[int, int], None]

SIZE = 1_000  # people in a piece
FILES = 250  # pieces at most: each may have a file that is open


def due(now: int) -> range:
    """Return the days that can be judged and are not yet, the oldest first; of a long history the last 90."""
    known = facts.current()
    last = known.today(now) - gathering.WAITS
    done = db.session.scalar(select(func.max(Night.day)).where(Night.finished.is_not(None)))
    if done is not None:
        return range(done + 1, last + 1)
    first = db.session.scalar(select(func.min(Batch.received)).where(Batch.door != sample.DOOR))
    if first is None:
        return range(last + 1, last + 1)
    since = privacy.current().since or period.FOREVER  # whenever something came first: from then on people are judged
    return range(max(min(known.day_of(first), since), last + 1 - reading.KEPT), last + 1)


def run(now: int, report: Report, *, size: int = SIZE) -> int:
    """Judge all days that are due, committing piece by piece; return how many days that were."""
    days = due(now)
    for place, day in enumerate(days):
        night(day, lambda done, whole, place=place: report(place * whole + done, len(days) * whole), size=size)  # type: ignore[misc]  # its own place
    return len(days)


def night(day: int, report: Report, *, size: int = SIZE) -> None:
    """Judge one day of everybody; days are judged one after the other, each once."""
    switch = privacy.current()
    known = facts.current()
    personal = switch.individual and day >= (switch.since or 0)
    people = persons.judged(known, day)
    size = max(size, len(people) // FILES)
    parts = gathering.Parts([one.id for one in people] if personal else [], size)
    try:
        heard = gathering.gather(db.session.connection(), known, day, parts)
        _begin(day, known, heard, len(people) if personal else 0)
        if personal:
            _learn(people, block_of(day))
        evening = evenings.evening(day, known, heard)
        if personal:
            _people(evening, people, parts, report, size)
        if day % WEEK == 0:
            weekly.week(evening, people, personal=personal, size=size)
    finally:
        parts.close()
    begin_write().execute(update(Night).where(Night.day == day).values(finished=clock.now()))
    db.session.commit()


def _begin(day: int, known: Known, heard: frozenset[str], people: int) -> None:
    """Note that the day is being judged."""
    connection = begin_write()
    row = (day, known.version, kept.text(sorted(heard)), people, None)
    statements.put(connection, "night", ("day",), ("facts", "heard", "people", "finished"), [row])
    db.session.commit()


def _learn(people: Sequence[Person], block: int) -> None:
    """Learn what is usual in the roles from a block on, unless it is known."""
    learning.learn(begin_write(), people, block)
    db.session.commit()


def _people(evening: Evening, people: Sequence[Person], parts: gathering.Parts, report: Report, size: int) -> None:
    """Judge everybody, piece by piece."""
    parted = [people[begin : begin + size] for begin in range(0, len(people), size)]
    for number, piece in enumerate(parted):
        entries = parts.of(number)
        connection = begin_write()
        if not privacy.hold(connection):  # turned off meanwhile: another run judges the day as it is now
            msg = "Individual detection was turned off."
            raise StoppedError(msg)
        pieces.judge(connection, evening, piece, entries)
        db.session.commit()
        report(number + 1, len(parted))
