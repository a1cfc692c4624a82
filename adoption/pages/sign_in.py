"""Sign in by a link in an e-mail, and sign out; in the demo, choose whom to be."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import redirect
from flask import render_template
from flask import url_for

from adoption.auth import public
from adoption.auth import sessions
from adoption.extensions import db

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("sign_in", __name__)


@bp.get("/sign-in")
@public("whoever has no session yet comes here")
def form() -> ResponseReturnValue:
    """Ask for an e-mail address."""
    return render_template("sign_in/form.html")


@bp.post("/sign-out")
@public("ends the session of whoever sends it, if there is one")
def out() -> ResponseReturnValue:
    """End this session."""
    visitor = sessions.visitor()
    if visitor and visitor.participant:
        sessions.revoke(visitor.participant, time.time_ns() // 1000, only=visitor.session)
        db.session.commit()
    response = redirect(url_for("sign_in.form"), HTTPStatus.SEE_OTHER)
    response.delete_cookie(sessions.COOKIE)
    return response
