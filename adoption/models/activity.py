"""Activities as received, and what is known about their receipt."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import Index
from sqlalchemy import SmallInteger
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial


class StoredActivity(Base):
    """An activity, stored once and never changed, except to mark it retracted.

    A row without a type is a *stub*: the place of an activity that was retracted before it came.  Stub and activity
    meet on the same primary key, which is what makes "whichever arrives first" safe among concurrent writers.
    """

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_subject", "subject"),
        Index("ix_activity_day_actor", "day", "actor"),
        Index(  # few rows: what retracts something, found by what it retracts
            "ix_activity_retracts",
            "retracts",
            sqlite_where=text("retracts IS NOT NULL"),
            postgresql_where=text("retracts IS NOT NULL"),
        ),
        Index("ix_activity_batch", "batch", postgresql_using="brin"),
    )

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    id: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    type: Mapped[str | None] = mapped_column(Bytewise)
    time: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    day: Mapped[int]  # local day, proleptic ordinal, stamped at intake
    subject: Mapped[str | None] = mapped_column(Bytewise)
    actor: Mapped[str | None] = mapped_column(Bytewise)
    recorded: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    retracts: Mapped[str | None] = mapped_column(Bytewise)
    data: Mapped[str] = mapped_column(Bytewise)  # JSON as received, keys sorted, numbers digit by digit
    retracted: Mapped[int] = mapped_column(SmallInteger, default=0)
    batch: Mapped[int] = mapped_column(BigInteger)


class Batch(Base):
    """One call of ``intake.accept``: when, and by which door."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    received: Mapped[int] = mapped_column(BigInteger, index=True)  # UTC microseconds
    door: Mapped[str] = mapped_column(Bytewise)  # api, hook, file


class Receipt(Base):
    """What one batch brought from one source: the source's health is the sum of its receipts."""

    __tablename__ = "receipt"
    __table_args__ = (Index("ix_receipt_source_batch", "source", "batch"),)

    batch: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    accepted: Mapped[int] = mapped_column(default=0)
    duplicates: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    unreadable: Mapped[int] = mapped_column(default=0)  # values that a sum could not read
    newest: Mapped[int | None] = mapped_column(BigInteger)  # the latest time of an accepted activity


class Stranger(Base):
    """An actor whom no identity names yet: activities wait to be credited."""

    __tablename__ = "stranger"

    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    actor: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    seen: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds, when first met
    aside: Mapped[int | None] = mapped_column(BigInteger)  # since when somebody says that it is nobody


class Unscored(Base):
    """An accepted activity that could not be scored, and why.  A job tries again."""

    __tablename__ = "unscored"

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    id: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    reason: Mapped[str] = mapped_column(Bytewise)
    since: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
