"""Bonuses: what HR enters, runs of a plan for a period, and the statements that come of them."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import SmallInteger
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Figure(Base):
    """A figure that HR uploaded for a participant and a period, such as a quota.  ``value`` is an exact number."""

    __tablename__ = "figure"

    name: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # first day of the period
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    value: Mapped[str] = mapped_column(Bytewise)
    entered: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class Weight(Base):
    """A participant's weight in a component whose pay is split, for a period.  All weights together are the whole."""

    __tablename__ = "weight"

    plan: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    component: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    first: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    value: Mapped[str] = mapped_column(Bytewise)
    entered: Mapped[int] = mapped_column(BigInteger)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))


class BonusRun(Base):
    """A plan worked out for a period, on its way from open to exported (``rules.bonus.closing`` has the states).

    ``as_of`` is the moment of the freeze, ``batch`` the newest batch that was in it: what came later is late.
    ``cursor`` is the last bucket of participants that is worked out, so that a run that was interrupted goes on.
    """

    __tablename__ = "bonus_run"
    __table_args__ = (UniqueConstraint("plan", "first"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    plan: Mapped[str] = mapped_column(Bytewise)
    first: Mapped[int]
    version: Mapped[int]  # first day of the plan's definition in force
    state: Mapped[str] = mapped_column(Bytewise)
    cursor: Mapped[int] = mapped_column(default=-1)
    as_of: Mapped[int] = mapped_column(BigInteger)
    batch: Mapped[int] = mapped_column(BigInteger)
    facts: Mapped[int]  # version of directory and book at the freeze
    changed: Mapped[int] = mapped_column(BigInteger)
    sent_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # who sent it to review
    approved_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    closed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    closed: Mapped[int | None] = mapped_column(BigInteger)


class BonusInput(Base):
    """What a participant's statement is worked out from, frozen; gone once the run is closed (the statement has it)."""

    __tablename__ = "bonus_input"
    __table_args__ = (Index("ix_bonus_input_run_bucket", "run", "bucket"),)

    run: Mapped[int] = mapped_column(ForeignKey(BonusRun.id), primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    bucket: Mapped[int] = mapped_column(SmallInteger)
    inputs: Mapped[str] = mapped_column(Bytewise)  # JSON, as ``rules.bonus.wire`` packs it


class BonusStatement(Base):
    """One participant's statement of a run: the whole document, as anybody can work it out again."""

    __tablename__ = "bonus_statement"
    __table_args__ = (Index("ix_bonus_statement_participant", "participant"),)

    run: Mapped[int] = mapped_column(ForeignKey(BonusRun.id), primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    total: Mapped[int] = mapped_column(BigInteger)  # cents
    document: Mapped[str] = mapped_column(Bytewise)  # canonical JSON
    notices: Mapped[str] = mapped_column(Bytewise)  # what a reviewer should look at, separated by spaces


class BonusLine(Base):
    """One line of a statement, for sums, disputes and payroll."""

    __tablename__ = "bonus_line"

    run: Mapped[int] = mapped_column(ForeignKey(BonusRun.id), primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Bytewise)
    key: Mapped[str] = mapped_column(Bytewise)
    amount: Mapped[int] = mapped_column(BigInteger)  # cents
    note: Mapped[str] = mapped_column(Bytewise)  # of a correction: the period that it is about


class BonusAdjustment(Base):
    """An amount that somebody added or took by hand, and why.  Never changed, only withdrawn."""

    __tablename__ = "bonus_adjustment"
    __table_args__ = (Index("ix_bonus_adjustment_plan_first", "plan", "first"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    plan: Mapped[str] = mapped_column(Bytewise)
    first: Mapped[int]
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    amount: Mapped[int] = mapped_column(BigInteger)  # cents
    reason: Mapped[str] = mapped_column(Bytewise)
    entered: Mapped[int] = mapped_column(BigInteger)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    withdrawn: Mapped[int | None] = mapped_column(BigInteger)


class Dispute(Base):
    """A participant's question about a line, and the answer.  Undisputed lines go on."""

    __tablename__ = "dispute"
    __table_args__ = (Index("ix_dispute_run_participant", "run", "participant"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    run: Mapped[int] = mapped_column(ForeignKey(BonusRun.id))
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id))
    place: Mapped[int]
    question: Mapped[str] = mapped_column(Bytewise)
    asked: Mapped[int] = mapped_column(BigInteger)
    deadline: Mapped[int]  # the local day by which it is to be answered
    state: Mapped[str] = mapped_column(Bytewise)  # open, upheld, rejected
    answer: Mapped[str | None] = mapped_column(Bytewise)
    answered: Mapped[int | None] = mapped_column(BigInteger)
    answered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    adjustment: Mapped[int | None] = mapped_column(ForeignKey(BonusAdjustment.id))  # what upholding it changed


class PayrollExport(Base):
    """A run handed to payroll: with which columns and codes, and the hash of what was written, to write it again."""

    __tablename__ = "payroll_export"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)  # the batch number
    run: Mapped[int] = mapped_column(ForeignKey(BonusRun.id), index=True)
    columns: Mapped[str] = mapped_column(Bytewise)  # JSON: [heading, field] pairs
    sha256: Mapped[str] = mapped_column(Bytewise)  # of the CSV
    rows: Mapped[int]
    total: Mapped[int] = mapped_column(BigInteger)  # cents
    made: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    element: Mapped[str | None] = mapped_column(Bytewise)  # as it was written; none: in an export from before this
    version: Mapped[str | None] = mapped_column(Bytewise)  # of the plan, as it was written


class PayrollRow(Base):
    """As whom payroll was told of a participant: the number, name and address of then, to write it again."""

    __tablename__ = "payroll_row"

    batch: Mapped[int] = mapped_column(ForeignKey(PayrollExport.id), primary_key=True, autoincrement=False)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    employee_no: Mapped[str] = mapped_column(Bytewise)
    name: Mapped[str] = mapped_column(Bytewise)
    email: Mapped[str] = mapped_column(Bytewise)


class PayrollColumns(Base):
    """A saved mapping of columns, by the payroll system's name."""

    __tablename__ = "payroll_columns"

    name: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    columns: Mapped[str] = mapped_column(Bytewise)
