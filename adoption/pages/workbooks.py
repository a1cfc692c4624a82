"""The register of customer workbooks: what counts, for everybody; what is proposed, for those who lead to decide.

Somebody who leads a team decides about what their people and they themselves have proposed; an adoption lead about all.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import holders
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import drawing
from adoption.signals import register
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.signals.register import Line

bp: Blueprint = Blueprint("workbooks", __name__)
PROPOSE, DECIDE = "workbooks:propose", "workbooks:decide"
FIELDS = ("title", "rule", "value", "note")
LARGEST = 2**31 - 1  # number of a workbook
SHOWN: Mapping[str, tuple[str, ...]] = {
    "waiting": ("proposed",),
    "registered": ("registered",),
    "out": ("declined", "unregistered"),
}
# kind of rule → what it is called, how to write it, what it means with a value
RULES: Mapping[str, tuple[Callable[[], str], Callable[[], str], Callable[[str], str]]] = {
    "file": (
        lambda: gettext("One file"),
        lambda: gettext("Its address, from the address bar of the browser, or its number"),
        lambda value: gettext("The file %(value)s", value=value),
    ),
    "folder": (
        lambda: gettext("Every spreadsheet in a folder"),
        lambda: gettext("The address of the folder, its path, or the number of a shared drive"),
        lambda value: gettext("Every spreadsheet in %(value)s", value=value),
    ),
    "label": (
        lambda: gettext("Every spreadsheet with a label"),
        lambda: gettext("The sensitivity label, by its name or its number"),
        lambda value: gettext("Every spreadsheet with the label %(value)s", value=value),
    ),
    "name": (
        lambda: gettext("Every spreadsheet of a name"),
        lambda: gettext("A part of the name, or a pattern: Contacts*2026"),
        lambda value: gettext("Every spreadsheet with a name like %(value)s", value=value),
    ),
}
STATES: Mapping[str, tuple[Callable[[], str], str]] = {
    "proposed": (lambda: gettext("waits to be decided"), "note"),
    "registered": (lambda: gettext("counts"), "accent"),
    "declined": (lambda: gettext("was declined"), ""),
    "unregistered": (lambda: gettext("counts no more"), ""),
}
DONE: Mapping[str, Callable[[str], str]] = {
    "registered": lambda title: gettext("%(title)s counts from now on.", title=title),
    "declined": lambda title: gettext("%(title)s is declined.", title=title),
    "unregistered": lambda title: gettext("%(title)s counts no more, of no day.", title=title),
}
FAULTS: Mapping[tuple[str, str], Callable[[], str]] = {
    ("title", "empty"): lambda: gettext("Write how people call it."),
    ("title", "long"): lambda: gettext("Write at most 200 characters."),
    ("value", "unknown"): lambda: gettext("Choose by what it is recognised."),
    ("value", "empty"): lambda: gettext("Write which file, folder, label or name is meant."),
    ("value", "long"): lambda: gettext("Write at most 1,000 characters."),
    ("value", "shared"): lambda: gettext(
        "This is a link for sharing, which does not say where it leads. Open it, and copy the address from the "
        "address bar."
    ),
    ("value", "wide"): lambda: gettext(
        "This would mean nearly every file. Write at least three characters of a name, or a folder within a site."
    ),
    ("note", "long"): lambda: gettext("Write at most 500 characters."),
    ("reason", "empty"): lambda: gettext("Say why: whoever proposed it will read it."),
    ("reason", "long"): lambda: gettext("Write at most 500 characters."),
}


class Shown(NamedTuple):
    """A line of the register in words; ``edited`` is by how many people lately, if they are enough to say so."""

    line: Line
    means: str
    state: str
    look: str
    by: str
    proposed: str
    since: str | None
    decided: str | None
    decider: str
    may: bool
    edited: int | None


@bp.get("/me/workbooks")
@permission(PROPOSE, door=SESSION)
def mine() -> ResponseReturnValue:
    """Show what counts, and what one has proposed."""
    return _mine({}, {})


def _mine(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    known, caller = facts.current(), auth.caller()
    lines = [_shown(known, line, {}) for line in register.listed()]
    html = render_template(
        "workbooks/mine.html",
        counts=[one for one in lines if one.line.state == "registered"],
        proposed=[one for one in lines if one.line.proposed_by == caller.participant],
        decides=caller.reach(DECIDE) is not None,
        rules=RULES,
        typed=typed,
        faults=faults,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


@bp.post("/me/workbooks")
@permission(PROPOSE, door=SESSION)
def propose() -> ResponseReturnValue:
    """Propose a workbook."""
    typed = _typed()
    try:
        register.propose(*typed.values(), by=auth.caller().by, now=clock.now())
    except register.WrongRuleError as error:
        db.session.rollback()
        return _mine(typed, _fault(error))
    db.session.commit()
    flash(gettext("%(title)s is proposed. Until somebody has decided, it does not count.", title=typed["title"]))
    return redirect(url_for("workbooks.mine"), HTTPStatus.SEE_OTHER)


@bp.get("/lead/workbooks")
@permission(DECIDE, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the register to those who decide."""
    return _register({}, {})


