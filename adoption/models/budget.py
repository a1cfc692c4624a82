"""Stopped incentives, what HR decided about spent budgets, and the thresholds that budgets have passed."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import SmallInteger
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class IncentiveStop(Base):
    """An incentive was stopped, and perhaps resumed.  At most one stop of each is open (``resumed`` is none)."""

    __tablename__ = "incentive_stop"
    __table_args__ = (
        Index(
            "uq_incentive_stop_open",
            "incentive",
            unique=True,
            postgresql_where=text("resumed IS NULL"),
            sqlite_where=text("resumed IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    incentive: Mapped[str] = mapped_column(Bytewise)
    stopped: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    stopped_name: Mapped[str] = mapped_column(Bytewise)  # as they were called then; or a command or a token
    why: Mapped[str] = mapped_column(Bytewise)
    resumed: Mapped[int | None] = mapped_column(BigInteger)
    resumed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    resumed_name: Mapped[str | None] = mapped_column(Bytewise)
    resumed_why: Mapped[str | None] = mapped_column(Bytewise)


class BudgetDecision(Base):
    """HR answered for a spent budget: so many ``more`` are allowed in its period (0: those that wait go on waiting)."""

    __tablename__ = "budget_decision"
    __table_args__ = (Index("ix_budget_decision_reward", "reward", "allotment"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    reward: Mapped[str] = mapped_column(Bytewise)
    allotment: Mapped[int]  # first day of the budget period
    more: Mapped[int]
    decided: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    decided_name: Mapped[str] = mapped_column(Bytewise)
    why: Mapped[str] = mapped_column(Bytewise)


class BudgetAlert(Base):
    """Whether a budget has passed a threshold in a period, as last noted; HR is told by letter when it first has."""

    __tablename__ = "budget_alert"

    reward: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    allotment: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    threshold: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # per cent; 0: awards wait for HR
    passed: Mapped[int] = mapped_column(SmallInteger)  # 1: it has; 0: no more
    noted: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
