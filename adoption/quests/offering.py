"""Which features there are, in whose words, and which of them HR offers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import delete
from sqlalchemy import select

from adoption import journal
from adoption import statements
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import QuestChoice
from adoption.models import QuestUse
from adoption.models import StoredQuest
from adoption.models import storable
from adoption.wire import data_of
from rules.book import features

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By
    from rules.rollout.quests import Feature

OWN = re.compile(r"own-(\d{1,4})")  # keys of features that HR wrote
MOST = 40  # features that HR wrote

_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")


class TooManyError(RefusedError):
    """Forty features of one's own are enough; take one away first."""


class Offer(NamedTuple):
    """A feature, its body, whether it is offered, and whether HR has changed or written it."""

    feature: Feature
    body: Mapping[str, Any]
    offered: bool
    changed: bool

    @property
    def own(self) -> bool:
        """Whether HR wrote it."""
        return OWN.fullmatch(self.feature.key) is not None


def all_of() -> list[Offer]:
    """Return every feature, in the order in which they are offered; one query."""
    table = StoredQuest
    rows = {row.key: row for row in db.session.execute(select(table.key, table.offered, table.body))}
    shipped = features.shipped()
    found = []
    for key in {**shipped, **rows}:
        row = rows.get(key)
        if row is not None and row.body is not None:
            body = data_of(row.body)
            found.append(Offer(features.read(key, body), body, row.offered, changed=True))
        elif key in shipped:  # else it no longer ships
            found.append(Offer(*shipped[key], row is not None and row.offered, changed=False))
    return sorted(found, key=lambda one: (one.feature.order, _number(one.feature.key), one.feature.key))


def _number(key: str) -> int:
    own = OWN.fullmatch(key)
    return int(own[1]) if own else 0


def get(key: str) -> Offer:
    """Return one feature.

    Raises:
        NotFoundError: there is none of this key.
    """
    found = next((one for one in all_of() if one.feature.key == key), None)
    if found is None:
        raise NotFoundError
    return found


def offered() -> list[Feature]:
    """Return the features that are offered, in order."""
    return [one.feature for one in all_of() if one.offered]


def offer(connection: Connection, key: str, *, offered: bool, by: By, now: int) -> bool:
    """Offer a feature, or no longer; return whether that is new.  The caller commits.

    Raises:
        NotFoundError: there is none of this key.
    """
    journal.take_turn(connection)  # what another changes at this moment stays
    before = get(key)
    if before.offered is offered:
        return False
    _put(connection, key, offered, before.body if before.changed else None)
    journal.write(
        connection, by, "changed", f"quest/{key}", before={"offered": before.offered}, after={"offered": offered},
        now=now,
    )  # fmt: skip
    return True


def save(connection: Connection, key: str, body: Mapping[str, Any], *, by: By, now: int) -> str:
    """Keep a feature in HR's words, or a new one (``key`` is ""); return its key.  The caller commits.

    Raises:
        FeatureError: of ``rules.book.features``: with everything that is wrong.
        NotFoundError: there is none of this key.
        TooManyError: there are enough.
    """
    journal.take_turn(connection)  # two new ones have two keys
    before = get(key) if key else None
    if before is None:
        own = [_number(one.feature.key) for one in all_of() if one.own]
        if len(own) >= MOST:
            raise TooManyError
        key = f"own-{max(own, default=0) + 1}"
    features.read(key, body)
    if before is not None and _text(before.body) == _text(body):
        return key
    _put(connection, key, before.offered if before else False, body)
    told = None if before is None else _plain(before.body)
    action = "created" if before is None else "changed"
    journal.write(connection, by, action, f"quest/{key}", before=told, after=_plain(body), now=now)
    return key


def remove(connection: Connection, key: str, *, by: By, now: int) -> None:
    """Take away a feature that HR wrote, or HR's words for one that ships.  The caller commits.

    Raises:
        NotFoundError: there is nothing of HR's under this key.
    """
    journal.take_turn(connection)
    before = get(key)
    if not before.changed:
        raise NotFoundError
    if before.own:
        for table in (QuestUse, QuestChoice):
            connection.execute(delete(table).where(table.quest == key))
        connection.execute(delete(StoredQuest).where(StoredQuest.key == key))
    else:
        _put(connection, key, before.offered, None)
    journal.write(connection, by, "removed", f"quest/{key}", before=_plain(before.body), now=now)


def _put(connection: Connection, key: str, offered: bool, body: Mapping[str, Any] | None) -> None:  # a column
    row = (key, offered, None if body is None else _text(body))
    statements.put(connection, "quest", ("key",), ("offered", "body"), [row])


def _text(body: Mapping[str, Any]) -> str:
    return storable(_encoder.encode(body).decode())


def _plain(body: Mapping[str, Any]) -> Any:
    """Return a body as the journal keeps it."""
    return msgspec.json.decode(_text(body))
