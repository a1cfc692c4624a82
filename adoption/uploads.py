"""Files between their preview and the word to store them: what is stored is what was shown.

A file waits in the database under a name that cannot be guessed, for whoever uploaded it alone, and for an hour.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import zlib
from typing import Any
from typing import NamedTuple

from flask import request
from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select

from adoption.errors import ConflictError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Upload
from adoption.people_csv import LARGEST
from rules.period import SECOND

LIVES = 3600 * SECOND  # how long a preview may be confirmed
LENGTH = 24  # random bytes of a name
NAME_LENGTH = 120


class GoneError(ConflictError):
    """This preview is over: it was confirmed, is too old, or belongs to somebody else."""


class Kept(NamedTuple):
    """A file that waits: what it is for, what it was called, its bytes, and what was chosen with it.

    Without an ``id`` and a ``digest`` it waits nowhere yet.
    """

    id: str
    kind: str
    name: str
    digest: str
    raw: bytes
    options: dict[str, Any]


def received(kind: str, options: dict[str, Any]) -> Kept | None:
    """Return the file that came with the running request, to be shown first; ``None`` if none was chosen.

    Of one that is too large just enough is read to see that.  An empty one is a file: its reader says what is missing.
    """
    given = request.files.get("file")
    if given is None:
        return None
    raw = given.stream.read(LARGEST + 1)
    given.close()  # a large one lies in a file until now
    return Kept("", kind, given.filename or "list.csv", "", raw, options) if raw or given.filename else None


def keep(kept: Kept, *, who: int, now: int) -> Kept:
    """Keep a file of somebody's in place of the one of its kind that they uploaded before.  The caller commits."""
    connection = begin_write()
    before = and_(Upload.participant == who, Upload.kind == kept.kind)
    connection.execute(delete(Upload).where(or_(before, Upload.created < now - LIVES)))
    named, digest = secrets.token_urlsafe(LENGTH), hashlib.sha256(kept.raw).hexdigest()
    row = {
        "id": named,
        "kind": kept.kind,
        "name": kept.name[:NAME_LENGTH],
        "digest": digest,
        "body": zlib.compress(kept.raw, 1),
        "options": json.dumps(kept.options),
        "participant": who,
        "created": now,
    }
    connection.execute(insert(Upload).values(row))
    return kept._replace(id=named, digest=digest)


def find(name: str, *, who: int, now: int) -> Kept:
    """Return a file that waits.

    Raises:
        GoneError: there is none of that name for this person.
    """
    query = select(Upload).where(Upload.id == name, Upload.participant == who, Upload.created >= now - LIVES)
    row = db.session.scalars(query).first()
    if row is None:
        raise GoneError
    raw = zlib.decompress(row.body)
    if hashlib.sha256(raw).hexdigest() != row.digest:
        raise GoneError
    return Kept(row.id, row.kind, row.name, row.digest, raw, json.loads(row.options))


def forget(name: str) -> None:
    """Delete a file in the running transaction, which writes; whoever comes second finds that it is gone.

    Raises:
        GoneError: it is gone already.
    """
    if not db.session.connection().execute(delete(Upload).where(Upload.id == name)).rowcount:
        raise GoneError


def sweep(now: int) -> int:
    """Delete the files that nobody confirmed.  Return how many; the caller commits."""
    return begin_write().execute(delete(Upload).where(Upload.created < now - LIVES)).rowcount
