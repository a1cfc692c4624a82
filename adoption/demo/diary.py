"""What happens in the demo, as it is gathered: who did what when, in which source."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any

from rules import period

if TYPE_CHECKING:
    import random
    from zoneinfo import ZoneInfo

    from adoption.demo.company import Company
    from adoption.demo.company import Worker

CRM, OFFICE = "crm", "office"
BY_OFFICE = ("meeting.completed", "email.sent")  # types that the office suite sends; its actors are addresses


@dataclass
class Diary:
    """Everything that happens, gathered."""

    company: Company
    zone: ZoneInfo
    now: int
    chance: random.Random
    events: list[tuple[int, dict[str, Any]]] = field(default_factory=list)  # UTC microseconds, activity
    records: int = 0
    contacts: list[str] = field(default_factory=list)
    certain: set[int] = field(default_factory=set)  # entries that nobody takes back
    told: dict[str, int] = field(default_factory=dict)  # whose days are entered by hand, from which day on

    def likely(self, probability: float) -> bool:
        """Say whether something happens this time."""
        return self.chance.random() < probability

    def add(self, kind: str, who: Worker, day: int, subject: str, data: dict[str, Any]) -> None:
        """Enter something that happened at some time of a day, unless that is still to come."""
        clock = min(max(self.chance.gauss(13, 2.4), 7.5), 19.9)
        local = datetime.combine(date.fromordinal(day), time(0), self.zone) + timedelta(seconds=int(clock * 3600))
        moment = period.microseconds(local)
        if moment < self.now and day < self.told.get(who.email, period.FOREVER):
            self.enter(kind, who, local, subject, data)

    def enter(  # noqa: PLR0913, PLR0917  # what, who, when, about what, with what, and when it was recorded
        self,
        kind: str,
        who: Worker,
        local: datetime,
        subject: str,
        data: dict[str, Any],
        recorded: datetime | None = None,
    ) -> None:
        """Enter something that happened at a moment, and was recorded then or at another."""
        source = OFFICE if kind in BY_OFFICE else CRM
        actor = who.account if source == CRM else who.email
        number = len(self.events) + 1
        event = {
            "specversion": "1.0",
            "source": source,
            "id": f"{source}-{number:06d}",
            "type": kind,
            "time": local.isoformat(),
            "recordedtime": (recorded or local).isoformat(),
            "subject": subject,
            "actor": actor,
            "data": data,
        }
        self.events.append((period.microseconds(recorded or local), event))

    def record(self, kind: str, *, known: bool = True) -> str:
        """Return a new record, of which colleagues may know."""
        self.records += 1
        subject = f"{kind}/{self.records}"
        if known and kind == "contact":
            self.contacts.append(subject)
        return subject

    def known(self) -> str:
        """Return a contact of late, if there is one."""
        return self.chance.choice(self.contacts[-300:] or ["contact/1"])

    def works(self, who: Worker, day: int) -> bool:
        """Say whether somebody is at work."""
        if (day - 1) % 7 > 4 or day in self.company.closed:  # noqa: PLR2004  # Friday
            return False
        starts, ends = self.company.away.get(who.email, (0, 0))
        return not starts <= day < ends and (who.hired_on or 0) <= day < (who.left_on or period.FOREVER)

    def next_day(self, who: Worker, day: int, after: int) -> int:
        """Return the first day at work, so many days later or after."""
        found = day + after
        while not self.works(who, found) and found < day + 40:
            found += 1
        return found
