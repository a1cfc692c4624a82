"""The mapping of a source with a live sample: what it makes of it, what changes for the last deliveries, and saving."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import render_template
from flask import request

from adoption import auth
from adoption import clock
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.connectors import lines as places
from adoption.connectors.mapping import MappingError
from adoption.connectors.payload import FORM
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import sources as pages
from adoption.pages import sources_deliveries
from adoption.sources import deliveries
from adoption.sources import presets
from adoption.sources import registry
from adoption.sources import trying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.connectors import Connected
    from adoption.sources.registry import Connected as Source

bp: Blueprint = Blueprint("source_mapping", __name__)
KINDS = (presets.JSON, FORM)
SHOWN = 50  # items of a sample
MOST_FAULTS = 40


class Flaw(NamedTuple):
    """A fault of the mapping with its line: the number, what stands there, and what is wrong."""

    line: int | None
    text: str
    said: str


class Typed(NamedTuple):
    """What stands in the form: the mapping and the revision it began from, a sample and its content type."""

    mapping: str
    revision: int
    sample: str
    kind: str


@bp.get("/hr/sources/<key>/mapping")
@permission(pages.MAY, door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show the mapping, with the last delivery as a sample."""
    source = registry.get(key)
    return _page(source, Typed(source.mapping, source.revision, *_sample(source)))


def _sample(source: Source) -> tuple[str, str]:
    """Return the delivery that was asked for, the last one, or one as its CRM would post it."""
    wanted = request.args.get("delivery", type=int)
    found = deliveries.samples(source.key, trying.COMPARED) if wanted is None else [deliveries.one(source.key, wanted)]
    for line in sorted(found, key=lambda one: one.verdict == "nothing")[:1]:  # the last one that brought something
        kept = deliveries.contents([line.id]).get(line.id)
        if kept is not None:
            form = line.kind.startswith(FORM)
            text = kept.body.decode("utf-8", "replace") if form else sources_deliveries.readable(line.kind, kept.body)
            return text, FORM if form else presets.JSON
    for one in presets.PRESETS.values():
        if source.mapping and source.mapping == one.mapping(registry.address(source.key)):
            return one.sample, one.kind
    return "", presets.JSON


@bp.post("/hr/sources/<key>/mapping")
@permission(pages.MAY, door=SESSION)
def change(key: str) -> ResponseReturnValue:
    """Show what the typed mapping makes of the sample, compare it with the one in force, or save it."""
    source = registry.get(key)
    typed = _typed(source)
    if request.headers.get("X-Fragment"):
        return render_template("sources/result.html", **_result(source, typed))
    act = request.form.get("act", "try")
    if act == "save":
        return _save(source, typed)
    ready = _ready(source, typed)[0]
    compared = trying.compared(key, source.ready, ready) if act == "compare" and ready is not None else None
    status = HTTPStatus.OK if ready is not None else HTTPStatus.UNPROCESSABLE_ENTITY
    return _page(source, typed, status, compared=compared)


def _typed(source: Source) -> Typed:
    """Return what was typed; browsers send lines with a carriage return."""
    mapping, sample = (request.form.get(name, "").replace("\r\n", "\n") for name in ("mapping", "sample"))
    revision = request.form.get("revision", default=source.revision, type=int)
    kind = request.form.get("kind", "")
    return Typed(mapping, revision, sample, kind if kind in KINDS else presets.JSON)


def _save(source: Source, typed: Typed) -> ResponseReturnValue:
    try:
        registry.remap(source.key, typed.mapping, by=auth.caller().by, now=clock.now(), revision=typed.revision)
    except MappingError:
        db.session.rollback()
        return _page(source, typed, HTTPStatus.UNPROCESSABLE_ENTITY)
    except registry.StaleMappingError:
        db.session.rollback()
        fresh = registry.get(source.key)
        return _page(fresh, typed._replace(revision=fresh.revision), HTTPStatus.CONFLICT, other=fresh.mapping)
    db.session.commit()
    flash(gettext("The mapping is in force for every delivery from now on."))
    return pages.back(source.key)


def _page(source: Source, typed: Typed, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    shown: dict[str, Any] = {"source": source, "typed": typed, "kinds": KINDS, "compared": None, "other": None}
    shown |= {"presets": presets.PRESETS, "changed": typed.mapping != source.mapping}
    return render_template("sources/mapping.html", **(shown | _result(source, typed) | more)), status


def _result(source: Source, typed: Typed) -> dict[str, Any]:
    """Return what the typed mapping makes of the sample, or what is wrong with it."""
    ready, flaws = _ready(source, typed)
    body = typed.sample.encode("utf-8", "replace")
    large = len(body) > trying.LARGEST
    made: Sequence[trying.Made] = ()
    if ready is not None and body.strip() and not large:
        made = trying.made(source.key, ready, trying.Sample(body.strip(), typed.kind))
    activities = sum(1 for one in made if not one.fault)
    shown = {"made": made[:SHOWN], "number": len(made), "activities": activities}
    return {"flaws": flaws, **shown, "empty": not body.strip(), "large": large}


def _ready(source: Source, typed: Typed) -> tuple[Connected | None, list[Flaw]]:
    try:
        return registry.checked(source.verification, typed.mapping), []
    except MappingError as error:
        lines = typed.mapping.split("\n")
        flaws = [_flaw(typed.mapping, lines, fault) for fault in error.faults[:MOST_FAULTS]]
        return None, sorted(flaws, key=lambda one: (one.line is None, one.line or 0))


def _flaw(text: str, lines: Sequence[str], fault: str) -> Flaw:
    number = places.of_fault(text, fault)
    at = lines[number - 1].strip()[:200] if number is not None and number <= len(lines) else ""
    return Flaw(number, at, fault)
