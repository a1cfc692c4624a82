"""How a route says who may enter, and by which door."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import TypeVar
from typing import cast

from adoption.auth.table import EVERY
from adoption.auth.table import PERMISSIONS
from adoption.auth.table import SCOPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

    View = TypeVar("View", bound=Callable[..., Any])

# The doors: how a caller proves who is asking.
TOKEN = "token"  # noqa: S105  # a bearer token: machines
SESSION = "session"  # the cookie of somebody who signed in: pages
KEPT_DEVICE = "device"  # the cookie of a registered device: the counter


class Access(NamedTuple):
    """What a route asks for: a permission at a door, or nothing and the reason."""

    permission: str | None
    why: str
    door: str = TOKEN


def permission(name: str, *, door: str = TOKEN) -> Callable[[View], View]:
    """State that a view needs this permission, proved at this door."""
    if name not in PERMISSIONS:
        msg = f"{name} is no permission of auth.PERMISSIONS"
        raise KeyError(msg)
    return _stating(Access(name, "", door))


def public(why: str) -> Callable[[View], View]:
    """State that a view needs no permission, and why."""
    return _stating(Access(None, why))


def _stating(access: Access) -> Callable[[View], View]:
    def state(view: View) -> View:
        cast("Any", view).access = access
        return view

    return state


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return what a route states; ``None`` if it states nothing."""
    if endpoint == "static" or endpoint.endswith(".static"):
        return Access(None, "files of the look, the same for everybody")
    return getattr(app.view_functions.get(endpoint), "access", None)


def unstated(app: Flask) -> list[str]:
    """List the routes that state no permission.  A test wants this to be empty."""
    return [f"{rule.rule} ({rule.endpoint})" for rule in app.url_map.iter_rules() if not access_of(app, rule.endpoint)]


def offered(app: Flask) -> list[str]:
    """List the scopes that open something to a token."""
    stated = (access_of(app, rule.endpoint) for rule in app.url_map.iter_rules())
    opens = {one.permission for one in stated if one is not None and one.door == TOKEN}
    return [scope for scope in SCOPES if scope in opens or scope == EVERY]
