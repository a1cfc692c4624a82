"""What could not be known when a letter was planned: looked up in the transaction in which it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import preferences
from adoption.auth import sessions
from adoption.mail import links
from adoption.mail import owners
from adoption.models import Redemption

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.mail.letter import Stored

Facts = Mapping[str, Any]
LATE, LEFT, UNDONE, UNKNOWN = "late", "left", "undone", "unknown"  # reasons of ``outbox.REASONS``


class SkipError(Exception):
    """This letter shall not be sent; the message is a reason of ``outbox.REASONS``."""


class Prepared(NamedTuple):
    """What a letter says, to whom and in which language, as found out just before it is written."""

    facts: Facts
    participant: int | None
    language: str


def link(connection: Connection, letter: Stored, told: Facts) -> Prepared:
    """Make the link of a sign-in letter; it is as old as the wish for it.

    Only now does it matter whether the address is known: who asked was answered long ago, the same way in any case.
    """
    made = sessions.make_link(connection, letter.address, letter.planned)
    if made is None:
        raise SkipError(UNKNOWN)
    token = sessions.link_token(made.number)
    address = links.to("sign_in.look", token=token, next=told.get("next"))
    chosen = preferences.of(made.participant).language
    return Prepared({**told, "address": address}, made.participant, chosen or letter.language)


def still_taken(connection: Connection, letter: Stored, told: Facts) -> Prepared:
    """Say nothing about time off that was given back before this letter was written."""
    undone = select(Redemption.undone).where(Redemption.id == told.get("redemption"))
    if connection.scalar(undone) is not None:
        raise SkipError(UNDONE)
    return Prepared(told, letter.participant, letter.language)


def still_ends(connection: Connection, letter: Stored, told: Facts) -> Prepared:
    """Say nothing about an end that was moved or taken away before this letter was written."""
    known = facts.of(connection)
    parts = [part for part in known.timelines.incentives.get(told["key"], ()) if part.starts < part.ends]
    if not parts or parts[-1].ends != told["ends"]:
        raise SkipError(UNDONE)
    return Prepared(told, letter.participant, letter.language)


def decided(connection: Connection, letter: Stored, told: Facts) -> Prepared:
    """Gather what was decided since the letter before."""
    found, more = owners.told(connection, letter.participant or 0, told["since"], told["until"])
    if not found:
        raise SkipError(UNDONE)
    return Prepared({**told, "decided": found, "more": more}, letter.participant, letter.language)


def in_bulk(_connection: Connection, _letter: Stored, _told: Facts) -> Prepared:
    """Write no regular letter by itself: its facts were those of another moment."""
    raise SkipError(LATE)
