"""The help list: searched by everybody, written by those who answered, and by adoption leads and HR."""

from __future__ import annotations

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
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import frame
from adoption.pages import help_parts
from adoption.pages import page_titles
from adoption.pages import question_parts as parts
from adoption.pages.answering import reader_of
from adoption.questions import helping
from rules.questions import without
from rules.questions.finding import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("help_list", __name__)
READ, WRITE = "questions:ask", help_parts.WRITE
FIRST = 200  # entries that a page shows at most


@bp.app_context_processor
def footer() -> dict[str, Callable[[], int]]:
    """Let the footer of a page ask how many entries there are about it."""
    return {"help_here": _here}


def _here() -> int:
    return helping.counts().get(request.endpoint or "", 0)


@bp.get("/help")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the entries, those about one page first, or those in which all words occur."""
    asked, page = request.args.get("q", "").strip()[:LONGEST], page_titles.page_of(request.args.get("about", ""))
    found = help_parts.search(asked, page.route)
    here = [one for one in found if page.route and one.route == page.route]
    return render_template(
        "help_list/index.html",
        asked=asked,
        page=page,
        title=page_titles.title(page.route),
        entries=[help_parts.shown(one) for one in here],
        groups=help_parts.by_page([one for one in found if one not in here][:FIRST]),
        many=len(found),
        may_write=auth.caller().reach(WRITE) is auth.ALL,
    )


@bp.get("/help/write")
@permission(WRITE, door=SESSION)
def form() -> ResponseReturnValue:
    """Show the form of an entry: one that there is, one of an answer, or an empty one for those who may."""
    entry, question = (parts.small(request.args.get(name, 0, type=int)) for name in ("entry", "question"))
    if entry:
        found = helping.entry(entry)
        if not help_parts.may_change(auth.caller(), found):
            raise ForbiddenError
        return _form(found._asdict(), {})
    if question:
        return _form(_draft(question), {})
    if auth.caller().reach(WRITE) is not auth.ALL:
        raise ForbiddenError
    page = page_titles.page_of(request.args.get("about", ""))
    return _form({"language": languages.current().code, "route": page.route}, {})


def _draft(number: int) -> dict[str, Any]:
    """Return what an entry of a question begins with: its words, without the names of those who spoke."""
    found, said = questions.thread(reader_of(auth.caller()), number, clock.now())
    answers = [word for word in said if word.does == "answer"]
    known = facts.current()
    names = [known.called(one, "") for one in {found.asker, *(word.by for word in said)}]
    first = without(found.text, names).partition("\n")[0]
    return {
        "question": found.id,
        "route": found.route,
        "language": found.language,
        "title": first[: helping.TITLE],
        "text": without("\n\n".join(word.text for word in answers), names),
    }


def _form(values: Mapping[str, Any], faults: Mapping[str, str]) -> ResponseReturnValue:
    html = render_template(
        "help_list/form.html",
        values=values,
        faults=faults,
        page=page_titles.title(str(values.get("route") or "")),
        names=languages.NAMES,
        longest=(helping.TITLE, helping.TEXT),
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


@bp.post("/help/write")
@permission(WRITE, door=SESSION)
def write() -> ResponseReturnValue:
    """Publish an entry, or change one."""
    caller, now = auth.caller(), clock.now()
    entry, question = (parts.small(request.form.get(name, 0, type=int)) for name in ("entry", "question"))
    typed = parts.typed("route", "page", "language", "title", "text")
    if not entry and not question and caller.reach(WRITE) is not auth.ALL:
        raise ForbiddenError
    route = typed["route"] if typed["page"] and page_titles.is_page(typed["route"]) else ""
    said = helping.Written(route, typed["language"], typed["title"], typed["text"])
    try:
        connection = begin_write()
        if entry:
            every = caller.reach(WRITE) is auth.ALL
            seen = request.form.get("seen", type=int)
            helping.change(connection, caller.by, entry, said, everybody=every, now=now, seen=seen)
        else:
            if question:  # that one sees
                questions.thread(reader_of(caller), question, now)
            helping.publish(connection, caller.by, said, question=question or None, now=now)
    except (helping.NoTitleError, helping.NoTextError) as error:
        db.session.rollback()
        return _form(typed | {"id": entry, "question": question, "changed": request.form.get("seen")}, _fault(error))
    except helping.ChangedError:
        db.session.rollback()
        now_there = helping.entry(entry)
        fault = gettext(
            "Somebody has changed this in the meantime. Put both together and save again. It says now: “%(title)s "
            "%(text)s”", title=now_there.title, text=now_there.text
        )  # fmt: skip  # one sentence
        return _form(typed | {"id": entry, "changed": now_there.changed}, {"text": fault})
    db.session.commit()
    helping.forget()
    flash(gettext("Saved. It stands in the help list."))
    return redirect(url_for("help_list.index"), HTTPStatus.SEE_OTHER)


def _fault(error: Exception) -> dict[str, str]:
    if isinstance(error, helping.NoTitleError):
        return {"title": gettext("An entry needs a title, 120 characters at most.")}
    return {"text": gettext("An entry needs a text, 4,000 characters at most.")}


@bp.post("/help/<int:number>")
@permission(READ, door=SESSION)
def judge(number: int) -> ResponseReturnValue:
    """Say whether an entry helped, or withdraw it."""
    caller, now, does = auth.caller(), clock.now(), request.form.get("do", "")
    which = parts.small(number)
    if does == "withdraw":
        every = caller.reach(WRITE) is auth.ALL
        helping.withdraw(begin_write(), caller.by, which, everybody=every, now=now)
        said = gettext("Withdrawn. The journal keeps it.")
    elif does in {"useful", "not_useful"}:
        helping.vote(begin_write(), caller.participant or 0, which, useful=does == "useful", now=now)
        said = gettext("Thank you. It counts once five people have said so.")
    else:
        raise NotFoundError
    db.session.commit()
    helping.forget()
    flash(said)
    return redirect(frame.back(url_for("help_list.index")), HTTPStatus.SEE_OTHER)
