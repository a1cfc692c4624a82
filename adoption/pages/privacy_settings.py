"""The switch of individual detection, for administrators and HR: on after people were told, off with what then goes."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import languages
from adoption import privacy
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import AdoptionError
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.journal import NoReasonError
from adoption.languages import gettext
from adoption.pages import privacy_words
from adoption.pages.roles import day_of
from adoption.privacy import holding
from rules import period
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("privacy_settings", __name__)
AT_ONCE = 50_000  # rows that whoever turns it off waits for; the rest goes by the job
FAULTS: Mapping[type[Exception], tuple[str, Callable[[], str]]] = {
    privacy.NotToldError: ("told", lambda: gettext("Write the day on which people were told: today or earlier.")),
    privacy.ShadowError: (
        "until",
        lambda: gettext("The shadow run lasts for four weeks or longer, and for a year at most."),
    ),
    NoReasonError: ("why", lambda: gettext("Say in a few words why; it is in the journal.")),
}  # of what is refused: the field, and what is wrong with it


@bp.get("/privacy/settings")
@permission("privacy:manage", door=SESSION)
def index() -> ResponseReturnValue:
    """Show how the switch stands, and the form that changes it."""
    return _page({}, {})


@bp.post("/privacy/settings/on")
@permission("privacy:manage", door=SESSION)
def turn_on() -> ResponseReturnValue:
    """Turn individual detection on; a shadow run begins."""
    typed = {name: request.form.get(name, "").strip() for name in ("told", "until", "why")}
    told, until = day_of(typed["told"]), day_of(typed["until"])
    try:
        privacy.turn_on(
            begin_write(),
            auth.caller().by,
            told=told or 0,
            shadow_until=0 if until is None else until,
            why=typed["why"],
            now=clock.now(),
        )
    except (RefusedError, ConflictError) as error:
        db.session.rollback()
        return _refused(error, typed)
    db.session.commit()
    flash(gettext("Individual detection is on. For now everybody sees only their own."))
    return redirect(url_for("privacy_settings.index"), HTTPStatus.SEE_OTHER)


@bp.post("/privacy/settings/off")
@permission("privacy:manage", door=SESSION)
def turn_off() -> ResponseReturnValue:
    """Turn individual detection off, and delete what is personal."""
    typed = {name: request.form.get(name, "").strip() for name in ("sure", "why")}
    if typed["sure"] != "yes":
        said = {"sure": gettext("Tick this box: what is deleted cannot come back.")}
        return _page(typed, said)
    try:
        privacy.turn_off(begin_write(), auth.caller().by, why=typed["why"], now=clock.now())
    except (RefusedError, ConflictError) as error:
        db.session.rollback()
        return _refused(error, typed)
    db.session.commit()
    privacy.forget(clock.now(), most=AT_ONCE)
    flash(gettext("Individual detection is off, and what was personal is deleted."))
    return redirect(url_for("privacy_settings.index"), HTTPStatus.SEE_OTHER)


def _refused(error: AdoptionError, typed: Mapping[str, str]) -> ResponseReturnValue:
    """Say what is wrong beside its field; what is so already, or is not over yet, above the form."""
    for kind, (field, say) in FAULTS.items():
        if isinstance(error, kind):
            return _page(typed, {field: say()})
    if isinstance(error, privacy.UnchangedError):
        return _page(typed, {"": gettext("Somebody has changed this in the meantime. This is how it stands now.")})
    if isinstance(error, privacy.StillForgettingError):
        said = gettext("What is left of the time before is still being deleted. Try again in a few minutes.")
        return _page(typed, {"": said})
    raise error


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    today, detection = holding.local_day(clock.now()), privacy.current()
    tongue = languages.current()
    usual = {"told": "", "until": period.text("day", today + privacy.SHADOW)}
    page = render_template(
        "privacy/settings.html",
        detection=detection,
        shadow=detection.shadow(today),
        day=lambda one: tongue.day(one, "full"),
        going=privacy_words.going(),
        typed=usual | dict(typed),
        faults=faults,
        today=period.text("day", today),
        least_until=period.text("day", today + privacy.SHADOW),
        longest=LONGEST_REASON,
        least=SMALLEST_GROUP,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
