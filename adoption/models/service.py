"""What the service needs to run: facts version, jobs, tokens, sources and deliveries, the archive's manifest."""

from __future__ import annotations

from sqlalchemy import BigInteger
from sqlalchemy import ForeignKey
from sqlalchemy import Index
from sqlalchemy.orm import Mapped
from sqlalchemy.orm import mapped_column

from adoption.models.base import Base
from adoption.models.base import Bytewise
from adoption.models.base import Serial
from adoption.models.directory import Participant


class Facts(Base):
    """One row: the version of everything scoring looks up (book, directory, calendar).

    Whoever changes such a fact raises it in the same transaction, so that every process knows its copy is old.
    ``rescored`` is the version that the tallies follow; while it is behind, a job has work.
    """

    __tablename__ = "facts"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    zone: Mapped[str] = mapped_column(Bytewise)
    version: Mapped[int]
    rescored: Mapped[int]


class JobRun(Base):
    """One run of a job: when, how far, how it ended."""

    __tablename__ = "job_run"

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    job: Mapped[str] = mapped_column(Bytewise, index=True)
    state: Mapped[str] = mapped_column(Bytewise)  # running, done, failed, stopped
    started: Mapped[int] = mapped_column(BigInteger)
    finished: Mapped[int | None] = mapped_column(BigInteger)
    done: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int | None] = mapped_column(BigInteger)
    message: Mapped[str] = mapped_column(Bytewise)


class JobWish(Base):
    """Somebody wants a job to run now; gone as soon as the scheduler has taken it."""

    __tablename__ = "job_wish"

    job: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    asked: Mapped[int] = mapped_column(BigInteger)  # UTC microseconds


class ApiToken(Base):
    """A bearer token; only its SHA-256 is kept."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Bytewise)
    digest: Mapped[str] = mapped_column(Bytewise, unique=True)
    scopes: Mapped[str] = mapped_column(Bytewise)  # separated by spaces
    participant: Mapped[int | None] = mapped_column(ForeignKey(Participant.id))
    created: Mapped[int] = mapped_column(BigInteger)
    revoked: Mapped[int | None] = mapped_column(BigInteger)
    used: Mapped[int | None] = mapped_column(BigInteger)  # the last use, to the minute
    expires: Mapped[int | None] = mapped_column(BigInteger)  # from this moment on it opens nothing


class Source(Base):
    """A connected source that posts to ``/hooks/<key>``: how it proves itself, and how its payloads are read."""

    __tablename__ = "source"

    key: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    verification: Mapped[str] = mapped_column(Bytewise)  # standard-webhooks, hmac-sha256, secret
    secret: Mapped[str] = mapped_column(Bytewise)  # sealed with SECRET_KEY
    mapping: Mapped[str] = mapped_column(Bytewise)  # TOML
    created: Mapped[int] = mapped_column(BigInteger)
    paused: Mapped[int | None] = mapped_column(BigInteger)
    old_secret: Mapped[str | None] = mapped_column(Bytewise)  # the one before the last rotation, sealed likewise
    old_ends: Mapped[int | None] = mapped_column(BigInteger)  # until when it is good
    old_used: Mapped[int | None] = mapped_column(BigInteger)  # when it last was, to the minute
    revision: Mapped[int] = mapped_column(default=1)  # of the mapping: who saves says which one they had seen
    remapped: Mapped[int | None] = mapped_column(BigInteger)  # when it last changed


class Delivery(Base):
    """Something that came to ``/hooks/<source>`` (alike refusals in a row are one), and what became of it.

    What was in it is kept sealed, for some days, and only of what proved itself.  Times are UTC microseconds.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index("ix_delivery_source_id", "source", "id"),)

    id: Mapped[int] = mapped_column(Serial, primary_key=True)
    source: Mapped[str] = mapped_column(Bytewise)  # no foreign key: it would lock the source's row for each delivery
    received: Mapped[int] = mapped_column(BigInteger)
    latest: Mapped[int] = mapped_column(BigInteger)  # the last one alike, or the last time it was read
    times: Mapped[int]  # how many alike; how often it was read
    verdict: Mapped[str] = mapped_column(Bytewise)  # adoption.sources.verdicts
    proof: Mapped[str] = mapped_column(Bytewise)  # new, old: which secret it knew; empty: none
    accepted: Mapped[int]
    duplicates: Mapped[int]
    refused: Mapped[int]
    strangers: Mapped[int]  # activities of somebody whom no identity names
    late: Mapped[int | None] = mapped_column(BigInteger)  # microseconds since its newest activity happened
    size: Mapped[int]  # bytes, as they came
    kind: Mapped[str] = mapped_column(Bytewise)  # content type
    reason: Mapped[str] = mapped_column(Bytewise)  # the first of what was refused, in words
    became: Mapped[str] = mapped_column(Bytewise)  # JSON: source and id of its activities
    sealed: Mapped[str | None] = mapped_column(Bytewise)  # headers and body


class RecordLink(Base):
    """Where a source shows a record: an address with ``{kind}`` and ``{id}`` in it."""

    __tablename__ = "record_link"

    source: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    template: Mapped[str] = mapped_column(Bytewise)


class ArchiveFile(Base):
    """One immutable Parquet file of the archive."""

    __tablename__ = "archive_file"

    path: Mapped[str] = mapped_column(Bytewise, primary_key=True)
    sha256: Mapped[str] = mapped_column(Bytewise)
    rows: Mapped[int] = mapped_column(BigInteger)
    first_batch: Mapped[int] = mapped_column(BigInteger)
    last_batch: Mapped[int] = mapped_column(BigInteger)
    written: Mapped[int] = mapped_column(BigInteger)
