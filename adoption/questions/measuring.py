"""How long a wave's questions waited for an answer, in working time: counts and times, never who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import exists
from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.models import HelpEntry
from adoption.models import Question
from rules import period
from rules.period import SECOND
from rules.questions import Measured
from rules.questions import Taken
from rules.questions import measured

if TYPE_CHECKING:
    from adoption.facts import Known

WEEKS = 8


class Times(NamedTuple):
    """What is told of a wave's questions: of the last weeks together, and of each, the latest first, by its Monday."""

    together: Measured
    weeks: list[tuple[int, Measured]]


def of_wave(wave: str, now: int) -> Times:
    """Return what is told of the questions of a wave; one query."""
    known = facts.current()
    monday = period.start("week", known.today(now))
    mondays = [monday - 7 * back for back in range(WEEKS)]
    since = now - 7 * (WEEKS + 1) * 86_400 * SECOND
    made = exists().where(HelpEntry.question == Question.id)
    query = select(Question.asked, Question.answered, Question.state, made)
    rows = db.session.execute(query.where(Question.wave == wave, Question.asked >= since)).all()
    by_week: dict[int, list[Taken]] = {one: [] for one in mondays}
    for asked, answered, state, became in rows:
        week = period.start("week", known.day_of(asked))
        if week in by_week:
            by_week[week].append(Taken(_taken(known, asked, answered), state == "waiting", became))
    every = [one for week in by_week.values() for one in week]
    return Times(measured(every), [(one, measured(by_week[one])) for one in mondays])


def _taken(known: Known, asked: int, answered: int | None) -> int | None:
    """Return the working time until the first answer, in microseconds."""
    if answered is None:
        return None
    moments = period.moment(asked), period.moment(answered)
    found = period.working_time(*moments, known.zone, known.calendar.works)
    return found.days * 86_400 * SECOND + found.seconds * SECOND + found.microseconds
