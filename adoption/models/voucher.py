"""Vouchers, and every use of an award."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.access import Device
from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Voucher(Base):
    """The code under which an award is redeemed at a counter.  Whether it may be is the award's status alone."""

    __tablename__ = "voucher"
    __table_args__ = (UniqueConstraint("version", "holder", "period", "ordinal"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)  # its number, as printed
    code: Mapped[str] = mapped_column(Bytewise, unique=True)  # eight letters and digits
    secret: Mapped[str] = mapped_column(Bytewise)  # makes the token that renews itself
    version: Mapped[int]
    holder: Mapped[int]
    period: Mapped[int]
    ordinal: Mapped[int]
    made: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds


class Redemption(Base):
    """An award was used: a voucher at a counter, or time off on a day.  Kept when it is undone."""

    __tablename__ = "redemption"
    __table_args__ = (
        Index("ix_redemption_award", "holder", "version", "period", "ordinal"),
        Index("ix_redemption_device_day", "device", "day"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    version: Mapped[int]
    holder: Mapped[int]
    period: Mapped[int]
    ordinal: Mapped[int]
    device: Mapped[int | None] = mapped_column(ForeignKey(Device.id))  # none: used by the holder, as time off
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # who used it, where that is known
    day: Mapped[int]  # the local day on which it is used
    redeemed: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    undone: Mapped[int | None] = mapped_column(BigInteger)
