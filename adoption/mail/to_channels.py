"""What the outbox holds for channels of chats: the same rows as letters, with ``channel:<number>`` as their address."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import null
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import languages
from adoption.auth import roles
from adoption.chat import channels
from adoption.extensions import db
from adoption.mail import chats
from adoption.mail import outbox
from adoption.mail import rendering
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import WAITING
from adoption.mail.letter import Stored
from adoption.mail.preparing import SkipError
from adoption.models import Letter
from rules import chat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.chat.channels import Connected
    from rules.chat import Message


def tell(connection: Connection, kind: str, *, occasion: str, facts: Mapping[str, object], now: int) -> int:
    """Plan what a kind says in chats, once for each channel that hears its topic; return how many that were.

    In the caller's transaction.  ``facts`` are those of the letter of this kind.

    Raises:
        KeyError: nothing of this kind is told in chats.
    """
    topic = chats.CHATS[kind].topic
    hearing = [one for one in channels.active(connection) if topic in one.topics.split()]
    return sum(
        outbox.plan(
            connection, kind, address=one.address, occasion=occasion, facts=facts, now=now, language=one.language
        )
        for one in hearing
    )


def entered(kind: str, addresses: Iterable[str], occasions: Iterable[str]) -> set[tuple[str, str]]:
    """Return (address, occasion) of what there is of a kind for some channels, sent or not; one query."""
    query = select(Letter.address, Letter.occasion).where(
        Letter.kind == kind, Letter.address.in_(sorted(set(addresses))), Letter.occasion.in_(sorted(set(occasions)))
    )
    return {(address, occasion) for address, occasion in db.session.execute(query)}


def last(channel: Connected, limit: int) -> list[Stored]:
    """Return the newest messages to a channel, without what they say; one query."""
    light = [null().label(column.key) if column.key in {"text", "html"} else column for column in COLUMNS]
    told = (Letter.kind.in_([*chats.CHATS, "channel-digest"]), Letter.address == channel.address)
    query = select(*light).where(*told).order_by(Letter.id.desc()).limit(limit)
    return [Stored(*row) for row in db.session.execute(query)]


def take_back(connection: Connection, channel: Connected, reason: str, now: int) -> int:
    """Post nothing that waits for a channel, for one of ``outbox.REASONS``; return how many that were."""
    waits = (Letter.address == channel.address, Letter.state.in_(WAITING))
    values = {"state": "skipped", "changed": now, "reply": reason}
    return connection.execute(update(Letter).where(*waits).values(values)).rowcount


def render(letter: Stored, told: Mapping[str, Any]) -> dict[str, object]:
    """Return the columns of a message that rendering fills.

    Raises:
        SkipError: nothing is told in its channel any more.
    """
    channel = channels.find(channels.number_of(letter.address))
    if channel is None or not channel.is_active:
        reason = "off"
        raise SkipError(reason)
    with languages.speaking(letter.language):
        message = chats.CHATS[letter.kind].says(told)
    return {"participant": None, "language": letter.language} | written(letter._asdict(), channel, message)


def written(row: Mapping[str, Any], channel: Connected, message: Message) -> dict[str, object]:
    """Return what a message says: its title, all of it as text, and the JSON that is posted (in place of a page)."""
    return {
        "message_id": rendering.named(row, current_app.extensions["settings"].mail_from),
        "subject": chat.fitted(message).title,
        "text": chat.words(message),
        "html": chat.body(channel.kind, message, str(row["language"])),
    }


def stop(connection: Connection, letter: Stored, said: str, now: int) -> None:
    """Stop the channel that refused a message, for good as it seems, and tell administrators.

    In the caller's transaction.
    """
    number = channels.number_of(letter.address)
    channel = channels.find(number)
    if channel is None or not channels.stop(connection, number, said, now=now):
        return
    take_back(connection, channel, "stopped", now)
    known = facts.of(connection)
    told = {"name": channel.name, "number": number, "said": said}
    for one in sorted(roles.having("admin", known.today(now))):
        outbox.plan(
            connection, "channel-stopped", address=known.people[one].email, occasion=f"{number}/{now}", facts=told,
            now=now, participant=one,
        )  # fmt: skip  # one letter
