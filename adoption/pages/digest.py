"""The weekly letter, to managers: as it is sent and as they want it, and thanks to those whom it names."""

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
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import mail
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import reading
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import letter_choice
from adoption.pages import letters

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("digest", __name__)
READ = "digests:read"
KIND = reading.KIND
LONGEST = 1_000  # characters of a thank-you


@bp.get("/digest")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show my weekly letter, when it comes, and those of past weeks."""
    return _page({}, {})


@bp.post("/digest")
@permission(READ, door=SESSION)
def choose() -> ResponseReturnValue:
    """Get the letter at another time, in another language, or not at all."""
    typed = letter_choice.typed()
    faults = letter_choice.save(KIND, typed)
    return _page(typed, faults) if faults else redirect(url_for("digest.index"), HTTPStatus.SEE_OTHER)


@bp.post("/digest/test")
@permission(READ, door=SESSION)
def test() -> ResponseReturnValue:
    """Send me the letter as it is shown, now."""
    return letter_choice.send_copy(KIND, "digest.index")


@bp.get("/digest/letter")
@permission(READ, door=SESSION)
def letter() -> ResponseReturnValue:
    """Show the letter itself, for a frame of ours."""
    return letter_choice.framed(reading.preview(_me(), clock.now()).html)


@bp.get("/digest/letters/<week>")
@permission(READ, door=SESSION)
def past(week: str) -> ResponseReturnValue:
    """Show a letter that I got, as it was sent."""
    return letter_choice.past(KIND, week)


# --- thanks


@bp.get("/digest/thanks/<int:participant>")
@permission(READ, door=SESSION)
def thank(participant: int) -> ResponseReturnValue:
    """Show a letter of thanks to a direct report, to be changed and sent."""
    name = _report(participant)
    deed = reading.deed(_me(), participant)
    return _thanks(participant, name, _thanks_text(name, deed), "")


@bp.post("/digest/thanks/<int:participant>")
@permission(READ, door=SESSION)
def say_thanks(participant: int) -> ResponseReturnValue:
    """Send a letter of thanks."""
    name, me, now = _report(participant), _me(), clock.now()
    words = "\n".join(line.strip() for line in request.form.get("words", "").strip().splitlines())
    if not words or len(words) > LONGEST:
        fault = gettext("Write at least a word, and at most %(n)s characters.", n=languages.current().number(LONGEST))
        return _thanks(participant, name, words, fault), HTTPStatus.UNPROCESSABLE_ENTITY
    known = facts.current()
    person = known.people[participant]
    told = {"by": known.people[me].name, "lines": words.split("\n")}
    occasion = f"{me}/{known.today(now)}"
    planned = mail.plan(
        begin_write(), "thanks", address=person.email, occasion=occasion, facts=told, now=now, participant=participant
    )
    db.session.commit()
    if planned:
        flash(gettext("Your thanks are on their way to %(name)s.", name=name))
    else:
        flash(gettext("You have thanked %(name)s today already.", name=name))
    return redirect(url_for("digest.index"), HTTPStatus.SEE_OTHER)


def _report(participant: int) -> str:
    """Return the name of a direct report.

    Raises:
        NotFoundError: nobody of that number reports to the caller.
    """
    known = facts.current()
    if participant not in known.reports_on(holders.today(known)).get(_me(), ()):
        raise NotFoundError
    return known.people[participant].name


def _thanks_text(name: str, deed: str | None) -> str:
    parts = [gettext("Dear %(name)s,", name=name)]
    parts.append(
        gettext("this stood in my weekly letter: “%(deed)s” Thank you.", deed=deed)
        if deed
        else gettext("thank you for your work this week.")
    )
    return "\n\n".join(parts)


def _thanks(participant: int, name: str, words: str, fault: str) -> str:
    return render_template(
        "digest/thanks.html", participant=participant, name=name, words=words, fault=fault, longest=LONGEST
    )


# --- what is shown


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    now, me = clock.now(), _me()
    leads = me in reading.recipients(now)
    found = reading.preview(me, now) if leads else None
    page = render_template(
        "digest/index.html",
        leads=leads,
        every=auth.caller().reach(READ) is auth.ALL,
        found=found,
        why=letters.reasons().get((found.why if found else "") or ""),
        faults=faults,
        box="digest",
        **letter_choice.parts(KIND, typed),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return page, status, {"Content-Security-Policy": letters.PAGE_POLICY}


def _me() -> int:
    return auth.caller().participant or 0
