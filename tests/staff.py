"""Everybody who may be at a browser, today: one person of every role, a team, another team, and somebody who left.

``Staff()`` fills the application whose context is pushed.  Unlike in a ``House`` it is now: what people do happens a
few minutes ago, and ``zone_at_noon`` keeps midnight, where weeks begin and end, out of the way of tests that run then.
"""

import csv
import io
import json
import time
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from itertools import count
from pathlib import Path

from adoption import directory
from adoption import facts
from adoption import intake
from adoption import people_csv
from adoption import rulebook
from adoption.extensions import db

BOOK = Path(__file__).parent.parent / "rules" / "books" / "starter.toml"
SOURCE = "crm"
NORTH, SOUTH, HOUSE = "Sales North", "Продажи Юг", ""
# name → role, team, manager
PEOPLE = {
    "Dana": ("manager", HOUSE, ""),
    "Mei": ("manager", NORTH, "Dana"),
    "Alice": ("employee", NORTH, "Mei"),
    "Bob": ("employee", NORTH, "Mei"),
    "Cora": ("employee", NORTH, "Mei"),
    "Dave": ("employee", NORTH, "Mei"),
    "Erin": ("employee", NORTH, "Mei"),
    "Olga": ("manager", SOUTH, "Dana"),
    "Иван": ("employee", SOUTH, "Olga"),
    "王伟": ("employee", SOUTH, "Olga"),
    "Finn": ("employee", SOUTH, "Olga"),
    "Gwen": ("employee", SOUTH, "Olga"),
    "Hana": ("hr", HOUSE, ""),
    "Ann": ("approver", HOUSE, ""),
    "Leo": ("lead", HOUSE, ""),
    "Carl": ("cashier", HOUSE, ""),
    "Ada": ("admin", HOUSE, ""),
    "Lea": ("employee", NORTH, "Mei"),  # has left
}
LATIN = {"Иван": "ivan", "王伟": "wei"}
GONE = ("Lea",)
SINCE = 60  # days for which everybody has been here, and the book in force


def zone_at_noon():
    """Return the name of a time zone where it is between noon and one o'clock now."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{'-' if ahead >= 0 else '+'}{abs(ahead)}"


def account(name):
    return LATIN.get(name, name.lower())


def email(name):
    return f"{account(name)}@example.com"


class Staff:
    """The people above, and a book in force; ``did`` and ``send`` let things happen."""

    def __init__(self, book=None):
        self.now = time.time_ns() // 1000
        self.today = facts.current().today(self.now)
        self.numbers = iter(count(1))
        self._load(PEOPLE, left={})
        self._load({name: PEOPLE[name] for name in GONE}, left=dict.fromkeys(GONE, self.today - 1))
        self.publish(book or BOOK.read_text(encoding="utf-8"))

    def _load(self, people, left):
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(("email", "name", "team", "manager", "role", "left_on", "identities"))
        for name, (role, team, manager) in people.items():
            last = datetime.fromordinal(left[name]).date().isoformat() if name in left else ""
            above = manager and email(manager)
            writer.writerow((email(name), name, team, above, role, last, f"{SOURCE}={email(name).partition('@')[0]}"))
        loaded = directory.load_people(
            people_csv.read(text.getvalue().encode()), on=self.today - (1 if left else SINCE)
        )
        assert not loaded.faults, loaded.faults
        db.session.commit()

    def publish(self, book):
        since = self.today - SINCE
        rulebook.publish(book, today=self.today, since=since, name="book", now=self.now)
        db.session.commit()

    def __getitem__(self, name):
        """Return somebody's number."""
        return facts.current().holder_of(email(name))

    def event(self, who, what, subject, *, minutes=30, days=0, **data):
        """Return something that happened so many minutes and days ago, as it is sent."""
        moment = datetime.now(UTC) - timedelta(minutes=minutes, days=days)
        return {
            "specversion": "1.0",
            "source": SOURCE,
            "id": f"s{next(self.numbers):05}",
            "type": what,
            "time": moment.isoformat(),
            "subject": subject,
            "actor": account(who),
            "data": data,
        }

    def contact(self, who, number, *, needs=3, **when):
        """Return the activities of a contact of whom so many needs are met, in the order of the book."""
        subject = f"contact/{number}"
        card = (
            {"name": f"Robin {number}", "email": f"robin{number}@example.net"} if needs else {"name": f"Robin {number}"}
        )
        happened = [("contact.created", card), ("call.completed", {"outcome": "reached"}), ("task.created", {})]
        return [self.event(who, what, subject, **data, **when) for what, data in happened[: max(1, needs)]]

    def send(self, events):
        """Let activities come in, all in one batch; return their ids."""
        receipt = intake.accept_and_commit(
            [json.dumps(one).encode() for one in events], door="test", now=time.time_ns() // 1000
        )
        assert (receipt.accepted, receipt.refused) == (len(events), ()), receipt
        return [event["id"] for event in events]
