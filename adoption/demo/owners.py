"""Of which records of the demo it is not clear whose they are, and what was decided about some of them.

Those of the people who have left come by themselves; here are a deal on which two people work, tasks that nobody took,
and contacts without an owner.
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING
from typing import Any

from adoption import facts
from adoption import ownership
from adoption.demo.company import address
from adoption.extensions import db
from adoption.journal import By
from adoption.ownership import Asked
from adoption.ownership import Choice
from rules import period

if TYPE_CHECKING:
    from adoption.demo.company import Worker
    from adoption.demo.diary import Diary

FIRST, SECOND, LEAD = "Lars Eriksson", "Ingrid Dahl", "Mei Tanaka"
ARBITER, LEAVER = "Grace Okafor", "Oscar Lind"
HOUR = 3_600 * period.SECOND
TASKS = ("Check the address with accounting", "Send the new price list", "Ask for the framework agreement")


def enter(diary: Diary, today: int) -> None:
    """Enter what happened, and let nobody take it back."""
    before = len(diary.events)
    staff = {one.email: one for one in diary.company.workers}
    first, second, lead = (staff[address(name)] for name in (FIRST, SECOND, LEAD))
    deal = diary.record("deal")
    told = {"name": "Borealis Energy: framework agreement", "amount": "18500.00", "currency": "EUR"}
    _enter(diary, first, today - 17, 9, "deal.created", deal, told | {"owner": first.account})
    for back in (13, 10, 6, 3):
        _enter(diary, first, today - back, 10, "call.completed", deal, {"minutes": 15, "outcome": "reached"})
        _enter(diary, second, today - back, 15, "email.sent", deal, {"subject": "Our offer"})
    for number, title in enumerate(TASKS):
        contact = diary.record("contact", known=False)
        told = {"name": ("Nadia Keller", "Hugo Moreau", "Petra Nygaard")[number], "company": "Cedar & Co"}
        owner = (first, second, first)[number]
        _enter(diary, owner, today - 20 - number, 9, "contact.created", contact, told | {"owner": owner.account})
        due = date.fromordinal(today + 2 + number).isoformat()
        task: dict[str, Any] = {"title": title, "due": due, "assignee": None}
        _enter(diary, lead, today - 5 - number, 16, "task.created", contact, task)
    for number, name in enumerate(("Wanda Brandt", "Felix Duarte")):
        card: dict[str, Any] = {"name": name, "company": "Harbour Print", "owner": None}
        _enter(diary, second, today - 9 - number, 11, "contact.created", diary.record("contact", known=False), card)
    diary.certain.update(range(before, len(diary.events)))


def _enter(  # noqa: PLR0913, PLR0917  # who, when, what, about what
    diary: Diary, who: Worker, day: int, hour: int, kind: str, subject: str, data: dict[str, Any]
) -> None:
    """Enter something at an hour of the last working day until then."""
    while not diary.works(who, day):
        day -= 1
    diary.enter(kind, who, datetime.combine(date.fromordinal(day), time(hour), diary.zone), subject, data)


def decide(now: int) -> None:
    """Look through the records, and let two managers decide about some of them, as they did this morning."""
    ownership.find(now - 5 * HOUR)
    known = facts.current()
    leaver, arbiter = known.holder_of(address(LEAVER)), known.holder_of(address(ARBITER))
    if leaver is None or arbiter is None:
        return
    theirs = [gap for gap in ownership.of_leaver(leaver, None) if gap.suggested is not None]
    _decide(theirs[:3], "You have spoken with them since.", arbiter, now - 2 * HOUR)
    mei = known.holder_of(address(LEAD))
    tasks, _ = ownership.listed(Asked(kind="untaken"), None, size=1, piece=0)
    _decide(tasks, "", mei, now - HOUR)


def _decide(gaps: list[ownership.Gap], why: str, who: int | None, now: int) -> None:
    if gaps:
        choices = {gap.id: Choice("assign", gap.suggested) for gap in gaps}
        name = facts.current().called(who, "")
        ownership.decide(choices, scope=None, why=why, by=By(who, name), now=now)
        db.session.commit()
