"""A house with managers whose weeks are written about: three teams, a book, and weeks of work in few words.

``Bureau()`` fills the application whose context is pushed.  The week that letters are about begins on ``WEEK``; ``NOW``
is the Monday after it, at nine.
"""

import time
from datetime import date
from datetime import datetime
from datetime import time as clock
from datetime import timedelta

from sqlalchemy import update

from adoption import facts
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from rules import period
from tests import house
from tests.house import ZONE
from tests.house import House
from tests.house import email
from tests.leading import let_lead

WEEK = date(2026, 11, 23)
MONDAY = date(2026, 11, 30)
BOOK = """
[milestone."contact.developed"]
title = "Developed contact"
titles = { ru = "Проработанный контакт", zh = "已完善的联系人" }
record = "contact"
credit = "last"
[[milestone."contact.developed".needs]]
key = "talked-to"
title = "a conversation"
titles = { ru = "разговор", zh = "一次沟通" }
on = ["call.completed"]
[[milestone."contact.developed".needs]]
key = "next-step"
title = "a next step"
titles = { ru = "следующий шаг", zh = "下一步安排" }
on = ["task.created"]
[metric.contacts]
title = "Developed contacts"
titles = { ru = "Проработанные контакты", zh = "已完善的联系人" }
counts = "contact.developed"
measure = "distinct"
of = "subject"
[reward.lunch]
title = "Free lunch"
titles = { ru = "Бесплатный обед", zh = "免费午餐" }
kind = "voucher"
costs = { amount = 10, currency = "EUR" }
valid_days = 60
budget = { amount = 1000, per = "month" }
[incentive.four]
title = "Four contacts"
titles = { ru = "Четыре контакта", zh = "四个联系人" }
metric = "contacts"
every = 4
per = "week"
at_most = 2
earns = "lunch"
[board.contacts]
title = "Contacts this week"
metric = "contacts"
per = "week"
"""
NORTH = ("Alice", "Anna", "Bob", "Lena", "Li")
SOUTH = ("Carlo", "Dora", "Eva", "Fred", "Gil")
WEST = ("Hugo", "Ida", "Jan", "Kim", "Lou")
LEADERS = {"Mei": NORTH, "Olga": SOUTH, "Paul": WEST}
HOUSE = ("Hana", "Ada")
ROLES = {"Mei": "manager", "Olga": "manager", "Paul": "manager", "Hana": "hr", "Ada": "admin"}


def at(day, hour=9, minute=0, zone=ZONE):
    """Return a moment of a local day in UTC microseconds."""
    return period.microseconds(datetime.combine(day, clock(hour, minute), zone))


NOW = at(MONDAY)


class Bureau(House):
    def __init__(self, *, work=True):
        everybody = [name for leader, team in LEADERS.items() for name in (leader, *team)]
        teams = {"North": ("Mei", *NORTH), "South": ("Olga", *SOUTH), "West": ("Paul", *WEST)}
        self.contacts = 0
        super().__init__(BOOK, since=date(2026, 9, 7), people=(*everybody, *HOUSE), teams=teams)
        self.lead({name: leader for leader, team in LEADERS.items() for name in team})
        if work:
            for back in range(4, -1, -1):
                self.week({name: counts[-1 - back] for name, counts in WORK.items()}, WEEK - timedelta(weeks=back))

    def lead(self, leaders):
        """Let people report to others, and have the roles that they have here."""
        connection = begin_write()
        facts.changed(connection, rescore=False)
        for name, leader in leaders.items():
            let_lead(connection, self[leader], self[name])
        for name, role in ROLES.items():
            connection.execute(update(Participant).where(Participant.id == self[name]).values(role=role))
        db.session.commit()

    def work(self, name, count, monday, *, half=0):
        """Let somebody finish so many contacts in a week, and begin so many that lack a next step."""
        self.week({name: count}, monday, half=half)

    def week(self, counts, monday, *, half=0):
        """Let people finish so many contacts each in a week, all of which comes in on its Friday."""
        events = []
        for name, count in counts.items():
            for number in range(count + half):
                self.contacts += 1
                record, day = f"contact/{self.contacts}", monday + timedelta(days=number % 5)
                events.append(self.event(name, "call.completed", record, on=day, name=f"Contact {self.contacts}"))
                if number < count:
                    events.append(self.event(name, "task.created", record, on=day, at="10:30"))
        self.receive(events, at(monday + timedelta(days=4), 18))

    def receive(self, events, moment):
        """Let activities come in at a moment."""
        before, house.NOW = house.NOW, moment
        try:
            self.send(*events)
        finally:
            house.NOW = before


WORK = {  # the last weeks of each, the one that the letter tells of last
    "Alice": (4, 4, 4, 3, 6), "Anna": (2, 3, 2, 2, 4), "Bob": (1, 1, 1, 1, 6), "Lena": (3, 2, 3, 3, 2),
    "Li": (2, 2, 2, 2, 3), "Carlo": (2, 2, 2, 2, 2), "Dora": (2, 2, 2, 2, 2), "Eva": (1, 1, 1, 1, 1),
    "Fred": (3, 3, 3, 3, 3), "Gil": (2, 2, 2, 2, 2), "Hugo": (1, 1, 1, 1, 1), "Ida": (1, 1, 1, 1, 1),
    "Jan": (1, 1, 1, 1, 1), "Kim": (1, 1, 1, 1, 1), "Lou": (1, 1, 1, 1, 1),
}  # fmt: skip  # a table


def now():
    return time.time_ns() // 1000


__all__ = ["BOOK", "LEADERS", "MONDAY", "NOW", "WEEK", "Bureau", "at", "email", "now"]
