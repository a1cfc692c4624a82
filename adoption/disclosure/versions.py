"""Versions of what is told: one for each configuration that there was, so that everybody sees what has changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy import select

from adoption import journal
from adoption.disclosure.configuration import canonical
from adoption.disclosure.configuration import configuration
from adoption.disclosure.configuration import digest
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal.differences import differences
from adoption.models import PrivacyPack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.journal.differences import Difference


class Version(NamedTuple):
    """A version: its number, when it was noted (UTC microseconds), the hash of the configuration, and that itself."""

    number: int
    made: int
    hash: str
    configuration: Mapping[str, Any]


def latest() -> Version | None:
    """Return the newest version that was noted; ``None`` before the first."""
    row = db.session.scalars(select(PrivacyPack).order_by(PrivacyPack.version.desc()).limit(1)).first()
    return None if row is None else _version(row)


def get(number: int) -> Version | None:
    """Return a version by its number; ``None`` if there is none."""
    row = db.session.get(PrivacyPack, number)
    return None if row is None else _version(row)


def listed() -> list[tuple[int, int]]:
    """Return the numbers of all versions and when they were noted, the newest first."""
    query = select(PrivacyPack.version, PrivacyPack.made).order_by(PrivacyPack.version.desc())
    return [(number, made) for number, made in db.session.execute(query)]


def needed() -> bool:
    """Say whether what is so is not the newest version."""
    newest = latest()
    return newest is None or newest.hash != digest(configuration())


def note(now: int) -> Version:
    """Note what is so as a new version, unless it is the newest already; the caller commits."""
    found = configuration()
    connection = begin_write()
    journal.take_turn(connection)  # one notes at a time
    newest = latest()
    hashed = digest(found)
    if newest is not None and newest.hash == hashed:
        return newest
    number = newest.number + 1 if newest is not None else 1
    row = {"version": number, "made": now, "hash": hashed, "configuration": canonical(found)}
    connection.execute(insert(PrivacyPack).values(row))
    return Version(number, now, hashed, found)


def differing(one: Version, other: Version) -> list[Difference]:
    """Return in which places two versions differ."""
    return differences(canonical(one.configuration), canonical(other.configuration))


def _version(row: PrivacyPack) -> Version:
    return Version(row.version, row.made, row.hash, json.loads(row.configuration))
