"""Sign in by a link in an e-mail, and sign out; in the demo, choose whom to be.

Who asks for a letter is answered the same way, after the same work, whether the address is known or not: the letter is
planned in any case, and only whoever sends it finds out (docs/decisions/sign-in.md).
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import abort
from flask import current_app
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import session as browser
from flask import url_for
from sqlalchemy import select

from adoption import clock
from adoption import limits
from adoption import mail
from adoption.auth import public
from adoption.auth import sessions
from adoption.auth.callers import has_left
from adoption.auth.tokens import digest_of
from adoption.demo import cast
from adoption.errors import TooOftenError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.mail import links
from adoption.models import Participant
from adoption.pages import frame

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.auth import Caller

bp: Blueprint = Blueprint("sign_in", __name__)
ADDRESS = re.compile(r"[^@\s]{1,64}@[^@\s]{1,189}")  # RFC 5321 counts at most 254
FEW = 6  # people to choose from where the cast is not


class Choice(NamedTuple):
    """Somebody whom one may be in the demo."""

    address: str
    name: str
    role: str
    hint: str


@bp.get("/sign-in")
@public("whoever has no session yet comes here")
def form() -> ResponseReturnValue:
    """Ask for an e-mail address."""
    return _form()


def _form(*, address: str = "", fault: str | None = None) -> ResponseReturnValue:
    page = render_template(
        "sign_in/form.html",
        address=address,
        fault=fault,
        back=_next(),
        choices=_choices() if current_app.extensions["settings"].demo else (),
        open=links.root() is not None,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/sign-in")
@public("whoever has no session yet asks here for a letter")
def ask() -> ResponseReturnValue:
    """Plan a letter with a link, whoever may have that address."""
    if links.root() is None:
        current_app.logger.error("Nobody can sign in: PUBLIC_URL is not set, so letters cannot lead here.")
        return render_template("sign_in/closed.html"), HTTPStatus.SERVICE_UNAVAILABLE
    address = sessions.normal(request.form.get("address", ""))
    if not ADDRESS.fullmatch(address):
        fault = gettext("This is not an e-mail address: it needs an @ and something on both sides of it.")
        return _form(address=address[:300], fault=fault)
    now = clock.now()
    connection = begin_write()
    keys = (("sign-in by network", _network()), ("sign-in letter", digest_of(address)))
    refused = next((key for key in keys if not limits.take(connection, *key, now)), None)
    if refused is None:
        mail.plan(
            connection,
            "sign-in",
            address=address,
            occasion=str(now),
            facts={"next": _next()},
            language=g.language,
            now=now,
            expires=now + sessions.LINK_LIVES,
        )
    db.session.commit()
    if refused is not None:
        raise TooOftenError(headers={"Retry-After": str(limits.wait(*refused, now))})
    browser["asked"] = address
    return redirect(url_for("sign_in.sent", next=_next()), HTTPStatus.SEE_OTHER)


@bp.get("/sign-in/sent")
@public("tells whoever asked for a letter how it goes on")
def sent() -> ResponseReturnValue:
    """Say that a letter is on its way, if that address works here."""
    return render_template("sign_in/sent.html", address=browser.get("asked"), back=_next())


@bp.get("/sign-in/<token>")
@public("the link in a letter leads here; programs that look into letters open it too, so nothing is used up")
def look(token: str) -> ResponseReturnValue:
    """Offer to sign in by a link."""
    address = sessions.link_address(token, clock.now())
    if address is None:
        return _over()
    return render_template("sign_in/link.html", address=masked(address), token=token, back=_next())


@bp.post("/sign-in/<token>")
@public("the link is what proves who sends this")
def use(token: str) -> ResponseReturnValue:
    """Use a link, once, and open a session."""
    now = clock.now()
    opened = sessions.sign_in(token, _agent(), now, instead_of=_visitor_session())
    if opened is None:
        db.session.rollback()
        return _over()
    db.session.commit()
    return _welcome(opened)


@bp.post("/sign-in/as")
@public("in the demo everybody may be anybody; elsewhere there is nothing here")
def choose() -> ResponseReturnValue:
    """Be somebody of the demo, at once."""
    if not current_app.extensions["settings"].demo:
        abort(HTTPStatus.NOT_FOUND)
    address = sessions.normal(request.form.get("address", ""))
    query = select(Participant.id, Participant.name, Participant.left_on).where(Participant.email == address)
    row = db.session.execute(query).first() or abort(HTTPStatus.NOT_FOUND)
    now = clock.now()
    if has_left(row.left_on, now):
        page = render_template("sign_in/left.html", name=row.name, day=row.left_on, back=_next())
        return page, HTTPStatus.FORBIDDEN
    token = sessions.begin(row.id, _agent(), now, instead_of=_visitor_session())
    db.session.commit()
    return _welcome(token)


@bp.post("/sign-out")
@public("ends the session of whoever sends it, if there is one")
def out() -> ResponseReturnValue:
    """End this session."""
    visitor = sessions.visitor()
    if visitor and visitor.participant:
        sessions.revoke(visitor.participant, clock.now(), only=visitor.session)
        db.session.commit()
    browser.clear()
    response = redirect(url_for("sign_in.form"), HTTPStatus.SEE_OTHER)
    response.delete_cookie(sessions.COOKIE)
    return response


def masked(address: str) -> str:
    """Return an e-mail address so that its owner knows it, and nobody who looks over a shoulder learns it."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def _welcome(token: str) -> ResponseReturnValue:
    """Let the browser keep a new session, and forget what it kept before."""
    response = redirect(frame.back(url_for("home.week")), HTTPStatus.SEE_OTHER)
    browser.clear()
    sessions.remember(response, token)
    return response


def _over() -> ResponseReturnValue:
    """Say that a link opens nothing (any more), and what to do; somebody who tries many has to wait."""
    now = clock.now()
    key = ("link", _network())
    allowed = limits.allow(*key, now)
    db.session.commit()
    if not allowed:
        raise TooOftenError(headers={"Retry-After": str(limits.wait(*key, now))})
    signed_in = sessions.visitor() is not None
    return render_template("sign_in/over.html", signed_in=signed_in, back=_next()), HTTPStatus.GONE


def _choices() -> list[Choice]:
    """Return whom one may be: the cast, as far as it is here, else the first few people."""
    known = {one.address: one for one in cast.members()}
    query = select(Participant.email, Participant.name)
    found = {row.email: row.name for row in db.session.execute(query.where(Participant.email.in_(known)))}
    if found:
        return [Choice(one.address, found[one.address], *one[1:]) for one in known.values() if one.address in found]
    few = db.session.execute(query.order_by(Participant.id).limit(FEW))
    return [Choice(row.email, row.name, "", "") for row in few]


def _next() -> str | None:
    """Return the page of ours to go to afterwards, if one was asked for."""
    return frame.back("") or None


def _visitor_session() -> int | None:
    visitor: Caller | None = sessions.visitor()
    return visitor.session if visitor else None


def _network() -> str:
    return limits.network(request.remote_addr)


def _agent() -> str:
    return request.headers.get("User-Agent", "")
