"""What waits for an answer: a list, one question, and the answer to it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import flash
from flask import g
from flask import redirect
from flask import render_template
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import questions
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import desk
from adoption.pages import question_parts as parts
from adoption.questions import answering
from rules.questions.steps import WAITING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.auth import Caller

bp: Blueprint = Blueprint("answering", __name__)
ANSWER = "questions:answer"


def reader_of(caller: Caller) -> questions.Reader:
    """Return somebody as who reads questions."""
    return questions.Reader(caller.participant or 0, caller.reach(ANSWER) is auth.ALL)


def waiting(caller: Caller) -> int:
    """Count the questions that wait for somebody's answer."""
    return questions.waiting(reader_of(caller), clock.now())


desk.NOTICES["answering.index"] = lambda: waiting(g.visitor)


@bp.get("/questions")
@permission(ANSWER, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the questions that wait, the longest first, and those that one answered."""
    now = clock.now()
    reader = reader_of(auth.caller())
    with facts.held() as known:
        found = questions.open_for(reader, now)
        waits = [parts.line(known, one, now) for one in found if one.state == WAITING]
        back = [parts.line(known, one, now) for one in found if one.state != WAITING]
        done = [parts.line(known, one, now) for one in questions.answered_by(reader, now)]
    return render_template("answering/index.html", waits=waits, back=back, done=done)


@bp.get("/questions/<int:number>")
@permission(ANSWER, door=SESSION)
def one(number: int) -> ResponseReturnValue:
    """Show a question with everything that was said about it."""
    return _one(number, {}, "")


def _one(number: int, typed: Mapping[str, str], fault: str) -> ResponseReturnValue:
    now, reader = clock.now(), reader_of(auth.caller())
    with facts.held() as known:
        found, said = questions.thread(reader, parts.small(number), now)
        after = answering.next_step(reader, found, now) if found.state == WAITING else None
        html = render_template(
            "answering/one.html",
            thread=parts.thread(known, found, said),
            after=after is not None,
            after_name=known.called(after[1], "") if after and after[1] is not None else "",
            typed=typed,
            fault=fault,
            longest=questions.LONGEST,
        )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/questions/<int:number>")
@permission(ANSWER, door=SESSION)
def answer(number: int) -> ResponseReturnValue:
    """Answer a question, ask back, or pass it on."""
    now, reader, typed = clock.now(), reader_of(auth.caller()), parts.typed("once", "text", "do")
    given, which = typed["text"], parts.small(number)
    try:
        if typed["do"] == "pass":
            questions.pass_on(begin_write(), reader, which, given, once=typed["once"], now=now)
        else:
            back = typed["do"] == "back"
            questions.answer(begin_write(), reader, which, given, back=back, once=typed["once"], now=now)
    except questions.NoWordsError:
        db.session.rollback()
        return _one(number, typed, parts.no_words())
    db.session.commit()
    if typed["do"] == "pass":
        flash(gettext("Passed on."))
        return redirect(url_for("answering.index"), HTTPStatus.SEE_OTHER)
    flash(gettext("Sent. It stands on the page of whoever asked."))
    return redirect(url_for("answering.one", number=number), HTTPStatus.SEE_OTHER)
