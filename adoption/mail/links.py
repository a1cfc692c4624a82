"""Addresses in letters: made from the settings alone, never from what a request says about itself."""

from __future__ import annotations

from typing import Any

from flask import current_app
from itsdangerous import BadData
from itsdangerous import URLSafeSerializer

from adoption.errors import NotFoundError
from adoption.errors import UnavailableError

DEMO = "http://127.0.0.1:5000"  # where the demo can be found if nobody says otherwise


class NoAddressError(UnavailableError):
    """Nobody has told this service under which address people reach it: PUBLIC_URL is not set."""


class NoTokenError(NotFoundError):
    """Nobody was ever sent such a link, or it is over."""


def root() -> str | None:
    """Return the address under which people reach this service, without a slash at its end; ``None``: not known."""
    settings = current_app.extensions["settings"]
    return settings.public_url or (DEMO if settings.demo else None)


def to(endpoint: str, **values: object) -> str:
    """Return the address of a page of ours.

    Raises:
        NoAddressError: the settings do not say where that is.
    """
    where = root()
    if where is None:
        raise NoAddressError
    return where + current_app.url_map.bind("").build(endpoint, values)


def signed(purpose: str, *values: object) -> str:
    """Return these values as they travel in an address: readable, and of no use when changed."""
    return str(_signer(purpose).dumps(values))


def read(purpose: str, token: str) -> list[Any]:
    """Return what was signed for that purpose.

    Raises:
        NoTokenError: nobody signed that.
    """
    try:
        found = _signer(purpose).loads(token)
    except BadData:
        raise NoTokenError from None
    if not isinstance(found, list):
        raise NoTokenError
    return found


def stop(participant: int, kind: str) -> str:
    """Return the address by which somebody ends regular letters of a kind, without signing in."""
    return to("letters_out.stop", token=signed("stop", participant, kind))


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.extensions["settings"].require_secret(), salt=f"spoonful {purpose}")