def _register(typed: Mapping[str, str], faults: Mapping[str, str], wrong: int | None = None) -> ResponseReturnValue:
    known = facts.current()
    lines = register.listed()
    edited = register.editors()
    mine = _deciding(known)
    seen = [line for line in lines if line.state == "registered" or mine is None or line.proposed_by in mine]
    counts = {name: sum(line.state in states for line in seen) for name, states in SHOWN.items()}
    asked = request.values.get("show", "")
    show = asked if asked in SHOWN else "waiting" if counts["waiting"] else "registered"
    html = render_template(
        "workbooks/register.html",
        lines=[_shown(known, line, edited, mine) for line in seen if line.state in SHOWN[show]],
        show=show,
        counts=counts,
        rules=RULES,
        typed=typed,
        faults=faults,
        wrong=wrong,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


@bp.post("/lead/workbooks")
@permission(DECIDE, door=SESSION)
def enrol() -> ResponseReturnValue:
    """Register a workbook at once."""
    typed = _typed()
    try:
        number = register.enrol(*typed.values(), by=auth.caller().by, now=clock.now())
    except register.WrongRuleError as error:
        db.session.rollback()
        return _register(typed, _fault(error))
    db.session.commit()
    said = DONE["registered"](register.get(number).title)
    flash(said)
    return redirect(url_for("workbooks.index", show="registered"), HTTPStatus.SEE_OTHER)


@bp.post("/lead/workbooks/<int:number>/<decision>")
@permission(DECIDE, door=SESSION)
def decide(number: int, decision: str) -> ResponseReturnValue:
    """Register, decline or unregister a workbook."""
    if decision not in register.DECISIONS or number > LARGEST:
        raise register.UnknownWorkbookError
    line = register.get(number)
    mine = _deciding(facts.current())
    if mine is not None and line.proposed_by not in mine:
        raise ForbiddenError
    typed = {"reason": request.form.get("reason", "")}
    try:
        register.decide(number, decision, typed["reason"], by=auth.caller().by, now=clock.now())
    except register.WrongRuleError as error:
        db.session.rollback()
        return _register(typed, _fault(error), number)
    except register.DecidedError:
        db.session.rollback()
        flash(gettext("Somebody has decided about %(title)s in the meantime. See how it stands now.", title=line.title))
    else:
        db.session.commit()
        said = DONE[decision](line.title)
        flash(said)
    return redirect(url_for("workbooks.index"), HTTPStatus.SEE_OTHER)


def _deciding(known: Known) -> set[int] | None:
    """Return about whose proposals the caller decides; ``None``: about all."""
    caller = auth.caller()
    if caller.reach(DECIDE) is auth.ALL:
        return None
    me = caller.participant or 0
    return known.led_by(me, holders.today(known)) | {me}


def _shown(known: Known, line: Line, edited: Mapping[int, int], mine: set[int] | None = None) -> Shown:
    state, look = STATES[line.state]
    return Shown(
        line,
        RULES[line.rule][2](line.value),
        state(),
        look,
        known.called(line.proposed_by, gettext("a command")),
        _when(line.proposed) or "",
        _when(line.registered),
        _when(line.decided),
        known.called(line.decided_by, gettext("a command")),
        mine is None or line.proposed_by in mine,
        edited.get(line.id),
    )


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def _fault(error: register.WrongRuleError) -> dict[str, str]:
    return {error.field: FAULTS[error.field, error.code]()}


def _when(moment: int | None) -> str | None:
    return None if moment is None else drawing.when(period.moment(moment))
