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
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption import journal
from adoption.auth import roles
from adoption.auth.callers import Caller
from adoption.auth.callers import day_of
from adoption.auth.callers import has_left
from adoption.auth.callers import passed_of
from adoption.auth.callers import roles_of
from adoption.auth.table import SCOPES
from adoption.auth.table import SERVICE
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.errors import UnauthenticatedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.extensions import write_at_once
from adoption.journal import By
from adoption.models import ApiToken
from adoption.models import Participant
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement

PREFIX = "spn_"
LENGTH = 32  # random bytes of a token
REMEMBERED = 5.0  # seconds for which a process trusts what it read about a token
MINUTE = 60 * 1_000_000  # microseconds: how exactly the last use of a token is noted
MANY = 10_000  # tokens remembered at once
LONGEST = 100  # letters of a token's name
COMMAND = By(None, "flask tokens")
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="spoonful"'}
INVALID = {"WWW-Authenticate": 'Bearer realm="spoonful", error="invalid_token"'}


class TokenLine(NamedTuple):
    """What may be told about a token; times are UTC microseconds, the last use to the minute."""

    name: str
    scopes: str
    email: str | None
    created: int
    revoked: int | None
    id: int
    participant: int | None
    used: int | None
    expires: int | None

    def opens(self, now: int) -> bool:
        """Say whether it is in force at a moment."""
        return self.revoked is None and (self.expires is None or self.expires > now)


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
        msg = "The token is unknown, revoked, expired, or of somebody who has left."
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
    columns = (getattr(ApiToken, name) for name in ("id", "name", "scopes", "participant", "used", "expires"))
    now = clock.now()
    today = day_of(now)
    given, passed = roles.held(ApiToken.participant, today), roles.passed(ApiToken.participant, today)
    row = db.session.execute(
        select(*columns, Participant.role, Participant.left_on, given.label("given"), passed.label("passed"))
        .outerjoin(Participant, Participant.id == ApiToken.participant)
        .where(ApiToken.digest == digest, *_in_force(now))
    ).first()
    if row is None or has_left(row.left_on, now):
        return None
    if row.used is None or row.used < now - MINUTE:
        _note_use(row.id, now)
    own = (SERVICE,) if row.participant is None else roles_of(row.role, row.given)
    told = {"passed": passed_of(row.passed), "expires": row.expires}
    return Caller(row.name, frozenset(row.scopes.split()), row.participant, own, **told)


def _in_force(now: int) -> tuple[ColumnElement[bool], ...]:
    return ApiToken.revoked.is_(None), or_(ApiToken.expires.is_(None), ApiToken.expires > now)


def _note_use(number: int, now: int) -> None:
    """Note that a token is used.  Only its first use after a minute comes here; if others write just then, the next."""
    used = update(ApiToken).where(ApiToken.id == number).values(used=now)
    if write_at_once(lambda connection: connection.execute(used)):
        current_app.logger.info("the use of token %s could not be noted", number)


def create_token(  # noqa: PLR0913  # what a token is
    name: str, scopes: Iterable[str], *, email: str | None, now: int, expires: int | None = None, by: By = COMMAND
) -> str:
    """Make a token and return it, once: only its digest is kept.  The caller commits.

    Raises:
        RefusedError: a scope is none, the name is empty, too long or taken, or it would have expired already.
        NotFoundError: there is no participant of that address.
    """
    wanted = list(dict.fromkeys(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        msg = f"{', '.join(unknown) or 'nothing'} is no scope; choose from {', '.join(SCOPES)}"
        raise RefusedError(msg)
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        msg = f"a token has a name of one line, of at most {LONGEST} letters"
        raise RefusedError(msg)
    if expires is not None and expires <= now:
        msg = "a token expires in the future; choose a later moment"
        raise RefusedError(msg)
    connection = begin_write()
    journal.take_turn(connection)  # a double click makes one token: nobody would know of the other
    live = select(ApiToken.id).where(ApiToken.name == name, *_in_force(now))
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
    values = {"name": name, "digest": digest_of(token), "scopes": " ".join(wanted), "created": now, "expires": expires}
    connection.execute(insert(ApiToken).values(participant=participant, **values))
    told: dict[str, object] = {"scopes": wanted, "for": email and email.strip().lower()}
    if expires is not None:
        told["expires"] = period.moment(expires).isoformat()
    journal.write(connection, by, "created", f"token/{name}", now=now, after=told)
    return token


def revoke_token(which: str | int, *, now: int, by: By = COMMAND) -> int:
    """Revoke the token of that name or number; return how many were revoked.  The caller commits."""
    its = ApiToken.name == which if isinstance(which, str) else ApiToken.id == which
    connection = begin_write()
    revoked = update(ApiToken).where(its, ApiToken.revoked.is_(None)).values(revoked=now).returning(ApiToken.name)
    names = connection.scalars(revoked).all()
    for name in names:
        journal.write(connection, by, "revoked", f"token/{name}", now=now)
    return len(names)


def tokens() -> list[TokenLine]:
    """List the tokens."""
    columns = (Participant.email if name == "email" else getattr(ApiToken, name) for name in TokenLine._fields)
    rows = db.session.execute(
        select(*columns)
        .outerjoin(Participant, Participant.id == ApiToken.participant)
        .order_by(ApiToken.name, ApiToken.id)
    )
    return [TokenLine(*row) for row in rows]
