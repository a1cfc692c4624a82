"""What the pages about people share: who does it, how somebody stands, fields in words, and what is scored again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import Any

from flask import request
from sqlalchemy import select

from adoption import auth
from adoption import clock
from adoption import directory
from adoption import facts
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import current
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.models import Edition
from rules.period import EVER
from rules.period import FOREVER
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.facts import Person

STATES: Mapping[str, tuple[Callable[[], str], str]] = {
    "working": (lambda: gettext("Working"), "good"),
    "leave": (lambda: gettext("On leave"), "note"),
    "coming": (lambda: gettext("Still to come"), "accent"),
    "left": (lambda: gettext("Has left"), ""),
}
FIELDS: Mapping[str, Callable[[], str]] = {
    "email": lambda: gettext("E-mail address"),
    "name": lambda: gettext("Name"),
    "role": lambda: gettext("Role"),
    "manager": lambda: gettext("Manager"),
    "team": lambda: gettext("Team"),
    "teams": lambda: gettext("Teams"),
    "team_days": lambda: gettext("Days in teams"),
    "managers": lambda: gettext("Managers"),
    "manager_days": lambda: gettext("Days under managers"),
    "unled": lambda: gettext("Led by nobody from then on"),
    "hired_on": lambda: gettext("First day"),
    "left_on": lambda: gettext("First day no longer here"),
    "identities": lambda: gettext("Identities"),
    "employee_no": lambda: gettext("Employee number"),
    "absences": lambda: gettext("Absences"),
    "language": lambda: gettext("Language of letters"),
}
ROLES: Mapping[str, Callable[[], str]] = {
    "employee": lambda: gettext("Employee"),
    "manager": lambda: gettext("Manager"),
    "hr": lambda: gettext("Human resources"),
    "approver": lambda: gettext("Approver"),
    "lead": lambda: gettext("Adoption lead"),
    "cashier": lambda: gettext("Cashier"),
    "admin": lambda: gettext("Administrator"),
}


def role_word(role: str) -> str:
    """Name a role; one that the table does not know by itself."""
    return ROLES[role]() if role in ROLES else role


def today(known: Known) -> int:
    """Return the local day."""
    return known.today(clock.now())


def me() -> int:
    """Return the number of who is asking."""
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    return who


def told(known: Known) -> directory.Told:
    """Return who does what a form asks for, and why, for the journal."""
    return directory.told(known, request.form.get("why", ""), clock.now())


def person(known: Known, number: int) -> Person:
    """Return a participant.

    Raises:
        NotFoundError: there is none of this number.
    """
    found = known.people.get(number)
    if found is None:
        msg = "There is nobody of this number."
        raise NotFoundError(msg)
    return found


def chip(kind: str) -> tuple[str, str]:
    """Return a state in words, and the look of its chip."""
    words, look = STATES[kind]
    return words(), look


def days(first: int, end: int) -> str:
    """Write the local days ``[first, end)`` as people do, with the last of them."""
    begin = None if first <= EVER else current().day(first, "full")
    last = None if end >= FOREVER else current().day(end - 1, "full")
    if begin and last:
        return begin if end - first == 1 else gettext("%(first)s to %(last)s", first=begin, last=last)
    if begin:
        return gettext("since %(day)s", day=begin)
    return gettext("until %(day)s", day=last) if last else gettext("always")


def field(name: str) -> str:
    """Name a field of a list."""
    return FIELDS[name]() if name in FIELDS else name


def role(name: str) -> str:
    """Name a role."""
    return ROLES[name]() if name in ROLES else name


def again(rescore: bool) -> str:
    """Say that activities are scored again, and how long that took the last time; nothing where they are not."""
    if not rescore:
        return ""
    last = db.session.execute(
        select(Edition.started, Edition.finished).where(Edition.state == "active").order_by(Edition.id.desc())
    ).first()
    seconds = (last.finished - last.started) / SECOND if last and last.started and last.finished else 0
    if seconds < 1:
        return gettext("The activities are scored again now; tallies follow in a moment.")
    minutes = math.ceil(seconds / 60)
    return ngettext(
        "Scoring again takes about %(n)s minute; tallies follow.",
        "Scoring again takes about %(n)s minutes; tallies follow.",
        minutes,
    )


def saved(*words: str) -> str:
    """Return the sentences that are not empty, one after the other."""
    return " ".join(filter(None, words))


def page_of(items: list[Any], size: int) -> tuple[list[Any], int, int]:
    """Return the items of the page that is asked for, its number, and how many pages there are."""
    pages = max(1, math.ceil(len(items) / size))
    number = min(max(request.args.get("page", 1, type=_number), 1), pages)
    return items[(number - 1) * size : number * size], number, pages


def _number(text: str) -> int:
    if len(text) > len("1000000"):
        raise ValueError(text)
    return int(text)


def known() -> Known:
    """Return the facts as they are now."""
    return facts.current()
