"""Who signed in at a browser: links by mail that open a session, and sessions that can be listed and revoked.

A session lives in the database, so that it ends when it is revoked or when its owner leaves, whatever the browser
keeps.  The cookie holds 256 random bits of which only a digest is stored.  A link is a signed number: what makes it
valid once, and for fifteen minutes, is its row.
"""

from __future__ import annotations

import secrets
import unicodedata
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from flask import g
from flask import request
from itsdangerous import BadData
from itsdangerous import URLSafeSerializer
from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption.auth import roles
from adoption.auth.callers import Caller
from adoption.auth.callers import day_of
from adoption.auth.callers import has_left
from adoption.auth.callers import passed_of
from adoption.auth.callers import roles_of
from adoption.auth.table import EVERY
from adoption.auth.tokens import LENGTH
from adoption.auth.tokens import digest_of
from adoption.errors import UnauthenticatedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.extensions import write_at_once
from adoption.models import Participant
from adoption.models import Preference
from adoption.models import SignInLink
from adoption.models import WebSession
from rules.period import SECOND

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from werkzeug import Response

COOKIE = "spoonful"
LINK_LIVES = 15 * 60 * SECOND
LIVES = 60 * 86_400 * SECOND  # a session ends after this time at the latest
IDLE = 14 * 86_400 * SECOND  # … or after this time without a visit
NOTED = 60 * SECOND  # how exactly the last visit is noted
AGENT_LENGTH = 200
EVERYTHING = frozenset({EVERY})  # a session has no scopes of its own: the role alone decides


class SignInNeededError(UnauthenticatedError):
    """This page needs you to sign in."""


class Link(NamedTuple):
    """A link by which somebody may sign in: its number, and whose it is."""

    number: int
    participant: int


class SessionLine(NamedTuple):
    """One of somebody's open sessions; times are UTC microseconds."""

    id: int
    agent: str
    created: int
    seen: int


def caller() -> Caller:
    """Return who is signed in, and keep what the frame of a page needs to know about them in ``g``.

    Raises:
        SignInNeededError: nobody is.
    """
    found = visitor()
    if found is None:
        raise SignInNeededError
    return found


def visitor() -> Caller | None:
    """Return who is signed in at the browser of the running request, if anybody is; looked up once per request."""
    if "visitor" not in g:
        token = request.cookies.get(COOKIE, "")
        g.visitor = _look_up(digest_of(token), clock.now()) if token else None
    found: Caller | None = g.visitor
    return found


def _look_up(digest: str, now: int) -> Caller | None:
    today = day_of(now)
    row = db.session.execute(
        select(
            WebSession.id, WebSession.seen, WebSession.participant,
            Participant.name, Participant.email, Participant.role, Participant.left_on,
            Preference.language, Preference.theme,
            roles.held(WebSession.participant, today).label("given"),
            roles.passed(WebSession.participant, today).label("passed"),
        )
        .join(Participant, Participant.id == WebSession.participant)
        .outerjoin(Preference, Preference.participant == WebSession.participant)
        .where(WebSession.digest == digest, WebSession.revoked.is_(None), WebSession.ends > now)
        .where(WebSession.seen > now - IDLE)
    ).first()  # fmt: skip  # a line for each table
    if row is None or has_left(row.left_on, now):
        return None
    if row.seen < now - NOTED:
        seen = update(WebSession).where(WebSession.id == row.id).values(seen=now)
        write_at_once(lambda connection: connection.execute(seen))  # else at the next visit
    g.person = row
    own, others = roles_of(row.role, row.given), passed_of(row.passed)
    return Caller(row.email, EVERYTHING, row.participant, own, session=row.id, passed=others)


def normal(address: str) -> str:
    """Return an e-mail address as the directory spells it."""
    return unicodedata.normalize("NFC", address.strip().casefold())


def make_link(connection: Connection, address: str, now: int) -> Link | None:
    """Make a link for whoever has that address; ``None`` if nobody works here under it.  The caller commits."""
    query = select(Participant.id, Participant.left_on).where(Participant.email == normal(address))
    row = connection.execute(query).first()
    if row is None or has_left(row.left_on, now):
        return None
    values = {"participant": row.id, "created": now, "ends": now + LINK_LIVES}
    number = connection.execute(insert(SignInLink).values(values).returning(SignInLink.id)).scalar_one()
    return Link(number, row.id)


def link_token(number: int) -> str:
    """Return what a link's address ends with."""
    return str(_signer().dumps(number))


