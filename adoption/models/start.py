"""What is known about the first run beyond what everything else shows."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise


class StartStep(Base):
    """A step of the first run that somebody has put aside, or that leaves no other trace when it is done.

    The whole list has a row of its own (``adoption.start.LIST``) once it was put away.
    """

    __tablename__ = "start_step"

    step: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    state: Mapped[str] = mapped_column(Bytewise)  # skipped, done
    moment: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
