"""Connected sources: connect, change the mapping, rotate the secret with an overlap, pause.  The caller commits.

Each change is in the journal, as ``source/<key>``; a secret never is.
"""

from __future__ import annotations

import base64
import re
import secrets
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from flask import request
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import connectors
from adoption import journal
from adoption import records
from adoption.connectors import sealing
from adoption.connectors import verification
from adoption.connectors.mapping import MappingError
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import JournalEntry
from adoption.models import Source
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
LARGEST = 64 * 1024  # characters of a mapping
LONGEST = 200  # characters of a secret that a CRM chose
HOUR = 3_600 * period.SECOND
TWICE = 60 * period.SECOND  # for so long a form that is sent again is a double click
OVERLAPS: Mapping[str, int] = {"none": 0, "1h": HOUR, "1d": 24 * HOUR, "7d": 7 * 24 * HOUR}  # microseconds
OVERLAP = "1d"  # what pages offer first
_COLUMNS = ("key", "verification", "mapping", "created", "paused", "old_ends", "old_used", "revision", "remapped")


class UnknownSourceError(NotFoundError):
    """There is no such source."""


class SourceNameError(RefusedError):
    """This is no name for a source."""


class TakenError(ConflictError):
    """There is a source of this name already."""


class RotatedError(ConflictError):
    """Somebody has made a new secret in the meantime; the one before stays good for as long as they chose."""


class StaleMappingError(ConflictError):
    """Somebody has changed this mapping in the meantime."""


class Connected(NamedTuple):
    """A source, without its secrets.  Times are UTC microseconds; ``old_ends`` is until when the old secret is good."""

    key: str
    verification: str
    mapping: str
    created: int
    paused: int | None
    old_ends: int | None
    old_used: int | None
    revision: int
    remapped: int | None

    @property
    def name(self) -> str:
        """What its activities call their source: what the mapping says, else its key."""
        return getattr(self.ready.reader, "source", None) or self.key

    @property
    def ready(self) -> connectors.Connected:
        """Where its proof is, and how its payloads are read."""
        return connectors.load(self.verification, self.mapping)

    def old_until(self, now: int) -> int | None:
        """Return until when the old secret is good; ``None`` if there is none."""
        return self.old_ends if self.old_ends is not None and self.old_ends > now else None


def address(key: str) -> str:
    """Return where a source's deliveries go: what PUBLIC_URL says, else where the running request came to."""
    root = current_app.extensions["settings"].public_url or request.host_url.rstrip("/")
    return f"{root}/hooks/{key}"


def get(key: str) -> Connected:
    """Return a source.

    Raises:
        UnknownSourceError: there is none of this key.
    """
    row = db.session.execute(select(*_columns()).where(Source.key == key)).first()
    if row is None:
        msg = f"there is no source {key[:80]!r}"
        raise UnknownSourceError(msg)
    return Connected(*row)


def listed() -> list[Connected]:
    """List the sources by their keys."""
    return [Connected(*row) for row in db.session.execute(select(*_columns()).order_by(Source.key))]


def _columns() -> list[Any]:
    return [getattr(Source, name) for name in _COLUMNS]


def connect(key: str, kind: str, mapping: str, secret: str | None, *, by: By, now: int) -> str:  # noqa: PLR0913  # what a source is
    """Connect a source and return its secret, once: a new one, or the one that the CRM chose.

    Raises:
        SourceNameError: the key cannot be one.
        MappingError: with every fault of the mapping, or that of the secret.
        TakenError: there is a source of this key.
    """
    if not KEY.fullmatch(key):
        msg = f"{key[:80]!r} is no name for a source: small letters, digits, dot, dash and underscore, at most 63"
        raise SourceNameError(msg)
    checked(kind, mapping)
    secret = _chosen(kind, secret)
    sealed = sealing.seal(secret, _secret_key())
    connection = begin_write()
    journal.take_turn(connection)  # of two who connect at the same moment, the second sees the first
    if connection.execute(select(Source.key).where(Source.key == key)).first():
        msg = f"there is a source {key!r} already; `sources remap` changes its mapping, `sources rotate` its secret"
        raise TakenError(msg)
    row = {"key": key, "verification": kind, "secret": sealed, "mapping": mapping, "created": now, "revision": 1}
    connection.execute(insert(Source).values(row))
    _write(connection, by, "connected", key, now, after={"proof": kind, "mapping": mapping})
    return secret


def checked(kind: str, mapping: str) -> connectors.Connected:
    """Read a mapping, within bounds.

    Raises:
        MappingError: with every fault and its place.
    """
    if len(mapping) > LARGEST:
        raise MappingError([f"mapping: has {len(mapping)} characters, and {LARGEST} are the most"])
    return connectors.load(kind, mapping)


def _chosen(kind: str, secret: str | None) -> str:
    if secret is not None:
        verification.check_secret(kind, secret)
        return secret
    if kind == "standard-webhooks":
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32)


