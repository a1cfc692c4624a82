"""Ask the feeds that can be asked: from where we were, with an overlap, and until everything of a day is here.

A day is whole when it has been asked for two days after its end.  Both suites deliver most within the hour, neither
promises when, and some comes a day later; whoever calls a day whole too early says of somebody that they edited
nothing.  Each window is committed with the cursor behind it; nothing is lost and nothing counted twice, whenever a
process dies or a suite does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import privacy
from adoption.connectors import offices
from adoption.connectors.offices import Told
from adoption.connectors.sealing import SealedElsewhereError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Feed
from adoption.models import FeedDay
from adoption.signals import accepting
from adoption.signals import days
from adoption.signals import feeds
from adoption.signals.asking import AskingError
from adoption.signals.suites import DAY
from adoption.signals.suites import HOSTS
from adoption.signals.suites import HOUR
from adoption.signals.suites import SUITES
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from adoption.signals.feeds import Connected
    from adoption.signals.suites import Suite

    Report = Callable[[int, int], None]

LAG = 2 * DAY  # after which everything of a day is expected to have been told
OVERLAP = 3 * HOUR  # that is asked for again, since records do not come in order
PAUSE = 15 * 60 * period.SECOND  # between two times
BACK_OFF = 5 * 60 * period.SECOND  # after the first failure; then twice as long, …
LONGEST_BACK_OFF = 6 * HOUR
MOST_DOUBLED = 7


def due(now: int) -> list[str]:
    """List the feeds that are to be asked now; none where nothing may be known of single people."""
    if not privacy.individual():
        return []
    waits = or_(Feed.again.is_(None), Feed.again <= now)
    query = select(Feed.key).where(Feed.kind.in_(feeds.POLLED), Feed.paused.is_(None), waits).order_by(Feed.key)
    return list(db.session.scalars(query))


def poll(key: str, now: int, report: Report) -> tuple[int, str | None]:
    """Ask a feed for everything that is new and commit it; return how many records came, and a fault if there was one.

    ``report`` is told about each window between transactions, and may raise to stop.
    """
    feed = feeds.get(key)
    count = [0]
    try:
        suite = SUITES[feed.kind](feeds.settings(key), current_app.extensions.get("office hosts", HOSTS))
        db.session.rollback()
        _follow(feed, suite, now, report, count)
    except SealedElsewhereError as error:
        _failed(feed, AskingError("sealed", str(error)), now)
        return count[0], "sealed"
    except feeds.UnknownFeedError:  # somebody removed it meanwhile
        db.session.rollback()
        return count[0], None
    except AskingError as error:
        current_app.logger.warning("The feed %s was not told everything: %s", key, error)
        _failed(feed, error, now)
        return count[0], error.code
    return count[0], None


def _follow(feed: Connected, suite: Suite, now: int, report: Report, count: list[int]) -> None:
    """Ask window by window; each one is committed with the cursor behind it."""
    oldest = now - suite.reach
    late = feed.cursor is not None and feed.cursor < oldest
    since = feed.since if feed.since is not None and not late else None
    begins = now - suite.first if feed.cursor is None else max(feed.cursor - OVERLAP, oldest)
    if since is None:
        since = now if suite.by_arrival and feed.cursor is None else begins
    steps = list(_windows(begins, now, suite.window))
    for number, (first, last) in enumerate(steps, start=1):
        if not _asked(feed.key, suite, first, last, now, count):
            since = last  # some of it is gone for ever: nothing is whole that this belongs to
        _note(feed.key, cursor=last, since=since)
        report(number, len(steps))
    _settle(feed.key, suite, since, now, report, count)
    fault = {"fault": "late" if late else None, "fault_said": ""}
    _note(feed.key, asked=now, heard=now, again=now + PAUSE, failures=0, **fault)


def _windows(begins: int, ends: int, length: int) -> Iterator[tuple[int, int]]:
    while begins < ends:
        yield begins, min(begins + length, ends)
        begins += length


def _asked(  # noqa: PLR0913, PLR0917  # a window of a feed, and what came of it
    key: str, suite: Suite, first: int, last: int, now: int, count: list[int]
) -> bool:
    """Store what a suite tells of a window, page by page; say whether all of it was there."""
    records = unreadable = 0
    whole = True
    pages = suite.pages(first, last)
    while True:
        try:
            page = next(pages, None)
        except AskingError as error:
            if error.code != "gone":
                raise
            whole = False  # a list cannot go on behind a fault, so what follows waits for the next time
            break
        if page is None:
            break
        found = list(offices.read(page))
        told = [one for one in found if isinstance(one, Told) and one.moment <= now + DAY]
        connection = begin_write()
        feeds.hold(connection, key)
        accepting.accept(connection, key, told, now)
        db.session.commit()
        records, unreadable = records + len(told), unreadable + sum(isinstance(one, str) for one in found)
    count[0] += records
    if unreadable > records:
        code = "unreadable"
        raise AskingError(code, f"{unreadable} of its records cannot be read, and {records} can")
    return whole


def _settle(  # noqa: PLR0913, PLR0917  # of which feed, since when, until when
    key: str, suite: Suite, since: int, now: int, report: Report, count: list[int]
) -> None:
    """Note which days are whole; of a suite that is asked by when things happened, ask for each once more before."""
    day_of = facts.day_of()
    last = day_of(now - LAG) - 1  # it ended two days ago
    first = max(day_of(since) + 1, last - int(suite.reach // DAY), last - days.MOST + 1)  # the first one is not whole
    query = select(FeedDay.day).where(FeedDay.feed == key, FeedDay.whole.is_not(None), FeedDay.day >= first)
    known = set(db.session.scalars(query))
    db.session.rollback()
    for day in [one for one in range(first, last + 1) if one not in known]:
        whole = suite.by_arrival or _asked(key, suite, *_span(day, day_of), now, count)
        if whole:
            connection = begin_write()
            feeds.hold(connection, key)
            days.note_whole(connection, key, [day], now)
            db.session.commit()
        report(day - first + 1, max(last - first + 1, 1))


def _span(day: int, day_of: Callable[[int], int]) -> tuple[int, int]:
    """Return the moments between which a local day lies, to the quarter of an hour, in which zones differ."""
    quarter = HOUR // 4
    middle = (day - period.EPOCH.toordinal()) * DAY + 12 * HOUR
    begins = next(at for at in range(middle - 30 * HOUR, middle + 30 * HOUR, quarter) if day_of(at) == day)
    ends = next(at for at in range(begins + 20 * HOUR, begins + 40 * HOUR, quarter) if day_of(at) != day)
    return begins, ends


def _failed(feed: Connected, error: AskingError, now: int) -> None:
    """Note that a feed did not answer, and when it is asked again: when it wants to be, else less and less often."""
    db.session.rollback()
    failures = feed.failures + 1
    wait = min(BACK_OFF * 2 ** min(failures - 1, MOST_DOUBLED), LONGEST_BACK_OFF)
    if error.wait is not None:
        wait = max(error.wait * period.SECOND, period.SECOND)
    code = "refused" if error.code == "gone" else error.code
    _note(feed.key, asked=now, again=now + wait, failures=failures, fault=code, fault_said=error.said)


def _note(key: str, **values: Any) -> None:
    begin_write().execute(update(Feed).where(Feed.key == key).values(values))
    db.session.commit()
