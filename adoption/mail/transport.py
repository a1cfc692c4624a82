"""Where letters go: to a mail server, or, while there is none, into a folder; and to channels of chats."""

from __future__ import annotations

import os
import re
import smtplib
import ssl
from contextlib import contextmanager
from contextlib import suppress
from datetime import UTC
from email.utils import parseaddr
from typing import TYPE_CHECKING
from typing import Protocol
from urllib.parse import unquote
from urllib.parse import urlsplit

from adoption.chat import channels
from adoption.chat import posting
from adoption.chat import reaching
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.mail import envelope
from adoption.mail import message
from rules import period
from rules.delivery import MINUTE
from rules.delivery import Answer
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterator
    from pathlib import Path

    from adoption.mail.letter import Stored
    from config import Settings

TIMEOUT = 30.0  # seconds for one step of the conversation
FINAL_TIMEOUT = 120.0  # … and for the answer to the whole letter, which a server may check meanwhile
WORDS = 500  # characters of an answer that are kept
PORTS = {"smtp": 25, "smtps": 465}
LOCAL = {"localhost", "127.0.0.1", "::1"}
OK, GO_ON, CLOSING = 2, 354, 421  # RFC 5321
PACE = "letters"  # the allowance that all senders share


class UnreachableError(Exception):
    """The mail server cannot be talked to; what is wrong is no letter's fault."""


class Post(Protocol):
    """What takes letters."""

    hidden: bool  # whether what it took is out of our hands
    shared: bool  # whether all letters take turns, so that none goes while one has to wait

    def turn(self, letter: Stored) -> tuple[str, int]:
        """Return with what a letter takes turns, and how many microseconds lie between two of them."""

    def build(self, letter: Stored) -> bytes:
        """Return a rendered letter as it goes out.

        Raises:
            message.UnusableError: nothing can be made of it.
        """

    def hand_over(self, letter: Stored, data: bytes) -> Answer:
        """Hand a letter over, as bytes, and return what was said.

        Raises:
            UnreachableError: nobody could be talked to.
        """


@contextmanager
def opened(settings: Settings, *, chat: bool = False) -> Iterator[Post]:
    """Give what takes letters, for a run of them: one connection for all; or what takes messages to channels."""
    if chat:
        yield Chats(settings.chat_inner_hosts)
        return
    if settings.smtp_url is None:
        yield Folder(settings.mail_folder, settings.mail_from)
        return
    every = MINUTE // settings.mail_per_minute
    server = Server(settings.smtp_url, settings.mail_from, lambda letter: envelope.sender(letter.id), every)
    try:
        yield server
    finally:
        server.close()


class Folder:
    """Letters as files that mail programs open, in the order of their names; a letter has one file, however often."""

    hidden = False
    shared = True

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder = folder
        self.sender = sender

    def turn(self, _letter: Stored) -> tuple[str, int]:
        """Take turns without waiting."""
        return PACE, 1

    def build(self, letter: Stored) -> bytes:
        """Return a letter as a message."""
        return message.build(letter, self.sender)

    def hand_over(self, letter: Stored, data: bytes) -> Answer:
        """Write a file, whole or not at all, that only its owner may read."""
        name = file_name(letter)
        draft = self.folder / f".{name}.{os.getpid()}"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(draft, "wb", opener=_private) as file:  # Path.open takes no opener
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self.folder / name)
        except OSError as error:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise UnreachableError(str(error)) from error
        return Answer(250, name)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def file_name(letter: Stored) -> str:
    """Return the name of a letter's file: when, which, what."""
    moment = period.moment(letter.rendered or letter.planned).astimezone(UTC)
    return f"{moment:%Y%m%dT%H%M%SZ}-{letter.id:08}-{letter.kind}.eml"


