"""The journal: what people changed, and whose personal page was read; every row holds the hash of the one before."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Participant


class JournalEntry(Base):
    """One thing somebody did.  Never changed, never deleted: the chain of hashes would show it."""

    __tablename__ = "journal_entry"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)  # 1, 2, 3 without a gap
    moment: Mapped[int] = mapped_column(BigInteger, index=True)  # UTC microseconds
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    name: Mapped[str] = mapped_column(Bytewise)  # who it was, as they were called then; or a command, a token, a job
    action: Mapped[str] = mapped_column(Bytewise)  # published, changed, read …
    thing: Mapped[str] = mapped_column(Bytewise, index=True)  # incentive/ten-contacts, participant/42, source/hubspot
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
