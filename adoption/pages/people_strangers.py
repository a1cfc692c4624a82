"""Actors whom nobody knows, as a queue for HR: who is this, or is it nobody?"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import directory
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.directory import strangers
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_faults
from adoption.pages import people_parts as parts
from adoption.telling import deeds
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.directory.strangers import Waiting
    from adoption.facts import Known

bp: Blueprint = Blueprint("people_strangers", __name__)
PAGE = 20  # actors of one page
MOST_CERTAIN = 200  # that are confirmed at once
REASONS: Mapping[str, Callable[[], str]] = {
    "address": lambda: gettext("the same e-mail address"),
    "elsewhere": lambda: gettext("another source calls them so"),
    "local": lambda: gettext("the same name before the @"),
    "name": lambda: gettext("a similar name"),
}


@bp.get("/hr/people/unmatched")
@permission("people:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List who waits to be recognised, or was put aside."""
    return _page()


def _page(wrong: tuple[str, str] | None = None, typed: str = "", fault: str | None = None) -> ResponseReturnValue:
    known = parts.known()
    aside = request.args.get("show") == "aside"
    found = strangers.waiting(known, aside=aside)
    others = len(strangers.waiting(known, aside=not aside))
    certain = {} if aside else strangers.sure(known, found)
    found.sort(key=lambda one: (one[:2] not in certain, one.seen, one.source, one.actor))
    shown, number, pages = parts.page_of(found, PAGE)
    sums = strangers.sums(shown)
    guesses = strangers.Guesses(known)
    html = render_template(
        "people/strangers.html",
        lines=[_line(known, one, sums.get(one[:2]), guesses, wrong) for one in shown],
        aside=aside,
        found=len(found),
        waiting=others if aside else len(found),
        put_aside=len(found) if aside else others,
        certain=[
            (json.dumps([source, actor, person.email]), source, actor, person)
            for (source, actor), person in sorted(certain.items())[:MOST_CERTAIN]
        ],
        number=number,
        pages=pages,
        address=lambda page: url_for("people_strangers.index", show="aside" if aside else None, page=page),
        typed=typed,
        fault=fault,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


def _line(
    known: Known,
    one: Waiting,
    total: strangers.Sum | None,
    guesses: strangers.Guesses,
    wrong: tuple[str, str] | None,
) -> dict[str, Any]:
    return {
        "source": one.source,
        "actor": one.actor,
        "seen": period.moment(one.seen),
        "sum": total,
        "first": period.moment(total.first) if total else None,
        "last": period.moment(total.last) if total else None,
        "deed": deeds.deed(total.type, total.subject) if total else None,
        "guesses": [(known.people[guess.participant], REASONS[guess.why]()) for guess in guesses.of(one.actor)],
        "wrong": one[:2] == wrong,
    }


def _asked() -> tuple[str, str]:
    return request.form.get("source", ""), request.form.get("actor", "")


def _back(said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    show = "aside" if request.form.get("show") == "aside" else None
    return redirect(url_for("people_strangers.index", show=show), HTTPStatus.SEE_OTHER)


@bp.post("/hr/people/unmatched")
@permission("people:write", door=SESSION)
def recognise() -> ResponseReturnValue:
    """Say who an actor is: from now on they are known, and what they did is credited by scoring again."""
    known = parts.known()
    key = _asked()
    one = strangers.found(known, *key)
    typed = request.form.get("who", "").strip()
    who = known.holder_of(typed)
    if who is None or who < 0:
        return _page(key, typed, gettext("Nobody has the e-mail address %(address)s.", address=typed[:100]))
    loaded, fault = _known_as({who: {key}}, known)
    if fault:
        return _page(key, typed, fault)
    total = strangers.sums([one]).get(key)
    number = total.number if total else 0
    said = gettext("%(actor)s is %(name)s now.", actor=key[1], name=known.people[who].name)
    return _back(parts.saved(said, _credited(number), parts.again(loaded.rescore)))


def _credited(number: int) -> str:
    if not number:
        return ""
    return ngettext("%(n)s activity will be credited.", "%(n)s activities will be credited.", number)


def _known_as(names: Mapping[int, set[tuple[str, str]]], known: Known) -> tuple[directory.Loaded, str | None]:
    """Let people be known by these names too; return what that did, and what is wrong with it."""
    loaded = directory.recognise(names, on=parts.today(known), by=parts.told(known))
    if not loaded.faults:
        return loaded, None
    db.session.rollback()
    return loaded, people_faults.said(loaded.faults[0].message)


@bp.post("/hr/people/unmatched/certain")
@permission("people:write", door=SESSION)
def recognise_all() -> ResponseReturnValue:
    """Say of all whose suggestion is beyond doubt, and that were shown, that it is right."""
    known = parts.known()
    found = strangers.waiting(known)
    certain = strangers.sure(known, found)
    names: dict[int, set[tuple[str, str]]] = {}
    for text in request.form.getlist("match"):
        source, actor, email = _match(text)
        person = certain.get((source, actor))
        if person is not None and person.email == email:  # still the one that was shown
            names.setdefault(person.id, set()).add((source, actor))
    if not names:
        return _back(gettext("Nothing was chosen."))
    chosen = {key for keys in names.values() for key in keys}
    total = sum(one.number for one in strangers.sums([one for one in found if one[:2] in chosen]).values())
    loaded, fault = _known_as(names, known)
    if fault:
        return _page(None, "", fault)
    said = ngettext("%(n)s was recognised.", "%(n)s were recognised.", len(chosen))
    return _back(parts.saved(said, _credited(total), parts.again(loaded.rescore)))


def _match(text: str) -> tuple[str, str, str]:
    """Read a box of the form: source, actor and address as JSON; whatever else it is matches nobody."""
    try:
        found = json.loads(text)
    except ValueError:
        return "", "", ""
    good = isinstance(found, list) and len(found) == len(("source", "actor", "address"))
    return (str(found[0]), str(found[1]), str(found[2])) if good else ("", "", "")


@bp.post("/hr/people/unmatched/aside")
@permission("people:write", door=SESSION)
def put_aside() -> ResponseReturnValue:
    """Say that an actor is nobody, or take that back."""
    source, actor = _asked()
    aside = "back" not in request.form
    directory.put_aside(source, actor, aside, by=parts.told(parts.known()))
    words = gettext("%(actor)s is put aside.", actor=actor) if aside else gettext("%(actor)s waits again.", actor=actor)
    return _back(words)