class Server:
    """A mail server: connected when the first letter comes, used for all, connected again when it hangs up."""

    hidden = True
    shared = True

    def __init__(
        self, url: str, sender: str, envelope: Callable[[Stored], str | None] = lambda _letter: None, every: int = 1
    ) -> None:
        self.url = urlsplit(url)
        self.name = sender
        self.every = every
        self.sender = parseaddr(sender)[1]
        self.envelope = envelope
        self.smtp: smtplib.SMTP | None = None

    def turn(self, _letter: Stored) -> tuple[str, int]:
        """Take turns as often as the settings allow."""
        return PACE, self.every

    def build(self, letter: Stored) -> bytes:
        """Return a letter as a message."""
        return message.build(letter, self.name)

    def hand_over(self, letter: Stored, data: bytes) -> Answer:
        """Go through the conversation for one letter; a connection that went stale meanwhile is made anew, once."""
        stale = self.smtp is not None
        try:
            return self._converse(letter, data)
        except UnreachableError:
            if not stale:
                raise
        return self._converse(letter, data)

    def _converse(self, letter: Stored, data: bytes) -> Answer:
        smtp = self._begin(self.envelope(letter) or self.sender)
        try:
            code, words = smtp.rcpt(letter.address)
            if code // 100 == OK:
                code, words = smtp.docmd("DATA")
            if code != GO_ON:
                return self._refused(smtp, code, words)
            smtp.send(_dotted(data))
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(None, _said(error))
        return self._answer(smtp)

    def _begin(self, sender: str) -> smtplib.SMTP:
        """Say that a letter comes, and from whom.  A server that refuses that refuses us, and no single letter."""
        smtp = self.smtp or self._connect()
        try:
            code, words = smtp.mail(sender)
            if code // 100 != OK:
                raise smtplib.SMTPResponseException(code, words)  # one way out for all of it
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise UnreachableError(_said(error)) from error
        return smtp

    def _answer(self, smtp: smtplib.SMTP) -> Answer:
        """Wait for the answer to the final dot.  Whoever hears nothing cannot know whether the letter was taken."""
        try:
            if smtp.sock is not None:
                smtp.sock.settimeout(FINAL_TIMEOUT)
            code, words = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Answer(None, _said(error), doubtful=True)
        if code == CLOSING:
            self.close()
        return _answered(code, words)

    def _refused(self, smtp: smtplib.SMTP, code: int, words: bytes) -> Answer:
        """Get ready for the next letter."""
        try:
            if code == CLOSING or smtp.rset()[0] // 100 != OK:
                self.close()
        except (OSError, smtplib.SMTPException):
            self.close()
        return _answered(code, words)

    def _connect(self) -> smtplib.SMTP:
        """Connect, encrypt where that is offered, and sign in where there is a user.

        A certificate that does not fit is never accepted, and a password never sent in the clear to another machine.
        """
        host, port = self.url.hostname or "", self.url.port or PORTS[self.url.scheme]
        hello = self.sender.rpartition("@")[2]
        context = ssl.create_default_context()
        try:
            if self.url.scheme == "smtps":
                smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, hello, timeout=TIMEOUT, context=context)
            else:
                smtp = smtplib.SMTP(host, port, hello, timeout=TIMEOUT)
            self.smtp = smtp
            self._greet(smtp, context, encrypted=self.url.scheme == "smtps")
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise UnreachableError(_said(error)) from error
        return smtp

    def _greet(self, smtp: smtplib.SMTP, context: ssl.SSLContext, *, encrypted: bool) -> None:
        smtp.ehlo_or_helo_if_needed()
        if not encrypted and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
            encrypted = True
        if self.url.username:
            if not encrypted and self.url.hostname not in LOCAL:
                msg = "the server offers no encryption, so the password was not sent"
                raise smtplib.SMTPException(msg)
            smtp.login(unquote(self.url.username), unquote(self.url.password or ""))

    def check(self) -> str:
        """Connect as for a letter, and say with whom.

        Raises:
            UnreachableError: that is not possible.
        """
        smtp = self.smtp or self._connect()
        return _words(smtp.ehlo_resp or smtp.helo_resp or b"").partition(" ")[0]

    def close(self) -> None:
        """Hang up, politely if that is still possible."""
        smtp, self.smtp = self.smtp, None
        if smtp is None:
            return
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


class Chats:
    """Channels of chats: each has its own pace, and what is wrong with one holds up no other."""

    hidden = True
    shared = False

    def __init__(self, inner: Collection[str]) -> None:
        self.inner = inner

    def turn(self, letter: Stored) -> tuple[str, int]:
        """Take turns for each channel by itself: Slack wants no more than one message a second."""
        return letter.address, SECOND

    def build(self, letter: Stored) -> bytes:
        """Return the JSON that was rendered."""
        if letter.html is None:
            raise message.UnusableError("there is no text")  # noqa: EM101, TRY003  # the one reason
        return letter.html.encode()

    def hand_over(self, letter: Stored, data: bytes) -> Answer:
        """Post it."""
        try:
            url = channels.url_of(channels.number_of(letter.address))
        except channels.UnknownChannelError as error:
            return Answer(None, str(error), final=True)
        except AdoptionError as error:  # sealed with another key
            raise UnreachableError(str(error)) from None
        finally:
            db.session.rollback()  # no connection to the database is kept while we wait for an answer
        try:
            return posting.post(url, data, self.inner)
        except reaching.OutOfReachError as error:
            raise UnreachableError(str(error)) from None


def _dotted(data: bytes) -> bytes:
    """Return a message as it travels: a dot before every line that begins with one, and one alone at the end."""
    return re.sub(rb"(?m)^\.", b"..", data) + (b"" if data.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _answered(code: int, words: bytes) -> Answer:
    return Answer(code, f"{code} {_words(words)}")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return _answered(error.smtp_code, reply if isinstance(reply, bytes) else str(reply).encode()).words
    return _words((str(error) or type(error).__name__).encode())


def _words(words: bytes) -> str:
    return " ".join(words.decode("utf-8", "replace").split())[:WORDS]
