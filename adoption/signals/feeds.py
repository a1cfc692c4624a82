"""Feeds of office suites: connect, change, pause, remove.  The caller commits.

Each change is in the journal, as ``feed/<key>``; a secret never is.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.connectors import sealing
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Feed
from adoption.models import FeedDay
from adoption.models import FeedPerson
from adoption.models import Signal
from adoption.models import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By

KEY = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
LONGEST = 200  # characters of a title
LARGEST = 20_000  # characters of a setting: a key file has about 2,400
# kind → its settings, and whether they are secret
KINDS: Mapping[str, Mapping[str, bool]] = {
    "m365": {"tenant": False, "client": False, "secret": True},
    "google": {"account": True, "subject": False},
    "file": {},
}
POLLED = ("m365", "google")


class UnknownFeedError(NotFoundError):
    """There is no such feed."""


class WrongFeedError(RefusedError):
    """This is no feed: something is wrong with its key, its title or its settings."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep each fault by its field: ``key``, ``kind``, ``title`` or a setting."""
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


class TakenError(ConflictError):
    """There is a feed or a source of this name already."""


class Connected(NamedTuple):
    """A feed, without its settings.  Times are UTC microseconds."""

    key: str
    kind: str
    title: str
    cursor: int | None
    since: int | None
    asked: int | None
    heard: int | None
    again: int | None
    failures: int
    fault: str | None
    fault_said: str
    created: int
    paused: int | None


def listed() -> list[Connected]:
    """List the feeds by their keys."""
    return [Connected(*row) for row in db.session.execute(select(*_columns()).order_by(Feed.key))]


def get(key: str) -> Connected:
    """Return a feed.

    Raises:
        UnknownFeedError: there is none of this key.
    """
    row = db.session.execute(select(*_columns()).where(Feed.key == key)).first()
    if row is None:
        raise UnknownFeedError
    return Connected(*row)


def hold(connection: Connection, key: str) -> None:
    """Let a feed stay until the transaction ends, so that it may tell something.

    Raises:
        UnknownFeedError: it was removed.
    """
    held = select(Feed.key).where(Feed.key == key).with_for_update(read=True, key_share=True)
    if connection.execute(held).first() is None:
        raise UnknownFeedError


def _columns() -> list[Any]:
    return [getattr(Feed, name) for name in Connected._fields]


def settings(key: str) -> dict[str, str]:
    """Return the settings of a feed, its secrets among them.

    Raises:
        sealing.SealedElsewhereError: they were sealed with another SECRET_KEY.
    """
    sealed = db.session.scalar(select(Feed.settings).where(Feed.key == key))
    found: dict[str, str] = json.loads(sealing.unseal(sealed, _secret_key())) if sealed else {}
    return found


def shown(key: str, kind: str) -> dict[str, str]:
    """Return those settings of a feed that are no secret; none if they can be read no more."""
    try:
        found = settings(key)
    except sealing.SealedElsewhereError:
        return {}
    return {name: found.get(name, "") for name, secret in KINDS[kind].items() if not secret}


def connect(  # noqa: PLR0913  # what a feed is
    key: str, kind: str, title: str, given: Mapping[str, str], *, by: By, now: int
) -> None:
    """Connect a feed.

    Raises:
        WrongFeedError: with every fault by its field.
        TakenError: there is a feed or a source of this key: both would know people by the same names.
    """
    faults = {} if KEY.fullmatch(key) else {"key": "small letters, digits, dot, dash and underscore, at most 63"}
    kept = _checked(kind, title, given, faults)
    connection = begin_write()
    journal.take_turn(connection)  # of two who connect at the same moment, the second sees the first
    taken = (select(table.key).where(table.key == key) for table in (Feed, Source))
    if any(connection.execute(query).first() for query in taken):
        raise TakenError
    row = {"key": key, "kind": kind, "title": title.strip(), "created": now, "failures": 0, "fault_said": ""}
    connection.execute(insert(Feed).values(row | {"settings": _sealed(kept)}))
    journal.write(connection, by, "connected", f"feed/{key}", now=now, after=_told(kind, title, kept))


