"""A house in which rewards are earned: lunches, breaks, points, a choice among them, something for a team.

``Pockets()`` fills the application whose context is pushed.  Everything is earned and issued at ``NOW``.
"""

from datetime import date

from sqlalchemy import select

from adoption import awards
from adoption import rewards
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Award
from adoption.models import Device
from adoption.models import Redemption
from tests.house import NOW
from tests.house import House

TODAY = date(2026, 12, 24).toordinal()  # the day of NOW
BOOK = """
[metric.deals]
title = "Deals won"
counts = "deal.won"
[metric.calls]
title = "Calls"
counts = "call.completed"
[metric.notes]
title = "Notes"
counts = "note.created"
[metric.visits]
title = "Visits"
counts = "visit.completed"
[metric.offers]
title = "Offers"
counts = "offer.sent"

[reward.lunch]
title = "Free lunch"
titles = { ru = "Бесплатный обед", zh = "免费午餐" }
kind = "voucher"
valid_days = 30
[reward.cake]
title = "Cake"
kind = "voucher"
costs = { amount = 10, currency = "EUR" }
valid_days = 10
budget = { amount = 50, per = "month" }
[reward.break]
title = "Earlier break"
titles = { ru = "Перерыв раньше", zh = "提前休息" }
kind = "time_off"
minutes = 10
valid_days = 30
[reward.ten]
title = "10 points"
kind = "points"
points = 10
[reward.star]
title = "Star"
kind = "badge"
[reward.bonus]
title = "Fifty euros"
kind = "money"
pays = { amount = 50, currency = "EUR" }
[reward.breakfast]
title = "Team breakfast"
kind = "voucher"
valid_days = 30

[incentive.deals]
title = "A deal won"
metric = "deals"
every = 1
per = "month"
earns = "lunch"
[incentive.calls]
title = "A call"
metric = "calls"
every = 1
per = "month"
earns = ["lunch", "cake", "break", "ten"]
[incentive.notes]
title = "A note"
metric = "notes"
every = 1
per = "month"
earns = "ten"
[incentive.star]
title = "First visit"
metric = "visits"
reach = 1
per = "ever"
earns = "star"
[incentive.bonus]
title = "Ten visits"
metric = "visits"
every = 10
per = "month"
earns = "bonus"
[incentive.team]
title = "Two offers of the team"
metric = "offers"
every = 2
per = "month"
holder = "team"
earns = ["breakfast", "break"]
"""
WHAT = {"deals": "deal.won", "calls": "call.completed", "notes": "note.created", "visits": "visit.completed"}


class Pockets(House):
    """Alice, Bob and Mei (who leads them) in the team Sales; Carl is a cashier."""

    def __init__(self, book=BOOK, *, people=("Mei", "Alice", "Bob", "Carl"), teams=None):
        super().__init__(book, people=people, teams={"Sales": ("Alice", "Bob")} if teams is None else teams)

    def earn(self, who, what="deals", times=1):
        """Let somebody earn something; return what was done for it (retract it and it is no longer due)."""
        found = [self.event(who, WHAT.get(what, what), f"deal/{number}") for number in range(times)]
        self.send(*found)
        return [one["id"] for one in found]

    def retract(self, *ids):
        """Take back what was done."""
        self.send(*(self.event(None, "deal.deleted", retracts=one) for one in ids))

    def awards(self, *who):
        """Return the awards of some (or of everybody), by ordinal within their period."""
        query = select(Award.__table__).order_by(Award.holder, Award.version, Award.period, Award.ordinal)
        rows = [awards.Row(*row[1:]) for row in db.session.connection().execute(query)]
        db.session.rollback()
        return [row for row in rows if not who or row.holder in {self[name] for name in who}]

    def statuses(self, *who):
        return [row.status for row in self.awards(*who)]


def ticket(award, now=NOW):
    """Make the voucher of an award."""
    made = rewards.make_ticket(begin_write(), award.name, now)
    db.session.commit()
    return made


def device(canteen="Canteen 1"):
    """Register a device and return its number."""
    row = {"canteen": canteen, "digest": f"{canteen} {len(db.session.scalars(select(Device.id)).all())}", "created": 0}
    number = begin_write().execute(Device.__table__.insert().values(row)).inserted_primary_key[0]
    db.session.commit()
    return number


def scan(text, at, now=NOW):
    """Scan something at a device and commit."""
    verdict = rewards.scan(begin_write(), text, at, now)
    db.session.commit()
    return verdict


def undo(number, at, now=NOW):
    verdict = rewards.undo(begin_write(), number, at, now)
    db.session.commit()
    return verdict


def choose(award, reward, now=NOW):
    chosen = rewards.choose(award.name, reward, now)
    db.session.commit()
    return chosen


def redemptions():
    """Return (ordinal, device, day, whether undone) of every redemption."""
    query = select(Redemption.ordinal, Redemption.device, Redemption.day, Redemption.undone).order_by(Redemption.id)
    rows = [(ordinal, at, day, undone is not None) for ordinal, at, day, undone in db.session.execute(query)]
    db.session.rollback()
    return rows
