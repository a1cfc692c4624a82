"""Figures and weights of a period: what is stored, a file to upload, what it would change, and the word to write it."""

from __future__ import annotations

from fractions import Fraction
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request

from adoption import clock
from adoption import facts
from adoption import uploads
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import uploading
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_parts
from adoption.pages import run_parts
from rules.bonus.exact import number
from rules.bonus.exact import text

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.bonuses.uploading import Problem
    from adoption.bonuses.uploading import Target
    from adoption.facts import Known
    from adoption.pages.run_parts import Asked
    from adoption.uploads import Kept

bp: Blueprint = Blueprint("bonus_figures", __name__)
SHOWN = 200  # lines of a list
PROBLEMS: Mapping[str, Callable[[Problem], str]] = {
    "unknown": lambda one: gettext("nobody has the e-mail address %(address)s", address=one.said[:100]),
    "twice": lambda one: gettext("%(address)s is already on line %(line)s", address=one.said[:100], line=one.other),
    "blank": lambda _: gettext("there is no number"),
    "number": lambda one: gettext("“%(cell)s” is no number", cell=one.said[:40]),
    "negative": lambda _: gettext("a weight is not below zero"),
    "large": lambda one: gettext("“%(cell)s” is too large", cell=one.said[:40]),
    "two ways": lambda one: gettext(
        "“%(cell)s” can be read in two ways: write %(one)s or %(other)s",
        cell=one.said[:40],
        one=uploading.both(one.said)[0],
        other=uploading.both(one.said)[1],
    ),
}


@bp.get("/hr/bonuses/<plan>/<period>/figures")
@permission("bonuses:run", door=SESSION)
def show(plan: str, period: str) -> ResponseReturnValue:
    """Show what a plan needs uploaded for a period, and what is there."""
    return _page(run_parts.asked(plan, period))


def _page(asked: Asked, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    known = facts.current()
    parts = [_part(asked, one, known) for one in uploading.targets(asked.plan)]
    shown = {"asked": asked, "chip": run_parts.chip(asked.stage), "parts": parts, "refused": None}
    return render_template("bonus_runs/figures.html", **(shown | more)), status


def _part(asked: Asked, target: Target, known: Known) -> dict[str, Any]:
    """Return a figure, or the weights of a component, with what is stored."""
    found = uploading.compared(asked.plan, asked.first, uploading.Preview(target))
    values = {who: value for who, value in found.stored.items() if value != "0" or target.kind == "figure"}
    people = sorted(values, key=lambda who: (known.people[who].name, who))
    return {
        "target": target,
        "title": run_parts.target_title(asked.plan, target, known),
        "values": [(known.people[who], run_parts.written(values[who])) for who in people[:SHOWN]],
        "number": len(people),
        "total": run_parts.written(text(sum((number(value) for value in values.values()), Fraction(0)))),
        "missing": [known.people[who].name for who in found.missing[:SHOWN]],
        "missing_number": len(found.missing),
        "locked": uploading.locked(asked.plan, asked.first, target),
    }


def _target(asked: Asked) -> Target:
    kind, _, key = request.form.get("target", "").partition(":")
    return uploading.target_of(asked.plan, kind, key)


@bp.post("/hr/bonuses/<plan>/<period>/figures")
@permission("bonuses:run", door=SESSION)
def preview(plan: str, period: str) -> ResponseReturnValue:
    """Show what a file would change; nothing is written."""
    asked = run_parts.asked(plan, period)
    target = _target(asked)
    if uploading.locked(asked.plan, asked.first, target):
        return _page(asked, HTTPStatus.CONFLICT, refused=_closed())
    kept = uploads.received(_kind(target), _whose(asked))
    if kept is None:
        said = gettext("Choose a file first. It needs the columns email and value.")
        return _page(asked, HTTPStatus.UNPROCESSABLE_ENTITY, refused=said)
    return _previewed(asked, target, kept)


def _kind(target: Target) -> str:
    return ":".join(target)


def _whose(asked: Asked) -> dict[str, Any]:
    """Return what a preview is good for: one period of one plan."""
    return {"plan": asked.key, "first": asked.first}


def _previewed(asked: Asked, target: Target, kept: Kept, refused: str | None = None) -> ResponseReturnValue:
    """Show what a file would change now; where it can be written, it is kept for the word."""
    found = uploading.preview(asked.plan, asked.first, target, kept.raw)
    good = found.good and bool(found.changes)
    if good:
        kept = kept._replace(options=_whose(asked) | {"seen": found.seen})
        kept = uploads.keep(kept, who=people_parts.me(), now=clock.now())
        db.session.commit()
    known = facts.current()
    shown = {
        "asked": asked,
        "found": found,
        "title": run_parts.target_title(asked.plan, found.target, known),
        "changes": [
            (
                known.people[one.participant],
                None if one.before is None else run_parts.written(one.before),
                run_parts.written(one.after),
            )
            for one in sorted(found.changes, key=lambda one: (known.people[one.participant].name, one.participant))[
                :SHOWN
            ]
        ],
        "problems": [(one.line, PROBLEMS[one.what](one)) for one in found.problems[:SHOWN]],
        "missing": [known.people[who].name for who in found.missing[:SHOWN]],
        "outside": [known.people[who].name for who in found.outside[:SHOWN]],
        "total": run_parts.written(text(found.total)),
        "differs": run_parts.written(text(abs(found.differs))),
        "kept": kept.id if good else None,
        "refused": refused,
    }
    status = HTTPStatus.OK if found.good else HTTPStatus.UNPROCESSABLE_ENTITY
    return render_template("bonus_runs/preview.html", **shown), status


# --- the word


@bp.post("/hr/bonuses/<plan>/<period>/figures/confirm")
@permission("bonuses:run", door=SESSION)
def confirm(plan: str, period: str) -> ResponseReturnValue:
    """Write what a preview showed."""
    asked = run_parts.asked(plan, period)
    target = _target(asked)
    try:
        kept = _waiting(asked, target)
    except uploads.GoneError as error:
        said = gettext("This preview is over. Upload the file once more.")
        return _page(asked, error.status, refused=said)
    values, seen = uploading.preview(asked.plan, asked.first, target, kept.raw).values, kept.options["seen"]
    who, now = people_parts.me(), clock.now()
    try:
        changed = uploading.write(asked.plan, asked.first, target, values, seen=seen, who=who, now=now)
    except uploading.ClosedError as error:
        db.session.rollback()
        return _page(run_parts.asked(plan, period), error.status, refused=_closed())
    except uploading.OutdatedError:
        db.session.rollback()
        said = gettext("Somebody has changed these values in the meantime. This is what your file would change now.")
        return _previewed(asked, target, kept, refused=said)
    uploads.forget(kept.id)
    db.session.commit()
    flash(ngettext("%(n)s value was written.", "%(n)s values were written.", changed))
    return redirect(run_parts.address("bonus_figures.show", asked), HTTPStatus.SEE_OTHER)


def _waiting(asked: Asked, target: Target) -> Kept:
    """Return the file that a preview for this figure showed to whoever asks.

    Raises:
        GoneError: there is none (any more).
    """
    kept = uploads.find(request.form.get("kept", ""), who=people_parts.me(), now=clock.now())
    if kept.kind != _kind(target) or not _whose(asked).items() <= kept.options.items():
        raise uploads.GoneError
    return kept


def _closed() -> str:
    return gettext(
        "A run that uses these values is under review or closed, so they stay as they are. Take it back first; what is "
        "owed for a closed period is given by hand in the running one."
    )
