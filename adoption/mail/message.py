"""A stored letter as the bytes that go out: always the same for the same letter."""

from __future__ import annotations

import hashlib
import re
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from email.utils import parseaddr
from typing import TYPE_CHECKING

from adoption.mail import kinds
from adoption.mail import links
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.mail.letter import Stored

POLICY = SMTP.clone(cte_type="7bit")  # what every server takes


class UnusableError(ValueError):
    """No letter can be made of this."""


def build(letter: Stored, sender: str) -> bytes:
    """Return a rendered letter as a message with CRLF line ends.

    Raises:
        UnusableError: it was not rendered or is wiped, or its address is none.
    """
    if letter.text is None or letter.html is None or letter.rendered is None or letter.subject is None:
        raise UnusableError("there is no text")  # noqa: EM101, TRY003  # the one reason
    message = EmailMessage(POLICY)
    try:
        name, address = parseaddr(sender)
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=recipient(letter))
        message["Subject"] = letter.subject
    except (ValueError, IndexError, MessageError) as error:  # what the standard library says of addresses, line ends
        raise UnusableError(str(error)) from error
    message["Date"] = format_datetime(period.moment(letter.rendered).replace(microsecond=0))
    message["Message-ID"] = letter.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's "I am away" answers it
    message["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    for name, value in _way_out(letter):
        message[name] = value
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    message["Content-Language"] = letter.language  # after the contents, which clear what begins with Content-
    message.set_boundary(hashlib.sha256(str(letter.message_id).encode()).hexdigest()[:32])
    return message.as_bytes()


def _way_out(letter: Stored) -> Iterator[tuple[str, str]]:
    """Yield what lets a mail program end regular letters with one click (RFC 8058, which wants https)."""
    kind = kinds.KINDS.get(letter.kind)
    where = links.root()
    if kind is None or not kind.regular or letter.participant is None or where is None:
        return
    yield "List-Unsubscribe", f"<{links.stop(letter.participant, letter.kind)}>"
    if where.startswith("https:"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def recipient(letter: Stored) -> str:
    """Return the address that a letter goes to.

    Raises:
        UnusableError: mail servers take it only with an extension that few have, or it is no address.
    """
    address = letter.address
    disguised = "=?" in address  # begins what a header holds in disguise, even a line end
    if disguised or not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", address):
        raise UnusableError(f"{address!r} cannot be sent to")  # noqa: EM102, TRY003  # names what is wrong
    return address
