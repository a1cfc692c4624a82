"""Who gets which regular letter, when, and in which language; and what HR decided about these letters."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant


class Subscription(Base):
    """What somebody chose about one kind of regular letter; without a row they get it as everybody does."""

    __tablename__ = "subscription"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # adoption.mail.KINDS
    active: Mapped[bool]
    weekday: Mapped[int]  # 0 is Monday
    hour: Mapped[int]  # of the day, in ``zone``
    zone: Mapped[str | None] = mapped_column(Bytewise)  # none: the organisation's
    language: Mapped[str | None] = mapped_column(Bytewise)  # none: that of their pages
    suspended: Mapped[int | None] = mapped_column(BigInteger)  # since when letters come back (UTC microseconds)
    changed: Mapped[int] = mapped_column(BigInteger)


class DigestSetting(Base):
    """What HR decided about all letters: one row, none before anybody has decided."""

    __tablename__ = "digest_setting"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    named: Mapped[bool]  # whether direct reports are listed with their goals
    changed: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
