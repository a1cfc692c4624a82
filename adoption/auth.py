"""Who is asking, and what they may see: one table for all roles and all API tokens.

Every route states the permission it needs (``@permission("boards:read")``) or why it needs none (``@public("why")``);
one that states nothing is closed.  docs/decisions/access.md tells the reasons.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import TypeVar
from typing import cast

from flask import current_app
from flask import g
from flask import request
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.errors import UnauthenticatedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ApiToken
from adoption.models import Participant

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from flask import Flask

    View = TypeVar("View", bound=Callable[..., Any])


class Reach(IntEnum):
    """Whose things a permission opens: one's own, also those of everybody one leads, or everybody's."""

    OWN = 1
    REPORTS = 2
    ALL = 3


OWN, REPORTS, ALL = Reach
SERVICE = "service"  # stands for a token that belongs to no person
EVERY = "admin"  # the scope that holds every other
EVERYBODY = dict.fromkeys(("employee", "manager", "hr", "approver", "lead", "cashier", "admin"), OWN)

# The table: permission → who has it → how far it reaches.  A token's scopes are names of permissions.
PERMISSIONS: Mapping[str, Mapping[str, Reach]] = {
    "activities:write": {SERVICE: ALL, "admin": ALL},
    "progress:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
    "awards:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
    "boards:read": {**EVERYBODY, "manager": REPORTS, "hr": ALL, "admin": ALL, SERVICE: ALL},
}
SCOPES = (*PERMISSIONS, EVERY)

PREFIX = "spn_"
LENGTH = 32  # random bytes of a token
REMEMBERED = 5.0  # seconds for which a process trusts what it read about a token
MANY = 10_000  # tokens remembered at once
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="spoonful"'}
INVALID = {"WWW-Authenticate": 'Bearer realm="spoonful", error="invalid_token"'}


class MissingScopeError(ForbiddenError):
    """The token has not the scope that this needs."""


class Access(NamedTuple):
    """What a route asks for: a permission, or nothing and the reason."""

    permission: str | None
    why: str


class TokenLine(NamedTuple):
    """What may be told about a token; times are UTC microseconds."""

    name: str
    scopes: str
    email: str | None
    created: int
    revoked: int | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: a token, and the participant it belongs to, if any."""

    name: str
    scopes: frozenset[str]
    participant: int | None
    role: str

    def reach(self, permission: str) -> Reach | None:
        """Return how far a permission reaches for this caller; ``None`` without it."""
        if permission not in self.scopes and EVERY not in self.scopes:
            return None
        return PERMISSIONS[permission].get(self.role)


def permission(name: str) -> Callable[[View], View]:
    """State that a view needs this permission."""
    if name not in PERMISSIONS:
        msg = f"{name} is no permission of auth.PERMISSIONS"
        raise KeyError(msg)
    return _stating(Access(name, ""))


def public(why: str) -> Callable[[View], View]:
    """State that a view needs no permission, and why."""
    return _stating(Access(None, why))


def _stating(access: Access) -> Callable[[View], View]:
    def state(view: View) -> View:
        cast("Any", view).access = access
        return view

    return state


def init_app(app: Flask) -> None:
    """Ask for the stated permission before every view."""
    app.extensions["tokens"] = {}
    app.before_request(_check)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return what a route states; ``None`` if it states nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access(None, "files of the look, the same for everybody")
    return getattr(app.view_functions.get(endpoint), "access", None)


def unstated(app: Flask) -> list[str]:
    """List the routes that state no permission.  A test wants this to be empty."""
    return [f"{rule.rule} ({rule.endpoint})" for rule in app.url_map.iter_rules() if not access_of(app, rule.endpoint)]


def _check() -> None:
    if request.endpoint is None:
        return  # no such route: 404 or 405 follows
    access = access_of(current_app, request.endpoint)
    if access is None:
        msg = "This route states no permission, so it is closed."
        raise ForbiddenError(msg)
    if access.permission is not None:
        g.caller = _require(access.permission)


def _require(name: str) -> Caller:
    found = _caller()
    if found.reach(name) is not None:
        return found
    if name not in found.scopes and EVERY not in found.scopes:
        msg = f"This needs a token with the scope {name}."
        raise MissingScopeError(msg, missing_scope=name)
    msg = f"The role {found.role} has not the permission {name}."
    raise ForbiddenError(msg, permission=name)


def caller() -> Caller:
    """Return who is asking; only in a view that states a permission."""
    return cast("Caller", g.caller)


def _caller() -> Caller:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token.strip():
        msg = "Send a token: Authorization: Bearer spn_…"
        raise UnauthenticatedError(msg, headers=CHALLENGE)
    digest = digest_of(token.strip())
    remembered: dict[str, tuple[float, Caller]] = current_app.extensions["tokens"]
    known = remembered.get(digest)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    found = _look_up(digest)
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


def _look_up(digest: str) -> Caller | None:
    row = db.session.execute(
        select(ApiToken.name, ApiToken.scopes, ApiToken.participant, Participant.role, Participant.left_on)
        .outerjoin(Participant, Participant.id == ApiToken.participant)
        .where(ApiToken.digest == digest, ApiToken.revoked.is_(None))
    ).first()
    if row is None or (row.left_on is not None and row.left_on <= _today()):
        return None
    role = row.role if row.role in EVERYBODY else "employee"  # a directory may know other words
    return Caller(
        row.name, frozenset(row.scopes.split()), row.participant, SERVICE if row.participant is None else role
    )


def _today() -> int:
    return datetime.now(current_app.extensions["settings"].organisation_zone).date().toordinal()


def may_see(who: Caller, name: str, participant: int, manager_of: Callable[[int], int | None]) -> bool:
    """Say whether a permission opens what belongs to a participant."""
    reach = who.reach(name)
    if reach is None or reach is ALL:
        return reach is ALL
    if who.participant == participant:
        return True
    return reach is REPORTS and who.participant in leaders(participant, manager_of)


def leaders(participant: int, manager_of: Callable[[int], int | None]) -> list[int]:
    """List a participant's manager, that one's manager, and so on; a circle ends where it closes."""
    chain: list[int] = []
    above = manager_of(participant)
    while above is not None and above not in chain:
        chain.append(above)
        above = manager_of(above)
    return chain


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
