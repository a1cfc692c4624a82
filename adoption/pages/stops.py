"""Stopping an incentive at once, and letting it go on.

The two forms are a part (``stops/part.html``) of whatever page shows the incentive; this module's own page stands for
them where a form was sent without a reason, and wherever one wants to think twice.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import stops
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.journal import NoReasonError
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import frame
from rules import period
from rules import wording

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.stops import Stop

bp: Blueprint = Blueprint("stops", __name__)
MAY = "incentives:stop"


def part(key: str, *, back: str) -> dict[str, Any] | None:
    """Return what ``stops/part.html`` shows of an incentive, for whoever may stop it; ``back`` is where forms lead.

    ``None``: there is nothing for the reader to do.
    """
    if auth.caller().reach(MAY) is not auth.ALL:
        return None
    return _shown(facts.current(), key, stops.history(key), back)


def _shown(known: Known, key: str, found: list[Stop], back: str, **more: Any) -> dict[str, Any]:
    line = known.timelines.incentives.get(key)
    if not line:
        msg = f"There is no incentive {key[:80]!r}."
        raise NotFoundError(msg)
    return {
        "key": key,
        "title": wording.title_of(line[-1].body, key, languages.current().code),
        "open": next((one for one in found if one.resumed is None), None),
        "past": [one for one in found if one.resumed is not None],
        "back": back,
        "waiting": stops.waiting_of([key]).get(key, 0) if key in known.stopped else 0,
        "moment": lambda at: languages.current().moment(period.moment(at)),
        "why": "",
        "fault": None,
        "longest": LONGEST_REASON,
        **more,
    }


@bp.get("/hr/book/incentive/<key>/stop")
@permission(MAY, door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show what stopping does, and the form for it; or how long it has been stopped, and the form that ends that."""
    return _page(key, frame.back(url_for("stops.show", key=key)))


@bp.post("/hr/book/incentive/<key>/stop")
@permission(MAY, door=SESSION)
def stop(key: str) -> ResponseReturnValue:
    """Stop an incentive."""
    back = frame.back(url_for("stops.show", key=key))
    why = request.form.get("why", "")
    try:
        stops.stop(key, why, auth.caller().by, clock.now())
    except NoReasonError as error:
        db.session.rollback()
        return _page(key, back, error.status, why=why, fault=_no_reason(why))
    except stops.StoppedAlreadyError as error:
        db.session.rollback()
        return _page(key, back, error.status, fault=gettext("Somebody else has stopped it in the meantime."))
    db.session.commit()
    flash(gettext("It is stopped. What people do is still counted, and what they earn waits."))
    return redirect(back, HTTPStatus.SEE_OTHER)


@bp.post("/hr/book/incentive/<key>/resume")
@permission(MAY, door=SESSION)
def resume(key: str) -> ResponseReturnValue:
    """Let an incentive go on, and give out what waited."""
    back = frame.back(url_for("stops.show", key=key))
    why = request.form.get("why", "")
    try:
        given, _ = stops.resume_and_release(key, why, auth.caller().by, clock.now())
    except NoReasonError as error:
        db.session.rollback()
        return _page(key, back, error.status, why=why, fault=_no_reason(why))
    except stops.NotStoppedError as error:
        db.session.rollback()
        return _page(key, back, error.status, fault=gettext("It goes on already: somebody else let it."))
    said = ngettext("It goes on. %(n)s award was given out.", "It goes on. %(n)s awards were given out.", given)
    flash(said)
    return redirect(back, HTTPStatus.SEE_OTHER)


def _page(key: str, back: str, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    known = facts.current()
    shown = _shown(known, key, stops.history(key), back, **more)
    line = known.timelines.incentives[key]
    said = wording.sentence(line[-1].body, known.book, languages.current().code)
    return render_template("stops/show.html", stops=shown, said=said), status


def _no_reason(why: str) -> str:
    if why.strip():
        return gettext("Say it more shortly, in at most %(n)s characters.", n=LONGEST_REASON)
    return gettext("Say why, in a few words: the journal keeps it.")
