"""Channels: connect, change, pause, stop, remove; and what the outbox wants to know of them.  The caller commits.

What takes a connection is part of a transaction that writes; all else that changes something begins one.

Each change is in the journal, as ``channel/<number>``.  The address is the secret: it is sealed, and of it nothing but
the host and the last four characters is ever shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.connectors import sealing
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Channel
from adoption.models import Team
from rules import chat
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.journal import By

PREFIX = "channel:"  # of the address of a message in the outbox; no e-mail address holds a colon there
LONGEST_NAME, LONGEST_URL = 100, 2_000
LAST = 4  # characters of an address that are shown
LARGEST = 2**31 - 1
SLACK = ("hooks.slack.com", "hooks.slack-gov.com")
RETIRED = (
    "webhook.office.com",
    "outlook.office.com",
    "outlook.office365.com",
)  # connectors that Microsoft switched off


class UnknownChannelError(NotFoundError):
    """There is no such channel."""


class WrongChannelError(RefusedError):
    """This is no channel: something is wrong with its kind, name, address, language, team or topics."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        """Keep by field what is wrong with it: ``missing``, ``unknown``, ``no address``, ``retired``, ``slack``."""
        super().__init__("; ".join(f"{name}: {fault}" for name, fault in faults.items()))
        self.faults = dict(faults)


class Connected(NamedTuple):
    """A channel, without its address."""

    id: int
    kind: str
    name: str
    shown: str
    language: str
    team: int | None
    topics: str
    created: int
    since: int
    paused: int | None
    stopped: int | None
    said: str | None
    removed: int | None

    @property
    def address(self) -> str:
        """Where messages to it go, in the outbox."""
        return f"{PREFIX}{self.id}"

    @property
    def is_active(self) -> bool:
        """Whether anything is told there."""
        return self.paused is None and self.stopped is None and self.removed is None


class Wanted(NamedTuple):
    """What a channel shall be; an empty ``url`` leaves the one there is."""

    kind: str
    name: str
    url: str
    language: str
    team: int | None = None
    topics: Sequence[str] = ()


def is_channel(address: str) -> bool:
    """Say whether an address of the outbox is that of a channel."""
    return address.startswith(PREFIX)


def number_of(address: str) -> int:
    """Return the number of the channel that an address of the outbox names."""
    return int(address.removeprefix(PREFIX))


def listed(*, also_removed: bool = False) -> list[Connected]:
    """List the channels by their names; one query."""
    query = select(*_columns()).order_by(Channel.name, Channel.id)
    if not also_removed:
        query = query.where(Channel.removed.is_(None))
    return [Connected(*row) for row in db.session.execute(query)]


def active(connection: Connection) -> list[Connected]:
    """Return the channels to which something is told."""
    told = (Channel.paused.is_(None), Channel.stopped.is_(None), Channel.removed.is_(None))
    return [Connected(*row) for row in connection.execute(select(*_columns()).where(*told).order_by(Channel.id))]


def get(number: int) -> Connected:
    """Return a channel.

    Raises:
        UnknownChannelError: there is none, or it was removed.
    """
    found = find(number)
    if found is None or found.removed is not None:
        raise UnknownChannelError
    return found


def _hold(connection: Connection, number: int) -> Connected:
    """Return a channel that nobody else changes until the transaction ends.

    Raises:
        UnknownChannelError: there is none, or it was removed.
    """
    connection.execute(select(Channel.id).where(Channel.id == min(number, LARGEST)).with_for_update())
    return get(number)


def find(number: int) -> Connected | None:
    """Return a channel, also one that was removed."""
    query = select(*_columns()).where(Channel.id == number)
    row = db.session.execute(query).first() if number <= LARGEST else None
    return None if row is None else Connected(*row)


def url_of(number: int) -> str:
    """Return the address of a channel.

    Raises:
        sealing.SealedElsewhereError: it was sealed with another SECRET_KEY.
        UnknownChannelError: there is no such channel.
    """
    sealed = db.session.scalar(select(Channel.url).where(Channel.id == number, Channel.removed.is_(None)))
    if sealed is None:
        raise UnknownChannelError
    return sealing.unseal(sealed, _secret_key())


def _columns() -> list[Any]:
    return [getattr(Channel, name) for name in Connected._fields]


def connect(wanted: Wanted, known_topics: Sequence[str], *, by: By, now: int) -> int:
    """Connect a channel and return its number; what was due before is not told there.

    Raises:
        WrongChannelError: with every fault by its field.
    """
    faults = {"url": "missing"} if not wanted.url else {}
    values = _checked(wanted, known_topics, faults)
    connection = begin_write()
    row = values | {"created": now, "since": now}
    number: int = connection.execute(insert(Channel).values(row).returning(Channel.id)).scalar_one()
    journal.write(connection, by, "connected", f"channel/{number}", now=now, after=_told(values))
    return number


def change(number: int, wanted: Wanted, known_topics: Sequence[str], *, by: By, now: int) -> None:
    """Change a channel; one that refused messages is tried again if its address is another.

    Raises:
        UnknownChannelError: there is none.
        WrongChannelError: with every fault by its field.
    """
    values = _checked(wanted, known_topics, {})
    connection = begin_write()
    was = _hold(connection, number)  # of one that is removed at this moment the address stays forgotten
    if wanted.url:
        values |= {"stopped": None, "said": None, "since": now}
    elif wanted.team != was.team:
        values |= {"since": now}
    connection.execute(update(Channel).where(Channel.id == number).values(values))
    before, after = _told(was._asdict()), _told(was._asdict() | values) | ({"new": ["address"]} if wanted.url else {})
    if before != after:
        journal.write(connection, by, "changed", f"channel/{number}", now=now, before=before, after=after)


def pause(connection: Connection, number: int, *, by: By, now: int) -> None:
    """Tell nothing there for now."""
    if _hold(connection, number).paused is None:
        _set(connection, number, "paused", by=by, now=now, paused=now)


def resume(number: int, *, by: By, now: int) -> None:
    """Tell there again what becomes due from now on, also after it refused messages."""
    connection = begin_write()
    if not _hold(connection, number).is_active:
        _set(connection, number, "resumed", by=by, now=now, paused=None, stopped=None, said=None, since=now)


def remove(connection: Connection, number: int, *, by: By, now: int) -> None:
    """Remove a channel; its address is forgotten."""
    channel = _hold(connection, number)
    connection.execute(update(Channel).where(Channel.id == number).values(removed=now, url="", shown=""))
    journal.write(connection, by, "removed", f"channel/{number}", now=now, before=_told(channel._asdict()))


def stop(connection: Connection, number: int, said: str, *, now: int) -> bool:
    """Tell nothing there any more, since it refuses all of it; ``False`` if that is known.

    In the caller's transaction.
    """
    runs = (Channel.id == number, Channel.stopped.is_(None), Channel.removed.is_(None))
    if not connection.execute(update(Channel).where(*runs).values(stopped=now, said=said)).rowcount:
        return False
    by = journal.By(None, "outbox")
    journal.write(connection, by, "stopped", f"channel/{number}", now=now, why=said)
    return True


def _set(connection: Connection, number: int, action: str, *, by: By, now: int, **values: int | str | None) -> None:
    connection.execute(update(Channel).where(Channel.id == number).values(values))
    journal.write(connection, by, action, f"channel/{number}", now=now)


def _checked(wanted: Wanted, known_topics: Sequence[str], faults: dict[str, str]) -> dict[str, Any]:
    """Return what is stored, without an address if there is no new one."""
    name = " ".join(wanted.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        faults["name"] = "missing"
    if wanted.kind not in chat.KINDS:
        faults["kind"] = "unknown"
    if wanted.language not in LANGUAGES:
        faults["language"] = "unknown"
    if wanted.team is not None and db.session.get(Team, wanted.team) is None:
        faults["team"] = "unknown"
    topics = [one for one in known_topics if one in wanted.topics]
    if wanted.team is None and not topics and "team" not in faults:
        faults["topics"] = "missing"
    if wanted.url and "kind" not in faults and (fault := fault_of(wanted.kind, wanted.url)):
        faults["url"] = fault
    if faults:
        raise WrongChannelError(faults)
    stored: dict[str, Any] = {"kind": wanted.kind, "name": name, "language": wanted.language, "team": wanted.team}
    address = {"url": sealing.seal(wanted.url, _secret_key()), "shown": shown(wanted.url)} if wanted.url else {}
    return stored | {"topics": " ".join(topics)} | address


def fault_of(kind: str, url: str) -> str | None:
    """Say what is wrong with an address, or nothing: it is https, names a host, and holds no user and no space."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme == "https" and parts.hostname and parts.username is None and parts.port != 0
    except ValueError:
        return "no address"
    if not plain or len(url) > LONGEST_URL or parts.fragment or not re.fullmatch(r"[!-~]+", url):
        return "no address"
    host = (parts.hostname or "").rstrip(".")
    if host.endswith(RETIRED):
        return "retired"
    if (host in SLACK) != (kind == "slack"):
        return "slack"
    return None if parts.path.strip("/") else "no address"


def shown(url: str) -> str:
    """Return of an address what may be shown."""
    return f"{urlsplit(url).hostname} …{url[-LAST:]}"


def _told(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values.get(name) for name in ("kind", "name", "shown", "language", "team", "topics")}


def _secret_key() -> str:
    secret_key: str = current_app.extensions["settings"].require_secret()
    return secret_key
