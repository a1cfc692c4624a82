"""Won deals and their activities: everybody's by night, in one pass; somebody's own when they look."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.explain import done
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import PracticePerson
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules import value
from rules.rollout import practice
from rules.rollout.practice import SINCE
from rules.rollout.practice import STAGE
from rules.rollout.practice import WON
from rules.rollout.practice import Deed
from rules.rollout.practice import Middle
from rules.rollout.practice import Pattern

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.rollout.practice import Deal

FETCH = 5_000  # rows read at once
MOST = 400  # of one's own deals that are looked at, the latest
STAGES = ("stage", "dealstage", "stage_id", "status")
WANTED = ("subject", "type", "day", "time", "source", "id", "actor", "data")
LAST = 255  # bucket


class Common(NamedTuple):
    """What is known of five people or more: the middle, and the steps that so many share; the day it was taken."""

    middle: Middle | None = None
    steps: tuple[str, ...] = ()
    day: int = 0


def gather(now: int) -> int:
    """Find who is asked, and take the patterns of those who agreed; return how many are asked.

    One pass over the deals of half a year, before anything is locked; keeping it begins a transaction that writes,
    which the caller commits.  Of whoever has not agreed nothing is kept but that they are asked.
    """
    known = facts.current()
    today = known.today(now)
    here = {number for number, one in known.people.items() if one.here(today)}
    deals: dict[int, list[Deal]] = defaultdict(list)
    for found in _deals(db.session.connection(), known, today):
        if found.who in here:
            deals[found.who].append(found)
    works = working(known)
    patterns = {who: one for who, own in deals.items() if (one := practice.pattern(own, works)) is not None}
    asked = practice.top(deals)
    kept = Common(practice.middle(list(patterns.values())), tuple(sorted(practice.common(patterns.values()))), today)
    connection = begin_write()
    statements.put(connection, "practice_common", ("id",), ("found",), [(1, text(kept))])
    _store(connection, asked, patterns, here)
    return len(asked)


def _store(connection: Connection, asked: set[int], patterns: dict[int, Pattern], here: set[int]) -> None:
    table = PracticePerson
    # Locked: nobody who takes their word back meanwhile is overwritten by what they had said before.
    query = select(table.participant, table.choice, table.chosen, table.tip).order_by(table.participant)
    known = {row.participant: row for row in connection.execute(query.with_for_update())}
    staying = {who for who, row in known.items() if who in here and (row.choice is not None or who in asked)}
    statements.delete(connection, "practice_person", ("participant",), [(who,) for who in known.keys() - staying])
    rows = []
    for who in sorted(staying):
        row = known[who]
        agreed = row.choice in {practice.UNNAMED, practice.NAMED} and who in patterns
        found = text(patterns[who]) if agreed else None
        rows.append((who, who in asked, row.choice, row.chosen, row.tip, found))
    rows += [(who, True, None, None, "", None) for who in sorted(asked - staying)]
    columns = ("asked", "choice", "chosen", "tip", "pattern")
    statements.put(connection, "practice_person", ("participant",), columns, rows)


def _deals(connection: Connection, known: Known, today: int) -> Iterator[Deal]:
    """Yield the deals that were won in the last half year; one query."""
    table = StoredActivity
    stands = (table.retracted == 0, table.retracts.is_(None))
    won = select(table.subject).where(table.type == WON, table.day > today - SINCE, *stands)
    query = (
        select(*(getattr(table, name) for name in WANTED))
        .where(table.subject.in_(won), table.type.is_not(None), *stands)
        .order_by(table.subject, table.time, table.source, table.id)
        .execution_options(yield_per=FETCH)
    )
    for _, rows in groupby(connection.execute(query), key=itemgetter(0)):
        found = practice.deal([_deed(known, row) for row in rows], today - SINCE + 1)
        if found is not None:
            yield found


def _deed(known: Known, row: Any) -> Deed:
    """Return an activity as the pattern needs it; data is read where it may tell a stage or an amount."""
    who = known.participant_of(row.source, row.actor)
    if row.data == "{}" or not row.type.startswith("deal."):
        return Deed(row.type, row.day, who)
    data = data_of(row.data)
    said = next((value.text(data[name]) for name in STAGES if value.filled(data.get(name))), None)
    currency = data.get("currency")
    return Deed(
        row.type,
        row.day,
        who,
        " ".join((said or "").split())[:60] if row.type == STAGE else "",
        value.units(data.get("amount")),
        currency if isinstance(currency, str) else "",
    )


def own(connection: Connection, known: Known, me: int, now: int, least: int = 1) -> Pattern | None:
    """Return the pattern of one's own deals, from however few; at most four queries, and nothing is kept."""
    today = known.today(now)
    if me not in known.people:
        return None
    days = done.days_of(connection, known, me, today - SINCE + 1, today + 1)
    won = done.activities(connection, known, days, (WON,))
    subjects = sorted({one.subject for one in won[-MOST:] if one.subject})
    rows = statements.about(connection, WANTED, subjects, LAST) if subjects else []
    rows.sort(key=lambda row: (row.subject, row.time, row.source, row.id))
    found = (
        practice.deal([_deed(known, row) for row in told], today - SINCE + 1)
        for _, told in groupby(rows, key=itemgetter(0))
    )
    return practice.pattern([one for one in found if one is not None and one.who == me], working(known), least)


def working(known: Known) -> Callable[[int], bool]:
    """Return what says whether a local day is worked, and remembers it."""
    return cache(known.calendar.works)


def text(found: Pattern | Common) -> str:
    """Return something as it is stored."""
    return msgspec.json.encode(found).decode()
