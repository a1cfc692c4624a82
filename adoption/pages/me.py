"""Me: how I am shown, language and appearance, where I am signed in, and everything that is held about me."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import stream_with_context
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import held
from adoption import languages
from adoption import limits
from adoption import preferences
from adoption import questions
from adoption.audits import rows
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.auth import sessions
from adoption.bonuses import reading
from adoption.errors import TooOftenError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import agents
from adoption.pages import evidence_parts
from adoption.pages import frame
from adoption.pages import looked
from adoption.pages import stand_ins
from adoption.preferences import AliasError
from adoption.preferences import AliasTakenError
from rules import period
from rules.standing import SHOWN
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from datetime import datetime

    from flask.typing import ResponseReturnValue
    from werkzeug.wrappers import Response as BaseResponse

bp: Blueprint = Blueprint("me", __name__)


class Browser(NamedTuple):
    """Where I am signed in."""

    number: int
    said: str
    phone: bool
    created: datetime
    seen: datetime
    here: bool


class Wish(NamedTuple):
    """How I want to be shown, as it stands in the form, and what is wrong with it."""

    shown: str
    alias: str
    fault: str = ""


@bp.get("/me")
@permission("me:write", door=SESSION)
def index() -> ResponseReturnValue:
    """Show everything of mine that can be set."""
    chosen = preferences.of(_me())
    return _page(Wish(chosen.shown, chosen.alias or ""))


@bp.post("/me/shown")
@permission("me:write", door=SESSION)
def show_as() -> ResponseReturnValue:
    """Be shown to colleagues in another way."""
    shown, alias = request.form.get("shown", ""), request.form.get("alias", "")
    if shown not in SHOWN:
        raise preferences.UnknownChoiceError
    try:
        preferences.choose(_me(), shown=shown, **({"alias": alias} if shown == "alias" else {}))
    except AliasTakenError:
        db.session.rollback()
        return _page(Wish(shown, alias, _taken())), HTTPStatus.UNPROCESSABLE_ENTITY
    except AliasError:
        db.session.rollback()
        return _page(Wish(shown, alias, _no_alias())), HTTPStatus.UNPROCESSABLE_ENTITY
    db.session.commit()
    flash(gettext("Saved. Boards show you that way from now on."))
    return _back()


@bp.post("/me/speech")
@permission("me:write", door=SESSION)
def speak() -> ResponseReturnValue:
    """Speak another language, and be light or dark; nothing chosen follows the browser and the system."""
    language, theme = request.form.get("language") or None, request.form.get("theme") or None
    preferences.choose(_me(), language=language, theme=theme)
    db.session.commit()
    response = _back()
    for name, value in (("language", language), ("theme", theme)):
        if value is None:
            response.delete_cookie(name)
        else:
            frame.keep(response, name, value)
    asked = request.accept_languages.best_match(LANGUAGES) or languages.SOURCE
    with languages.speaking(language or asked):  # as the next page is
        flash(gettext("Saved."))
    return response


@bp.post("/me/sessions/<int:number>/end")
@permission("me:write", door=SESSION)
def end(number: int) -> ResponseReturnValue:
    """Sign out at one browser; somebody else's is not there for me."""
    ended = sessions.revoke(_me(), clock.now(), only=number)
    db.session.commit()
    flash(gettext("Signed out there.") if ended else gettext("That browser is signed out already."))
    return _back()


@bp.post("/me/sessions/end-others")
@permission("me:write", door=SESSION)
def end_others() -> ResponseReturnValue:
    """Sign out everywhere but here."""
    sessions.revoke(_me(), clock.now(), but=auth.caller().session)
    db.session.commit()
    flash(gettext("Signed out everywhere else."))
    return _back()


@bp.get("/me/data.json")
@permission("me:write", door=SESSION)
def data() -> ResponseReturnValue:
    """Hand out everything that is held about me, while it is read."""
    me, now = _me(), clock.now()
    if not limits.allow("own data", str(me), now):
        db.session.rollback()
        raise TooOftenError(headers={"Retry-After": str(limits.wait("own data", str(me), now))})
    db.session.commit()
    about = gettext("Everything that Spoonful holds about you. Times are in UTC, days are the organisation's.")
    day = period.text("day", facts.current().today(now))
    head = {"Content-Disposition": f'attachment; filename="spoonful-{day}.json"'}
    text = stream_with_context(held.document(me, about, now))
    return Response(text, headers=head, content_type="application/json; charset=utf-8")


# --- the page


def _page(wish: Wish) -> str:
    caller, me = auth.caller(), _me()
    chosen = preferences.of(me)
    browsers = [_browser(line, caller.session) for line in sessions.open_sessions(me, clock.now())]
    browsers.sort(key=lambda one: not one.here)
    html: str = render_template(
        "me/index.html",
        wish=wish,
        chosen=chosen,
        shown=SHOWN,
        longest=preferences.ALIAS_LENGTH,
        browsers=browsers,
        zone=facts.current().zone,
        devices=caller.reach("devices:manage") is not None,
        letters=caller.reach("letters:read") is not None,
        weekly=caller.reach("digests:read") is not None,
        bonus=reading.is_shown(me, clock.now()),
        lost=rows.mine_counted(me).get("open", 0),
        **stand_ins.part(me, clock.now()),
        noticed=evidence_parts.noticed(me, clock.now()),
        cares=any(me in pair for pair in questions.cares().values()),
        looked=looked.lines(me, clock.now()),
        looked_days=looked.DAYS,
        looked_shown=looked.SHOWN,
    )
    return html


def _browser(line: sessions.SessionLine, here: int | None) -> Browser:
    times = period.moment(line.created), period.moment(line.seen)
    return Browser(line.id, agents.described(line.agent), agents.is_phone(line.agent), *times, here=line.id == here)


def _taken() -> str:
    return gettext("Somebody here is called that already, or so similarly that one could be taken for the other.")


def _no_alias() -> str:
    most = languages.current().number(preferences.ALIAS_LENGTH)
    return gettext("An alias is one line of up to %(most)s letters, with at least one letter or digit.", most=most)


def _back() -> BaseResponse:
    return redirect(url_for("me.index"), HTTPStatus.SEE_OTHER)


def _me() -> int:
    return auth.caller().participant or 0
