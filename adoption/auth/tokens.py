"""Bearer tokens of the API: made once, kept as a digest, remembered for a few seconds."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from flask import request
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.auth.callers import Caller
from adoption.auth.callers import has_left
from adoption.auth.callers import role_of
from adoption.auth.table import SCOPES
from adoption.auth.table import SERVICE
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.errors import UnauthenticatedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ApiToken
from adoption.models import Participant

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX = "spn_"
LENGTH = 32  # random bytes of a token
REMEMBERED = 5.0  # seconds for which a process trusts what it read about a token
MANY = 10_000  # tokens remembered at once
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="spoonful"'}
INVALID = {"WWW-Authenticate": 'Bearer realm="spoonful", error="invalid_token"'}


class TokenLine(NamedTuple):
    """What may be told about a token; times are UTC microseconds."""

    name: str
    scopes: str
    email: str | None
    created: int
    revoked: int | None


def caller() -> Caller:
    """Return who sent the token of the running request.

    Raises:
        UnauthenticatedError: there is none, or it opens nothing.
    """
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        msg = "Send a token: Authorization: Bearer spn_…"
        raise UnauthenticatedError(msg, headers=CHALLENGE)
    digest = digest_of(token.strip())
    remembered: dict[str, tuple[float, Caller]] = current_app.extensions["tokens"]
    known = remembered.get(digest)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = look_up(digest)
    if found is None:
        remembered.pop(digest, None)
        msg = "The token is unknown, revoked, or of somebody who has left."
        raise UnauthenticatedError(msg, headers=INVALID)
    if len(remembered) >= MANY:
        remembered.clear()
    remembered[digest] = time.monotonic() + REMEMBERED, found
    return found


def digest_of(token: str) -> str:
    """Return what is stored of a token.  A token is 256 random bits, so that a plain hash cannot be searched."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def look_up(digest: str) -> Caller | None:
    """Return the caller whose token has that digest, if it is in force."""
    row = db.session.execute(
        select(ApiToken.name, ApiToken.scopes, ApiToken.participant, Participant.role, Participant.left_on)
        .outerjoin(Participant, Participant.id == ApiToken.participant)
        .where(ApiToken.digest == digest, ApiToken.revoked.is_(None))
    ).first()
    if row is None or has_left(row.left_on, time.time_ns() // 1000):
        return None
    role = SERVICE if row.participant is None else role_of(row.role)
    return Caller(row.name, frozenset(row.scopes.split()), row.participant, role)


def create_token(name: str, scopes: Iterable[str], *, email: str | None, now: int) -> str:
    """Make a token and return it, once: only its digest is kept.  The caller commits."""
    wanted = list(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        msg = f"{', '.join(unknown) or 'nothing'} is no scope; choose from {', '.join(SCOPES)}"
        raise RefusedError(msg)
    connection = begin_write()
    live = select(ApiToken.id).where(ApiToken.name == name, ApiToken.revoked.is_(None))
    if connection.execute(live).first():
        msg = f"there is a token named {name!r} already; revoke it, or choose another name"
        raise RefusedError(msg)
    participant = None
    if email is not None:
        participant = connection.scalar(select(Participant.id).where(Participant.email == email.strip().lower()))
        if participant is None:
            msg = f"there is no participant {email}"
            raise NotFoundError(msg)
    token = PREFIX + secrets.token_urlsafe(LENGTH)
    values = {"name": name, "digest": digest_of(token), "scopes": " ".join(wanted), "created": now}
    connection.execute(insert(ApiToken).values(participant=participant, **values))
    return token


def revoke_token(name: str, *, now: int) -> int:
    """Revoke the token of that name; return how many were revoked.  The caller commits."""
    live = (ApiToken.name == name, ApiToken.revoked.is_(None))
    return begin_write().execute(update(ApiToken).where(*live).values(revoked=now)).rowcount


def tokens() -> list[TokenLine]:
    """List the tokens."""
    rows = db.session.execute(
        select(ApiToken.name, ApiToken.scopes, Participant.email, ApiToken.created, ApiToken.revoked)
        .outerjoin(Participant, Participant.id == ApiToken.participant)
        .order_by(ApiToken.name, ApiToken.id)
    )
    return [TokenLine(*row) for row in rows]
