"""What people of the demo do with what they earned: choose, eat lunch, take time off, or forget about it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from datetime import time
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import or_
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import rewards
from adoption.auth import devices
from adoption.demo import company
from adoption.demo import weeks
from adoption.demo.life import IMPORTER
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Device
from rules import period
from rules import voucher

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.awards import Row

LUNCHTIME = time(12, 20)
CANTEENS = ("Canteen 1", "Canteen 2")
USABLE = ("free-lunch", "cinema-ticket", "early-break", "hour-off", "team-breakfast")  # of the starter book
CHOOSES, EATS, RESTS = 0.5, 0.3, 0.3  # how likely somebody does it on a day
LUNCHES = 0.75  # how likely lunch is chosen
LUNCH, BREAK = 0, 1  # places of what ten contacts earn
HOUR, DAY = 3_600 * period.SECOND, 86_400 * period.SECOND


@dataclass
class Habits:
    """Who uses what, the same for the same day.

    ``tills`` are the devices at the canteens, ``alone`` people with the day from which they are left alone, ``day`` the
    next lunch break.
    """

    chance: random.Random
    tills: Sequence[int]
    alone: Mapping[int, int]
    day: int

    def breaks_until(self, moment: int) -> Iterator[int]:
        """Yield the days whose lunch break begins before a moment (UTC microseconds), each once."""
        while lunchtime(self.day) < moment:
            yield self.day
            self.day += 1


def begin(today: int, now: int) -> Habits:
    """Put a till into each canteen, some time ago."""
    known = facts.current()
    carl = known.holder_of(company.address("Carl Bauer"))
    for canteen in CANTEENS:
        devices.register(canteen, by=carl, now=now)
        db.session.commit()
    tills = list(db.session.scalars(select(Device.id).order_by(Device.id)))
    told = {known.holder_of(email) or 0: weeks.first_day(email, today) for email in weeks.PARTS}
    chance = random.Random(f"uses {today}")  # noqa: S311  # a story, not a secret
    return Habits(chance, tills, told, known.day_of(now))


def lunchtime(day: int) -> int:
    """Return when people eat on a local day, in UTC microseconds."""
    return period.microseconds(datetime.combine(date.fromordinal(day), LUNCHTIME, facts.current().zone))


def lunch(habits: Habits, day: int) -> None:
    """Let a lunch break pass: who has earned something may choose it, eat it, or rest."""
    now, known = lunchtime(day), facts.current()
    query = select(Award.__table__).where(Award.status.in_(("choosing", "issued")), Award.granted < now)
    usable = or_(Award.status == "choosing", Award.reward.in_(USABLE))
    rows = db.session.execute(query.where(usable).order_by(*Award.__table__.primary_key)).all()
    for award in (awards.Row(*row[1:]) for row in rows):
        told_elsewhere = known.day_of(award.granted) >= habits.alone.get(award.holder, period.FOREVER)
        if known.works(award.holder, day) and not told_elsewhere:
            _use(habits, award, day, now)


def _use(habits: Habits, award: Row, day: int, now: int) -> None:
    chance, known = habits.chance, facts.current()
    if award.status == "choosing":
        if chance.random() < CHOOSES:
            _choose(award, LUNCH if chance.random() < LUNCHES else BREAK, now)
        return
    reward = known.book.rewards[award.reward or ""]
    certain = award.holder == known.holder_of(IMPORTER)  # what was imported will turn out to have been there before
    if reward.kind == "voucher" and (certain or chance.random() < EATS):
        eat(habits, award, now)
    elif reward.kind == "time_off" and chance.random() < RESTS:
        use = awards.Use(day, participant=award.holder)
        awards.redeem(begin_write(), award, use, now)
        db.session.commit()


def _choose(award: Row, place: int, now: int) -> Row:
    earns = next(one for one in facts.current().book.incentives.values() if len(one.earns) > 1).earns
    chosen = rewards.choose(award.name, earns[place], now)
    db.session.commit()
    return chosen


def eat(habits: Habits, award: Row, now: int) -> None:
    """Show a voucher at a till."""
    connection = begin_write()
    ticket = rewards.make_ticket(connection, award.name, now, draw=lambda: habits.chance.randrange(voucher.SPACE))
    rewards.scan(connection, ticket.code, habits.chance.choice(habits.tills), now)
    db.session.commit()


def cast(habits: Habits, now: int) -> None:
    """Leave each of the cast with what they are to show.

    Alice has a lunch in her pocket and one to choose; Bob leaves earlier for lunch on his next working day, which his
    manager learns by letter, and may choose again; Ivan has eaten one lunch and has one; Wei has eaten both of his.
    """
    alice, bob, ivan, wei = (_choosing(name) for name in ("Alice Novak", "Bob Visser", "Иван Петров", "王伟"))
    for award in alice[-1:] + ivan[-2:] + wei[-2:]:
        _choose(award, LUNCH, max(award.granted, now - DAY))
    for award in ivan[-2:-1] + wei[-2:]:
        issued = awards.find(db.session.connection(), award.name)
        if issued is not None:
            eat(habits, issued, min(now, issued.changed + HOUR))
    for award in bob[:1]:
        _choose(award, BREAK, max(award.granted, now - DAY))
        rewards.take(award.name, _next_day(award.holder, now), participant=award.holder, now=now)
        db.session.commit()
    rewards.expire(now, lambda _done, _total: None)


def _next_day(holder: int, now: int) -> int:
    """Return the next working day."""
    known = facts.current()
    return next(day for day in count(known.today(now) + 1) if known.works(holder, day))


def _choosing(name: str) -> list[Row]:
    """Return what somebody may choose, the oldest first."""
    holder = facts.current().holder_of(company.address(name))
    query = select(Award.__table__).where(Award.holder == holder, Award.status == "choosing").order_by(Award.period)
    return [awards.Row(*row[1:]) for row in db.session.execute(query)]
