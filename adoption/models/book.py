"""Published books, the timelines of their definitions, and the incentive versions that follow."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial


class PublishedBook(Base):
    """The text of a book, as published.  Never changed."""

    __tablename__ = "book"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    name: Mapped[str] = mapped_column(Bytewise)
    text: Mapped[str] = mapped_column(Bytewise)
    published: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    day: Mapped[int]  # the local day of publishing
    since: Mapped[int | None]  # --from


class PublishedDefinition(Base):
    """A segment of a timeline: the definition of one key in force on ``[starts, ends)``, as a book words it."""

    __tablename__ = "definition"
    __table_args__ = (UniqueConstraint("kind", "key", "starts"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str] = mapped_column(Bytewise)  # milestone, metric, incentive
    key: Mapped[str] = mapped_column(Bytewise)
    starts: Mapped[int]
    ends: Mapped[int]
    book: Mapped[int] = mapped_column(ForeignKey(PublishedBook.id))


class PublishedVersion(Base):
    """A version of an incentive with the metric and milestones it is made of.  Awards are bound to it for ever.

    A version that no longer has any day (``starts`` = ``ends``) was replaced before it began.
    """

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("incentive", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incentive: Mapped[str] = mapped_column(Bytewise)
    number: Mapped[int]
    starts: Mapped[int]
    ends: Mapped[int]
    meaning: Mapped[str] = mapped_column(Bytewise)
