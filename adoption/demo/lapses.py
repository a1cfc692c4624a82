"""The weeks of four people who went back to their spreadsheets, or have just come from there.

What they do is told in working days before the last one that a night has judged, so that on any day one of them has a
hint of their own, one is suspected, one waits to be confirmed, and one recovers.  What else is told of them (such as
workbooks that they edited) moves them on: their days are measured out (tests/adoption/test_demo_evidence.py).
"""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import privacy
from adoption.demo.company import address
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from adoption.demo.company import Worker
    from adoption.demo.diary import Diary
    from adoption.facts import Known

    Report = Callable[[int, int], None]

SINCE = 60  # days ago detection was turned on
JUDGED = 2  # days ago was the last day that a night has judged
BACK = 3  # working days ago happened what is entered late
SPELL = 40  # days, about, that are looked through for working days


class Day(NamedTuple):
    """What is recorded on a day: things that just happened, and things that happened three working days ago."""

    live: int
    late: int


LATE, HALF, SLIPPING, LIVE = Day(0, 4), Day(2, 3), Day(1, 2), Day(4, 0)
HINTED = address("Giulia Bianchi")
SUSPECTED = address("Marco Rossi")
WAITING = address("Lars Eriksson")
RECOVERING = address("Fatima Haddad")
LAPSES: Mapping[str, tuple[Day, ...]] = {  # the days that were judged last; what came before was as with everybody
    HINTED: (HALF,) * 3 + (SLIPPING,) * 4,
    SUSPECTED: (LATE,) * 7,
    WAITING: (LATE,) * 13,
    RECOVERING: (LATE,) * 16 + (LIVE,) * 6,
}
CONFIRMED = 8  # working days before the last one, by the lead; the next day they took help
LEAD = address("Ada Lindqvist")


def first_days(diary: Diary, today: int) -> dict[str, int]:
    """Return from which day on the days of each of them are told here, and nothing else of them happens."""
    return {
        who.email: _working_days(diary, who, today - JUDGED)[-len(LAPSES[who.email])]
        for who in diary.company.workers
        if who.email in LAPSES
    }


def _working_days(diary: Diary, who: Worker, until: int) -> list[int]:
    return [day for day in range(until - SPELL, until + 1) if diary.works(who, day)]


def enter(diary: Diary, today: int) -> None:
    """Enter what they did, each thing with the moment at which it was recorded, and let nobody take it back."""
    before = len(diary.events)
    for who in diary.company.workers:
        told = LAPSES.get(who.email, ())
        days = _working_days(diary, who, today)
        judged = [day for day in days if day <= today - JUDGED]
        plan = [*zip(judged[-len(told) :], told, strict=True)] if told else []
        since = [(day, told[-1]) for day in days if day > today - JUDGED] if told else []
        for day, done in (*plan, *since):
            _record(diary, who, day, days[days.index(day) - BACK], done)
    diary.certain.update(range(before, len(diary.events)))


def _record(diary: Diary, who: Worker, day: int, earlier: int, done: Day) -> None:
    """Enter a day: what happened in the morning at once, what happened days ago towards the evening."""
    for number in range(done.live):
        moment = _clock(diary, day, hours=9 + number, minutes=10 + 7 * number)
        _call(diary, who, moment, recorded=moment)
    for number in range(done.late):
        moment = _clock(diary, day, hours=14 + number, minutes=20 + 5 * number)
        _call(diary, who, _clock(diary, earlier, hours=10 + number, minutes=5), recorded=moment)


def _call(diary: Diary, who: Worker, happened: datetime, *, recorded: datetime) -> None:
    if period.microseconds(recorded) < diary.now:
        diary.enter("call.completed", who, happened, diary.known(), {"minutes": 12, "outcome": "reached"}, recorded)


def _clock(diary: Diary, day: int, **at: int) -> datetime:
    return datetime.combine(date.fromordinal(day), time(0), diary.zone) + timedelta(**at)


def begin(today: int, now: int) -> None:
    """Turn individual detection on, as an administrator did two months ago."""
    known = facts.current()
    rosa = known.people[known.holder_of(address("Rosa Meyer")) or 0]
    why = "Everybody was told at the general meeting, and the works council has agreed"
    privacy.turn_on(begin_write(), By(rosa.id, rosa.name), told=today - SINCE - 7, why=why, now=now)
    db.session.commit()


def judge(now: int, report: Report) -> None:
    """Let the nights pass; in one of them the lead has confirmed a question, and help was taken."""
    known = facts.current()
    today = known.today(now)
    who = known.holder_of(RECOVERING) or 0
    days = [day for day in range(today - JUDGED, today - SPELL, -1) if known.works(who, day)]
    confirmed, helped = days[CONFIRMED], days[CONFIRMED - 1]
    for day, does, by, whom in _steps(known, who, confirmed, helped):
        evidence.run(_evening(known, day), report)
        flags.take(
            begin_write(), who, does, by=by, who=whom, day=day + JUDGED, now=_evening(known, day)
        )  # once the night has judged the day
        db.session.commit()
    evidence.run(now, report)


def _steps(known: Known, who: int, confirmed: int, helped: int) -> Iterator[tuple[int, str, str, int]]:
    """Yield the steps that people took: after which judged day, what, as whom."""
    yield confirmed, "confirm", "lead", known.holder_of(LEAD) or 0
    yield helped, "help", "person", who


def _evening(known: Known, day: int) -> int:
    """Return the moment at ten in the morning after the night in which a day was judged."""
    moment = datetime.combine(date.fromordinal(day + JUDGED), time(10), known.zone)
    return period.microseconds(moment)
