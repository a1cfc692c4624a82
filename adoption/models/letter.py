"""The outbox."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy import UniqueConstraint
from sqlalchemy import text
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant

TO_CHANNELS = "(address >= 'channel:' AND address < 'channel;')"  # an address begins so, as an index knows it


class Letter(Base):
    """One letter to one address.  (kind, address, occasion) is unique, so that planning twice plans once.

    What is rendered is stored, and is what will be sent.  A body that holds a secret is wiped once it was sent.  A
    state changes by one conditional UPDATE; ``state`` and ``tries`` together say whose turn it is.  Times are UTC
    microseconds.
    """

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("kind", "address", "occasion"),
        Index("ix_letter_state_expires", "state", "expires", "due", "id"),  # which is next, of any number that wait
        Index(
            "ix_letter_state_id_kind", "state", "id", "kind"
        ),  # how many there are, and the newest ones, of each state
        # What goes to channels is little, and is looked for while many letters wait.
        Index("ix_letter_channel", "state", "due", sqlite_where=text(TO_CHANNELS), postgresql_where=text(TO_CHANNELS)),
        # A regular letter: one for each reader, kind and week, whatever happens to addresses, zones and clocks.
        Index("uq_letter_participant_kind_week", "participant", "kind", "week", unique=True),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    kind: Mapped[str] = mapped_column(Bytewise)  # adoption.mail.KINDS
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id), index=True)
    address: Mapped[str] = mapped_column(Bytewise)
    occasion: Mapped[str] = mapped_column(Bytewise)  # what it is about: the link's number, the award, the local week
    language: Mapped[str] = mapped_column(Bytewise)
    week: Mapped[int | None]  # of a regular letter: the first day of the week or month that it tells of
    facts: Mapped[str] = mapped_column(Bytewise)  # JSON: what the template is given
    state: Mapped[str] = mapped_column(Bytewise)  # planned, rendered, sending, sent, deferred, failed, bounced, skipped
    planned: Mapped[int] = mapped_column(BigInteger)
    due: Mapped[int] = mapped_column(BigInteger)  # not tried before
    expires: Mapped[int] = mapped_column(BigInteger)  # not tried afterwards
    rendered: Mapped[int | None] = mapped_column(BigInteger)  # the letter's date
    changed: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int] = mapped_column(default=0)
    doubts: Mapped[int] = mapped_column(default=0)  # tries of which nobody knows whether they arrived
    message_id: Mapped[str | None] = mapped_column(Bytewise)
    subject: Mapped[str | None] = mapped_column(Bytewise)
    text: Mapped[str | None] = mapped_column(Bytewise)
    html: Mapped[str | None] = mapped_column(Bytewise)
    reply: Mapped[str | None] = mapped_column(Bytewise)  # what the server said, or why it was skipped
