"""Participants, their teams over time, their identities, and who works when."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import LargeBinary
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise


class Participant(Base):
    """A person who takes part.  Never deleted: history stays."""

    __tablename__ = "participant"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Bytewise, unique=True)  # lower case
    name: Mapped[str] = mapped_column(Bytewise)
    role: Mapped[str] = mapped_column(Bytewise)
    hired_on: Mapped[int | None]
    left_on: Mapped[int | None]  # the first day no longer there
    employee_no: Mapped[str | None] = mapped_column(Bytewise)  # payroll's number


class Team(Base):
    """A team.  As a holder of tallies its number is negative."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Bytewise, unique=True)


class Membership(Base):
    """A participant belongs to a team on the local days ``[starts, ends)``."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("participant", "team", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    team: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)
    starts: Mapped[int]
    ends: Mapped[int]


class Management(Base):
    """A participant is led by a manager on the local days ``[starts, ends)``; by one on each day."""

    __tablename__ = "management"
    __table_args__ = (UniqueConstraint("participant", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    manager: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    starts: Mapped[int]
    ends: Mapped[int]


class Identity(Base):
    """The name under which a source knows a participant."""

    __tablename__ = "identity"

    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    id: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)


class Absence(Base):
    """A participant does not work on the local days ``[starts, ends)``."""

    __tablename__ = "absence"
    __table_args__ = (UniqueConstraint("participant", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    starts: Mapped[int]
    ends: Mapped[int]


class Holiday(Base):
    """A day on which the organisation does not work."""

    __tablename__ = "holiday"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Bytewise)


class Wave(Base):
    """A team is in a wave of the roll-out on the local days ``[starts, ends)``."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("name", "team", "starts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Bytewise)
    team: Mapped[int] = mapped_column(ForeignKey(Team.id), index=True)
    starts: Mapped[int]
    ends: Mapped[int]


class Upload(Base):
    """A file between its preview and the word to store it; gone within the day."""

    __tablename__ = "upload"

    id: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # cannot be guessed
    kind: Mapped[str] = mapped_column(Bytewise)  # people, absences, holidays, waves; figure:NAME, weight:COMPONENT
    name: Mapped[str] = mapped_column(Bytewise)  # of the file
    digest: Mapped[str] = mapped_column(Bytewise)  # SHA-256 of its bytes
    body: Mapped[bytes] = mapped_column(LargeBinary)  # compressed
    options: Mapped[str] = mapped_column(Bytewise)  # JSON: what was chosen with it
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)  # whose it is
    created: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
