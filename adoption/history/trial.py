"""A draft tried on the past: what it would have given to whom, beside what was in force.

The draft counts as if it had been in force on all days ``[first, last)`` (what its definitions say about ``from`` and
``to`` is left aside), what was in force counts as it was, and both count these days alone: of a period that begins
before the first day or ends after the last, only the days within.  Nothing is written but the archive, which may be
brought up to date (docs/decisions/dry-run.md).
"""

from __future__ import annotations

import math
import time
from contextlib import contextmanager
from itertools import count as numbers
from typing import TYPE_CHECKING

import msgspec

from adoption import facts
from adoption.extensions import db
from adoption.history import archive as archives
from adoption.history import relations
from adoption.history import warm
from adoption.history.questions import History
from adoption.history.run import Asked
from adoption.history.run import Run
from rules.trial import Glance
from rules.trial import Trial
from rules.trial import drafted

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from threading import Event

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.history.manifest import Archive
    from rules.book import Book

    Report = Callable[[int, int], None]

STEPS = 6  # that are reported


def quietly(_done: int, _total: int) -> None:
    """Report progress to nobody."""


def trial(  # noqa: PLR0913  # what is tried, and how one follows it
    book: Book, keys: Iterable[str], first: int, last: int, *, report: Report = quietly, stop: Event | None = None
) -> Trial:
    """Try these incentives of a draft on the days ``[first, last)``, beside what was in force then.

    ``report`` is told how many steps of how many are done; ``stop`` interrupts.  The same input gives the same answer,
    byte for byte (``encoded``).

    Raises:
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    asked = Asked(book, tuple(sorted(set(keys))), first, last)
    steps = numbers(1)

    def step() -> None:
        report(next(steps), STEPS)
        if stop is not None and stop.is_set():  # an interruption between two queries is lost
            raise warm.CancelledError

    with archives.snapshot() as (connection, horizon):
        known = facts.of(connection)
        archive = archives.extend(connection, horizon)
        step()
        with _tried(connection, archive, known, asked, stop) as run:
            return run.whole(step)


def glance(  # noqa: PLR0913  # as a trial
    book: Book,
    keys: Iterable[str],
    first: int,
    last: int,
    *,
    within: float | None = None,
    stop: Event | None = None,
) -> Glance:
    """Try a draft in short, without what was in force; on the archive as it is, unless nothing is archived yet.

    The scheduler brings the archive up to date every hour, so this may be an hour behind.  What cannot be begun within
    so many seconds is left out, and the answer says that it is ``waiting``; whoever asks again gets further.

    Raises:
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    until = math.inf if within is None else time.monotonic() + within
    asked = Asked(book, tuple(sorted(set(keys))), first, last)
    archive = archives.as_it_is()
    with db.engine.connect() as connection:
        known = facts.of(connection)
        with _tried(connection, archive, known, asked, stop) as run:
            return run.short(until)


def encoded(tried: Trial | Glance) -> bytes:
    """Write a trial as JSON, in one way only."""
    return msgspec.json.encode(tried)


def decoded(written: bytes) -> Trial:
    """Read a trial that ``encoded`` wrote."""
    return msgspec.json.decode(written, type=Trial)


@contextmanager
def _tried(connection: Connection, archive: Archive, known: Known, asked: Asked, stop: Event | None) -> Iterator[Run]:
    lines = drafted(asked.book, asked.keys, known.timelines, *asked.days)
    owners = relations.credits_owners(lines) or relations.credits_owners(known.timelines)
    with warm.lent(archive, known, owners=owners, stop=stop) as (engine, kept):
        yield Run(connection, History(engine, known, asked.days, kept), asked, lines)
