"""A statement as people read it: each line with its title, what it counts, its arithmetic and its amount."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from typing import Any

from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.pages import payout
from adoption.pages import places
from adoption.pages import plan_parts
from rules import period as periods
from rules import wording
from rules.bonus import wire
from rules.bonus.correction import TOGETHER
from rules.bonus.exact import text
from rules.bonus.plan import Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.bonus import Plan
    from rules.bonus.reckoning import Worked
    from rules.bonus.statement import Line
    from rules.book import Book

UNSAID = ("credit", "rounding")  # said in other words: what is counted, and the amount
NO_TARGET = "0"  # the arithmetic of a curve without a target
WITHOUT_RESULT = ("gate", "floor")  # their formula says it all


def read(document: str, book: Book) -> dict[str, Any]:
    """Return a stored statement: ``about``, ``plan``, ``lines`` in words, ``total`` in words and ``cents``, ``hash``.

    Raises:
        FormatError: it is no statement.
    """
    body = json.loads(document)
    plan, inputs, found, total = wire.read(body)
    days = inputs.days
    return {
        "about": body["about"],
        "plan": plan,
        "title": wording.title_of(plan, plan.key, languages.current().code),
        "lines": lines(plan, found, book),
        "total": payout.money(total, plan.currency),
        "cents": total,
        "days": None if days is None or days[0] == days[1] else days,
        "hash": body["hash"],
    }


def lines(plan: Plan, found: Sequence[Line], book: Book) -> list[dict[str, Any]]:
    """Return the lines of a statement: place, title, what is counted, steps as (stage, arithmetic), note, amount."""
    return [
        {
            "place": place,
            "kind": line.kind,
            "key": line.key,
            "title": title(plan, line.kind, line.key, line.note),
            "counts": _counts(plan, line, book),
            "steps": _steps(line.steps),
            "note": line.note if line.kind == "adjustment" else "",
            "amount": payout.money(line.amount, plan.currency),
            "cents": line.amount,
        }
        for place, line in enumerate(found)
    ]


def title(plan: Plan, kind: str, key: str, note: str = "") -> str:
    """Return what a line is for; the note of a correction is the period that it is about."""
    if kind == "correction":
        return gettext("Correction of %(period)s: %(what)s", period=period(note), what=component(plan, key))
    if kind == "component":
        return component(plan, key)
    return plan_parts.LINES[kind]()


def period(written: str) -> str:
    """Name a period that is written as in a statement (``2026-03``); what is no period stays as it is."""
    try:
        per, first = periods.parse(written)
    except ValueError:
        return written
    return places.name_of(per, first, running=False, before=False)


def component(plan: Plan, key: str) -> str:
    """Name a component; an earlier version of the plan may have had one that this one has not."""
    if key == TOGETHER:
        return gettext("limits of the plan")
    try:
        return wording.title_of(plan.component(key), key, languages.current().code)
    except KeyError:
        return key


def _counts(plan: Plan, line: Line, book: Book) -> str:
    """Say how much of what a component counts, and that somebody has no target where that is why it pays nothing."""
    credit = next((one for one in line.steps if one.stage == "credit"), None)
    if line.kind != "component" or credit is None:
        return ""
    own, code = plan.component(line.key), languages.current().code
    of = wording.quantity(own.of, plan, book, code)
    number = languages.current().number(payout.decimal(credit.result))
    target = own.terms.target if isinstance(own.terms, Curve) else None
    if isinstance(target, str) and any(one.stage == "tiers" and one.formula == NO_TARGET for one in line.steps):
        return gettext(
            "%(what)s: %(n)s. The target (%(target)s) is zero or was not given.",
            what=of,
            n=number,
            target=wording.quantity(target, plan, book, code),
        )
    return gettext("%(what)s: %(n)s", what=of, n=number)


def _steps(steps: Sequence[Worked]) -> list[tuple[str, str]]:
    """Return each stage in words with its arithmetic; a stage that changes nothing but the cents is told as well."""
    found = []
    exact = None
    for one in steps:
        if one.stage not in UNSAID or "min(" in one.formula:
            said = one.stage in WITHOUT_RESULT or text(one.result) == one.formula
            result = "" if said else f" = {languages.current().number(payout.decimal(one.result, 4))}"
            found.append((plan_parts.SAID[one.stage](), f"{telling.bonuses.formula(one.formula)}{result}"))
        elif one.stage == "rounding" and exact is not None and exact != one.result:
            found.append((plan_parts.SAID[one.stage](), telling.bonuses.formula(one.formula)))
        exact = one.result
    return found
