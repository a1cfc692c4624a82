"""Audits: a spreadsheet that was compared with the CRM, and what became of its rows.

Rows are personal data of customers.  They go with their audit, on its last day or when somebody deletes it
(docs/decisions/audits.md); no other table refers to them.
"""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Audit(Base):
    """A sheet, whose it is, how it was read, and how far comparing it is."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    name: Mapped[str] = mapped_column(Bytewise)  # of the file
    digest: Mapped[str] = mapped_column(Bytewise)  # SHA-256 of the file
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)  # none: the command line
    shared: Mapped[bool]  # the organisation's; else a list that only its owner sees
    counts: Mapped[bool]  # closing a row may be rewarded
    state: Mapped[str] = mapped_column(Bytewise, index=True)  # columns, waiting, comparing, open, failed
    message: Mapped[str] = mapped_column(Bytewise, default="")  # why it failed
    done: Mapped[int] = mapped_column(default=0)  # contacts compared by now
    seen: Mapped[str] = mapped_column(Bytewise)  # JSON: what the file looks like, until the columns are confirmed
    mapping: Mapped[str] = mapped_column(Bytewise)  # JSON: part → place of its column
    heading: Mapped[int]  # place of the row with headings
    country: Mapped[str] = mapped_column(Bytewise)  # calling code of numbers without one
    known_by: Mapped[str] = mapped_column(Bytewise)  # the contacts: activities, or list
    contacts: Mapped[int] = mapped_column(default=0)  # how many there were
    watched: Mapped[int] = mapped_column(BigInteger, default=0)  # the last batch whose activities were looked at
    created: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    compared: Mapped[int | None] = mapped_column(BigInteger)
    until: Mapped[int]  # the local day on which everything of it is deleted


class AuditFile(Base):
    """A file that waits to be compared; it is deleted as soon as it was."""

    __tablename__ = "audit_file"

    audit: Mapped[int] = mapped_column(ForeignKey(Audit.id), primary_key=True)
    part: Mapped[str] = mapped_column(Bytewise, primary_key=True)  # sheet, or contacts
    body: Mapped[bytes] = mapped_column(LargeBinary)  # compressed


class AuditRow(Base):
    """A customer as the sheet describes them, what the CRM knows, and who did what about it."""

    __tablename__ = "audit_row"
    __table_args__ = (
        Index("ix_audit_row_audit_state_rank", "audit", "state", "rank"),
        Index("ix_audit_row_assigned_state", "assigned", "state"),
    )

    audit: Mapped[int] = mapped_column(ForeignKey(Audit.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rank: Mapped[int]  # 1 is the most important
    name: Mapped[str] = mapped_column(Bytewise)
    first_name: Mapped[str] = mapped_column(Bytewise)
    last_name: Mapped[str] = mapped_column(Bytewise)
    company: Mapped[str] = mapped_column(Bytewise)
    email: Mapped[str] = mapped_column(Bytewise)
    phone: Mapped[str] = mapped_column(Bytewise)
    owner: Mapped[str] = mapped_column(Bytewise)  # whose the sheet says they are
    value: Mapped[str] = mapped_column(Bytewise)  # a plain decimal, or empty
    last_contact: Mapped[str] = mapped_column(Bytewise)  # 2026-11-25, or empty
    notes: Mapped[str] = mapped_column(Bytewise)
    sought: Mapped[str] = mapped_column(Bytewise)  # all of it in small letters, by which it is searched for
    verdict: Mapped[str] = mapped_column(Bytewise)  # missing, probable, found
    why: Mapped[str] = mapped_column(Bytewise)  # code of the verdict's reason
    contact: Mapped[str] = mapped_column(Bytewise, index=True)  # the record that it is, or may be
    contact_name: Mapped[str] = mapped_column(Bytewise)
    contact_company: Mapped[str] = mapped_column(Bytewise)
    contact_email: Mapped[str] = mapped_column(Bytewise)
    contact_phone: Mapped[str] = mapped_column(Bytewise)
    changed: Mapped[str] = mapped_column(Bytewise)  # what the two say differently, separated by spaces
    twice: Mapped[int | None]  # the line further up that describes the same customer
    refused: Mapped[str] = mapped_column(Bytewise, default="")  # contacts that it is not, one a line
    state: Mapped[str] = mapped_column(Bytewise)  # rules.audit.closing
    assigned: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    assigned_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    assigned_at: Mapped[int | None] = mapped_column(BigInteger)
    closed: Mapped[int | None] = mapped_column(BigInteger)  # UTC microseconds
    closed_day: Mapped[int | None]  # the local day
    closed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    closed_how: Mapped[str] = mapped_column(Bytewise, default="")  # activity, comparing, hand
    closed_source: Mapped[str | None] = mapped_column(Bytewise)  # the activity that closed it
    closed_id: Mapped[str | None] = mapped_column(Bytewise)
    closings: Mapped[int] = mapped_column(default=0)  # how often it was closed by an activity
    credit: Mapped[str] = mapped_column(Bytewise, default="")  # id of the activity that rewards closing it
