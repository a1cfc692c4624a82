"""What is held about what somebody asked and answered, and about help they wrote or found."""

from __future__ import annotations

from sqlalchemy import or_
from sqlalchemy import select

from adoption.held.part import Part
from adoption.held.part import moment_of
from adoption.models import HelpEntry
from adoption.models import HelpVote
from adoption.models import Question
from adoption.models import QuestionWord

# fmt: off
ASKED: tuple[Part, ...] = (
    Part(
        "questions_i_asked",
        lambda who: select(
            Question.path.label("page"), Question.text, Question.asked, Question.state, Question.wave,
            Question.answered, Question.letters,
        ).where(Question.asker == who).order_by(Question.id),
        {"asked": moment_of, "answered": moment_of},
    ),
    Part(  # about one's own questions, whoever said it; about others' what one said oneself
        "what_was_said_about_questions",
        lambda who: select(
            QuestionWord.question, (QuestionWord.by == who).label("mine"), QuestionWord.does, QuestionWord.text,
            QuestionWord.said,
        ).join(Question, Question.id == QuestionWord.question)
        .where(or_(Question.asker == who, QuestionWord.by == who)).order_by(QuestionWord.id),
        {"mine": bool, "said": moment_of},
    ),
    Part(
        "help_i_wrote",
        lambda who: select(HelpEntry.title, HelpEntry.text, HelpEntry.changed, HelpEntry.withdrawn)
        .where(HelpEntry.made_by == who).order_by(HelpEntry.id),
        {"changed": moment_of, "withdrawn": moment_of},
    ),
    Part(
        "help_that_helped_me",
        lambda who: select(HelpEntry.title, HelpVote.useful, HelpVote.said)
        .join(HelpEntry, HelpEntry.id == HelpVote.entry).where(HelpVote.participant == who).order_by(HelpVote.entry),
        {"useful": bool, "said": moment_of},
    ),
)
# fmt: on
