"""Awards and the ledger."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import Index
from sqlalchemy import SmallInteger
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise


class Award(Base):
    """A holder has earned a reward: (incentive version, holder, period, ordinal) is unique for ever."""

    __tablename__ = "award"
    __table_args__ = (
        Index("ix_award_holder", "holder"),
        Index("ix_award_reward", "reward", "allotment"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    status: Mapped[str] = mapped_column(Bytewise)
    reward: Mapped[str | None] = mapped_column(Bytewise)  # the one chosen, or the only one
    allotment: Mapped[int | None]  # first day of the budget period this award draws on; none where nothing is drawn
    granted: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    changed: Mapped[int] = mapped_column(BigInteger)
    redeemed: Mapped[int | None] = mapped_column(BigInteger)


class LedgerEntry(Base):
    """One signed line of points or money; never changed, only reversed.

    ``cause`` names what it is for; ``turn`` counts postings and reversals of that cause: 0 posts, 1 reverses, 2 posts
    again, …  So a repeated request meets its own row.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (Index("ix_ledger_entry_holder_unit", "holder", "unit"),)

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cause: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # award:VERSION/PERIOD/ORDINAL
    turn: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(Bytewise)  # points, or a currency
    amount: Mapped[int] = mapped_column(BigInteger)  # ten-thousandths, signed
    posted: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Bytewise)
