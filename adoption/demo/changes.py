"""What HR of the demo is changing in the book: a draft that is being written, and one that waits for approval."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption import drafts
from adoption import facts
from adoption.demo.company import address
from adoption.extensions import db
from adoption.journal import By
from rules import period
from rules.book import writing

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3_600 * period.SECOND
HR = "Hana Dvořák"


def write(now: int) -> None:
    """Write both drafts, as somebody did this morning."""
    hana = By(facts.current().holder_of(address(HR)), address(HR))
    first = _begin("A smaller step to the first lunch", hana, now - 5 * HOUR)
    _change(first, ("incentive", "ten-contacts-lunch"), _smaller, hana, now - 4 * HOUR)
    second = _begin("More cinema tickets in winter", hana, now - 3 * HOUR)
    _change(second, ("reward", "cinema-ticket"), _more, hana, now - 3 * HOUR)
    why = "The evenings are long, and the tickets were gone by the 15th."
    revision = drafts.get(second).revision
    described = drafts.describe(
        second, revision, title="More cinema tickets in winter", starts=None, why=why, by=hana, now=now - 2 * HOUR
    )
    db.session.commit()
    drafts.send(second, described.revision, hana, now - 2 * HOUR)
    db.session.commit()


def _begin(title: str, by: By, now: int) -> int:
    number = drafts.begin(title, by, now)
    db.session.commit()
    return number


def _change(
    number: int, name: tuple[str, str], change: Callable[[dict[str, Any]], dict[str, Any]], by: By, now: int
) -> None:
    body = writing.body_of(drafts.newest().text, *name)
    drafts.change(number, drafts.get(number).revision, {name: writing.text_of(*name, change(body))}, by, now)
    db.session.commit()


def _smaller(body: dict[str, Any]) -> dict[str, Any]:
    examples = [{"value": 7, "earns": 0}, {"value": 27, "earns": 2}, {"value": 54, "earns": 2}]
    return {**body, "every": 8, "examples": examples}


def _more(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "budget": {"amount": 1_200, "per": "month"}}
