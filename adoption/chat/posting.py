"""Post to a webhook, once, and return what was answered.

No redirect is followed, little of an answer is read, all of it within a time, and the address is in nothing that is
returned: whoever has it can write to the channel.
"""

from __future__ import annotations

import time
from contextlib import closing
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.parse import unquote
from urllib.parse import urlsplit

from adoption.chat import reaching
from rules import webhook
from rules.delivery import Answer

if TYPE_CHECKING:
    from collections.abc import Collection
    from http.client import HTTPResponse

WHOLE_TIMEOUT = 30.0  # seconds for all of it, however slowly each step goes on
LARGEST = 4_096  # bytes of an answer that are read
WORDS = 300  # characters of it that are kept
HEADERS = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Spoonful", "Connection": "close"}


def post(url: str, body: bytes, inner: Collection[str]) -> Answer:
    """Post JSON to an address, where ``inner`` are hosts of our own network that may be reached.

    Raises:
        reaching.OutOfReachError: nothing was sent.
    """
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    with reaching.within(WHOLE_TIMEOUT) as deadline, closing(reaching.connected(url, inner, deadline)) as connection:
        try:
            connection.request("POST", target, body, HEADERS)
        except (OSError, HTTPException) as error:  # not all was sent, so it was not taken
            msg = f"{parts.hostname}: {type(error).__name__}"
            raise reaching.OutOfReachError(msg) from None
        try:
            heard = connection.getresponse()
            said = heard.read(LARGEST)
        except (OSError, HTTPException, ValueError) as error:  # all was sent: nobody knows
            return Answer(None, f"no answer: {type(error).__name__}", doubtful=True)
    return webhook.answer(heard.status, _words(said, parts.path, parts.query), _wait(heard))


def _words(said: bytes, *secrets: str) -> str:
    """Return what was said on one line, without anything of the address that somebody repeats."""
    text = said.decode("utf-8", "replace")
    for part in {piece for secret in secrets for piece in (secret, unquote(secret), *secret.split("/"))}:
        if len(part) > len("hooks"):
            text = text.replace(part, "…")
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:WORDS]


def _wait(heard: HTTPResponse) -> int:
    """Return the seconds that Retry-After asks for: a number, or a moment."""
    text = (heard.getheader("Retry-After") or "").strip()
    if text.isdecimal() and text.isascii():
        return min(int(text), webhook.LONGEST) if len(text) < len(str(webhook.LONGEST)) + 3 else webhook.LONGEST
    try:
        return max(int(parsedate_to_datetime(text).timestamp() - time.time()), 0)
    except (ValueError, TypeError, OverflowError):
        return 0
