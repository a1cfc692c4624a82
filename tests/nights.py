"""An office for tests of the nightly job: people, what they recorded in the CRM, and nights that judge it.

``Office("Alice", "Bob")`` fills the application whose context is pushed and turns individual detection on.  Things are
recorded with ``did``, come in with ``deliver``, and are judged with ``judge``; days are ordinals in Amsterdam.
"""

import json
from datetime import date
from datetime import datetime
from itertools import count
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy import select

from adoption import evidence
from adoption import facts
from adoption import intake
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Absence
from adoption.models import AdoptionScore
from adoption.models import AdoptionWeek
from adoption.models import EvidenceDay
from adoption.models import HabitBlock
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import RelianceAccount
from adoption.models import RoleHabit
from adoption.models import Team
from rules import period

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = date(2026, 3, 2).toordinal()
HOUR = 3_600 * period.SECOND
KEPT = (EvidenceDay, RelianceAccount, HabitBlock, RoleHabit, AdoptionScore, AdoptionWeek)


def at(day, clock="10:00"):
    """A moment of a local day in UTC microseconds."""
    wall = datetime.strptime(clock, "%H:%M").time()  # noqa: DTZ007  # a wall clock
    return period.microseconds(datetime.combine(date.fromordinal(day), wall, ZONE))


def iso(moment):
    return period.moment(moment).isoformat()


def nothing(_done, _whole):
    """Report to nobody."""


class Office:
    """People of one team each, and a CRM that tells what they do as they do it."""

    def __init__(self, *names, since=MONDAY, individual=True, teams=None, role="employee"):
        self.numbers = {}
        self.events = []
        self.ids = count(1)
        connection = begin_write()
        facts.changed(connection, rescore=True)
        for name in names:
            self._person(connection, name, role)
        for team, members in (teams or {"Sales": names}).items():
            number = connection.execute(insert(Team).values(name=team)).inserted_primary_key[0]
            for name in members:
                row = {"participant": self.numbers[name], "team": number, "starts": 1, "ends": period.FOREVER}
                connection.execute(insert(Membership).values(row))
        if individual:
            now = at(since, "00:30")
            by = By(None, "test")
            privacy.turn_on(connection, by, told=since, why="for a test", now=now)
        db.session.commit()

    def _person(self, connection, name, role):
        row = {"email": f"{name.lower()}@example.com", "name": name, "role": role}
        number = connection.execute(insert(Participant).values(row)).inserted_primary_key[0]
        connection.execute(insert(Identity).values(source="crm", id=name.lower(), participant=number))
        self.numbers[name] = number

    def absent(self, name, starts, ends):
        self._fact(Absence, participant=self.numbers[name], starts=starts, ends=ends)

    def holiday(self, day):
        self._fact(Holiday, day=day, name="a holiday")

    def _fact(self, table, **row):
        connection = begin_write()
        facts.changed(connection, rescore=False)
        connection.execute(insert(table).values(row))
        db.session.commit()

    def did(  # noqa: PLR0913  # who, when, what, and what came of it
        self, name, day, clock="10:00", *, kind="call.completed", happened=None, received=None, **more
    ):
        """Let something be recorded on a day; ``happened`` and ``received`` are moments, by default the same."""
        recorded = at(day, clock)
        number = next(self.ids)
        event = {
            "specversion": "1.0",
            "source": more.pop("source", "crm"),
            "id": more.pop("id", f"e{number:06}"),
            "type": kind,
            "time": iso(recorded if happened is None else happened),
            "recordedtime": iso(recorded),
            "subject": more.pop("subject", f"contact/{number}"),
            "actor": name.lower(),
            "data": more.pop("data", {}),
        } | more
        self.events.append((recorded + HOUR if received is None else received, event))
        return event

    def works(self, name, days, *, times=6, late=0, **more):
        """Let somebody do as much every working day, all of it at once recorded or ``late`` days later."""
        for day in days:
            if (day - 1) % 7 < 5:
                for number in range(times):
                    happened = at(day, f"{9 + number % 8:02}:{7 * number % 60:02}")
                    recorded = day + late
                    self.did(name, recorded, f"{9 + number % 8:02}:{7 * number % 60:02}", happened=happened, **more)

    def deliver(self, *, door="api", pieces=1):
        """Let everything come in, in the order of receipt; what comes at one moment in so many batches."""
        self.events.sort(key=lambda one: one[0])
        for moment, found in groupby(self.events, key=lambda one: one[0]):
            items = [json.dumps(event).encode() for _, event in found]
            for piece in range(pieces):
                if items[piece::pieces]:
                    receipt = intake.accept_and_commit(items[piece::pieces], door=door, now=moment)
                    assert receipt.refused == (), receipt
        self.events.clear()

    def judge(self, until, *, size=1_000, report=nothing):
        """Let the nights pass up to the one in which a day is judged."""
        return evidence.run(at(until + 2, "03:00"), report, size=size)

    def facts(self, name, day):
        return next(one.facts for one in self.past(name) if one.day == day)

    def past(self, name):
        found = evidence.days_of(db.session.connection(), self.numbers[name])
        db.session.rollback()
        return found

    def account(self, name):
        found = evidence.account_of(db.session.connection(), self.numbers[name]).account
        db.session.rollback()
        return found


def kept():
    """Everything that nights have written, to be compared."""
    found = {}
    for table in KEPT:
        columns = table.__table__.columns
        rows = db.session.execute(select(*columns).order_by(*table.__table__.primary_key.columns)).all()
        found[table.__tablename__] = [tuple(row) for row in rows]
    db.session.rollback()
    return found
