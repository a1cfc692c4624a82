"""Records of which it is not clear whose they are, and what was decided about them."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class OwnershipGap(Base):
    """A record that is nobody's, a leaver's or two people's, or a task that nobody took.

    (record, kind, mark) is unique: the mark changes with those whom it is about.  What was decided last stands here
    while it holds; every decision is an ``OwnershipDecision``.
    """

    __tablename__ = "ownership_gap"
    __table_args__ = (UniqueConstraint("record", "kind", "mark"), Index("ix_ownership_gap_state", "state", "kind"))

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    record: Mapped[str] = mapped_column(Bytewise)
    kind: Mapped[str] = mapped_column(Bytewise)  # nobody, left, two, untaken
    mark: Mapped[str] = mapped_column(Bytewise)
    state: Mapped[str] = mapped_column(Bytewise)  # open, decided, resolved, gone
    reason: Mapped[str] = mapped_column(Bytewise)  # why it is in that state: a word of rules.ownership.Move
    since: Mapped[int]  # local day
    opened: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    changed: Mapped[int] = mapped_column(BigInteger)  # when the state last changed
    about: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)  # whose it was
    other: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)  # the second of two
    facts: Mapped[str] = mapped_column(Bytewise)  # JSON: lists of code, participant, local day, number
    evidence: Mapped[str] = mapped_column(Bytewise)  # JSON: pairs of source and id of activities
    amount: Mapped[int | None] = mapped_column(BigInteger)  # ten-thousandths
    currency: Mapped[str] = mapped_column(Bytewise)
    due: Mapped[int | None]  # the local day on which its next task is due
    suggested: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    suggested_why: Mapped[str] = mapped_column(Bytewise)  # a word of rules.ownership.Suggestion, or nothing
    suggested_day: Mapped[int | None]
    suggested_number: Mapped[int]
    decision: Mapped[int | None] = mapped_column(BigInteger)  # that holds
    does: Mapped[str | None] = mapped_column(Bytewise)  # assign, leave, ask
    assigned: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    arbiter: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    decided: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    shown_source: Mapped[str | None] = mapped_column(Bytewise)  # the activity that closed it
    shown_id: Mapped[str | None] = mapped_column(Bytewise)


class OwnershipDecision(Base):
    """What somebody decided about a gap, with what the record was called then.  Never changed."""

    __tablename__ = "ownership_decision"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    gap: Mapped[int] = mapped_column(BigInteger, index=True)  # a number alone: a sample's gaps are removed
    record: Mapped[str] = mapped_column(Bytewise)
    kind: Mapped[str] = mapped_column(Bytewise)
    name: Mapped[str | None] = mapped_column(Bytewise)  # of the record
    link: Mapped[str | None] = mapped_column(Bytewise)  # to it in the CRM
    about: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    other: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    does: Mapped[str] = mapped_column(Bytewise)
    assigned: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    decided: Mapped[int] = mapped_column(BigInteger, index=True)  # UTC microseconds
    decided_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    decided_name: Mapped[str] = mapped_column(Bytewise)
    why: Mapped[str] = mapped_column(Bytewise)
