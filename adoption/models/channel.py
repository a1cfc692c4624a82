"""Channels of chats to which something is told."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.directory import Team


class Channel(Base):
    """One channel of Slack, Microsoft Teams or Mattermost, by its incoming webhook.  Times are UTC microseconds."""

    __tablename__ = "channel"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Bytewise)  # rules.chat.KINDS
    name: Mapped[str] = mapped_column(Bytewise)
    url: Mapped[str] = mapped_column(Bytewise)  # sealed with SECRET_KEY: whoever has it can write there
    shown: Mapped[str] = mapped_column(Bytewise)  # of the address: its host, and the last four characters
    language: Mapped[str] = mapped_column(Bytewise)
    team: Mapped[int | None] = mapped_column(ForeignKey(Team.id))  # whose weekly letter goes there
    topics: Mapped[str] = mapped_column(Bytewise)  # what else goes there: names with spaces between them
    created: Mapped[int] = mapped_column(BigInteger)
    since: Mapped[int] = mapped_column(BigInteger)  # what was due before is not told
    paused: Mapped[int | None] = mapped_column(BigInteger)
    stopped: Mapped[int | None] = mapped_column(BigInteger)  # since when nothing is taken there any more
    said: Mapped[str | None] = mapped_column(Bytewise)  # with which words
    removed: Mapped[int | None] = mapped_column(
        BigInteger
    )  # the row stays for what was told there, without its address
