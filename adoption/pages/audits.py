"""Audits: what a spreadsheet holds and the CRM does not; from the upload until the last row is closed.

``audit_columns`` is where columns are confirmed, ``audit_rows`` where rows are looked after, ``audit_files`` gives
lists to import; all of them add to the blueprint of this module.
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
from adoption.audits import comparing
from adoption.audits import crediting
from adoption.audits import keeping
from adoption.audits import reading
from adoption.audits import rows
from adoption.audits import taking
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import audit_parts as parts
from rules import period
from rules.audit import closing

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.audits.keeping import Kept

bp: Blueprint = Blueprint("audits", __name__)
REFRESH = 2  # seconds between two looks how far comparing is
GONE = "There is no such thing to do."


@bp.get("/audits")
@permission(parts.MAY, door=SESSION)
def index() -> ResponseReturnValue:
    """List the audits of the organisation; whoever does not look after them comes to their own lists."""
    if not parts.leads():
        return redirect(url_for("audits.mine"))
    return _lists(shared=True)


@bp.get("/audits/mine")
@permission(parts.MAY, door=SESSION)
def mine() -> ResponseReturnValue:
    """Help somebody to bring a list of their own into the CRM."""
    return _lists(shared=False)


def _lists(*, shared: bool, faults: dict[str, str] | None = None) -> ResponseReturnValue:
    found = (
        keeping.shared() if shared else [one for one in keeping.of(parts.me()) if not one.shared or not parts.leads()]
    )
    counted = keeping.counted([one.id for one in found])
    page = render_template(
        "audits/index.html" if shared else "audits/mine.html",
        lines=[_line(one, counted[one.id]) for one in found],
        waiting=sum(rows.mine_counted(parts.me()).get(state, 0) for state in closing.TODO),
        faults=faults or {},
        leads=parts.leads(),
        days_own=keeping.DAYS_OWN,
        days_shared=keeping.DAYS_SHARED,
        megabytes=reading.LARGEST // 1024**2,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _line(kept: Kept, states: dict[str, int]) -> dict[str, Any]:
    todo, closed = (sum(states.get(state, 0) for state in some) for some in (closing.TODO, closing.CLOSED))
    return {
        "kept": kept,
        "by": facts.current().called(kept.participant, "flask audit"),
        "begun": period.moment(kept.created),
        "rows": sum(states.values()) or kept.seen.get("rows", 0),
        "todo": todo,
        "ever": todo + closed,
        "closed": closed,
    }


@bp.post("/audits")
@permission(parts.MAY, door=SESSION)
def upload() -> ResponseReturnValue:
    """Take a sheet, and lead to where its columns are confirmed."""
    shared = request.form.get("shared") == "1"
    if shared and not parts.leads():
        raise ForbiddenError
    raw, name = parts.given("file")
    others, _ = parts.given("contacts")
    if raw is None:
        said = gettext("Choose the file with the customers first.")
        return _lists(shared=shared, faults={"file": said})
    try:
        by = auth.caller().by
        number = taking.take(raw, name, contacts=others, by=by, shared=shared, country=parts.country(), now=clock.now())
    except reading.UnreadableSheetError as error:
        return _lists(shared=shared, faults={"file": parts.fault(error)})
    except taking.WrongContactsError as error:
        return _lists(shared=shared, faults={"contacts": parts.fault(error)})
    db.session.commit()
    return redirect(url_for("audits.columns", number=number), HTTPStatus.SEE_OTHER)


# --- one audit


@bp.get("/audits/<int:number>")
@permission(parts.MAY, door=SESSION)
def show(number: int) -> ResponseReturnValue:
    """Show what was lost, or how far comparing is."""
    kept = parts.opened(number)
    if "X-Fragment" in request.headers:
        return render_template("audits/progress.html", kept=kept, refresh=REFRESH)
    if kept.state in {keeping.COLUMNS, keeping.FAILED}:
        return redirect(url_for("audits.columns", number=number))
    if kept.state in {keeping.WAITING, keeping.COMPARING}:
        return render_template("audits/underway.html", kept=kept, refresh=REFRESH)
    from adoption.pages import audit_rows  # noqa: PLC0415  # it adds to the blueprint of this module

    return audit_rows.result(kept)


@bp.post("/audits/<int:number>/compare")
@permission(parts.MAY, door=SESSION)
def compare(number: int) -> ResponseReturnValue:
    """Compare once more: with what activities tell by now, or with another list of contacts."""
    kept = parts.opened(number)
    others, _ = parts.given("contacts")
    try:
        taking.again(kept, others)
    except taking.WrongContactsError as error:
        from adoption.pages import audit_rows  # noqa: PLC0415  # likewise

        return audit_rows.result(kept, faults={"contacts": parts.fault(error)})
    db.session.commit()
    return at_once(kept)


def at_once(kept: Kept) -> ResponseReturnValue:
    """Compare what is quick, leave the rest to the job, and lead to the result."""
    if comparing.quick(kept) and comparing.compare(kept.id, clock.now):
        crediting.settle(clock.now())
        flash(gettext("Compared."))
    return redirect(url_for("audits.show", number=kept.id), HTTPStatus.SEE_OTHER)


@bp.post("/audits/<int:number>")
@permission(parts.MAY, door=SESSION)
def change(number: int) -> ResponseReturnValue:
    """Share a list, keep it longer, or delete it with everything that is known of it."""
    kept = parts.opened(number)
    by, now, does = auth.caller().by, clock.now(), request.form.get("do", "")
    if does == "delete":
        keeping.remove(kept, by, now)
        db.session.commit()
        flash(gettext("Deleted, with all rows."))
        return redirect(url_for("audits.index" if kept.shared else "audits.mine"), HTTPStatus.SEE_OTHER)
    if does == "share" and not kept.shared and kept.state == keeping.OPEN:
        keeping.share(kept, by, now)
        said = gettext("The adoption lead and human resources see it now, too.")
    elif does == "longer":
        keeping.keep_longer(kept, by, now)
        said = gettext("Kept for longer.")
    else:
        raise NotFoundError(GONE)
    db.session.commit()
    flash(said)
    return redirect(url_for("audits.show", number=number), HTTPStatus.SEE_OTHER)
