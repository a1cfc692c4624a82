"""One delivery: what was in it, what became of it, what the present mapping would make of it, and reading it again."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import statements
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.connectors.payload import FORM
from adoption.extensions import db
from adoption.languages import gettext
from adoption.models import bucket_of
from adoption.pages import drawing
from adoption.pages import sources as pages
from adoption.pages import sources_words as words
from adoption.sources import deliveries
from adoption.sources import registry
from adoption.sources import replaying
from adoption.sources import trying
from rules import period

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.sources.deliveries import Line
    from adoption.sources.hiding import Kept
    from adoption.sources.registry import Connected

bp: Blueprint = Blueprint("source_deliveries", __name__)
SHOWN = 40_000  # characters of a body
MOST = 100  # items
WANTED = ("source", "id", "type", "subject", "actor", "retracted")


@bp.get("/hr/sources/<key>/deliveries/<int:number>")
@permission(pages.MAY, door=SESSION)
def show(key: str, number: int) -> ResponseReturnValue:
    """Show a delivery."""
    source = registry.get(key)
    line = deliveries.one(key, number)
    kept = deliveries.contents([number]).get(number)
    (row,) = pages.rows([line])
    before = _repeated(line)
    said = row.said if before is None else words.verdict(line, before)
    return render_template(
        "sources/delivery.html",
        source=source,
        line=line,
        said=said,
        received=drawing.when(period.moment(line.received)),
        latest=drawing.when(period.moment(line.latest)),
        body=None if kept is None else readable(line.kind, kept.body),
        headers={} if kept is None else kept.headers,
        became=_became(line),
        made=_made(source, line, kept),
        kept_days=deliveries.DAYS // (86_400 * period.SECOND),
        read_again=line.latest != line.received and line.proof != "",
    )


def _repeated(line: Line) -> str | None:
    """Return when the delivery came that this one repeats, if it is among the last."""
    if line.verdict != "duplicate":
        return None
    ids = set(line.activities)
    earlier = [one for one in deliveries.listed(line.source) if one.id < line.id and ids & set(one.activities)]
    return drawing.when(period.moment(earlier[-1].received)) if earlier else None


def _made(source: Connected, line: Line, kept: Kept | None) -> list[trying.Made]:
    if kept is None:
        return []
    return list(trying.made(source.key, source.ready, trying.Sample(kept.body, line.kind, kept.headers))[:MOST])


def _became(line: Line) -> list[Any]:
    """Return the activities that a delivery brought, as they are stored."""
    keys = [(bucket_of(*key), *key) for key in line.activities]
    found = statements.find(db.session.connection(), "activity", statements.ACTIVITY_KEY, WANTED, keys)
    places = {key: place for place, key in enumerate(line.activities)}
    return sorted((row for row in found if row.type is not None), key=lambda row: places[row.source, row.id])


def readable(kind: str, raw: bytes) -> str:
    """Write a body for reading: JSON indented, digit by digit as it came; a form with a line for each field."""
    text = raw.decode("utf-8", "replace")
    if kind.partition(";")[0].strip().lower() == FORM:
        text = "\n".join(f"{name} = {value}" for name, value in parse_qsl(text, keep_blank_values=True))
    else:
        with suppress(msgspec.DecodeError, RecursionError):  # then it is shown as it came
            text = msgspec.json.format(raw, indent=2).decode("utf-8", "replace")
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


@bp.post("/hr/sources/<key>/deliveries/<int:number>/replay")
@permission(pages.MAY, door=SESSION)
def replay(key: str, number: int) -> ResponseReturnValue:
    """Read a delivery again by the present mapping."""
    source = registry.get(key)
    try:
        found = replaying.replay(source, number, by=auth.caller().by, now=clock.now())
    except replaying.ForgottenError:
        db.session.rollback()
        flash(gettext("What was in it is not kept any more. Ask the sender to send it again."))
    else:
        said = words.verdict(found).sentence
        flash(gettext("Read again."))
        flash(said)
    return redirect(url_for("source_deliveries.show", key=key, number=number), HTTPStatus.SEE_OTHER)
