"""The counter: scan a voucher, done.  What is shown is redeemed at once, and can be taken back for ten seconds."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import make_response
from flask import render_template
from flask import request

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import limits
from adoption import rewards
from adoption.auth import KEPT_DEVICE
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.pages import verdicts
from adoption.rewards import Verdict

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("counter", __name__)

CAMERA = "camera=(self), microphone=(), geolocation=(), payment=(), usb=()"  # the one page that may ask for it
LATEST = 10  # lines of today's list that are always open
UNDO_SHOWN = rewards.UNDO // 1_000_000 - 1  # seconds: a click takes a while to get here


@bp.after_request
def allow_camera(response: Response) -> Response:
    """Let this page, and no other, ask for the camera."""
    response.headers["Permissions-Policy"] = CAMERA
    return response


@bp.get("/counter")
@permission("vouchers:redeem", door=KEPT_DEVICE)
def index() -> ResponseReturnValue:
    """Show the camera, a box for codes, and what was given out today."""
    return _page(None)


@bp.post("/counter/scan")
@permission("vouchers:redeem", door=KEPT_DEVICE)
def scan() -> ResponseReturnValue:
    """Redeem what was scanned or typed, and say in a word whether to give it."""
    text, device, now = request.form.get("code", "").strip(), auth.caller().device or 0, clock.now()
    if not text:
        return _page(None)
    limit = "code scanned" if rewards.is_token(text) else "code typed"
    connection = begin_write()
    if not limits.take(connection, limit, str(device), now):
        db.session.rollback()
        return _too_often(limits.wait(limit, str(device), now))
    verdict = rewards.scan(connection, text, device, now)
    db.session.commit()
    return _page(verdict)


@bp.post("/counter/undo")
@permission("vouchers:redeem", door=KEPT_DEVICE)
def undo() -> ResponseReturnValue:
    """Take back what was just given out at this device."""
    number = request.form.get("redemption", 0, type=int)
    verdict = rewards.undo(begin_write(), number, auth.caller().device or 0, clock.now())
    db.session.commit()
    return _page(verdict or Verdict("stays"))


def _too_often(seconds: int) -> ResponseReturnValue:
    """Say in words how long to wait."""
    answer = make_response(_page(Verdict("often"), seconds=seconds))
    answer.status_code = HTTPStatus.TOO_MANY_REQUESTS
    answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(verdict: Verdict | None, **more: Any) -> ResponseReturnValue:
    """Show the whole page, or (a script asks) the parts of it that changed; what is said is the same."""
    canteen, now = auth.caller().name, clock.now()
    shown = {
        "verdict": verdict,
        "canteen": canteen,
        "today": rewards.today(db.session.connection(), canteen, now),
        "day": facts.current().today(now),
        "now": now,
        "undo": UNDO_SHOWN,
        "latest": LATEST,
        "person": None,  # the device has no personal login, whoever signed in here before
        "feed": None,
        **verdicts.HELPERS,
        **more,
    }
    part = "X-Fragment" in request.headers
    return render_template("counter/answer.html" if part else "counter/index.html", **shown)
