"""The value of the roll-out: hours, won deals and customers who buy again, with ranges, formulas and assumptions."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import jobs
from adoption import journal
from adoption import languages
from adoption import rollout
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.languages import gettext
from adoption.pages import people_parts
from adoption.pages import rollout_parts
from adoption.pages import value_file
from adoption.pages import value_parts as parts
from rules.rollout.assumptions import USUAL

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from rules.rollout.assumptions import Assumed

bp: Blueprint = Blueprint("value", __name__)
JOB = "weigh-value"


@bp.get("/rollout/value")
@permission("rollout:plan", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the three figures with their ranges and formulas, and what is assumed."""
    return _index()


def _index(typed: Mapping[str, str] | None = None, fault: tuple[str, str, str] | None = None) -> ResponseReturnValue:
    known, connection = facts.current(), db.session.connection()
    found = rollout.estimate(connection)
    html = render_template(
        "rollout/value.html",
        found=None if found is None else parts.shown(found),
        counting=jobs.underway(JOB),
        assumptions=parts.form(connection, known, typed, fault),
        why=(typed or {}).get("why", ""),
        organisation=rollout_parts.organisation(),
        day=languages.current().day(people_parts.today(known), "full"),
        longest=LONGEST_REASON,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.get("/rollout/value.csv")
@permission("rollout:plan", door=SESSION)
def download() -> ResponseReturnValue:
    """Give every figure with all its terms as a table."""
    found = rollout.estimate(db.session.connection())
    if found is None:
        raise NotFoundError
    head = {"Content-Disposition": 'attachment; filename="value.csv"'}
    return Response(
        "\N{BYTE ORDER MARK}" + value_file.as_csv(found), headers=head, content_type="text/csv; charset=utf-8"
    )


@bp.post("/rollout/value/count")
@permission("rollout:plan", door=SESSION)
def count() -> ResponseReturnValue:
    """Let it be counted anew, without waiting for the night: a pass over years of activities is no page's work."""
    connection, now = begin_write(), clock.now()
    jobs.ask(connection, JOB, now)
    journal.write(connection, auth.caller().by, "asked for", f"job/{JOB}", now=now)
    db.session.commit()
    return redirect(url_for("value.index"), HTTPStatus.SEE_OTHER)


@bp.post("/rollout/value/assumptions")
@permission("rollout:plan", door=SESSION)
def assume() -> ResponseReturnValue:
    """Keep other assumptions."""
    typed = request.form.to_dict()
    given = parts.asked(typed)
    if isinstance(given, tuple):
        return _index(typed, given)
    try:
        new = _assume(given, parts.seen(typed))
    except rollout.AssumedError as error:
        db.session.rollback()
        return _index(typed, parts.crossed(db.session.connection(), error.key))
    except rollout.AssumptionError as error:
        db.session.rollback()
        return _index(typed, parts.fault_of(error))
    flash(gettext("Saved. It is in the journal.") if new else gettext("Nothing has changed."))
    return redirect(url_for("value.index", _anchor="assumed"), HTTPStatus.SEE_OTHER)


@bp.post("/rollout/value/assumptions/<key>/usual")
@permission("rollout:plan", door=SESSION)
def usual(key: str) -> ResponseReturnValue:
    """Let an assumption be as it usually is."""
    if key not in USUAL:
        raise NotFoundError
    _assume({key: USUAL[key]})
    flash(gettext("It is as it usually is."))
    return redirect(url_for("value.index", _anchor="assumed"), HTTPStatus.SEE_OTHER)


def _assume(given: Mapping[str, Assumed], seen: Mapping[str, Assumed] | None = None) -> set[str]:
    """Keep assumptions, and let it be counted anew where that depends on them."""
    now = clock.now()
    why = " ".join(request.form.get("why", "").split())[:LONGEST_REASON]
    connection = begin_write()
    new = rollout.assume(connection, given, by=auth.caller().by, why=why, now=now, seen=seen)
    if "again" in new:
        jobs.ask(connection, JOB, now)
    db.session.commit()
    return new
