"""Of which local days a feed has told everything.  A day without such a word is missing, and missing is never zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption import privacy
from adoption import statements
from adoption.extensions import db
from adoption.models import FeedDay

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

MOST = 400  # days that may be said to be whole at once
_WHOLE = (
    "INSERT INTO feed_day (feed, day, heard, whole) SELECT feed, day, heard, whole FROM {given} AS g WHERE true"
    " ON CONFLICT (feed, day) DO UPDATE SET whole = excluded.whole, heard = excluded.heard, swept = NULL"
    " WHERE feed_day.whole IS NULL OR feed_day.swept IS NOT NULL"
)


def note_whole(connection: Connection, feed: str, days: Iterable[int], now: int) -> None:
    """Note that a feed has told these days whole; those that were whole stay as they are.

    Where nothing may be known of single people, nothing of them was kept, so that no day is whole.
    """
    given = [(feed, day, now, now) for day in sorted(set(days))]
    if given and privacy.individual():
        statements.run(connection, "feed_day", ("feed", "day", "heard", "whole"), given, _WHOLE)


def states(feed: str, first: int, last: int) -> dict[int, str]:
    """Return how each local day from ``first`` to ``last`` stands: ``whole``, ``part``, ``swept`` or ``missing``."""
    return strips(first, last).get(feed, dict.fromkeys(range(first, last + 1), "missing"))


def strips(first: int, last: int) -> dict[str, dict[int, str]]:
    """Return the same for every feed that has told of one of these days; one query."""
    query = select(FeedDay.feed, FeedDay.day, FeedDay.whole, FeedDay.swept).where(FeedDay.day.between(first, last))
    found: dict[str, dict[int, str]] = {}
    for row in db.session.execute(query):
        days = found.setdefault(row.feed, dict.fromkeys(range(first, last + 1), "missing"))
        days[row.day] = "swept" if row.swept is not None else "part" if row.whole is None else "whole"
    return found
