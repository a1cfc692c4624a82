"""Sources for HR and administrators: connect one, see how it fares, rotate its secret, pause it, read again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import languages
from adoption import records
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.connectors.mapping import MappingError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import drawing
from adoption.pages import sources_words as words
from adoption.sources import deliveries
from adoption.sources import examples
from adoption.sources import faring
from adoption.sources import presets
from adoption.sources import registry
from adoption.sources import replaying
from adoption.sources import verdicts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.sources.deliveries import Line
    from adoption.sources.presets import Preset
    from adoption.sources.registry import Connected

bp: Blueprint = Blueprint("sources", __name__)
MAY = "sources:manage"
UNMATCHED = "/hr/people/unmatched"


class Row(NamedTuple):
    """A delivery in the list, with its verdict in words."""

    line: Line
    said: words.Said
    moment: str


@bp.get("/hr/sources")
@permission(MAY, door=SESSION)
def index() -> ResponseReturnValue:
    """List the sources, and how each fares."""
    sources = registry.listed()
    fares = faring.fares(sources, clock.now())
    lines = [(one, fares[one.key], _last(fares[one.key].last)) for one in sources]
    return render_template("sources/index.html", lines=lines)


def _last(moment: int | None) -> str | None:
    return None if moment is None else drawing.when(period.moment(moment), period.moment(clock.now()))


# --- connect


@bp.get("/hr/new-source")
@permission(MAY, door=SESSION)
def new() -> ResponseReturnValue:
    """Ask what is to be connected."""
    chosen = request.args.get("preset", "")
    return _form({"preset": chosen if chosen in presets.PRESETS else ""}, {})


def _form(given: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    shown = {"given": given, "faults": faults, "presets": presets.PRESETS, "proofs": words.PROOFS}
    return render_template("sources/new.html", **shown), status


@bp.post("/hr/new-source")
@permission(MAY, door=SESSION)
def create() -> ResponseReturnValue:
    """Connect a source, and show its secret, once."""
    given = {name: request.form.get(name, "").strip() for name in ("key", "preset", "proof")}
    chosen = request.form.get("secret", "").strip()
    preset = presets.PRESETS.get(given["preset"])
    faults = _missing(preset, given["proof"], chosen)
    if not faults:
        secret, faults = _connected(given["key"], preset, given["proof"], chosen or None)
        if secret is not None:
            return _secret_page(registry.get(given["key"]), secret, preset.key if preset else "", None)
    db.session.rollback()
    return _form(given, faults)


def _missing(preset: Preset | None, proof: str, chosen: str) -> dict[str, str]:
    """Return what a form lacks, by its field."""
    faults = {}
    if preset is None and proof not in words.PROOFS:
        faults["proof"] = gettext("Choose how its deliveries prove that they are its own.")
    if preset is not None and preset.chosen and not chosen:
        faults["secret"] = gettext("%(crm)s makes the secret: copy it from there.", crm=preset.title)
    if len(chosen) > registry.LONGEST:
        faults["secret"] = gettext("A secret has at most %(n)s characters.", n=registry.LONGEST)
    return faults


def _connected(key: str, preset: Preset | None, proof: str, chosen: str | None) -> tuple[str | None, dict[str, str]]:
    """Connect a source; return its secret, or what is wrong by its field."""
    kind = preset.verification if preset else proof
    mapping = preset.mapping(registry.address(key)) if preset else ""
    try:
        secret = registry.connect(key, kind, mapping, chosen, by=auth.caller().by, now=clock.now())
    except registry.SourceNameError:
        said = gettext("A name has small Latin letters, digits, dots and dashes, and begins with a letter or a digit.")
        return None, {"key": said}
    except registry.TakenError:
        return None, {"key": gettext("There is a source of this name already. Choose another.")}
    except MappingError:
        return None, {"secret": _bad_secret(kind)}
    db.session.commit()
    return secret, {}


def _bad_secret(kind: str) -> str:
    if kind == "standard-webhooks":
        return gettext("A secret of Standard Webhooks is whsec_ and base64 after it. Copy all of it.")
    return gettext("A secret has at least 8 characters. Copy all of it.")


def _secret_page(source: Connected, secret: str, preset: str, old_until: str | None) -> ResponseReturnValue:
    """Show a secret: the only answer that ever holds it."""
    address = registry.address(source.key)
    line = examples.curl(source.verification, source.ready, address, secret, clock.now())
    steps = words.STEPS.get(preset, words.STEPS[""])()
    shown = {"source": source, "secret": secret, "address": address, "curl": line, "steps": steps}
    return render_template("sources/secret.html", **shown, old_until=old_until)


# --- one source


@bp.get("/hr/sources/<key>")
@permission(MAY, door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show how a source fares, and its last deliveries."""
    return page(registry.get(key))


