"""Drafts: changes to the newest published book that are not in force, and who had a hand in them."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.book import PublishedBook
from adoption.models.directory import Participant


class StoredDraft(Base):
    """A set of changed definitions.  Whoever changes it says which revision they saw, and raises it."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    title: Mapped[str] = mapped_column(Bytewise)
    why: Mapped[str] = mapped_column(Bytewise)  # said to whoever approves it, and kept in the journal
    state: Mapped[str] = mapped_column(Bytewise, index=True)  # draft, waiting, published, discarded
    revision: Mapped[int]  # 1, 2, 3 …
    starts: Mapped[int | None]  # the local day on which it shall take force; else the next period
    base: Mapped[int | None] = mapped_column(ForeignKey(PublishedBook.id))  # the newest book when it was looked at last
    book: Mapped[int | None] = mapped_column(ForeignKey(PublishedBook.id))  # what it was published as
    created: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds, as all moments here
    created_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    created_name: Mapped[str] = mapped_column(Bytewise)
    changed: Mapped[int] = mapped_column(BigInteger)
    changed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    changed_name: Mapped[str] = mapped_column(Bytewise)
    sent: Mapped[int | None] = mapped_column(BigInteger)
    sent_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    sent_name: Mapped[str | None] = mapped_column(Bytewise)
    decided: Mapped[int | None] = mapped_column(BigInteger)  # approved, rejected, published or discarded
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    decided_name: Mapped[str | None] = mapped_column(Bytewise)
    reason: Mapped[str] = mapped_column(Bytewise)  # why it was rejected the last time


class StoredDraftPart(Base):
    """One definition of a draft, in the words it shall have; without words it is taken out of the book."""

    __tablename__ = "draft_part"

    draft: Mapped[int] = mapped_column(ForeignKey(StoredDraft.id), primary_key=True)
    kind: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    text: Mapped[str | None] = mapped_column(Bytewise)


class DraftAuthor(Base):
    """Somebody who began, changed or sent a draft, and so can never approve it."""

    __tablename__ = "draft_author"

    draft: Mapped[int] = mapped_column(ForeignKey(StoredDraft.id), primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True)
