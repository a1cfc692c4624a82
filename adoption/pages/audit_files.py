"""Rows of an audit as files, to be imported in the CRM or kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from flask import Response
from flask import request

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import journal
from adoption.audits import lists
from adoption.audits import rows
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import current
from adoption.pages import audit_parts as parts
from adoption.pages.audits import bp

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

MOST = 500_000  # rows of a file
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@bp.get("/audits/<int:number>/<any(import,all):what>.<any(csv,xlsx):kind>")
@permission(parts.MAY, door=SESSION)
def download(number: int, what: str, kind: str) -> ResponseReturnValue:
    """Give the missing as a list to import, or every row."""
    kept = parts.opened(number)
    which = "missing" if what == "import" else "all"
    found = rows.page(rows.matching(kept.id, which), first=0, size=MOST)
    if what == "import":
        language = request.args.get("language", "")
        made = lists.importable(found, language if language in lists.IMPORT else current().code, kept.country)
    else:
        known = facts.current()
        called = {one.id: one.email for one in known.people.values()}
        days = {row.closed_day: date.fromordinal(row.closed_day).isoformat() for row in found if row.closed_day}
        made = lists.everything(found, called, days)
    content = lists.as_csv(made) if kind == "csv" else lists.as_xlsx(made)
    if kept.shared:
        told = {"rows": len(found), "what": what}
        journal.write(begin_write(), auth.caller().by, "exported", kept.thing, after=told, now=clock.now())
        db.session.commit()
    head = {"Content-Disposition": f'attachment; filename="audit-{number}-{what}.{kind}"'}
    return Response(content, headers=head, mimetype=TYPES[kind])