def page(source: Connected, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    """Render the page of a source."""
    moment = clock.now()
    lines = deliveries.listed(source.key)
    chosen = request.args.get("verdict", "")
    counts = {name: sum(line.verdict == name for line in lines) for name in verdicts.VERDICTS}
    fare = faring.fares([source], moment)[source.key]
    until = source.old_until(moment)
    template = records.templates().get(source.name)
    shown: dict[str, Any] = {
        "source": source,
        "address": registry.address(source.key),
        "proof": words.PROOFS[source.verification][0](),
        "rows": [one for one in rows(lines) if chosen in {"", one.line.verdict}],
        "chosen": chosen if counts.get(chosen) else "",
        "picks": [(name, words.SHORT[name](), number) for name, number in counts.items() if number],
        "total": len(lines),
        "fare": fare,
        "last": _last(fare.last),
        "lag": None if fare.lag is None else words.span(fare.lag),
        "hours": _hours(fare.hours),
        "unmatched": _unmatched(),
        "again": deliveries.refused_before(source),
        "old_until": None if until is None else drawing.when(period.moment(until), period.moment(moment)),
        "old_used": _last(source.old_used),
        "overlaps": words.OVERLAPS,
        "overlap": registry.OVERLAP,
        "link": template or "",
        "fault": "",
        "curl": examples.curl(source.verification, source.ready, registry.address(source.key), examples.HIDDEN, moment),
    }
    return render_template("sources/show.html", **(shown | more)), status


def rows(lines: Sequence[Line]) -> list[Row]:
    """Put deliveries into words; a duplicate names the one that it repeats."""
    first: dict[tuple[str, str], Line] = {}
    found: list[Row] = []
    beside = period.moment(clock.now())
    for line in reversed(lines):
        before = next((first[one] for one in line.activities if one in first), None)
        said = words.verdict(line, None if before is None else drawing.when(period.moment(before.received), beside))
        found.append(Row(line, said, drawing.when(period.moment(line.latest), beside)))
        for one in line.activities:
            first.setdefault(one, line)
    return found[::-1]


def _hours(hours: Sequence[faring.Hour]) -> dict[str, Any]:
    """Return the columns of the last hours: their heights in hundredths of the highest one, and what they say."""
    tongue = languages.current()
    most = max((one.accepted + one.refused for one in hours), default=0)
    columns = [
        {
            "at": number * 16 + 2,
            "height": round(56 * (one.accepted + one.refused) / most) if most else 0,
            "clock": tongue.clock(period.moment(one.begins)),
            "accepted": one.accepted,
            "refused": one.refused,
        }
        for number, one in enumerate(hours)
    ]
    return {"most": most, "columns": columns}


def _unmatched() -> str | None:
    """Return where unknown actors are given to people, if this service has that page."""
    there = any(rule.rule == UNMATCHED for rule in current_app.url_map.iter_rules())
    return UNMATCHED if there else None


# --- change it


@bp.post("/hr/sources/<key>/rotate")
@permission(MAY, door=SESSION)
def rotate(key: str) -> ResponseReturnValue:
    """Give a source a new secret and show it, once; the old one stays good for as long as was chosen."""
    source, moment = registry.get(key), clock.now()
    overlap = registry.OVERLAPS.get(request.form.get("overlap", ""), registry.OVERLAPS[registry.OVERLAP])
    chosen, seen = request.form.get("secret", "").strip()[: registry.LONGEST], request.form.get("seen", type=int)
    try:
        secret = registry.rotate(key, chosen or None, overlap=overlap, by=auth.caller().by, now=moment, seen=seen)
    except MappingError:
        db.session.rollback()
        return page(source, HTTPStatus.UNPROCESSABLE_ENTITY, fault=_bad_secret(source.verification))
    db.session.commit()
    changed = registry.get(key)
    until = changed.old_until(moment)
    return _secret_page(changed, secret, "", None if until is None else _last(until))


@bp.post("/hr/sources/<key>/end-old")
@permission(MAY, door=SESSION)
def end_old(key: str) -> ResponseReturnValue:
    """End the old secret now."""
    was = registry.end_old(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("The old secret is good no more.") if was else gettext("There is one secret only."))
    return back(key)


def back(key: str) -> ResponseReturnValue:
    """Go back to the page of a source."""
    return redirect(url_for("sources.show", key=key), HTTPStatus.SEE_OTHER)


@bp.post("/hr/sources/<key>/pause")
@permission(MAY, door=SESSION)
def pause(key: str) -> ResponseReturnValue:
    """Take no deliveries for now."""
    registry.pause(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("Paused. Senders are asked to come again in an hour; those that never repeat lose what they send."))
    return back(key)


@bp.post("/hr/sources/<key>/resume")
@permission(MAY, door=SESSION)
def resume(key: str) -> ResponseReturnValue:
    """Take deliveries again."""
    registry.resume(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("The source takes deliveries again."))
    return back(key)


@bp.post("/hr/sources/<key>/link")
@permission(MAY, door=SESSION)
def link(key: str) -> ResponseReturnValue:
    """Say where the CRM shows a record."""
    source, template = registry.get(key), request.form.get("template", "").strip()
    try:
        registry.link(source.name, template or None, by=auth.caller().by, now=clock.now())
    except records.LinkError:
        db.session.rollback()
        said = gettext(
            "Write an address like https://crm.example.com/{kind}s/{id}, with {id} or {record} behind the host."
        )
        return page(source, HTTPStatus.UNPROCESSABLE_ENTITY, link=template, link_fault=said)
    db.session.commit()
    flash(gettext("Records lead to the CRM from now on.") if template else gettext("Records lead nowhere from now on."))
    return back(key)


@bp.post("/hr/sources/<key>/replay")
@permission(MAY, door=SESSION)
def replay(key: str) -> ResponseReturnValue:
    """Read again everything that was refused before the mapping changed."""
    source = registry.get(key)
    done, stored = replaying.replay_refused(source, by=auth.caller().by, clock=clock.now)
    flash(ngettext("%(n)s delivery was read again.", "%(n)s deliveries were read again.", done))
    flash(ngettext("%(n)s activity accepted.", "%(n)s activities accepted.", stored))
    return back(key)
