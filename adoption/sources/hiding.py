"""What is kept of a delivery, without its secrets; and the seal on it.

A secret may stand in a header, in the address (which is not kept), or in the body, where some CRMs also put tokens that
open the CRM itself.  All of them are struck out before anything is stored.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING
from typing import NamedTuple
from urllib.parse import quote
from urllib.parse import quote_plus

from adoption.connectors import sealing
from adoption.models import storable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.connectors.verification import Proof

STRUCK = "***"
LARGEST = 256 * 1024  # bytes of a body that is kept
MOST_HEADERS = 60
LONGEST = 500  # characters of a header
CREDENTIALS = {"authorization", "proxy-authorization", "cookie", "x-api-key", "webhook-signature"}
_TOKENS = "access_token|refresh_token|application_token|client_secret|password|passwd|session_id|sessionid"
_IN_FORM = re.compile(rf"((?:^|&)[^=&]*(?:{_TOKENS})(?:%5D|\])?=)[^&]*".encode(), re.IGNORECASE)
_IN_JSON = re.compile(rf'("(?:{_TOKENS})"\s*:\s*)"(?:[^"\\]|\\.)*"'.encode(), re.IGNORECASE)


class Kept(NamedTuple):
    """A delivery as it is kept."""

    headers: Mapping[str, str]
    body: bytes


def without(text: str, secret: str) -> str:
    """Strike a secret out of a text."""
    return text.replace(secret, STRUCK) if secret else text


def body(raw: bytes, secret: str) -> bytes:
    """Strike a secret, however it is written, and tokens of the CRM out of a body."""
    spellings = {secret, quote(secret, safe=""), quote_plus(secret), json.dumps(secret)[1:-1]} - {""}
    for spelling in sorted(spellings, key=len, reverse=True):
        raw = raw.replace(spelling.encode("utf-8", "replace"), STRUCK.encode())
    return _IN_JSON.sub(rb'\1"' + STRUCK.encode() + b'"', _IN_FORM.sub(rb"\1" + STRUCK.encode(), raw))


def headers(given: Mapping[str, str], secret: str, proof: Proof) -> dict[str, str]:
    """Strike credentials, what proves the sender, and the secret out of headers."""
    hidden = CREDENTIALS | {proof.header.lower(), proof.name.lower()}
    return {
        name: STRUCK if name in hidden else without(clean(text), secret)[:LONGEST]
        for name, text in list(given.items())[:MOST_HEADERS]
    }


def clean(text: str) -> str:
    """Replace what no database stores: NUL, and halves of characters."""
    return storable(text, "\ufffd")


def seal(kept: Kept, secret_key: str) -> str:
    """Return a delivery as it may be stored."""
    text = json.dumps({"headers": dict(kept.headers), "body": base64.b64encode(kept.body).decode()})
    return sealing.seal(text, secret_key)


def unseal(sealed: str, secret_key: str) -> Kept:
    """Return what ``seal`` sealed.

    Raises:
        SealedElsewhereError: by another SECRET_KEY.
    """
    found = json.loads(sealing.unseal(sealed, secret_key))
    return Kept(found["headers"], base64.b64decode(found["body"]))
