"""What was earned: choose it, show the voucher, take time off, and see what is coming."""

from __future__ import annotations

import hashlib
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from markupsafe import Markup

from adoption import auth
from adoption import clock
from adoption import explain
from adoption import facts
from adoption import holders
from adoption import inforce
from adoption import languages
from adoption import rewards
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.awards import Name
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import drawing
from adoption.pages import pocket
from rules import lead as leads

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.rewards import Item

bp: Blueprint = Blueprint("rewards", __name__)

LIVE = 4  # seconds after which a voucher is looked at again: whoever holds it out waits for what the counter says
CLOSE = 6  # goals that are shown as coming closer


@bp.get("/rewards")
@permission("awards:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show everything that was earned, and what is coming."""
    me, code = auth.caller().participant or 0, languages.current().code
    mine, now = holders.usable() or [me], clock.now()
    day = facts.current().today(now)
    piece = max(0, request.args.get("piece", 0, type=int))
    open_ones = rewards.ready(mine, now, language=code)
    collected = rewards.collected(me)
    goals = {one.key: one for one in explain.goals(me, day, language=code)}
    close = [goals[one.key] for one in leads.in_order(view.goal for view in goals.values()) if goals[one.key].goal.open]
    return render_template(
        "rewards/index.html",
        lead=pocket.lead(open_ones, collected),
        pocket=pocket.sorted_out(open_ones),
        collected=collected,
        goals=close[:CLOSE],
        history=rewards.history(mine, now, language=code, piece=piece),
        piece=piece,
        today=day,
        **_helpers(),
    )


@bp.get("/rewards/<id>")
@permission("rewards:use", door=SESSION)
def voucher(id: str) -> ResponseReturnValue:  # the URL calls it so
    """Show one award as it is now: the voucher, the choice, the day, or what became of it."""
    item = _mine(id)
    if item.status == "choosing":
        return redirect(url_for("rewards.options", id=id), HTTPStatus.SEE_OTHER)
    shown = {"item": item, "id": id, "today": facts.current().today(clock.now()), **_helpers()}
    if item.status == "issued" and item.reward is not None and item.reward.kind == "voucher":
        shown |= _ticket(item)
    part = Markup(render_template("rewards/part.html", **shown))  # noqa: S704  # our own template rendered it, escaped
    tag = hashlib.sha256(part.encode()).hexdigest()[:20]
    if "X-Fragment" in request.headers:
        return _fragment(render_template("rewards/wrapped.html", part=part, tag=tag, refresh=LIVE, **shown), tag)
    return render_template("rewards/voucher.html", part=part, tag=tag, refresh=LIVE, **shown)


def _fragment(html: str, tag: str) -> Response:
    """Answer with the part alone, or that it is the one the browser has."""
    response = Response(html)
    response.set_etag(tag)
    response.headers["Cache-Control"] = "private, no-store"
    response.make_conditional(request)
    return response


def _ticket(item: Item) -> dict[str, Any]:
    """Return the voucher of an award, made if this is the first look at it, and its QR code of this minute."""
    ticket = rewards.ticket_of(db.session.connection(), item.name)
    if ticket is None:
        ticket = rewards.make_ticket(begin_write(), item.name, clock.now())
        db.session.commit()
    known = facts.current()
    return {
        "ticket": ticket,
        "qr": pocket.qr(ticket.token(clock.now())),
        "owner": rewards.holder_name(known, item.name.holder),
    }


@bp.get("/rewards/<id>/choose")
@permission("rewards:use", door=SESSION)
def options(id: str) -> ResponseReturnValue:  # the URL calls it so
    """Show what may be chosen."""
    item = _mine(id)
    now = clock.now()
    connection = db.session.connection()
    found = rewards.options(connection, facts.current(), inforce.current(), item.award, now)
    if not found or not item.choice:
        return redirect(url_for("rewards.voucher", id=id), HTTPStatus.SEE_OTHER)
    return render_template("rewards/choose.html", item=item, id=id, options=found, **_helpers())


@bp.post("/rewards/<id>/choose")
@permission("rewards:use", door=SESSION)
def choose(id: str) -> ResponseReturnValue:  # the URL calls it so
    """Choose a reward, or another one."""
    item = _mine(id)
    wanted = request.form.get("reward", "")
    if not wanted:
        flash(gettext("Choose one of them."))
        return redirect(url_for("rewards.options", id=id), HTTPStatus.SEE_OTHER)
    chosen = rewards.choose(item.name, wanted, clock.now())
    db.session.commit()
    if chosen.status == "waiting":
        flash(gettext("It is yours. It waits until there is room in the budget."))
    else:
        flash(gettext("It is yours."))
    return redirect(url_for("rewards.voucher", id=id), HTTPStatus.SEE_OTHER)


@bp.post("/rewards/<id>/day")
@permission("rewards:use", door=SESSION)
def take(id: str) -> ResponseReturnValue:  # the URL calls it so
    """Take time off on a day."""
    item = _mine(id)
    try:
        day = date.fromisoformat(request.form.get("day", "")).toordinal()
        rewards.take(item.name, day, participant=auth.caller().participant or 0, now=clock.now())
    except (ValueError, rewards.DayError):
        db.session.rollback()
        flash(gettext("Choose a day from today until its last one."))
    else:
        db.session.commit()
        flash(gettext("Noted: %(day)s.", day=languages.current().day(day)))
    return redirect(url_for("rewards.voucher", id=id), HTTPStatus.SEE_OTHER)


@bp.post("/rewards/<id>/cancel")
@permission("rewards:use", door=SESSION)
def give_back(id: str) -> ResponseReturnValue:  # the URL calls it so
    """Give back time off that begins tomorrow or later."""
    item = _mine(id)
    try:
        rewards.cancel(item.name, item.used.id if item.used else 0, now=clock.now())
    except rewards.TooLateError:
        db.session.rollback()
        flash(gettext("Its day has come, so it stays as it is."))
    else:
        db.session.commit()
        flash(gettext("Given back. You can take it on another day."))
    return redirect(url_for("rewards.voucher", id=id), HTTPStatus.SEE_OTHER)


def _mine(id: str) -> Item:  # as above
    """Return an award that is the caller's to use."""
    name = Name(*explain.award_key(id))
    if name.holder not in holders.usable():
        msg = "You may use what you or your team have earned."
        raise ForbiddenError(msg)
    item = rewards.one(name, clock.now(), language=languages.current().code)
    if item is None:
        raise NotFoundError
    return item


def _helpers() -> dict[str, Any]:
    return {**drawing.HELPERS, **pocket.HELPERS}
