"""Where a page is, by its address: a link is shown where this service has the page and whoever looks may open it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from flask import url_for

from adoption import auth

if TYPE_CHECKING:
    from flask import Flask


def to(rule: str, **values: object) -> str | None:
    """Return the address of the page with that rule (``/hr/book/drafts/<int:number>``); ``None`` without one."""
    endpoint = _pages(current_app).get(rule)
    access = None if endpoint is None else auth.access_of(current_app, endpoint)
    if endpoint is None or access is None:
        return None
    allowed = access.permission is None or auth.caller().reach(access.permission) is not None
    return url_for(endpoint, **values) if allowed else None  # type: ignore[arg-type]  # what the rule asks for


def _pages(app: Flask) -> dict[str, str]:
    """Return rule → endpoint of every page that can be opened; told once from the map of addresses."""
    found: dict[str, str] | None = app.extensions.get("ways")
    if found is None:
        pages = app.extensions["pages"]
        found = app.extensions["ways"] = {
            rule.rule: rule.endpoint
            for rule in app.url_map.iter_rules()
            if "GET" in (rule.methods or ()) and rule.endpoint.partition(".")[0] in pages
        }
    return found
