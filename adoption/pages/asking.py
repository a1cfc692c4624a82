"""Ask a question from any page, and see what became of one's own."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import questions
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.errors import TooOftenError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import help_parts
from adoption.pages import page_titles
from adoption.pages import question_parts as parts
from adoption.questions.asking import Form
from rules.questions.steps import ASKER
from rules.questions.steps import STEPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.pages.page_titles import Page

bp: Blueprint = Blueprint("asking", __name__)
ASK = "questions:ask"
SAID = {
    "more": lambda: gettext("Added. It waits for an answer again."),
    "not_yet": lambda: gettext("Noted. It waits for another answer."),
    "helped": lambda: gettext("Good to hear. Thank you for saying so."),
}


@bp.get("/ask")
@permission(ASK, door=SESSION)
def form() -> ResponseReturnValue:
    """Show the form, who will read it, and what help there is about the page already."""
    page = page_titles.page_of(request.args.get("about", ""))
    return _form(page, {"once": secrets.token_hex(8), "page": "1", "letters": "1"})


def _form(page: Page, typed: Mapping[str, str], fault: str = "", status: int = HTTPStatus.OK) -> tuple[str, int]:
    me = auth.caller().participant or 0
    known = facts.current()
    first = questions.first(me, clock.now())
    html = render_template(
        "asking/form.html",
        page=page,
        title=page_titles.title(page.route),
        typed=typed,
        fault=fault,
        longest=questions.LONGEST,
        reader=known.people[first.who].name if first.who is not None else "",
        step=first.step,
        help=help_parts.about(page.route) if page.route else [],
    )
    return html, status


@bp.post("/ask")
@permission(ASK, door=SESSION)
def ask() -> ResponseReturnValue:
    """Ask."""
    me, typed = auth.caller().participant or 0, parts.typed("once", "text", "page", "letters")
    page = page_titles.page_of(request.form.get("about", ""))
    about = page if typed["page"] else page_titles.Page()
    given = Form(typed["once"], typed["text"], *about, languages.current().code, bool(typed["letters"]))
    try:
        new = questions.ask(begin_write(), me, given, clock.now())
    except questions.NoWordsError:
        db.session.rollback()
        return _form(page, typed, parts.no_words(), HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooOftenError as error:
        db.session.rollback()
        return *_form(page, typed, parts.too_often(), error.status), error.headers
    db.session.commit()
    flash(gettext("Your question is on its way.") if new else gettext("This question was asked already."))
    return redirect(url_for("asking.mine"), HTTPStatus.SEE_OTHER)


@bp.get("/ask/mine")
@permission(ASK, door=SESSION)
def mine() -> ResponseReturnValue:
    """Show one's own questions, and what was answered."""
    return _mine({}, 0, "")


def _mine(typed: Mapping[str, str], number: int, fault: str, status: int = HTTPStatus.OK) -> ResponseReturnValue:
    with facts.held() as known:
        found = questions.mine(auth.caller().participant or 0)
        threads: list[dict[str, Any]] = [parts.thread(known, one, said) for one, said in found]
    html = render_template(
        "asking/mine.html", threads=threads, typed=typed, number=number, fault=fault, longest=questions.LONGEST
    )
    return html, status


@bp.post("/ask/mine/<int:number>")
@permission(ASK, door=SESSION)
def go_on(number: int) -> ResponseReturnValue:
    """Say more about one's question, that it helped, not yet, or delete it."""
    me, now, typed = auth.caller().participant or 0, clock.now(), parts.typed("once", "text", "do")
    number = parts.small(number)
    try:
        if typed["do"] == "delete":
            questions.delete(begin_write(), me, number)
            said = gettext("Deleted, with everything that was said about it.")
        elif (ASKER, typed["do"]) in STEPS:
            step = typed["do"]
            questions.go_on(begin_write(), me, number, step, typed["text"], once=typed["once"], now=now)
            said = SAID[step]()
        else:
            raise NotFoundError
    except questions.NoWordsError:
        db.session.rollback()
        return _mine(typed, number, parts.no_words(), HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooOftenError as error:
        db.session.rollback()
        return _mine(typed, number, parts.too_often(), error.status)
    db.session.commit()
    flash(said)
    return redirect(url_for("asking.mine"), HTTPStatus.SEE_OTHER)
