"""Letters that come back: which one it was, for good or not, and what follows.

A letter is known by the signed address it was sent from (``mail.envelope``).  What its mail server says is read from
the part ``message/delivery-status`` (RFC 3464).  For good means that no more regular letters go there, and that
administrators are told; the same message read again changes nothing.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption import mail
from adoption.auth import roles
from adoption.digests import subscribing
from adoption.extensions import begin_write
from adoption.mail import envelope
from adoption.mail import kinds
from adoption.mail import outbox
from adoption.mail import rendering
from adoption.mail.outbox import NoLetterError
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from pathlib import Path

    from sqlalchemy import Connection

    from adoption.mail.letter import Stored

LARGEST = 1_000_000  # bytes that are read of a message
LASTS = 7 * 86_400 * SECOND  # mail servers give up after five days at the latest
WORDS = 500  # characters of what a server said that are kept
ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")


class Said(NamedTuple):
    """What a mail server says about a letter: ``failed``, ``delayed``, …; its status (``5.1.1``), and its words."""

    action: str
    status: str
    words: str


def messages(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the messages of a mailbox folder (plain files, or a Maildir), by name."""
    for file in sorted(
        one for one in folder.rglob("*") if one.is_file() and "tmp" not in one.relative_to(folder).parts
    ):
        with file.open("rb") as opened:
            yield file.name, opened.read(LARGEST)


def take(data: bytes, now: int) -> str:
    """Note what came back, and return in a few words what was done.  The caller commits."""
    message = message_from_bytes(data, policy=default)
    number = envelope.number_of(" ".join(str(one) for name in ADDRESSED for one in message.get_all(name, ())))
    if number is None:
        return "it names no letter of ours"
    said = _said(message)
    if said is None or said.action != "failed":
        return f"letter {number}: {said.action if said else 'no delivery status'}; nothing was changed"
    connection = begin_write()
    try:
        letter = outbox.find(number, private=True)  # who looks after addresses reads no more than this one
    except NoLetterError:
        return f"letter {number} is no longer kept"
    if letter.changed < now - LASTS or not outbox.bounce(connection, letter, said.words, now):
        return f"letter {number} is known to have come back, or that is too long ago"
    return _follow(connection, letter, said, now)


def _follow(connection: Connection, letter: Stored, said: Said, now: int) -> str:
    """Stop regular letters to an address that there is not, and tell administrators."""
    kind = kinds.KINDS.get(letter.kind)
    for_good = said.status.startswith("5.")
    stopped = for_good and kind is not None and kind.regular and letter.participant is not None
    if stopped and letter.participant is not None:
        subscribing.suspend(connection, letter.participant, letter.kind, now)
    if for_good:
        known = facts.current()
        told = {"address": letter.address, "said": said.words, "stopped": stopped}
        for one in sorted(roles.having("admin", known.today(now))):
            person = known.people[one]
            mail.plan(
                connection, "came-back", address=person.email, occasion=str(letter.id), facts=told, now=now,
                participant=one,
            )  # fmt: skip  # one letter
    return f"letter {letter.id} to {letter.address} came back{', no more are sent there' if stopped else ''}"


def _said(message: EmailMessage) -> Said | None:
    """Return what a delivery status says of its first recipient; ``None`` if there is none to be read."""
    for part in message.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if not isinstance(block, Message):
                continue
            action = str(block.get("Action", "")).strip().lower()
            if action:
                status = str(block.get("Status", "")).strip()
                words = rendering.one_line(f"{status} {block.get('Diagnostic-Code', '')}")[:WORDS]
                return Said(action, status, words)
    return None
