"""Rewards whose last day is over expire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy import tuple_

from adoption import awards
from adoption import facts
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.rewards import terms
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from adoption.awards import Row
    from adoption.rewards.terms import Terms

CHUNK = 500  # awards that expire in one transaction
DAY = 86_400 * SECOND
SLACK = 7_200 * SECOND  # a day may be shorter by an hour or two


def expire(now: int, report: Callable[[int, int], None]) -> int:
    """Let everything expire whose last day was before that of a moment; commit piece by piece, and return how many."""
    found = terms.current(db.session.connection(), facts.current())
    done = 0
    for looked_at in _old(found, now):
        over = [award for award in looked_at if _over(found, award, now)]
        if over:
            done += awards.expire(begin_write(), over)
            db.session.commit()
            report(done, done)
    db.session.rollback()
    return done


def _over(found: Terms, award: Row, now: int) -> bool:
    reward = found.of(award.reward, award.changed)
    until = found.valid_until(reward, award.changed) if reward else None
    return until is not None and until < found.known.today(now)


def _old(found: Terms, now: int) -> Iterator[list[Row]]:
    """Yield issued awards, in pieces, that may be over: as old as the shortest term of their reward."""
    table = Award.__table__.c
    parts = [table[name] for name in awards.KEY]
    for name in found.usable():
        days = [one.valid_days for _, one in found.lines[name] if one.valid_days is not None]
        query = select(Award.__table__).where(table.reward == name, table.status == "issued")
        query = query.where(table.changed < now - min(days, default=0) * DAY + SLACK).order_by(*parts).limit(CHUNK)
        after: tuple[int, ...] = ()
        while days:
            rows = db.session.execute(query.where(tuple_(*parts) > after) if after else query).all()
            if not rows:
                break
            after = tuple(rows[-1][:5])
            yield [awards.Row(*row[1:]) for row in rows]
