"""Addresses in letters: made from the settings alone, never from what a request says about itself."""

from __future__ import annotations

from flask import current_app

from adoption.errors import UnavailableError

DEMO = "http://127.0.0.1:5000"  # where the demo can be found if nobody says otherwise


class NoAddressError(UnavailableError):
    """Nobody has told this service under which address people reach it: PUBLIC_URL is not set."""


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
