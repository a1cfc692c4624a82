"""Who signed in where, how they want to be shown, which devices stand at counters, and how often one may try."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class WebSession(Base):
    """Somebody signed in at a browser; only the SHA-256 of the cookie is kept.  Times are UTC microseconds."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    digest: Mapped[str] = mapped_column(Bytewise, unique=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    agent: Mapped[str] = mapped_column(Bytewise)  # what the browser calls itself
    created: Mapped[int] = mapped_column(BigInteger)
    seen: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    revoked: Mapped[int | None] = mapped_column(BigInteger)


class SignInLink(Base):
    """A link by which somebody may sign in, once."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), index=True)
    created: Mapped[int] = mapped_column(BigInteger)
    ends: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int | None] = mapped_column(BigInteger)


class Preference(Base):
    """How a participant wants to be addressed and shown; who has no row has the defaults."""

    __tablename__ = "preference"

    participant: Mapped[int] = mapped_column(ForeignKey(Participant.id), primary_key=True, autoincrement=False)
    language: Mapped[str | None] = mapped_column(Bytewise)  # none: as the browser asks
    theme: Mapped[str | None] = mapped_column(Bytewise)  # light, dark; none: as the system
    shown: Mapped[str] = mapped_column(Bytewise, default="name")  # rules.standing.SHOWN
    alias: Mapped[str | None] = mapped_column(Bytewise)
    welcomed: Mapped[int | None] = mapped_column(BigInteger)  # when the first words were put away
    likeness: Mapped[str | None] = mapped_column(Bytewise, unique=True)  # what the alias looks like: no two look alike


class Device(Base):
    """A device at a counter; only the SHA-256 of its token is kept."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    canteen: Mapped[str] = mapped_column(Bytewise)
    digest: Mapped[str] = mapped_column(Bytewise, unique=True)
    created: Mapped[int] = mapped_column(BigInteger)
    registered_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    revoked: Mapped[int | None] = mapped_column(BigInteger)


class Allowance(Base):
    """How often something may still be tried: the moment from which the whole allowance is there again."""

    __tablename__ = "allowance"

    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    whole: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
