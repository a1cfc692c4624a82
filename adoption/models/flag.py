"""The open question about how somebody can be helped: its state, steps, contests, help, and who looked at it."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class StoredFlag(Base):
    """Where a participant stands (``rules.reliance.cycle.Flag``); who has no row is at "none"."""

    __tablename__ = "flag"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    state: Mapped[str] = mapped_column(Bytewise, index=True)
    came_from: Mapped[str | None] = mapped_column(Bytewise)
    slips_to: Mapped[str | None] = mapped_column(Bytewise)
    confirmed: Mapped[int]  # local days; 0: never
    since: Mapped[int]
    waited: Mapped[int]  # expected days
    quiet: Mapped[int]
    quiet_since: Mapped[int]
    muted_until: Mapped[int]


class FlagStep(Base):
    """A step of somebody's flag, kept for twelve months."""

    __tablename__ = "flag_step"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    day: Mapped[int] = mapped_column(index=True)  # local
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    before: Mapped[str] = mapped_column(Bytewise)  # states
    after: Mapped[str] = mapped_column(Bytewise)
    does: Mapped[str] = mapped_column(Bytewise)
    by: Mapped[str] = mapped_column(Bytewise)  # person, lead, service
    who: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # none: the service
    why: Mapped[str] = mapped_column(Bytewise)  # the code of a reason
    note: Mapped[str] = mapped_column(Bytewise)  # in words


class Contest(Base):
    """Somebody says that it is not so; its number is the number of the case."""

    __tablename__ = "contest"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    reason: Mapped[str] = mapped_column(Bytewise)  # of cycle.REASONS
    words: Mapped[str] = mapped_column(Bytewise)
    about: Mapped[str] = mapped_column(Bytewise)  # JSON: the workbook, or the days, that they name (``flags.About``)
    opened: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    due: Mapped[int]  # the local day by which it is answered
    answered: Mapped[int | None] = mapped_column(BigInteger)
    outcome: Mapped[str | None] = mapped_column(Bytewise)  # accepted, rejected, withdrawn; none: open
    answer: Mapped[str] = mapped_column(Bytewise)
    removed: Mapped[str] = mapped_column(Bytewise)  # JSON: what no longer counts
    by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class Champion(Base):
    """A colleague who may be called for help: named by a lead, and only with their own word."""

    __tablename__ = "champion"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    since: Mapped[int | None]  # the local day of their consent; none: asked
    named: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    named_by: Mapped[int] = mapped_column(ForeignKey(Participant.id))


class Help(Base):
    """Help that somebody has chosen."""

    __tablename__ = "help"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    kind: Mapped[str] = mapped_column(Bytewise)  # import, quest, champion
    champion: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    since: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    ended: Mapped[int | None] = mapped_column(BigInteger)


class CheckInAnswer(Base):
    """What somebody answered to the neutral question about low use."""

    __tablename__ = "check_in_answer"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    day: Mapped[int]  # local
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    answer: Mapped[str] = mapped_column(Bytewise)  # away, season, access, help
    words: Mapped[str] = mapped_column(Bytewise)


class Snooze(Base):
    """How somebody wants to be reminded of a hint: not before a local day, and whether by letter at all."""

    __tablename__ = "snooze"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True)
    until: Mapped[int]  # 0: at once
    letters: Mapped[bool]


class FlagLook(Base):
    """Somebody else was shown something of a participant's flag: once for reader, page and local day.

    Not in the journal, which others read and from which nothing can be deleted.
    """

    __tablename__ = "flag_look"
    __table_args__ = (UniqueConstraint("participant", "reader", "page", "day"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    reader: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    behalf: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # in whose place
    page: Mapped[str] = mapped_column(Bytewise)  # an endpoint
    day: Mapped[int]
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