def remap(key: str, mapping: str, *, by: By, now: int, revision: int | None = None) -> None:
    """Give a source another mapping; ``revision`` is the one that was seen, if one was.

    Raises:
        MappingError: with every fault and its place.
        StaleMappingError: another mapping is in force than the one that was seen; nothing is changed.
    """
    checked(get(key).verification, mapping)
    connection = begin_write()
    seen = connection.execute(select(Source.mapping, Source.revision).where(Source.key == key).with_for_update()).one()
    if revision is not None and revision != seen.revision:
        raise StaleMappingError
    if seen.mapping == mapping:
        return
    _change(connection, key, mapping=mapping, revision=seen.revision + 1, remapped=now)
    _write(connection, by, "remapped", key, now, before={"mapping": seen.mapping}, after={"mapping": mapping})


def rotate(  # noqa: PLR0913  # what a secret is, and on what ground
    key: str, secret: str | None, *, overlap: int, by: By, now: int, seen: int | None = None
) -> str:
    """Give a source a new secret and return it, once; the one before stays good for ``overlap`` microseconds.

    Only two are good at a time: one that was still good from the rotation before ends now.  ``seen`` is until when the
    old one was good (0: there was none) where somebody looked before: the same form sent twice makes one secret, for
    else the one that the CRM still uses would end.

    Raises:
        MappingError: the secret that was given could never prove anything.
        RotatedError: somebody else has made one since.
    """
    secret = _chosen(get(key).verification, secret)
    key_ = _secret_key()
    sealed = sealing.seal(secret, key_)
    connection = begin_write()
    held = select(Source.secret, Source.old_ends).where(Source.key == key).with_for_update()
    old, old_ends = connection.execute(held).one()
    if seen is not None and seen != (old_ends or 0):
        if not _clicked_twice(connection, key, by, now):
            raise RotatedError
        return sealing.unseal(old, key_)
    keeps = overlap > 0 and old is not None and _opens(old, key_)
    ends = now + overlap if keeps else None
    _change(connection, key, secret=sealed, old_secret=old if keeps else None, old_ends=ends, old_used=None)
    until = None if ends is None else period.moment(ends).isoformat()
    _write(connection, by, "rotated", key, now, after={"old_secret_until": until})
    return secret


def _clicked_twice(connection: Connection, key: str, by: By, now: int) -> bool:
    """Say whether the newest secret of a source was made by the same person just now."""
    entry = JournalEntry
    made = select(entry.participant, entry.moment).where(entry.thing == f"source/{key}", entry.action == "rotated")
    last = connection.execute(made.order_by(entry.number.desc()).limit(1)).first()
    return last is not None and last.participant == by.participant and last.moment > now - TWICE


def _opens(sealed: str, secret_key: str) -> bool:
    """Say whether a sealed secret can be read: after SECRET_KEY changed, the old one proves nothing."""
    try:
        sealing.unseal(sealed, secret_key)
    except sealing.SealedElsewhereError:
        return False
    return True


def end_old(key: str, *, by: By, now: int) -> bool:
    """End the old secret at once; say whether one was still good."""
    was = get(key).old_until(now) is not None
    connection = begin_write()
    _change(connection, key, old_secret=None, old_ends=None, old_used=None)
    if was:
        _write(connection, by, "ended the old secret", key, now)
    return was


def forget_ended(now: int) -> int:
    """Delete the sealed secrets that are good no more; return how many."""
    over = update(Source).where(Source.old_ends <= now).values(old_secret=None, old_ends=None, old_used=None)
    return begin_write().execute(over).rowcount


def pause(key: str, *, by: By, now: int) -> None:
    """Take no deliveries for now; senders are asked to try later."""
    _pause(key, now, "paused", by=by, now=now)


def resume(key: str, *, by: By, now: int) -> None:
    """Take deliveries again."""
    _pause(key, None, "resumed", by=by, now=now)


def _pause(key: str, since: int | None, action: str, *, by: By, now: int) -> None:
    was = get(key).paused
    if (was is None) == (since is None):
        return
    connection = begin_write()
    _change(connection, key, paused=since)
    _write(connection, by, action, key, now)


def link(source: str, template: str | None, *, by: By, now: int) -> None:
    """Say where a source (as activities name it) shows its records, or (``None``) that it does so nowhere.

    Raises:
        records.LinkError: it is no address of a record.
    """
    before = records.templates().get(source)
    if before == template:
        return
    records.link(source, template)
    _write(db.session.connection(), by, "linked", source, now, before=before, after=template)


def _change(connection: Connection, key: str, **values: object) -> None:
    connection.execute(update(Source).where(Source.key == key).values(values))


def _write(  # noqa: PLR0913  # as the journal's
    connection: Connection, by: By, action: str, key: str, now: int, *, before: object = None, after: object = None
) -> None:
    journal.write(connection, by, action, f"source/{key}", now=now, before=before, after=after)


def _secret_key() -> str:
    secret_key: str = current_app.extensions["settings"].require_secret()
    return secret_key
