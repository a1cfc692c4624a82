"""From whom a letter comes on its envelope: an address of its own, so that what comes back names the letter.

The number is signed, so that nobody can stop somebody's letters by making something up.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from flask import current_app

_SHAPE = re.compile(r"\+(\d{1,18})-([a-z2-7]{16})@", re.IGNORECASE)
_LENGTH = 10  # bytes of a signature


def sender(number: int) -> str | None:
    """Return the sender on the envelope of a letter; ``None`` where the settings name no BOUNCE_ADDRESS."""
    settings = current_app.extensions["settings"]
    if settings.bounce_address is None or settings.secret_key is None:
        return None
    local, _, domain = settings.bounce_address.partition("@")
    return f"{local}+{number}-{_signature(number)}@{domain}"


def number_of(text: str) -> int | None:
    """Return the number of the letter that an address in a text is the sender of; ``None`` if we never wrote it."""
    for number, signature in _SHAPE.findall(text):
        if hmac.compare_digest(signature.lower(), _signature(int(number))):
            return int(number)
    return None


def _signature(number: int) -> str:
    secret = current_app.extensions["settings"].require_secret()
    made = hmac.new(secret.encode(), f"spoonful envelope {number}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:_LENGTH]).decode().lower()
