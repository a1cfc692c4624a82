"""The last five weeks of those whom one may be in the demo: by hand, so that they are worth looking at on any day.

On a Monday morning, when hardly anything of the week is over, what happened this week happened just now.
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption.demo import cards
from adoption.demo import company
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from adoption.demo.company import Worker
    from adoption.demo.diary import Diary

OPENS, CLOSES = timedelta(hours=9), timedelta(hours=17, minutes=30)
ENOUGH = timedelta(hours=1)  # of working time in which a week can be told
JUST_NOW = timedelta(hours=2)
STEP = timedelta(minutes=17)  # between two things that are done about one contact
WEEK = 7
REACHABLE, TALKED, NEXT = "reachable", "talked-to", "next-step"  # needs of a developed contact in the starter book
WAYS = ("call.completed", "email.sent", "meeting.completed", "call.completed", "email.sent")
STEPS = ("Send the offer", "Call again on Thursday", "Agree on a date", "Send the price list")


class Part(NamedTuple):
    """What somebody does: contacts finished in each week, the running one last; of each open one the needs met."""

    finished: tuple[int, ...]
    open: tuple[tuple[str, ...], ...] = ()


NEARLY = ((REACHABLE, TALKED), (TALKED, NEXT), (REACHABLE, NEXT), (REACHABLE,), ())
PARTS: Mapping[str, Part] = {
    # One lunch to choose, one in the pocket, and three contacts from the next.
    company.address("Alice Novak"): Part((8, 4, 12, 10, 7), NEARLY),
    company.address("Bob Visser"): Part((6, 9, 7, 10, 11), NEARLY[:2]),
    company.address("Иван Петров"): Part((5, 10, 6, 11, 8), NEARLY[1:4]),
    company.address("王伟"): Part((7, 10, 9, 10, 9), NEARLY[:3]),
    # In the first week, with nothing counted yet.
    company.address(company.NEW): Part((0,)),
}


def first_day(email: str, today: int) -> int:
    """Return the day from which somebody's weeks are told here; behind ``today`` for everybody else."""
    part = PARTS.get(email)
    return today + 1 if part is None else period.start("week", today) - WEEK * (len(part.finished) - 1)


def enter(diary: Diary, today: int) -> None:
    """Enter what they did, and let nobody take it back."""
    before = len(diary.events)
    for who in diary.company.workers:
        if who.email in PARTS:
            _weeks(diary, who, PARTS[who.email], today)
    diary.certain.update(range(before, len(diary.events)))


def _weeks(diary: Diary, who: Worker, part: Part, today: int) -> None:
    running = period.start("week", today)
    for back, number in enumerate(reversed(part.finished)):
        monday = running - WEEK * back
        for place, moment in enumerate(_moments(diary, who, monday, number)):
            _finish(diary, who, place, moment)
        if back % 2:
            _win(diary, who, monday)
    for moment, met in zip(_moments(diary, who, running, len(part.open)), part.open, strict=True):
        _meet(diary, who, [(need, moment - STEP * place) for place, need in enumerate(reversed(met))], moment)


def _moments(diary: Diary, who: Worker, monday: int, number: int) -> Iterator[datetime]:
    """Yield so many moments, spread over the hours in which somebody was at work in a week."""
    now = period.moment(diary.now).astimezone(diary.zone)
    spans = [
        (opens, min(opens + CLOSES - OPENS, now))
        for day in range(monday, monday + WEEK)
        if diary.works(who, day) and (opens := _midnight(diary, day) + OPENS) < now
    ]
    total = sum((until - since for since, until in spans), timedelta(0))
    if total < ENOUGH:
        spans = [(max(_midnight(diary, monday), now - JUST_NOW), now)]
        total = spans[0][1] - spans[0][0]
    for place in range(number):
        ahead = total * (2 * place + 1) / (2 * number)
        for since, until in spans:
            if ahead < until - since:
                yield since + ahead
                break
            ahead -= until - since


def _midnight(diary: Diary, day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(0), diary.zone)


def _finish(diary: Diary, who: Worker, place: int, moment: datetime) -> None:
    """Let a contact be finished at a moment; what comes last differs from one to the next."""
    needs = (REACHABLE, TALKED, NEXT)
    order = needs[place % 3 + 1 :] + needs[: place % 3 + 1]
    _meet(diary, who, [(need, moment - STEP * back) for back, need in enumerate(reversed(order))], moment, place)


def _meet(diary: Diary, who: Worker, met: list[tuple[str, datetime]], moment: datetime, place: int = 0) -> None:
    """Let a contact be found, and some of its needs be met, each at its moment."""
    subject = diary.record("contact", known=False)
    found = cards.contact(diary.chance, who.team)
    card = {"name": found.name, "company": found.company, "owner": who.account}
    diary.enter("contact.created", who, moment - STEP * (len(met) + 1), subject, card)
    way = WAYS[place % len(WAYS)]
    said = {"subject": "Our conversation"} if way == "email.sent" else {"outcome": "reached", "minutes": 20}
    things: dict[str, tuple[str, dict[str, Any]]] = {
        REACHABLE: ("contact.updated", card | {"email": f"contact{diary.records}@example.net"}),
        TALKED: (way, said),
        NEXT: ("task.created", {"title": STEPS[diary.records % len(STEPS)]}),
    }
    for need, when in reversed(met):
        diary.enter(things[need][0], who, when, subject, things[need][1])


def _win(diary: Diary, who: Worker, monday: int) -> None:
    """Let a deal be won in a week."""
    subject, moments = diary.record("deal"), list(_moments(diary, who, monday, 2))
    found = cards.contact(diary.chance, who.team)
    amount = {"amount": f"{diary.chance.randint(20, 180) * 100}.00", "currency": "EUR", "owner": who.account}
    diary.enter("deal.created", who, moments[0], subject, {"name": found.deal, "company": found.company} | amount)
    diary.enter("deal.won", who, moments[-1], subject, amount)
