"""Which column of a sheet holds what: recognised, shown with samples, and confirmed by a person."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption.audits import keeping
from adoption.audits import taking
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import db
from adoption.languages import current
from adoption.languages import gettext
from adoption.pages import audit_parts as parts
from adoption.pages.audits import at_once
from adoption.pages.audits import bp
from rules.audit import columns as known

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.audits.keeping import Kept

OPEN = {keeping.COLUMNS, keeping.FAILED}


@bp.get("/audits/<int:number>/columns")
@permission(parts.MAY, door=SESSION)
def columns(number: int) -> ResponseReturnValue:
    """Show the columns of a sheet, as they were recognised."""
    kept = parts.opened(number)
    if kept.state not in OPEN:
        return redirect(url_for("audits.show", number=number))
    faults = {"columns": parts.said_fault(kept.message)} if kept.state == keeping.FAILED else {}
    return _page(kept, kept.mapping, kept.country, faults), HTTPStatus.OK


def _page(kept: Kept, mapping: Mapping[str, int], country: str, faults: Mapping[str, str]) -> str:
    since = taking.told_since()
    chosen = {place: part for part, place in mapping.items()}
    seen = kept.seen
    lines = [
        (place, heading, samples, chosen.get(place, ""))
        for place, (heading, samples) in enumerate(zip(seen["headings"], seen["samples"], strict=True))
        if heading or samples
    ]
    return render_template(
        "audits/columns.html",
        kept=kept,
        lines=lines,
        parts=parts.parts(),
        notes=parts.notes(kept),
        country=country,
        since=None if since is None else current().day(since, "full"),
        faults=faults,
        rewards="counts" in request.form,
        headings=seen.get("lines") or range(1, known.ROWS_OF_HEADINGS + 1),
    )


@bp.post("/audits/<int:number>/columns")
@permission(parts.MAY, door=SESSION)
def confirm(number: int) -> ResponseReturnValue:
    """Take the columns as they are chosen, and compare."""
    kept = parts.opened(number)
    at = request.form.get("heading", "")
    if request.form.get("do") == "heading" and (at == "none" or (at.isdecimal() and len(at) < len("100"))):
        taking.read_again(kept, known.NONE if at == "none" else min(int(at), known.ROWS_OF_HEADINGS - 1))
        db.session.commit()
        return redirect(url_for("audits.columns", number=number), HTTPStatus.SEE_OTHER)
    if kept.state not in OPEN:
        return redirect(url_for("audits.show", number=number), HTTPStatus.SEE_OTHER)
    mapping, faults = _chosen(kept)
    country = request.form.get("country", kept.country).strip().lstrip("+0")
    if not (country.isdecimal() and country.isascii() and len(country) <= len("999")):
        faults["country"] = gettext("Write the calling code as digits, such as 49.")
    if not faults and not known.WHO & mapping.keys():
        faults["columns"] = parts.said_fault("NoColumnError")
    if faults:
        return _page(kept, mapping, country[:3], faults), HTTPStatus.UNPROCESSABLE_ENTITY
    counts = request.form.get("counts") == "1" and parts.leads()
    taking.confirm(kept, mapping, country=country, counts=counts, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return at_once(keeping.find(number))


def _chosen(kept: Kept) -> tuple[dict[str, int], dict[str, str]]:
    """Return the column of each part, and what is wrong with the choice."""
    mapping: dict[str, int] = {}
    faults: dict[str, str] = {}
    for place in range(len(kept.seen["headings"])):
        part = request.form.get(f"column-{place}", "")
        if part not in known.PARTS:
            continue
        if part in mapping:
            faults["columns"] = gettext("Two columns cannot both hold this: %(part)s.", part=parts.part(part))
        mapping.setdefault(part, place)
    return mapping, faults
