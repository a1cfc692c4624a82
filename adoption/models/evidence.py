"""What is remembered of how people work in the CRM: counts of a day, accounts, habits, scores; never any contents.

Days and blocks are local days; a block is four weeks, named by its Monday.  JSON is written by ``adoption.evidence``.
"""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant
from adoption.models.directory import Team


class Night(Base):
    """A local day that was judged, or is being judged: what had come by then, and by which facts."""

    __tablename__ = "night"

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    facts: Mapped[int]  # their version
    heard: Mapped[str] = mapped_column(Bytewise)  # JSON: the sources that told something of the day
    people: Mapped[int]  # who were judged; 0 where nothing is concluded about single people
    finished: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds


class EvidenceDay(Base):
    """The facts of a participant's day, and what was concluded from them; kept for 90 days."""

    __tablename__ = "evidence_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    facts: Mapped[str] = mapped_column(Bytewise)  # JSON: counts
    level: Mapped[int]  # millionths of the logarithm of the odds, after the day
    mark: Mapped[str] = mapped_column(Bytewise)  # a hash of the whole state after the day


class RelianceAccount(Base):
    """What is remembered of a participant from one day to the next."""

    __tablename__ = "reliance_account"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    day: Mapped[int]  # the last one that was followed
    version: Mapped[int]  # of the rules
    asked: Mapped[int] = mapped_column(SmallInteger, index=True)  # 1: the check-in is open
    state: Mapped[str] = mapped_column(Bytewise)  # JSON: account, use, the days that the score looks at


class HabitBlock(Base):
    """Four weeks of a participant: what was usual for them when they began, and what was counted in them."""

    __tablename__ = "habit_block"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[int]  # the first day of the block that was followed
    role: Mapped[str] = mapped_column(Bytewise)  # by which they are measured in this block
    usual: Mapped[str] = mapped_column(Bytewise)  # JSON
    begins: Mapped[str] = mapped_column(Bytewise)  # JSON: the state before the first day
    healthy: Mapped[str] = mapped_column(Bytewise)  # JSON: counts of days that looked healthy
    whole: Mapped[str] = mapped_column(Bytewise)  # … of all days


class RoleHabit(Base):
    """What is usual in a role during a block, as it was learned from the people of the role before it."""

    __tablename__ = "role_habit"

    role: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    people: Mapped[int]  # from how many it was learned
    usual: Mapped[str] = mapped_column(Bytewise)  # JSON
    score: Mapped[str] = mapped_column(Bytewise)  # JSON: what the score is measured by


class Norm(Base):
    """What the organisation has declared for a role or a participant, from a local day on."""

    __tablename__ = "norm"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str | None] = mapped_column(Bytewise)
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    live: Mapped[int | None]  # hundredths of an action a day
    imports: Mapped[bool]  # importing is their task
    starts: Mapped[int]


class Season(Base):
    """A role, a team or a participant is quiet on the local days ``[starts, ends)``: no work is expected."""

    __tablename__ = "season"

    id: Mapped[int] = mapped_column(primary_key=True)
    role: Mapped[str | None] = mapped_column(Bytewise)
    team: Mapped[int | None] = mapped_column(ForeignKey(Team.id), index=True)
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    starts: Mapped[int]
    ends: Mapped[int]


class AdoptionScore(Base):
    """A participant's score after an expected day; kept for 90 days.  Parts are ten-thousandths."""

    __tablename__ = "adoption_score"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    value: Mapped[int]  # tenths of a point
    regularity: Mapped[int] = mapped_column(SmallInteger)
    timeliness: Mapped[int] = mapped_column(SmallInteger)
    quality: Mapped[int] = mapped_column(SmallInteger)
    breadth: Mapped[int] = mapped_column(SmallInteger)


class AdoptionWeek(Base):
    """What is known of a team's week: figures of five people or more together."""

    __tablename__ = "adoption_week"

    team: Mapped[int] = mapped_column(ForeignKey(Team.id), primary_key=True, autoincrement=False)
    week: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # its Monday
    people: Mapped[int]
    figures: Mapped[str] = mapped_column(Bytewise)  # JSON
