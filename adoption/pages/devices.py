"""Devices at counters: register this one, list all, take one back."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import flash
from flask import make_response
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import journal
from adoption import limits
from adoption.auth import SESSION
from adoption.auth import devices
from adoption.auth import permission
from adoption.auth import public
from adoption.auth import sessions
from adoption.errors import NotFoundError
from adoption.errors import TooOftenError
from adoption.extensions import db
from adoption.languages import gettext
from rules import period

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("devices", __name__)


@bp.get("/counter/register")
@permission("devices:manage", door=SESSION)
def register_form() -> ResponseReturnValue:
    """Ask which canteen this device stands in, and list the devices."""
    return render_template("counter/register.html", devices=devices.devices(), moment=period.moment)


@bp.post("/counter/register")
@permission("devices:manage", door=SESSION)
def register() -> ResponseReturnValue:
    """Register this device, and go to the counter; whoever did it may sign out here at once."""
    who, now = auth.caller(), clock.now()
    _allowed("registration", str(who.participant), now)
    canteen = devices.named(request.form.get("canteen", ""))
    if canteen is None:
        flash(gettext("A canteen has a name of at most %(n)s letters.", n=devices.LONGEST))
        return redirect(url_for("devices.register_form"), HTTPStatus.SEE_OTHER)
    token = devices.register(canteen, by=who.participant, now=now)
    _note("registered", canteen, now)
    db.session.commit()
    if request.form.get("sign_out") and who.participant:
        sessions.revoke(who.participant, now, only=who.session)
        db.session.commit()
    response = make_response(redirect(url_for("counter.index"), HTTPStatus.SEE_OTHER))
    devices.remember(response, token)
    if request.form.get("sign_out"):
        response.delete_cookie(sessions.COOKIE)
    return response


@bp.post("/counter/devices/<int:number>/revoke")
@permission("devices:manage", door=SESSION)
def revoke(number: int) -> ResponseReturnValue:
    """Take a device's registration back: it redeems nothing from now on."""
    if not devices.revoke(number):
        raise NotFoundError
    _note("revoked", next(one.canteen for one in devices.devices() if one.id == number), clock.now())
    db.session.commit()
    flash(gettext("The device is taken back. It cannot redeem anything any more."))
    return redirect(url_for("devices.register_form"), HTTPStatus.SEE_OTHER)


@bp.get("/counter/token")
@public("a device without a person is registered here, by a token that an operator made for it")
def token_form() -> ResponseReturnValue:
    """Ask for the token that ``flask devices add`` printed."""
    return render_template("counter/token.html")


@bp.post("/counter/token")
@public("whoever holds the token of a device is that device")
def use_token() -> ResponseReturnValue:
    """Let this browser be the device whose token it shows."""
    token = request.form.get("token", "").strip()
    if not devices.known(token):
        _allowed("device token", limits.network(request.remote_addr), clock.now())
        flash(gettext("This is no token of a device. Copy all of it."))
        return redirect(url_for("devices.token_form"), HTTPStatus.SEE_OTHER)
    response = make_response(redirect(url_for("counter.index"), HTTPStatus.SEE_OTHER))
    devices.remember(response, token)
    return response


def _note(action: str, canteen: str, now: int) -> None:
    journal.write(db.session.connection(), auth.caller().by, action, f"device/{canteen}", now=now)


def _allowed(limit: str, who: str, now: int) -> None:
    """Take a try, and commit that it was taken."""
    if not limits.allow(limit, who, now):
        db.session.rollback()
        raise TooOftenError(headers={"Retry-After": str(limits.wait(limit, who, now))})
    db.session.commit()
