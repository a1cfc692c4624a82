"""What pages are called where somebody else speaks of them, and which page an address of ours is.

A title comes from this table and the bar of the desk alone, never from what a request says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from flask import request
from flask import url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from adoption import auth
from adoption.auth import SESSION
from adoption.languages import gettext
from adoption.pages import desk

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

LONGEST = 300  # characters of an address that is attached
# Endpoint, or blueprint → title; what has an entry on the desk is called as it is there.
TITLES: Mapping[str, Callable[[], str]] = {
    "home": lambda: gettext("Home"),
    "home.today": lambda: gettext("Today"),
    "why.award": lambda: gettext("Why there is an award"),
    "why.not_yet": lambda: gettext("What is missing"),
    "why.record": lambda: gettext("The story of a record"),
    "why.search": lambda: gettext("Find a record"),
    "board": lambda: gettext("Board"),
    "rewards": lambda: gettext("Rewards"),
    "rewards.options": lambda: gettext("Choose a reward"),
    "me": lambda: gettext("Me"),
    "about": lambda: gettext("What we count"),
    "bonus": lambda: gettext("My bonus"),
    "bonus.team": lambda: gettext("Bonuses of the team"),
    "stand_ins": lambda: gettext("Let somebody stand in"),
    "devices": lambda: gettext("Devices at counters"),
    "effect": lambda: gettext("What a rule has done"),
    "privacy": lambda: gettext("Privacy"),
    "workbooks.mine": lambda: gettext("Workbooks"),
    "audits.own": lambda: gettext("Customers to look after"),
    "audits.mine": lambda: gettext("Bring your own list into the CRM"),
    "rollout.wave": lambda: gettext("Wave"),
    "digest.index": lambda: gettext("Weekly letter"),
    "my_letters": lambda: gettext("Letter about my week"),
    "quests": lambda: gettext("Show me how"),
    "practice": lambda: gettext("How top colleagues run a deal"),
    "asking": lambda: gettext("My questions"),
    "help_list": lambda: gettext("Help"),
}
# What somebody looks at here is nobody else's business, not even that they do: no question says so.
NEVER = frozenset({"evidence_pages", "flag_queue", "practice.mine"})


class Page(NamedTuple):
    """A page of ours: its endpoint and its address without a query; both empty for none."""

    route: str = ""
    path: str = ""


def title(route: str) -> str:
    """Return what a page is called; "" if it has no name, or is none."""
    blueprint = route.partition(".")[0]
    for name in (route, blueprint):
        if name in TITLES:
            return TITLES[name]()
    found = (one for one in desk.DESK if one.endpoint == route or blueprint in one.blueprints)
    entry = next(found, None)
    return entry.word() if entry is not None else ""


def page_of(address: str) -> Page:
    """Return which page of ours an address is, for whoever is signed in; none if it is no such page.

    The address is put together anew from what the table of routes knows: nothing else of it is kept.
    """
    path = address.partition("?")[0].partition("#")[0]
    if not path.startswith("/") or len(path) > LONGEST:
        return Page()
    try:
        route, parts = current_app.url_map.bind_to_environ(request.environ).match(path, method="GET")
    except (HTTPException, RequestRedirect):  # nothing is there, or elsewhere
        return Page()
    return Page(route, url_for(route, **parts)) if is_page(route) else Page()


def is_page(route: str) -> bool:
    """Say whether an endpoint is a page of which questions may be asked and help may be written."""
    blueprint = route.partition(".")[0]
    if blueprint not in current_app.extensions["pages"] or {blueprint, route} & NEVER:
        return False
    access = auth.access_of(current_app, route)
    return access is not None and access.permission is not None and access.door == SESSION and bool(title(route))
