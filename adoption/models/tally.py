"""What scoring derives from the activities.  All of it can be rebuilt, and is, as a new edition."""

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


class Edition(Base):
    """One complete set of derived state (series, tracks and what hangs on them).

    ``active`` is the one people see.  ``building`` is being filled after facts changed: buckets up to ``cursor`` are
    in it, and new activities of these buckets go into both.  ``retired`` waits to be swept away.
    """

    __tablename__ = "edition"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    state: Mapped[str] = mapped_column(Bytewise, index=True)
    facts: Mapped[int]  # the version of the facts it was begun with
    cursor: Mapped[int] = mapped_column(SmallInteger)  # the last bucket read; -1 before the first
    settled: Mapped[int] = mapped_column(SmallInteger)  # the last bucket whose awards were brought in line
    started: Mapped[int] = mapped_column(BigInteger)
    finished: Mapped[int | None] = mapped_column(BigInteger)


class Series(Base):
    """What a tally is a tally of: a metric of one meaning, by one kind of period, whole or clipped to some days.

    Whole periods have ``starts`` 0 and ``ends`` beyond all days; a period that a version covers only partly has its own
    series with the days it covers.
    """

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("edition", "metric", "meaning", "per", "starts", "ends"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(ForeignKey(Edition.id))
    metric: Mapped[str] = mapped_column(Bytewise)
    meaning: Mapped[str] = mapped_column(Bytewise)
    per: Mapped[str] = mapped_column(Bytewise)
    starts: Mapped[int]
    ends: Mapped[int]


class Track(Base):
    """A milestone of one meaning, whose progress is kept record by record."""

    __tablename__ = "track"
    __table_args__ = (UniqueConstraint("edition", "milestone", "meaning"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(ForeignKey(Edition.id))
    milestone: Mapped[str] = mapped_column(Bytewise)
    meaning: Mapped[str] = mapped_column(Bytewise)


class Tally(Base):
    """The value of one series for one holder in one period.  No index on ``value``: it would defeat HOT updates."""

    __tablename__ = "tally"
    __table_args__ = (
        Index("ix_tally_series_period", "series", "period"),
        {"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 70}},
    )

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # participant; team as a negative number
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # first day
    value: Mapped[int] = mapped_column(BigInteger)  # ten-thousandths


class DistinctKey(Base):
    """How many activities show one key (a record, a value, a day) in one tally."""

    __tablename__ = "distinct_key"
    __table_args__ = ({"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 85}},)

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    times: Mapped[int]


class RecordProgress(Base):
    """How far one record is on one track: its marks as JSON, and whom a reached milestone is credited to."""

    __tablename__ = "record_progress"
    __table_args__ = (
        Index("ix_record_progress_day_actor", "day", "actor"),
        {"sqlite_with_rowid": False, "postgresql_with": {"fillfactor": 70}},
    )

    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    track: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    record: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    state: Mapped[str] = mapped_column(Bytewise)
    day: Mapped[int | None]  # the local day on which it was reached
    actor: Mapped[str | None] = mapped_column(Bytewise)


class Snapshot(Base):
    """A large board's standings as they were at some batch."""

    __tablename__ = "snapshot"

    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    teams: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # 1: teams, 0: participants
    batch: Mapped[int] = mapped_column(BigInteger)
    taken: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    size: Mapped[int]


class SnapshotPlace(Base):
    """One line of a snapshot: position (1, 2, 3, …), rank (1, 2, 2, 4), holder and tally."""

    __tablename__ = "snapshot_place"
    __table_args__ = (
        Index("ix_snapshot_place_holder", "series", "period", "teams", "holder"),
        {"sqlite_with_rowid": False},
    )

    series: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    period: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    teams: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]
    holder: Mapped[int]
    value: Mapped[int] = mapped_column(BigInteger)
