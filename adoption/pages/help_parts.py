"""The help list as pages show it, and how many entries each page has: said in the footer of that page."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import auth
from adoption import facts
from adoption import languages
from adoption.pages import page_titles
from adoption.questions import helping
from rules.questions import Entry
from rules.questions import found as finding
from rules.questions.times import LEAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.auth import Caller
    from adoption.questions.helping import Help

WRITE = "help:write"
SHOWN = 3  # entries beside the form of a question


def about(route: str) -> list[dict[str, Any]]:
    """Return the first entries about a page; no query if there is none."""
    if not helping.counts().get(route):
        return []
    return [shown(one) for one in search("", route) if one.route == route][:SHOWN]


def search(asked: str, route: str) -> list[Help]:
    """Return the entries that are searched for, the best first; one query."""
    kept = {one.id: one for one in helping.entries()}
    given = [Entry(one.id, one.title, one.text, one.language, one.route, one.changed) for one in kept.values()]
    return [kept[one.id] for one in finding(given, asked, language=languages.current().code, route=route)]


def shown(one: Help) -> dict[str, Any]:
    """Return an entry as a page shows it; how many it helped is told when five have said so or not."""
    return {
        "id": one.id,
        "route": one.route,
        "page": page_titles.title(one.route),
        "title": one.title,
        "text": one.text,
        "language": one.language,
        "changed": languages.current().day(facts.day_of()(one.changed), "full"),
        "helped": (one.useful, one.said) if one.said >= LEAST else None,
        "mine": may_change(auth.caller(), one),
    }


def may_change(caller: Caller, one: Help) -> bool:
    """Say whether somebody may change or withdraw an entry."""
    return caller.reach(WRITE) is auth.ALL or caller.participant == one.made_by


def by_page(found: Sequence[Help]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return entries by the title of their page, in order; those about none come last."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for one in found:
        groups.setdefault(page_titles.title(one.route), []).append(shown(one))
    return sorted(groups.items(), key=lambda pair: (not pair[0], pair[0].casefold()))
