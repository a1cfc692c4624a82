"""Best practice: who is asked, what they chose, and the pattern of whoever agreed."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant


class PracticePerson(Base):
    """Somebody who is asked whether colleagues may see how they run a deal; without their word there is no pattern."""

    __tablename__ = "practice_person"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    asked: Mapped[bool]  # belongs to the top quarter
    choice: Mapped[str | None] = mapped_column(Bytewise)  # no, unnamed, named; none: not answered
    chosen: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    tip: Mapped[str] = mapped_column(Bytewise)
    pattern: Mapped[str | None] = mapped_column(Bytewise)  # JSON, by ``adoption.practice``


class PracticeCommon(Base):
    """What five people or more have in common: one row."""

    __tablename__ = "practice_common"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    found: Mapped[str] = mapped_column(Bytewise)  # JSON, by ``adoption.practice``
