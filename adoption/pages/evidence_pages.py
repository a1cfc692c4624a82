"""My evidence: what was noticed, how it adds up, who sees it, and what one may do about it.  Nobody else's page."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import casework
from adoption import clock
from adoption import evidence
from adoption import facts
from adoption import privacy
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.flags import reminding
from adoption.flags import telling
from adoption.flags.contesting import About
from adoption.languages import gettext
from adoption.pages import evidence_parts as parts
from adoption.pages import evidence_seen as seen
from adoption.pages import evidence_words as words
from adoption.pages import frame
from rules.reliance import ledger
from rules.reliance.cycle import ImpossibleStepError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Connection


bp: Blueprint = Blueprint("evidence_pages", __name__)
READ, WRITE = "evidence:read", "me:write"
LEVELS = tuple(round(level * ledger.DECIBANS) for level in (ledger.RAISE, ledger.CLEAR))
FAULTS: Mapping[type[Exception], tuple[str, Callable[[], str]]] = {
    contesting.NoReasonError: ("reason", lambda: gettext("Choose what it is instead.")),
    contesting.NoDaysError: ("days", lambda: gettext("Say from which day to which you were away; up to today.")),
    contesting.TooLongError: ("words", lambda: gettext("2,000 characters are enough; the rest can be said in person.")),
    helping.NoSuchHelpError: ("help", lambda: gettext("Choose which help, and a colleague who is in the list.")),
    reminding.AnswerError: ("answer", lambda: gettext("Choose one of the answers; 500 characters are enough.")),
}  # of what is refused: the field, and what is wrong with it


@bp.get("/me/evidence")
@permission(READ, door=SESSION)
def mine() -> ResponseReturnValue:
    """Show what was noticed of me, and everything I may do about it."""
    return _page()


@bp.post("/me/evidence/contest")
@permission(WRITE, door=SESSION)
def contest() -> ResponseReturnValue:
    """Say that it is not so."""
    me, now, form = _me(), clock.now(), request.form
    if privacy.shadow():
        return _gone()
    connection, reason = begin_write(), form.get("reason", "")
    about, words_ = _about(connection, me, reason), form.get("words", "")
    try:
        contesting.contest(connection, facts.current(), me, reason, words=words_, about=about, now=now)
    except RefusedError as error:
        return _refused(error)
    except ImpossibleStepError:
        return _gone()
    return _done(gettext("Sent. While your case is open nobody else learns anything."))


def _about(connection: Connection, me: int, reason: str) -> About:
    """Read what a contest is about: a workbook of one's own evidence, or days of absence."""
    form = request.form
    starts, last = day_of(form.get("from", "")), day_of(form.get("until", ""))
    if reason == "no_customers":
        workbook = form.get("workbook", type=int)
        return About(workbook if any(one.id == workbook for one in casework.books(connection, me)) else None)
    if reason == "away" and starts is not None and last is not None:
        return About(None, starts, last + 1)
    return About()


@bp.post("/me/evidence/withdraw")
@permission(WRITE, door=SESSION)
def withdraw() -> ResponseReturnValue:
    """Take a case back."""
    now = clock.now()
    try:
        contesting.withdraw(begin_write(), _me(), day=facts.current().today(now), now=now)
    except ImpossibleStepError:
        return _gone()
    return _done(gettext("Taken back. Everything is as it was before."))


@bp.post("/me/evidence/help")
@permission(WRITE, door=SESSION)
def ask() -> ResponseReturnValue:
    """Choose help."""
    me, now = _me(), clock.now()
    kind, champion = request.form.get("kind", ""), request.form.get("champion", type=int)
    if not privacy.individual() or (kind == "champion" and privacy.shadow()):
        return _gone()
    connection = begin_write()
    try:
        champion = champion if kind == "champion" else None
        new = helping.choose(connection, me, kind, champion, day=facts.current().today(now), now=now)
    except RefusedError as error:
        return _refused(error)
    except ImpossibleStepError:
        return _gone()
    if new and champion is not None:
        telling.of_help(connection, me, champion, now)
    if kind == "import":
        return _done(gettext("Upload your list here; you get back what is ready to import."), url_for("audits.index"))
    said = gettext("Both of you get a letter.") if champion else gettext("The steps are on this page.")
    return _done(said, url_for("evidence_pages.mine") + "#help")