def change(key: str, title: str, given: Mapping[str, str], *, by: By, now: int) -> None:
    """Change a feed; a secret that is left blank stays.  A feed that was refused is asked again at once.

    Raises:
        WrongFeedError: with every fault by its field.
    """
    connection = begin_write()
    journal.take_turn(connection)
    feed = get(key)
    try:
        before = settings(key)
    except sealing.SealedElsewhereError:
        before = {}
    secret = KINDS[feed.kind]
    kept = _checked(feed.kind, title, {**given, **{n: given.get(n) or before.get(n, "") for n in secret}}, {})
    values = {"title": title.strip(), "settings": _sealed(kept), "again": None, "failures": 0}
    connection.execute(update(Feed).where(Feed.key == key).values(values))
    was, after = _told(feed.kind, feed.title, before), _told(feed.kind, title, kept)
    new = [name for name, hidden in secret.items() if hidden and kept[name] != before.get(name)]
    journal.write(connection, by, "changed", f"feed/{key}", now=now, before=was, after=after | {"new": new})


def pause(key: str, *, by: By, now: int) -> None:
    """Ask a feed no more for now; the days that it does not tell are missing."""
    _pause(key, now, "paused", by=by, now=now)


def resume(key: str, *, by: By, now: int) -> None:
    """Ask a feed again."""
    _pause(key, None, "resumed", by=by, now=now)


def _pause(key: str, since: int | None, action: str, *, by: By, now: int) -> None:
    connection = begin_write()
    journal.take_turn(connection)
    if (get(key).paused is None) == (since is None):
        return
    connection.execute(update(Feed).where(Feed.key == key).values(paused=since, again=None))
    journal.write(connection, by, action, f"feed/{key}", now=now)


def remove(key: str, *, by: By, now: int) -> None:
    """Remove a feed with everything that it told."""
    connection = begin_write()
    journal.take_turn(connection)
    feed = get(key)
    connection.execute(select(Feed.key).where(Feed.key == key).with_for_update())  # what is told this moment goes, too
    for table, column in ((Signal, Signal.feed), (FeedDay, FeedDay.feed), (FeedPerson, FeedPerson.feed)):
        connection.execute(delete(table).where(column == key))
    connection.execute(delete(Feed).where(Feed.key == key))
    journal.write(connection, by, "removed", f"feed/{key}", now=now, before={"kind": feed.kind, "title": feed.title})


def _checked(kind: str, title: str, given: Mapping[str, str], faults: dict[str, str]) -> dict[str, str]:
    """Return the settings of a kind, and nothing else."""
    if kind not in KINDS:
        raise WrongFeedError(faults | {"kind": f"choose from {', '.join(KINDS)}"})
    if not title.strip() or len(title) > LONGEST:
        faults["title"] = f"1 to {LONGEST} characters"
    kept = {name: given.get(name, "").strip() for name in KINDS[kind]}
    faults |= {name: "is missing" for name, value in kept.items() if not value}
    faults |= {name: "is too long" for name, value in kept.items() if len(value) > LARGEST}
    if kind == "google" and "account" not in faults and not _is_account(kept["account"]):
        faults["account"] = "is no key file of a service account: JSON with client_email, private_key and token_uri"
    if faults:
        raise WrongFeedError(faults)
    return kept


def _is_account(text: str) -> bool:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return False
    names = ("client_email", "private_key", "token_uri")
    return isinstance(found, dict) and all(isinstance(found.get(name), str) for name in names)


def _told(kind: str, title: str, kept: Mapping[str, str]) -> dict[str, object]:
    public = {name: kept.get(name, "") for name, secret in KINDS[kind].items() if not secret}
    return {"kind": kind, "title": title.strip(), **public}


def _sealed(kept: Mapping[str, str]) -> str | None:
    return sealing.seal(json.dumps(kept), _secret_key()) if kept else None


def _secret_key() -> str:
    secret_key: str = current_app.extensions["settings"].require_secret()
    return secret_key
