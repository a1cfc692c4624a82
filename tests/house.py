"""A small house for tests: people, a book, and things that happen, in few words.

``House(book)`` fills the application whose context is pushed.  Everything happens in ``SOURCE``; people act under their
first name, or under their e-mail address where a test says so.
"""

import json
from datetime import date
from datetime import datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from adoption import facts
from adoption import intake
from adoption import rescoring
from adoption import rulebook
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Absence
from adoption.models import Identity
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import Team
from rules import period

ZONE = ZoneInfo("Europe/Amsterdam")
SOURCE = "crm"
MONDAY = date(2026, 3, 2)
NOW = period.microseconds(datetime(2026, 12, 24, 12, tzinfo=ZONE))  # after everything that happens


def email(name):
    return f"{name.lower()}@example.com"


class House:
    """People of ``teams`` (name → first names), and a book in force since ``since``."""

    def __init__(self, book, *, since=date(2026, 1, 5), people=("Alice", "Bob"), teams=None):
        self.numbers = {}
        self.teams = {}
        self.ids = (f"a{number:03}" for number in count(1))
        for name in people:
            self.person(name)
        for team, members in (teams or {}).items():
            self.team(team, *members)
        self.publish(book, since=since)

    def person(self, name, *, left_on=None):
        connection = begin_write()
        facts.changed(connection, rescore=True)
        day = left_on and left_on.toordinal()
        row = {"email": email(name.replace(" ", ".")), "name": name, "role": "employee", "left_on": day}
        number = connection.execute(insert(Participant).values(row)).inserted_primary_key[0]
        connection.execute(insert(Identity).values(source=SOURCE, id=name.lower(), participant=number))
        db.session.commit()
        self.numbers[name] = number
        return number

    def team(self, team, *members):
        connection = begin_write()
        facts.changed(connection, rescore=True)
        number = connection.execute(insert(Team).values(name=team)).inserted_primary_key[0]
        for name in members:
            row = {"participant": self.numbers[name], "team": number, "starts": 1, "ends": period.FOREVER}
            connection.execute(insert(Membership).values(row))
        db.session.commit()
        self.teams[team] = -number

    def absent(self, name, starts, until):
        connection = begin_write()
        facts.changed(connection, rescore=True)
        row = {"participant": self.numbers[name], "starts": starts.toordinal(), "ends": until.toordinal()}
        connection.execute(insert(Absence).values(row))
        db.session.commit()

    def publish(self, book, *, since):
        rulebook.publish(book, today=since.toordinal(), since=since.toordinal(), name="book", now=NOW)
        db.session.commit()

    def settle(self):
        """Let everything that changed take effect."""
        rescoring.run_to_end()

    def did(self, actor, what, subject=None, **more):
        """Let something happen; return its id."""
        event = self.event(actor, what, subject, **more)
        self.send(event)
        return event["id"]

    def event(self, actor, what, subject=None, *, on=MONDAY, at="10:00", **more):  # one of each
        """Return an activity that happened; ``id`` and ``retracts`` are its attributes, the rest is its data."""
        moment = datetime.combine(on, datetime.strptime(at, "%H:%M").time(), ZONE)  # noqa: DTZ007  # a wall clock
        attributes = {"id": next(self.ids)} | {key: more.pop(key) for key in ("id", "retracts") if key in more}
        who = actor and (actor if "@" in actor else actor.lower())
        attributes |= {"source": SOURCE, "type": what, "time": moment.isoformat(), "subject": subject, "actor": who}
        return {"specversion": "1.0", **attributes, "data": more}

    def send(self, *events):
        """Let activities come in, all in one batch."""
        receipt = intake.accept_and_commit([json.dumps(one).encode() for one in events], door="test", now=NOW)
        assert (receipt.accepted, receipt.refused) == (len(events), ()), receipt

    def __getitem__(self, name):
        """Return the number of somebody, or of a team as holder."""
        return self.numbers.get(name) or self.teams[name]
