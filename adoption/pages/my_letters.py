"""The letter about one's own week: off until one turns it on here, and as it would be before that."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import redirect
from flask import render_template
from flask import url_for

from adoption import auth
from adoption import clock
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import mine
from adoption.digests import reading
from adoption.pages import letter_choice
from adoption.pages import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("my_letters", __name__)
CHOOSE = "me:write"
KIND = mine.KIND


@bp.get("/me/letters")
@permission(CHOOSE, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the letter about my week, whether and when it comes, and those of past weeks."""
    return _page({}, {})


@bp.post("/me/letters")
@permission(CHOOSE, door=SESSION)
def choose() -> ResponseReturnValue:
    """Get the letter, at another time, in another language, or not at all."""
    typed = letter_choice.typed()
    faults = letter_choice.save(KIND, typed)
    return _page(typed, faults) if faults else redirect(url_for("my_letters.index"), HTTPStatus.SEE_OTHER)


@bp.post("/me/letters/test")
@permission(CHOOSE, door=SESSION)
def test() -> ResponseReturnValue:
    """Send me the letter as it is shown, now."""
    return letter_choice.send_copy(KIND, "my_letters.index")


@bp.get("/me/letters/letter")
@permission(CHOOSE, door=SESSION)
def letter() -> ResponseReturnValue:
    """Show the letter itself, for a frame of ours."""
    return letter_choice.framed(reading.preview(_me(), clock.now(), KIND).html)


@bp.get("/me/letters/<week>")
@permission(CHOOSE, door=SESSION)
def past(week: str) -> ResponseReturnValue:
    """Show a letter that I got, as it was sent."""
    return letter_choice.past(KIND, week)


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    found = reading.preview(_me(), clock.now(), KIND)
    page = render_template(
        "digest/mine.html",
        found=found,
        why=letters.reasons().get(found.why or ""),
        faults=faults,
        box="my_letters",
        weekly=auth.caller().reach("digests:read") is not None,
        **letter_choice.parts(KIND, typed),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return page, status, {"Content-Security-Policy": letters.PAGE_POLICY}


def _me() -> int:
    return auth.caller().participant or 0
