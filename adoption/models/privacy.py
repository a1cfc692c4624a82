"""Whether anything is concluded about single people, and what was told about it."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class DetectionSetting(Base):
    """The switch of individual detection: one row, none before anybody has touched it."""

    __tablename__ = "detection_setting"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 1
    individual: Mapped[bool]
    since: Mapped[int]  # the local day of the last change
    told: Mapped[int | None]  # the local day on which people were told, as somebody said
    shadow_until: Mapped[int | None]  # the first local day on which others than oneself are shown anything
    changed: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    changed_by: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))  # none: a command


class PrivacyPack(Base):
    """A version of what is told about processing: the configuration that it says in words, as JSON."""

    __tablename__ = "privacy_pack"

    version: Mapped[int] = mapped_column(Serial, primary_key=True)
    made: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds
    hash: Mapped[str] = mapped_column(Bytewise)  # SHA-256 of the configuration
    configuration: Mapped[str] = mapped_column(Bytewise)
