"""Questions from any page, what was said about them, and the help list that answers become."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import SmallInteger
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Question(Base):
    """A question somebody asked; kept for twelve months, or until they delete it or leave."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("asker", "once"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    asker: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    once: Mapped[str] = mapped_column(Bytewise)  # of the form, so that sending it twice asks once
    route: Mapped[str] = mapped_column(Bytewise)  # the endpoint of the page it is about; "": of none
    path: Mapped[str] = mapped_column(Bytewise)  # its address, without a query
    wave: Mapped[str] = mapped_column(Bytewise, index=True)  # of the asker on that day; "": none
    language: Mapped[str] = mapped_column(Bytewise)
    letters: Mapped[bool]  # whether the asker wants a letter
    text: Mapped[str] = mapped_column(Bytewise)
    asked: Mapped[int] = mapped_column(BigInteger, index=True)  # UTC microseconds
    state: Mapped[str] = mapped_column(Bytewise, index=True)  # of rules.questions.STATES
    passed: Mapped[int] = mapped_column(SmallInteger)  # the step it was passed on to (rules.questions.readers)
    since: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds: since when it waits, or waited last
    answered: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds: the first answer
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # the last one


class QuestionWord(Base):
    """Something that was said about a question: an answer, a question back, more words of the asker."""

    __tablename__ = "question_word"
    __table_args__ = (UniqueConstraint("question", "once"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    question: Mapped[int] = mapped_column(ForeignKey(Question.id))
    once: Mapped[str] = mapped_column(Bytewise)
    by: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    does: Mapped[str] = mapped_column(Bytewise)  # a step of rules.questions.steps
    text: Mapped[str] = mapped_column(Bytewise)
    said: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds


class HelpEntry(Base):
    """An entry of the help list; it names nobody who asked, and stays when the question is gone."""

    __tablename__ = "help_entry"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    question: Mapped[int | None] = mapped_column(ForeignKey(Question.id), index=True)  # none: it is gone, or never was
    route: Mapped[str] = mapped_column(Bytewise)  # the endpoint of the page it is about; "": of none
    language: Mapped[str] = mapped_column(Bytewise)
    title: Mapped[str] = mapped_column(Bytewise)
    text: Mapped[str] = mapped_column(Bytewise)
    made_by: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    changed: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    withdrawn: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds


class HelpVote(Base):
    """Whether an entry helped somebody; each counts once."""

    __tablename__ = "help_vote"

    entry: Mapped[int] = mapped_column(ForeignKey(HelpEntry.id), primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    useful: Mapped[bool]
    said: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
