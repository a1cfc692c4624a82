"""What the office suite of the demo tells: a workbook with customers, who still works in it, and two days missing.

Nearly everybody has come to the CRM; Bob went back to the workbook three weeks ago, João still does half of his work
there.  What happened in other files is told, too, and leaves no trace.
"""

from __future__ import annotations

import random
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

from adoption import facts
from adoption import intake
from adoption import signals
from adoption.connectors import offices
from adoption.connectors.offices import Told
from adoption.demo import company
from adoption.demo import lapses
from adoption.demo import life
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.signals import feeds
from adoption.signals import register
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from adoption.demo.company import Company
    from adoption.demo.company import Worker

KEY, TITLE = "office-suite", "Microsoft 365"
WORKBOOK = "Contacts Q4"
BY = By(None, "flask demo")
LAG = 2  # days after which everything of a day has been told
MISSING = (23, 24)  # days ago: the export of these was forgotten
DAY = 86_400 * period.SECOND
LAPSED = 21  # days ago, on which Bob went back
# Share of the days on which somebody edits the workbook; of everybody else it is nearly none
HABITS = {company.address("João Silva"): 0.5, company.address("Tomás Ortega"): 0.12}
BACK = company.address("Bob Visser")
RARELY = 0.02
SITE = "https://spoonful.sharepoint.com/sites/Sales/"


def tell(staff: Company, now: int) -> None:
    """Connect the suite, fill the register, and let the suite and the CRM tell what they saw."""
    known = facts.current()
    today = known.today(now)
    since = today - life.DAYS
    begin = now - life.DAYS * DAY - DAY
    feeds.connect(KEY, "file", TITLE, {}, by=BY, now=begin)
    db.session.commit()
    _register(begin, now)
    chance = random.Random(f"workbooks {today}")  # noqa: S311  # a story, not a secret
    days = [day for day in range(since, today - LAG + 1) if today - day not in MISSING]
    records = [record for day in days for record in _day(staff, chance, day, today, known.zone)]
    signals.accept(begin_write(), KEY, [one for one in offices.read(records) if isinstance(one, Told)], now)
    signals.note_whole(db.session.connection(), KEY, days, now)
    db.session.commit()
    intake.accept_and_commit(list(_crm(staff, since, today, known.zone, now)), door="file", now=now)


def _register(begin: int, now: int) -> None:
    """Let Mei propose the workbook that everybody had, and others propose what waits, or is not to count."""
    mei, ada, alice = (_by(name) for name in ("Mei Tanaka", "Ada Lindqvist", "Alice Novak"))
    number = register.propose(WORKBOOK, "name", f"{WORKBOOK}*", "The list we had before the CRM.", by=mei, now=begin)
    db.session.commit()
    register.decide(number, "registered", by=ada, now=begin)
    db.session.commit()
    number = register.propose("Price list", "name", "Price list*", "", by=alice, now=now - 9 * DAY)
    db.session.commit()
    register.decide(number, "declined", "It holds prices and no customers.", by=mei, now=now - 8 * DAY)
    db.session.commit()
    fairs = f"{SITE}Shared Documents/Fairs"
    register.propose("Visitors of the fairs", "folder", fairs, "Each fair has its own list.", by=alice, now=now - DAY)
    db.session.commit()


def _by(name: str) -> By:
    return By(facts.current().holder_of(company.address(name)), name)


def _day(staff: Company, chance: random.Random, day: int, today: int, zone: ZoneInfo) -> Iterator[dict[str, Any]]:
    """Yield what the suite tells of a day: somebody opens something, some edit the workbook, again and again."""
    for who in staff.workers:
        if not _works(staff, who, day) or who.email in lapses.LAPSES:  # of these the suite knows nothing
            continue
        if day % 5 == 0:
            yield _record(who, _moment(day, 9, zone), "FileAccessed", f"Minutes {day}.docx")
        share = HABITS.get(who.email, RARELY)
        if who.email == BACK and day > today - LAPSED:
            share = 0.85
        if chance.random() < share:
            for hour in (9, 11, 16):
                yield _record(who, _moment(day, hour, zone), "FileModified", f"{WORKBOOK}.xlsx")


def _works(staff: Company, who: Worker, day: int) -> bool:
    starts, ends = staff.away.get(who.email, (0, 0))
    here = (who.hired_on or 0) <= day < (who.left_on or period.FOREVER) and not starts <= day < ends
    return here and (day - 1) % 7 <= 4 and day not in staff.closed  # noqa: PLR2004  # Friday


def _record(who: Worker, moment: datetime, operation: str, name: str) -> dict[str, Any]:
    return {
        "CreationTime": moment.isoformat(),
        "Id": f"{who.account}-{operation}-{moment:%Y%m%d%H}",
        "Operation": operation,
        "RecordType": 6,
        "UserType": 0,
        "Workload": "SharePoint",
        "UserId": who.email,
        "ItemType": "File",
        "ObjectId": f"{SITE}Shared Documents/{name}",
        "SiteUrl": SITE,
        "SourceFileName": name,
        "SourceFileExtension": name.rpartition(".")[2],
    }


def _crm(staff: Company, since: int, today: int, zone: ZoneInfo, now: int) -> Iterator[dict[str, Any]]:
    """Yield what the CRM tells of itself: who signed in, and that Bob takes lists out and brings them back."""
    for who in staff.workers:
        moves = {today - 12: "export", today - 8: "import", today - 5: "export", today - 3: "import"}
        for day in range(since, today + 1):
            kinds = ["sign_in"] if _works(staff, who, day) else []
            if who.email == BACK and day in moves:
                kinds.append(moves[day])
            for kind in kinds:
                event = {"source": "crm", "id": f"{kind}-{who.account}-{day}", "type": f"signal.{kind}"}
                moment = _moment(day, 8, zone)
                if period.microseconds(moment) < now:
                    yield event | {"time": moment.isoformat(), "actor": who.account}


def _moment(day: int, hour: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromordinal(day), time(0), zone) + timedelta(hours=hour)
