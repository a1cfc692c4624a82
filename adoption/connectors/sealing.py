"""Secrets of sources at rest: sealed with a key that follows from SECRET_KEY.

A source's secret must be readable to check signatures, so that it cannot be hashed as tokens are; a stolen database
alone must not be enough to sign deliveries.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet
from cryptography.fernet import InvalidToken

from adoption.errors import UnavailableError


class SealedElsewhereError(UnavailableError):
    """The source's secret was sealed with another SECRET_KEY; set that one, or rotate the source's secret."""


def seal(secret: str, secret_key: str) -> str:
    """Return a secret as it may be stored."""
    return _fernet(secret_key).encrypt(secret.encode()).decode()


def unseal(sealed: str, secret_key: str) -> str:
    """Return the secret that ``seal`` sealed."""
    try:
        return _fernet(secret_key).decrypt(sealed).decode()
    except InvalidToken:
        raise SealedElsewhereError from None


def _fernet(secret_key: str) -> Fernet:
    key = hashlib.blake2b(secret_key.encode(), digest_size=32, person=b"spoonful.hooks").digest()
    return Fernet(base64.urlsafe_b64encode(key))
