"""Who is asking, and what they may see: one table for all roles, tokens, sessions and devices.

Every route states the permission it needs (``@permission("boards:read")``, for pages with ``door=SESSION``) or why it
needs none (``@public("why")``); one that states nothing is closed.  docs/decisions/access.md tells the reasons.

``table`` is the table, ``stating`` how routes refer to it, ``callers`` who may ask; ``tokens``, ``sessions`` and
``devices`` are the three doors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import cast

from flask import current_app
from flask import g
from flask import request

from adoption.auth import devices
from adoption.auth import sessions
from adoption.auth import tokens as bearer
from adoption.auth.callers import Caller as Caller  # noqa: TC001  # others import it from here
from adoption.auth.callers import behalf as behalf
from adoption.auth.callers import leaders as leaders
from adoption.auth.callers import leads as leads
from adoption.auth.callers import may_see as may_see
from adoption.auth.stating import KEPT_DEVICE as KEPT_DEVICE
from adoption.auth.stating import SESSION as SESSION
from adoption.auth.stating import TOKEN as TOKEN
from adoption.auth.stating import Access as Access
from adoption.auth.stating import access_of as access_of
from adoption.auth.stating import offered as offered
from adoption.auth.stating import permission as permission
from adoption.auth.stating import public as public
from adoption.auth.stating import unstated as unstated
from adoption.auth.table import ALL as ALL
from adoption.auth.table import DEVICE as DEVICE
from adoption.auth.table import EVERY as EVERY
from adoption.auth.table import EVERYBODY as EVERYBODY
from adoption.auth.table import OWN as OWN
from adoption.auth.table import PERMISSIONS as PERMISSIONS
from adoption.auth.table import REPORTS as REPORTS
from adoption.auth.table import SCOPES as SCOPES
from adoption.auth.table import SERVICE as SERVICE
from adoption.auth.table import Reach as Reach
from adoption.auth.tokens import TokenLine as TokenLine
from adoption.auth.tokens import create_token as create_token
from adoption.auth.tokens import digest_of as digest_of
from adoption.auth.tokens import revoke_token as revoke_token
from adoption.auth.tokens import tokens as tokens
from adoption.errors import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask import Flask

DOORS: Mapping[str, Callable[[], Caller]] = {
    TOKEN: bearer.caller,
    SESSION: sessions.caller,
    KEPT_DEVICE: devices.caller,
}


class MissingScopeError(ForbiddenError):
    """The token has not the scope that this needs."""


def init_app(app: Flask) -> None:
    """Ask for the stated permission before every view."""
    app.extensions["tokens"] = {}
    app.before_request(_forget)
    app.before_request(_check)


def _forget() -> None:
    """Begin without what was known of another request: a context that was pushed by hand outlives one."""
    for name in (
        "visitor",
        "person",
        "caller",
        "language",
        "page_context",
        "csrf_token",
        "csrf_valid",
        "looked",
        "looked_at_flags",
        "refused",
    ):
        g.pop(name, None)


def _check() -> None:
    if request.endpoint is None:
        return  # no such route: 404 or 405 follows
    access = access_of(current_app, request.endpoint)
    if access is None:
        msg = "This route states no permission, so it is closed."
        raise ForbiddenError(msg)
    if access.permission is not None:
        g.caller = _require(access.permission, DOORS[access.door]())


def _require(name: str, found: Caller) -> Caller:
    if found.reach(name) is not None:
        return found
    if name not in found.scopes and EVERY not in found.scopes:
        msg = f"This needs a token with the scope {name}."
        raise MissingScopeError(msg, missing_scope=name)
    msg = f"The role {', '.join(found.roles)} has not the permission {name}."
    raise ForbiddenError(msg, permission=name)


def caller() -> Caller:
    """Return who is asking; only in a view that states a permission."""
    return cast("Caller", g.caller)
