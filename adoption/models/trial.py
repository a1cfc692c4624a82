"""Dry runs that take long: asked for by a page, worked out by a job, kept for a while."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial


class StoredTrial(Base):
    """A question of a dry run and how far its answer is.  One row for each question: asking again begins it anew."""

    __tablename__ = "trial"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    digest: Mapped[str] = mapped_column(Bytewise, unique=True)  # of all that is asked
    text: Mapped[str] = mapped_column(Bytewise)  # the whole book with the draft in it
    incentives: Mapped[str] = mapped_column(Bytewise)  # their keys, separated by spaces
    first: Mapped[int]
    last: Mapped[int]
    state: Mapped[str] = mapped_column(Bytewise)  # waiting, running, done, cancelled, failed
    done: Mapped[int] = mapped_column(default=0)  # steps
    total: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    finished: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Bytewise, default="")  # why it failed
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)  # compressed JSON
