"""A closed run for payroll: who has no number yet, the columns, and the files, the same whenever they are asked for."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import journal
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import payroll
from adoption.bonuses import reviewing
from adoption.bonuses import runs
from adoption.errors import ForbiddenError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import payout
from adoption.pages import run_parts
from rules import period as periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.bonuses.payroll import Columns
    from adoption.pages.run_parts import Asked

bp: Blueprint = Blueprint("bonus_payroll", __name__)
MOST_NAMED = 50  # people without a number
NAME_LENGTH = 60
FIELDS: Mapping[str, Callable[[], str]] = {
    "employee_no": lambda: gettext("Employee number"),
    "name": lambda: gettext("Name"),
    "email": lambda: gettext("E-mail address"),
    "period": lambda: gettext("Period"),
    "element_code": lambda: gettext("Payroll's code for this pay"),
    "amount": lambda: gettext("Amount"),
    "currency": lambda: gettext("Currency"),
    "plan_version": lambda: gettext("Version of the plan"),
    "batch_id": lambda: gettext("Number of the batch"),
    "line_hash": lambda: gettext("Mark of the statement"),
}
# name of a file → what makes it, its type
FILES: Mapping[str, tuple[Callable[[int], bytes], str]] = {
    "payroll.csv": (payroll.as_csv, "text/csv"),
    "payroll-excel.csv": (lambda batch: payroll.as_csv(batch, bom=True), "text/csv"),
    "payroll.xlsx": (payroll.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "totals.csv": (payroll.totals, "text/csv"),
}


@bp.get("/hr/bonuses/<plan>/<period>/payroll")
@permission("bonuses:run", door=SESSION)
def show(plan: str, period: str) -> ResponseReturnValue:
    """Show the files of a run, and how to make new ones."""
    asked = run_parts.asked(plan, period)
    saved = payroll.saved_columns()
    name = request.args.get("columns", "")
    return _page(asked, saved.get(name, payroll.USUAL), chosen=name if name in saved else "")


def _page(asked: Asked, columns: Columns, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    known = facts.current()
    closed = run_parts.closed(asked.row)
    lacking = payroll.without_number(asked.run) if closed else []
    shown = {
        "asked": asked,
        "chip": run_parts.chip(asked.stage),
        "closed": closed,
        "lacking": [(name, payout.money(cents, asked.plan.currency)) for name, cents in lacking[:MOST_NAMED]],
        "lacking_number": len(lacking),
        "exports": reviewing.exports(asked.run) if closed else [],
        "files": FILES,
        "saved": list(payroll.saved_columns()),
        "chosen": "",
        "lines": _lines(columns),
        "names": lambda who: run_parts.name_of(known, who),
        "money": lambda cents: payout.money(cents, asked.plan.currency),
        "moment": lambda time: languages.current().moment(periods.moment(time)),
        "fault": None,
        "name": "",
    }
    return render_template("bonus_runs/payroll.html", **(shown | more)), status


def _lines(columns: Columns) -> list[dict[str, Any]]:
    """Return all fields: those that are written in their order, then the others."""
    places = {field: (place, heading) for place, (heading, field) in enumerate(columns, start=1)}
    order = sorted(payroll.FIELDS, key=lambda field: places.get(field, (len(payroll.FIELDS) + 1, ""))[0])
    return [
        {
            "field": field,
            "title": FIELDS[field](),
            "place": places[field][0] if field in places else "",
            "heading": places[field][1] if field in places else field,
        }
        for field in order
    ]


def _typed() -> list[tuple[str, str]]:
    """Return the columns as they were filled in: those with a place, in its order; equals as they stand."""
    found = []
    for at, field in enumerate(payroll.FIELDS):
        place = request.form.get(f"place-{field}", "").strip()
        if place.isascii() and place.isdigit():
            found.append((int(place[:3]), at, (request.form.get(f"heading-{field}", "").strip(), field)))
    return [column for _, _, column in sorted(found)]


@bp.post("/hr/bonuses/<plan>/<period>/payroll")
@permission("bonuses:run", door=SESSION)
def export(plan: str, period: str) -> ResponseReturnValue:
    """Hand a run to payroll with the columns that were filled in."""
    asked = run_parts.asked(plan, period)
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    columns, seen = tuple(_typed()), request.form.get("seen", type=int)
    try:
        batch = payroll.export(asked.run, payroll.checked(columns), who=who, now=clock.now(), seen=seen)
    except payroll.ColumnsError as error:
        return _wrong(asked, columns, error.status)
    except payroll.NoNumberError as error:
        db.session.rollback()
        return _page(asked, columns, error.status)
    except runs.WrongStateError as error:
        db.session.rollback()
        return _page(run_parts.asked(plan, period), columns, error.status)
    db.session.commit()
    flash(gettext("Batch %(n)s is ready. Its files are the same whenever you download them.", n=batch))
    return redirect(run_parts.address("bonus_payroll.show", asked), HTTPStatus.SEE_OTHER)


@bp.post("/hr/bonuses/<plan>/<period>/payroll/columns")
@permission("bonuses:run", door=SESSION)
def save(plan: str, period: str) -> ResponseReturnValue:
    """Keep the columns under a name, for every plan and period."""
    asked = run_parts.asked(plan, period)
    columns, name = tuple(_typed()), " ".join(request.form.get("name", "").split())
    try:
        good = payroll.checked(columns)
    except payroll.ColumnsError as error:
        return _wrong(asked, columns, error.status)
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        fault = gettext(
            "Give the columns a name of at most %(n)s characters, such as the payroll system's.", n=NAME_LENGTH
        )
        return _page(asked, columns, HTTPStatus.UNPROCESSABLE_ENTITY, fault=fault, name=name)
    before = payroll.saved_columns().get(name)
    payroll.save_columns(name, good)
    thing, by = f"payroll-columns/{name}", auth.caller().by
    journal.write(db.session.connection(), by, "changed", thing, before=before, after=good, now=clock.now())
    db.session.commit()
    flash(gettext("Kept as “%(name)s”.", name=name))
    return redirect(run_parts.address("bonus_payroll.show", asked, columns=name), HTTPStatus.SEE_OTHER)


def _wrong(asked: Asked, columns: Columns, status: HTTPStatus) -> ResponseReturnValue:
    db.session.rollback()
    fault = gettext("Payroll needs the employee number and the amount, and every column a heading of its own.")
    return _page(asked, columns, status, fault=fault, name=request.form.get("name", ""))


@bp.get(f"/hr/bonuses/payroll/<int:batch>/<any({', '.join(repr(name) for name in FILES)}):name>")
@permission("bonuses:run", door=SESSION)
def file(batch: int, name: str) -> ResponseReturnValue:
    """Give one file of a batch: the same bytes every time."""
    found = payroll.find(batch)
    make, mimetype = FILES[name]
    stem, _, ending = name.partition(".")
    called = f"{found.run.plan.key}-{found.run.period}-{stem}-{batch}.{ending}"
    return Response(make(batch), headers={"Content-Disposition": f'attachment; filename="{called}"'}, mimetype=mimetype)
