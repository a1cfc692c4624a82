"""Who may act as what besides their role in the directory, and who sees in whose place."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant
from adoption.models.directory import Team


class RoleGrant(Base):
    """A role that somebody has on the local days ``[starts, ends)``, besides that of the directory."""

    __tablename__ = "role_grant"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    role: Mapped[str] = mapped_column(Bytewise)
    starts: Mapped[int]
    ends: Mapped[int]
    why: Mapped[str] = mapped_column(Bytewise)
    granted: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    granted_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # none: by a command
    revoked: Mapped[int | None] = mapped_column(BigInteger)


class Delegation(Base):
    """What ``giver`` may see of those they lead, ``receiver`` sees too on the local days ``[starts, ends)``."""

    __tablename__ = "delegation"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    giver: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    receiver: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    team: Mapped[int | None] = mapped_column(ForeignKey(Team.id))  # none: everybody they lead
    starts: Mapped[int]
    ends: Mapped[int]
    made: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    made_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    ended: Mapped[int | None] = mapped_column(BigInteger)  # before its time