@bp.post("/me/evidence/help/<int:number>/end")
@permission(WRITE, door=SESSION)
def end(number: int) -> ResponseReturnValue:
    """End help that I chose."""
    helping.end(begin_write(), _me(), number if number < 2**31 else 0, now=clock.now())
    return _done(gettext("Ended. You may choose again at any time."))


@bp.post("/me/evidence/remind")
@permission(WRITE, door=SESSION)
def remind() -> ResponseReturnValue:
    """Put a hint off, or say whether letters about hints may come."""
    day, wish = facts.current().today(clock.now()), request.form.get("letters")
    if wish is None:
        found = reminding.remind(begin_write(), _me(), day=day)
        return _done(gettext("You are not reminded before %(day)s.", day=words.day(found.until)))
    reminding.remind(begin_write(), _me(), letters=wish == "on")
    return _done(
        gettext("Letters about hints come again.") if wish == "on" else gettext("No more letters about hints.")
    )


@bp.post("/me/evidence/check-in")
@permission(WRITE, door=SESSION)
def check_in() -> ResponseReturnValue:
    """Answer the neutral question about low use."""
    me, now, form = _me(), clock.now(), request.form
    connection = begin_write()
    if not evidence.check_in_of(connection, me).asked:
        return _gone()
    try:
        day = facts.current().today(now)
        reminding.answer(connection, me, form.get("answer", ""), form.get("words", ""), day=day, now=now)
    except RefusedError as error:
        return _refused(error)
    help_wanted = form.get("answer") in {"access", "help"}
    said = (
        gettext("Thank you. Below is who and what can help.")
        if help_wanted
        else gettext("Thank you, that explains it.")
    )
    where = url_for("evidence_pages.mine") + "#help" if help_wanted else frame.back(url_for("evidence_pages.mine"))
    return _done(said, where)


@bp.post("/me/evidence/champion")
@permission(WRITE, door=SESSION)
def champion() -> ResponseReturnValue:
    """Say whether colleagues may call me."""
    me, now = _me(), clock.now()
    connection = begin_write()
    if request.form.get("say") == "yes":
        if not helping.consent(connection, me, day=facts.current().today(now)):
            return _gone()
        return _done(gettext("Thank you. Whoever chooses you gets your name and address, and you get a letter."))
    if not helping.leave(connection, me, by=auth.caller().by, now=now):
        return _gone()
    return _done(gettext("Colleagues cannot choose you any more."))


# --- the page


def _page(faults: Mapping[str, str] | None = None) -> ResponseReturnValue:
    me, now = _me(), clock.now()
    known = facts.current()
    html = render_template(
        "evidence/mine.html",
        **parts.about(known, me, now),
        faults=faults or {},
        typed=request.form,
        words=words,
        answers=words.ANSWERS,
        signed=seen.signed,
        levels=LEVELS,
        today=date.fromordinal(known.today(now)).isoformat(),
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def day_of(text: str) -> int | None:
    """Read a day of a form; what is none is ``None``."""
    try:
        return date.fromisoformat(text.strip()).toordinal()
    except ValueError:
        return None


def _refused(error: RefusedError) -> ResponseReturnValue:
    """Show the page again, with what was typed, and what is wrong beside it."""
    db.session.rollback()
    field, say = next(found for kind, found in FAULTS.items() if isinstance(error, kind))
    return _page({field: say()})


def _gone() -> ResponseReturnValue:
    """Say that this has changed meanwhile: there is nothing to contest, take back, answer or choose."""
    db.session.rollback()
    raise ConflictError(gettext("This has changed in the meantime. Open the page again."))


def _done(said: str, where: str | None = None) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(where or url_for("evidence_pages.mine"), HTTPStatus.SEE_OTHER)


def _me() -> int:
    return auth.caller().participant or 0
