"""The roll-out: what the CRM is brought in for, who cares for a wave, the diagnosis, vital signs, and its value."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant
from adoption.models.directory import Team


class RolloutGoal(Base):
    """What the CRM is brought in for, and the metric that shows whether it comes true."""

    __tablename__ = "rollout_goal"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Bytewise)  # in the words of whoever chose it
    metric: Mapped[str] = mapped_column(Bytewise)  # its key in the book
    target: Mapped[int | None] = mapped_column(BigInteger)  # ten-thousandths, of a person's week
    until: Mapped[int | None]  # the local day by which
    chosen: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds


class WaveCare(Base):
    """Who cares for a wave, and what was decided about its beginning; its teams and days are in ``wave``."""

    __tablename__ = "wave_care"

    wave: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    champion: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # a colleague whom one asks
    supporter: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # who removes obstacles
    decision: Mapped[str | None] = mapped_column(Bytewise)  # go, hold
    advice: Mapped[str | None] = mapped_column(Bytewise)  # what was advised when it was decided
    why: Mapped[str] = mapped_column(Bytewise)
    decided: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class DiagnosisAnswer(Base):
    """An answer of the guided diagnosis; the latest of each question stands."""

    __tablename__ = "diagnosis_answer"

    question: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    answer: Mapped[str] = mapped_column(Bytewise)
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class DiagnosisData(Base):
    """What the data said when somebody last looked: one row."""

    __tablename__ = "diagnosis_data"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    found: Mapped[str] = mapped_column(Bytewise)  # JSON, by ``adoption.rollout.diagnosis``


class VitalWeek(Base):
    """A vital sign of a team's week as a part of a whole, and of how many people; beside those of ``adoption_week``."""

    __tablename__ = "vital_week"

    team: Mapped[int] = mapped_column(ForeignKey(Team.id), primary_key=True, autoincrement=False)
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # its Monday
    name: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    people: Mapped[int]
    part: Mapped[int]
    whole: Mapped[int]


class ValueAssumption(Base):
    """A number that somebody gave instead of what is usually assumed (``rules.rollout.assumptions``)."""

    __tablename__ = "value_assumption"

    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    low: Mapped[int] = mapped_column(BigInteger)  # ten-thousandths of its unit
    middle: Mapped[int] = mapped_column(BigInteger)
    high: Mapped[int] = mapped_column(BigInteger)
    changed: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class ValueFacts(Base):
    """What the value is worked out from, as it was counted last: one row of sums of groups."""

    __tablename__ = "value_facts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    found: Mapped[str] = mapped_column(Bytewise)  # JSON, by ``adoption.rollout.value``
