"""What is done by itself: questions that are old go, and whoever has some to answer is reminded in the morning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption import privacy
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import HelpVote
from adoption.models import Participant
from adoption.models import Question
from adoption.privacy import holding
from adoption.questions import asking
from adoption.questions import readers
from adoption.questions import stored
from adoption.questions import telling
from rules.questions.steps import WAITING

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = privacy.Period(months=12)
PIECE = 500  # questions that one transaction deletes


def sweep(now: int, report: Callable[[int, int], None] = lambda _done, _total: None) -> int:
    """Delete questions and votes that are old or of whoever has left, and commit; return how many questions."""
    today = facts.current().today(now)
    first = holding.midnight(KEPT.first_kept(today))
    left = select(Participant.id).where(Participant.left_on <= today)
    gone = 0
    old = select(Question.id).where(or_(Question.asked < first, Question.asker.in_(left))).limit(PIECE)
    while numbers := list(begin_write().scalars(old)):
        asking.remove(db.session.connection(), numbers)
        db.session.commit()
        gone += len(numbers)
        report(gone, gone)
    votes = delete(HelpVote).where(or_(HelpVote.said < first, HelpVote.participant.in_(left)))
    begin_write().execute(votes)
    db.session.commit()
    return gone


def remind(now: int) -> int:
    """Plan a letter to whoever has questions to answer, on working days; return how many.  The caller commits.

    It also tells the next one whom a question has reached since nobody answered.
    """
    known = facts.current()
    today = known.today(now)
    if not known.calendar.works(today):
        return 0
    cared = readers.cares()
    at_desk, people = readers.desk(today), set[int]()
    for one in stored.questions(Question.state == WAITING):
        line = readers.line_of(known, cared, one.asker, today)
        for step in readers.seen_by(known, line, one, today):
            people |= readers.told(known, line, step, one.asker, today, at_desk)
    return telling.readers(begin_write(), sorted(people), now)
