"""Days of people in spreadsheets and in the CRM, judged night by night with evidence made up for each day.

``Nights(staff)`` turns individual detection on (its shadow run lies behind) and connects an office suite; ``go`` lets
days pass and judges each; ``until`` lets them pass until somebody's flag is where one wants it.
"""

import json
import time
from datetime import date
from datetime import datetime
from datetime import time as clock
from itertools import count

from sqlalchemy import insert

from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import intake
from adoption import privacy
from adoption import signals
from adoption.connectors.offices import Told
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import Feed
from adoption.models import Workbook
from rules import period
from rules.reliance import workbooks
from rules.reliance.cycle import Flag
from rules.reliance.workbooks import File
from tests.staff import SOURCE
from tests.staff import account
from tests.staff import email

HERE = 120  # days ago detection was turned on
TITLE = "Contacts Q4"
FILE = File(workbooks.keys_of(f"{TITLE}.xlsx"), f"{TITLE}.xlsx", ("Sales",), (), "xlsx", "team")
TIMES = 6  # entries of a day in the CRM
CRM, SHEETS, BOTH, AWAY = "crm", "sheets", "both", "away"


def nothing(_done, _whole):
    """Report to nobody."""


def turn_on(now, *, shadow=False):
    """Turn individual detection on; its shadow run is over, or goes on."""
    then = now if shadow else now - HERE * 86_400 * period.SECOND
    day = facts.current().today(then)
    privacy.turn_on(begin_write(), By(None, "a test"), told=day, why="people were told", now=then)
    db.session.commit()


class Nights:
    """Days that pass: ``day`` is the next one."""

    def __init__(self, staff, *, back=75, usual=(), title=TITLE, on=True):
        """Begin ``back`` days ago or a little earlier; ``usual`` work in the CRM unless said otherwise.

        ``on`` turns individual detection on, too.
        """
        self.staff, self.usual = staff, usual
        self.day = staff.today - back - (staff.today - back - 1) % 7  # a Monday, whatever day it is today
        self.ids = count(1)
        if on:
            turn_on(time.time_ns() // 1000)
        connection = begin_write()
        feed = {"key": "office", "kind": "file", "title": "Office", "failures": 0, "fault_said": "", "created": 0}
        connection.execute(insert(Feed).values(feed))
        book = {"title": title, "rule": "name", "value": f"{TITLE}*", "state": "registered", "registered": 1}
        book |= {"proposed": 1, "note": "", "reason": ""}
        self.book = connection.execute(insert(Workbook).values(book)).inserted_primary_key[0]
        db.session.commit()

    def go(self, days, **ways):
        """Let days pass; each of these people works as said: ``crm``, ``sheets``, ``both`` or ``away``."""
        for _ in range(days):
            self._live({**dict.fromkeys(self.usual, CRM), **ways})
            evidence.night(self.day, nothing)
            self.day += 1

    def until(self, who, state, *, most=40, **ways):
        """Let days pass until somebody's flag is in a state."""
        for _ in range(most):
            if self.flag(who).state == state:
                return
            self.go(1, **ways)
        message = f"{who} came to {self.flag(who).state}, not to {state}"
        raise AssertionError(message)

    def flag(self, who):
        number = self.staff[who]
        found = flags.of(db.session.connection(), [number]).get(number, Flag())
        db.session.rollback()
        return found

    def _live(self, ways):
        """Let everybody do what they do on the day, and the office suite tell of all of it."""
        events, told = [], []
        if facts.current().calendar.works(self.day):
            for who, way in ways.items():
                if way != AWAY:
                    events += self._entries(who, way)
                    told.append(self._told(who, way))
        evening = self._at(18)
        if events:
            receipt = intake.accept_and_commit([json.dumps(one).encode() for one in events], door="api", now=evening)
            assert receipt.refused == (), receipt
        connection = begin_write()
        signals.accept(connection, "office", told, evening)
        signals.note_whole(connection, "office", [self.day], evening)
        db.session.commit()

    def _entries(self, who, way):
        """What they record: in the CRM all of it at once, beside a spreadsheet less."""
        times = range({CRM: TIMES, BOTH: 2}.get(way, 1))
        return [
            {
                "specversion": "1.0",
                "source": SOURCE,
                "id": f"n{next(self.ids):06}",
                "type": "call.completed",
                "time": self._iso(9 + number, back=4 if way == SHEETS else 0),
                "recordedtime": self._iso(9 + number),
                "subject": f"contact/{9_000_000 + next(self.ids)}",
                "actor": account(who),
                "data": {},
            }
            for number in times
        ]

    def _told(self, who, way):
        kind = "edit" if way in {SHEETS, BOTH} else None
        moment = self._at(11)
        return Told(f"{who}{self.day}", email(who), moment, kind, FILE if kind else None)

    def _at(self, hour, *, back=0):
        zone = facts.current().zone
        return period.microseconds(datetime.combine(date.fromordinal(self.day - back), clock(hour), zone))

    def _iso(self, hour, *, back=0):
        return period.moment(self._at(hour, back=back)).isoformat()
