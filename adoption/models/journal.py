"""The journal: what people changed, and whose personal page was read; every row holds the hash of the one before."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant


class JournalEntry(Base):
    """One thing somebody did.  Never changed, never deleted: the database refuses it, and the hashes would show it."""

    __tablename__ = "journal_entry"
    __table_args__ = (  # what one looks for, the newest first
        Index("ix_journal_entry_participant_number", "participant", "number"),
        Index("ix_journal_entry_thing_number", "thing", "number"),
        Index("ix_journal_entry_action_number", "action", "number"),
    )

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # 1, 2, 3 without a gap
    moment: Mapped[int] = mapped_column(BigInteger, index=True)  # UTC microseconds
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    name: Mapped[str] = mapped_column(Bytewise)  # who it was, as they were called then; or a command, a token, a job
    action: Mapped[str] = mapped_column(Bytewise)  # published, changed, read …
    thing: Mapped[str] = mapped_column(Bytewise)  # incentive/ten-contacts, participant/42, source/hubspot
    before: Mapped[str | None] = mapped_column(Bytewise)  # JSON
    after: Mapped[str | None] = mapped_column(Bytewise)  # JSON
    why: Mapped[str] = mapped_column(Bytewise)
    previous: Mapped[str] = mapped_column(Bytewise)  # the hash of the row before
    hash: Mapped[str] = mapped_column(Bytewise)


class JournalHead(Base):
    """One row: the last number and its hash.  Whoever writes takes it first, so that one writes at a time."""

    __tablename__ = "journal_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(Bytewise)


class JournalCheck(Base):
    """One row: what the last check of the chain found, and the head of the last one that found it whole."""

    __tablename__ = "journal_check"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    entries: Mapped[int] = mapped_column(BigInteger)
    flaws: Mapped[int] = mapped_column(BigInteger)  # how many
    flaw: Mapped[int | None] = mapped_column(BigInteger)  # the first one's number, up to which, and its kind
    flaw_last: Mapped[int | None] = mapped_column(BigInteger)
    flaw_kind: Mapped[str | None] = mapped_column(Bytewise)
    number: Mapped[int] = mapped_column(BigInteger)  # the head
    hash: Mapped[str] = mapped_column(Bytewise)
