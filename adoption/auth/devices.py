"""Registered devices at counters: bound to a canteen, without a personal login, seeing nothing but vouchers."""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from flask import request
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption.auth.callers import Caller
from adoption.auth.table import DEVICE
from adoption.auth.tokens import LENGTH
from adoption.auth.tokens import digest_of
from adoption.errors import UnauthenticatedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Device

if TYPE_CHECKING:
    from flask import Response
    from sqlalchemy import Row

COOKIE = "spoonful-counter"
KEPT = 2 * 365 * 86_400  # seconds for which a browser keeps a device's token
LONGEST = 60  # letters of a canteen's name
OPENS = frozenset({"vouchers:redeem"})


class UnregisteredError(UnauthenticatedError):
    """This device is not registered at a counter."""


class DeviceLine(NamedTuple):
    """One registered device; times are UTC microseconds."""

    id: int
    canteen: str
    created: int
    revoked: int | None


def caller() -> Caller:
    """Return the device that sent the running request; its name is the canteen.

    Raises:
        UnregisteredError: it is not, or no longer, registered.
    """
    row = _look_up(request.cookies.get(COOKIE, ""))
    if row is None:
        raise UnregisteredError
    return Caller(row.canteen, OPENS, None, (DEVICE,), device=row.id)


def known(token: str) -> bool:
    """Say whether this is the token of a registered device."""
    return _look_up(token) is not None


def _look_up(token: str) -> Row[int, str] | None:
    query = select(Device.id, Device.canteen).where(Device.digest == digest_of(token), Device.revoked.is_(None))
    return db.session.execute(query).first() if token else None


def named(text: str) -> str | None:
    """Return the name of a canteen as it is stored: one line; ``None`` if it is empty, too long or cannot be shown."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    return name if name and len(name) <= LONGEST and name.isprintable() else None


def register(canteen: str, *, by: int | None, now: int) -> str:
    """Register a device at a canteen and return its token, once.  The caller commits."""
    token = secrets.token_urlsafe(LENGTH)
    values = {"canteen": canteen, "digest": digest_of(token), "created": now, "registered_by": by}
    begin_write().execute(insert(Device).values(values))
    return token


def remember(response: Response, token: str) -> None:
    """Let the browser keep a device's token."""
    secure = (current_app.extensions["settings"].public_url or "").startswith("https:")
    response.set_cookie(COOKIE, token, max_age=KEPT, secure=secure, httponly=True, samesite="Strict", path="/counter")


def devices() -> list[DeviceLine]:
    """List the devices, revoked ones too."""
    query = select(Device.id, Device.canteen, Device.created, Device.revoked).order_by(Device.canteen, Device.id)
    return [DeviceLine(*row) for row in db.session.execute(query)]


def revoke(number: int) -> int:
    """Take a device's registration back; return how many that were.  The caller commits."""
    live = (Device.id == number, Device.revoked.is_(None))
    now = clock.now()
    return begin_write().execute(update(Device).where(*live).values(revoked=now)).rowcount
