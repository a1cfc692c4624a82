"""Quests: which features are offered and in which words, how many of a team use them, and what somebody chose."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant
from adoption.models.directory import Team


class StoredQuest(Base):
    """A feature that HR offered once, or wrote; those that ship and were never touched have no row."""

    __tablename__ = "quest"

    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    offered: Mapped[bool]
    body: Mapped[str | None] = mapped_column(Bytewise)  # JSON, by ``adoption.quests``; none: as it ships


class QuestUse(Base):
    """How many people of a team (five or more) used a feature in the four weeks up to a local day."""

    __tablename__ = "quest_use"

    quest: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    team: Mapped[int] = mapped_column(ForeignKey(Team.id), primary_key=True, autoincrement=False)
    part: Mapped[int]
    whole: Mapped[int]
    day: Mapped[int]


class QuestChoice(Base):
    """What somebody chose about a quest; whether it is done follows from their activities."""

    __tablename__ = "quest_choice"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    quest: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    started: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    until: Mapped[int]  # a local day to which it is put off; 0: it is not
    declined: Mapped[bool]
    day: Mapped[int]  # local, of the choice
