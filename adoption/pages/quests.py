"""Quests as a person sees them: one at a time on Home, each a page that ticks itself, and what else is offered."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import quests
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import frame
from rules.rollout.quests import LATELY

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.quests import Quest
    from rules.rollout.quests import Feature

bp: Blueprint = Blueprint("quests", __name__)
CHOSEN: Mapping[str, Callable[[], str]] = {
    "begin": lambda: gettext("Begun. It ticks itself when the CRM tells us."),
    "later": lambda: gettext("Put off for two weeks."),
    "decline": lambda: gettext("Put away. Nobody else learns of it; you find it under “Show me how”."),
}


@bp.get("/quests")
@permission("me:write", door=SESSION)
def index() -> ResponseReturnValue:
    """Show everything that is offered here, the same to everybody."""
    return render_template("quests/index.html", features=[feature(one) for one in quests.offered()])


@bp.get("/quests/<key>")
@permission("me:write", door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show the steps of a quest, how far it is, and what comes next."""
    me, now, known = auth.caller().participant or 0, clock.now(), facts.current()
    found, following = quests.of(db.session.connection(), known, me, key, now)
    return render_template(
        "quests/show.html",
        quest=told(found),
        following=None if following is None else feature(following),
        weeks=LATELY // 7,
    )


@bp.post("/quests/<key>/<what>")
@permission("me:write", door=SESSION)
def choose(key: str, what: str) -> ResponseReturnValue:
    """Begin a quest, put it off, or put it away."""
    me, now = auth.caller().participant or 0, clock.now()
    quests.choose(begin_write(), me, key, what, now=now)
    db.session.commit()
    said = CHOSEN[what]()
    flash(said)
    to = url_for("quests.show", key=key) if what == "begin" else frame.back(url_for("home.week"))
    return redirect(to, HTTPStatus.SEE_OTHER)


def on_home(me: int, now: int) -> dict[str, Any] | None:
    """Return the one quest that Home shows somebody; ``None`` if there is none."""
    found = quests.on_home(db.session.connection(), facts.current(), me, now)
    return None if found is None else told(found)


def told(found: Quest) -> dict[str, Any]:
    """Return a quest as a page shows it."""
    day = languages.current().day
    return feature(found.feature) | {
        "state": found.state,
        "declined": found.declined,
        "begun": None if found.begun is None else day(found.begun),
        "done": None if found.done is None else day(found.done),
    }


def feature(one: Feature) -> dict[str, Any]:
    """Return a feature in the reader's language, or in the one that it is written in."""
    here = languages.current().code
    language, words = one.said(here)
    return {
        "key": one.key,
        "language": None if language == here else language,
        "title": words.title,
        "good_for": words.good_for,
        "steps": words.steps,
        "link": one.link,
        "address": url_for("quests.show", key=one.key),
    }
