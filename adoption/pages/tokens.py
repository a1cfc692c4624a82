"""Tokens of the API for administrators: what each may do, whose it is, when it was last used; make one, revoke one."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import drawing
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("tokens", __name__)
MAY = "tokens:manage"
LARGEST = 2**31 - 1  # number of a token
MINE = "mine"  # whose a token is; else it is a service's
DAY = 86_400 * period.SECOND
LIVES: Mapping[str, Callable[[], str]] = {  # days
    "30": lambda: gettext("for 30 days"),
    "90": lambda: gettext("for 90 days"),
    "365": lambda: gettext("for a year"),
}
SCOPES: Mapping[str, Callable[[], str]] = {
    "activities:write": lambda: gettext("send activities"),
    "progress:read": lambda: gettext("read progress: tallies, records, and why not yet"),
    "awards:read": lambda: gettext("read awards, and why they were granted"),
    "boards:read": lambda: gettext("read leaderboards"),
    "book:read": lambda: gettext("read the book and its drafts"),
    "book:write": lambda: gettext("write drafts of the book, and publish what needs no approval"),
    "book:approve": lambda: gettext("approve drafts of the book"),
    "incentives:stop": lambda: gettext("stop incentives, and let them go on"),
    "people:read": lambda: gettext("read the directory: people, absences, holidays, waves, and unknown names"),
    "people:write": lambda: gettext("write the directory: lists, single people, and who an unknown name is"),
    "sources:manage": lambda: gettext("connect sources, change and pause them, and read deliveries again"),
    "tokens:manage": lambda: gettext("make tokens that may do no more than this one, and revoke tokens"),
    "audits:run": lambda: gettext("compare sheets of customers with the CRM, and close their rows"),
    "admin": lambda: gettext("everything that the API can do"),
}


@bp.get("/hr/tokens")
@permission(MAY, door=SESSION)
def index() -> ResponseReturnValue:
    """List the tokens, and offer to make one."""
    return _page({}, {})


def _page(given: Mapping[str, object], faults: Mapping[str, str]) -> ResponseReturnValue:
    lines = sorted(auth.tokens(), key=lambda one: (one.revoked is not None, one.name, one.id))
    shown = {
        "lines": lines,
        "offered": auth.offered(current_app),
        "words": scope_words,
        "when": _when,
        "now": clock.now(),
    }
    shown["lives"] = LIVES
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_template("tokens/index.html", **shown, given=given, faults=faults), status


def scope_words(scope: str) -> str:
    """Say what a scope opens; one that has no words is called by its name."""
    said = SCOPES.get(scope)
    return said() if said is not None else scope


def _when(moment: int | None) -> str | None:
    return None if moment is None else drawing.when(period.moment(moment))


@bp.post("/hr/tokens")
@permission(MAY, door=SESSION)
def create() -> ResponseReturnValue:
    """Make a token and show it, once."""
    name, whose, lives = (request.form.get(field, "").strip() for field in ("name", "whose", "lives"))
    scopes = request.form.getlist("scope")
    faults: dict[str, str] = {}
    if not set(scopes) <= set(auth.offered(current_app)) or not scopes:
        faults["scope"] = gettext("Choose at least one thing that it may do.")
    if not faults:
        try:
            now, by = clock.now(), auth.caller().by
            expires = now + int(lives) * DAY if lives in LIVES else None
            email = _own_address() if whose == MINE else None
            token = auth.create_token(name, scopes, email=email, now=now, expires=expires, by=by)
        except RefusedError:
            faults["name"] = gettext("A token needs a name of one line that no other token in force has.")
    if faults:
        db.session.rollback()
        return _page({"name": name, "whose": whose, "scopes": scopes, "lives": lives}, faults)
    db.session.commit()
    return render_template("tokens/made.html", name=name, token=token)


def _own_address() -> str:
    """Return whose token is made: somebody else's would let whoever makes it act as them, and approve their own."""
    return facts.current().people[auth.caller().participant or 0].email


@bp.post("/hr/tokens/<int:number>/revoke")
@permission(MAY, door=SESSION)
def revoke(number: int) -> ResponseReturnValue:
    """Revoke a token."""
    if number > LARGEST or not auth.revoke_token(number, now=clock.now(), by=auth.caller().by):
        db.session.rollback()
        raise NotFoundError
    db.session.commit()
    flash(gettext("The token is revoked. It opens nothing any more, within five seconds."))
    return redirect(url_for("tokens.index"), HTTPStatus.SEE_OTHER)
