"""What is seen of spreadsheet work: feeds of office suites, the register of customer workbooks, and signals.

Signals are never activities: nothing counts them, nothing archives them, and they are deleted on time.
"""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Feed(Base):
    """What an office suite tells of files, by asking it again and again or by files.  Times are UTC microseconds."""

    __tablename__ = "feed"

    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    kind: Mapped[str] = mapped_column(Bytewise)  # m365, google, file
    title: Mapped[str] = mapped_column(Bytewise)
    settings: Mapped[str | None] = mapped_column(Bytewise)  # JSON, sealed with SECRET_KEY
    cursor: Mapped[int | None] = mapped_column(BigInteger)  # until when everything was asked for
    since: Mapped[int | None] = mapped_column(BigInteger)  # since when, without a gap
    asked: Mapped[int | None] = mapped_column(BigInteger)  # last
    heard: Mapped[int | None] = mapped_column(BigInteger)  # when it last answered
    again: Mapped[int | None] = mapped_column(BigInteger)  # not to be asked before
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    fault: Mapped[str | None] = mapped_column(Bytewise)  # the last one: adoption.connectors.offices.FAULTS
    fault_said: Mapped[str] = mapped_column(Bytewise, default="")  # how it was put
    created: Mapped[int] = mapped_column(BigInteger)
    paused: Mapped[int | None] = mapped_column(BigInteger)


class FeedDay(Base):
    """A local day of which a feed has told something.  Without ``whole`` it is missing, which is never zero."""

    __tablename__ = "feed_day"

    feed: Mapped[str] = mapped_column(ForeignKey(Feed.key), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    heard: Mapped[int] = mapped_column(BigInteger)  # when it last told of this day
    whole: Mapped[int | None] = mapped_column(BigInteger)  # since when nothing more is expected
    swept: Mapped[int | None] = mapped_column(BigInteger)  # since when its signals are deleted: known no more


class FeedPerson(Base):
    """A feed knows a participant: it has named their address at least once, whatever they did."""

    __tablename__ = "feed_person"

    feed: Mapped[str] = mapped_column(ForeignKey(Feed.key), primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    day: Mapped[int]  # the first local day


class Workbook(Base):
    """A line of the register: a rule that says which files hold customers.  Only what is registered counts."""

    __tablename__ = "workbook"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    title: Mapped[str] = mapped_column(Bytewise)
    rule: Mapped[str] = mapped_column(Bytewise)  # file, folder, label, name: rules.reliance.workbooks.RULES
    value: Mapped[str] = mapped_column(Bytewise)
    state: Mapped[str] = mapped_column(Bytewise)  # proposed, registered, declined, unregistered
    proposed: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    proposed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    note: Mapped[str] = mapped_column(Bytewise)  # of who proposed it
    registered: Mapped[int | None] = mapped_column(BigInteger)  # what was done before does not count
    decided: Mapped[int | None] = mapped_column(BigInteger)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    reason: Mapped[str] = mapped_column(Bytewise)  # of who decided


class Signal(Base):
    """Something seen about spreadsheet work, or a sign that somebody was there.

    Of a file nothing is kept but a keyed hash, what kind of file it is and where it lies; of a workbook the day alone,
    however often it was saved.
    """

    __tablename__ = "signal"
    __table_args__ = (
        Index("ix_signal_day", "day"),
        Index(  # few rows: those that wait
            "ix_signal_actor",
            "actor",
            sqlite_where=text("actor IS NOT NULL"),
            postgresql_where=text("actor IS NOT NULL"),
        ),
    )

    feed: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # of an office suite, or the source of a CRM
    id: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # told again, it is the same
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    actor: Mapped[str | None] = mapped_column(Bytewise)  # whom no identity names yet
    kind: Mapped[str] = mapped_column(Bytewise)  # edit, upload; import, export, sign_in, view
    day: Mapped[int]  # local
    moment: Mapped[int | None] = mapped_column(BigInteger)  # of imports and exports alone: which of them came first
    workbook: Mapped[int | None] = mapped_column(ForeignKey(Workbook.id))
    file: Mapped[str | None] = mapped_column(Bytewise)  # keyed hash
    extension: Mapped[str | None] = mapped_column(Bytewise)
    location: Mapped[str | None] = mapped_column(Bytewise)  # personal, team