def link_number(token: str) -> int | None:
    """Return the number of the link with that token; ``None`` if we did not sign it."""
    try:
        number = _signer().loads(token)
    except BadData:
        return None
    return number if isinstance(number, int) else None


def link_address(token: str, now: int) -> str | None:
    """Return the e-mail address of whose link this is, without using it; ``None`` if it opens nothing (any more)."""
    number = link_number(token)
    if number is None:
        return None
    query = select(Participant.email, Participant.left_on).join(SignInLink, SignInLink.participant == Participant.id)
    good = (SignInLink.id == number, SignInLink.used.is_(None), SignInLink.ends > now)
    row = db.session.execute(query.where(*good)).first()
    return None if row is None or has_left(row.left_on, now) else str(row.email)


def sign_in(token: str, agent: str, now: int, *, instead_of: int | None = None) -> str | None:
    """Use a link, once, and open a session in the same transaction; return the session's token.

    ``None`` if the link is not ours, used, too old, or of somebody who has left.  ``instead_of`` is the number of a
    session that ends with it.  The caller commits.
    """
    number = link_number(token)
    if number is None:
        return None
    good = (SignInLink.id == number, SignInLink.used.is_(None), SignInLink.ends > now)
    connection = begin_write()
    used = connection.execute(update(SignInLink).where(*good).values(used=now).returning(SignInLink.participant))
    who = used.scalar_one_or_none()
    if who is None:
        return None
    left_on = connection.scalar(select(Participant.left_on).where(Participant.id == who))
    return None if has_left(left_on, now) else _begin(connection, who, agent, now, instead_of)


def _signer() -> URLSafeSerializer:
    secret = current_app.extensions["settings"].require_secret()
    return URLSafeSerializer(secret, salt="sign-in link")


def begin(participant: int, agent: str, now: int, *, instead_of: int | None = None) -> str:
    """Open a session and return its token, once; ``instead_of`` is the number of a session that ends with it.

    The caller commits, and hands the token to ``remember``.
    """
    return _begin(begin_write(), participant, agent, now, instead_of)


def _begin(connection: Connection, participant: int, agent: str, now: int, instead_of: int | None) -> str:
    token = secrets.token_urlsafe(LENGTH)
    values = {"digest": digest_of(token), "participant": participant, "agent": agent[:AGENT_LENGTH]}
    connection.execute(insert(WebSession).values(created=now, seen=now, ends=now + LIVES, **values))
    if instead_of is not None:
        old = (WebSession.id == instead_of, WebSession.revoked.is_(None))
        connection.execute(update(WebSession).where(*old).values(revoked=now))
    return token


def remember(response: Response, token: str) -> None:
    """Let the browser keep a session's token."""
    public = current_app.extensions["settings"].public_url or ""
    secure = request.is_secure or public.startswith("https:")
    response.set_cookie(COOKIE, token, max_age=LIVES // SECOND, secure=secure, httponly=True, samesite="Lax")


def open_sessions(participant: int, now: int) -> list[SessionLine]:
    """List somebody's open sessions, the latest visit first."""
    query = select(WebSession.id, WebSession.agent, WebSession.created, WebSession.seen)
    query = query.where(WebSession.participant == participant, WebSession.revoked.is_(None))
    query = query.where(WebSession.ends > now, WebSession.seen > now - IDLE)
    return [SessionLine(*row) for row in db.session.execute(query.order_by(WebSession.seen.desc(), WebSession.id))]


def revoke(participant: int, now: int, *, only: int | None = None, but: int | None = None) -> int:
    """End somebody's sessions: all, ``only`` one, or all ``but`` one.  Return how many; the caller commits."""
    live = [WebSession.participant == participant, WebSession.revoked.is_(None)]
    if only is not None:
        live.append(WebSession.id == only)
    if but is not None:
        live.append(WebSession.id != but)
    return begin_write().execute(update(WebSession).where(*live).values(revoked=now)).rowcount


def sweep(now: int) -> int:
    """Delete links and sessions that can no longer be used.  Return how many; the caller commits."""
    connection = begin_write()
    gone = connection.execute(delete(SignInLink).where(SignInLink.ends < now - LINK_LIVES)).rowcount
    over = or_(WebSession.ends < now, WebSession.seen < now - IDLE, WebSession.revoked.is_not(None))
    return gone + connection.execute(delete(WebSession).where(over)).rowcount
