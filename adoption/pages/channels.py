"""Channels of chats: connect one, try it, see what was told there, pause, change, remove."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import current_app
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import limits
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.chat import channels
from adoption.chat import posting
from adoption.chat import reaching
from adoption.chat.channels import Wanted
from adoption.chat.channels import WrongChannelError
from adoption.errors import UnavailableError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.mail import chats
from adoption.mail import to_channels
from adoption.pages import channels_words as words
from adoption.pages import letters
from rules import chat

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.chat.channels import Connected

bp: Blueprint = Blueprint("channels", __name__)
MAY = "channels:manage"
LAST = 8  # messages that a channel's page lists
OFFERED = 300  # names of teams that are offered while one types


@bp.get("/channels")
@permission(MAY, door=SESSION)
def index() -> ResponseReturnValue:
    """List the channels."""
    teams = facts.current().teams
    lines = [(one, words.state(one), _told(one, teams)) for one in channels.listed()]
    return render_template("channels/index.html", lines=lines, kinds=words.KINDS)


def _told(channel: Connected, teams: Mapping[int, str]) -> list[str]:
    """Say what goes to a channel."""
    team = teams.get(channel.team or 0)
    said = [gettext("The week of %(team)s", team=team)] if team else []
    return said + [chats.TOPICS[one]() for one in channel.topics.split() if one in chats.TOPICS]


@bp.get("/channels/new")
@permission(MAY, door=SESSION)
def new() -> ResponseReturnValue:
    """Ask what to connect."""
    return _new({"language": languages.current().code, "kind": "slack"}, {})


def _new(typed: Mapping[str, Any], faults: Mapping[str, str]) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return render_template("channels/new.html", **_form(), typed=typed, faults=faults), status


def _form() -> dict[str, Any]:
    """Return what the fields of a channel are drawn from."""
    return {
        "kinds": words.KINDS,
        "names": languages.NAMES,
        "teams": sorted(facts.current().teams.values())[:OFFERED],
        "topics": {name: chats.TOPICS[name]() for name in chats.topics()},
    }


@bp.post("/channels/new")
@permission(MAY, door=SESSION)
def connect() -> ResponseReturnValue:
    """Connect a channel."""
    typed, wanted = _typed(request.form.get("kind", ""))
    try:
        number = channels.connect(wanted, chats.topics(), by=auth.caller().by, now=clock.now())
    except WrongChannelError as error:
        db.session.rollback()
        return _new(typed, words.faults(error.faults))
    db.session.commit()
    flash(gettext("%(name)s is connected. Send a test message now.", name=wanted.name))
    return redirect(url_for("channels.show", number=number), HTTPStatus.SEE_OTHER)


def _typed(kind: str) -> tuple[dict[str, Any], Wanted]:
    """Return what was typed, as it was and as it is wanted; a team that is not there has number 0."""
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in ("name", "url", "language", "team")}
    typed |= {"kind": kind, "topics": request.form.getlist("topics")}
    named = {name: number for number, name in facts.current().teams.items()}
    team = named.get(typed["team"], 0) if typed["team"] else None
    return typed, Wanted(kind, typed["name"], typed["url"], typed["language"], team, typed["topics"])


@bp.get("/channels/<int:number>")
@permission(MAY, door=SESSION)
def show(number: int) -> ResponseReturnValue:
    """Show a channel."""
    return _page(channels.get(number))


def _page(channel: Connected, **more: Any) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if more.get("faults") else HTTPStatus.OK
    now, teams = clock.now(), facts.current().teams
    shown: dict[str, Any] = {
        "channel": channel,
        "state": words.state(channel),
        "told": _told(channel, teams),
        "lines": [letters.line(one, now) for one in to_channels.last(channel, LAST)],
        "readable": auth.caller().reach("letters:read") is not None,
        "typed": {
            **channel._asdict(),
            "team": teams.get(channel.team or 0, ""),
            "topics": channel.topics.split(),
            "url": "",
        },
        "faults": {},
    }
    return render_template("channels/show.html", **_form(), **(shown | more)), status


@bp.post("/channels/<int:number>")
@permission(MAY, door=SESSION)
def change(number: int) -> ResponseReturnValue:
    """Change a channel; its kind stays."""
    channel = channels.get(number)
    typed, wanted = _typed(channel.kind)
    try:
        channels.change(number, wanted, chats.topics(), by=auth.caller().by, now=clock.now())
    except WrongChannelError as error:
        db.session.rollback()
        return _page(channel, typed=typed | {"url": ""}, faults=words.faults(error.faults))
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("channels.show", number=number), HTTPStatus.SEE_OTHER)


@bp.post("/channels/<int:number>/test")
@permission(MAY, door=SESSION)
def test(number: int) -> ResponseReturnValue:
    """Post a test message at once, and say what was answered."""
    channel = channels.get(number)
    if not limits.allow("channel test", str(number), clock.now()):
        db.session.rollback()
        return _page(channel, tried=(gettext("That was tried often enough for now. Wait a little."), "note"))
    db.session.commit()
    return _page(channel, tried=_try(channel))


def _try(channel: Connected) -> tuple[str, str]:
    """Post a test message; no connection to the database is kept meanwhile."""
    caller = auth.caller()
    by = facts.current().called(caller.participant, caller.by.name)
    with languages.speaking(channel.language):
        body = chat.body(channel.kind, chats.trial(by), channel.language)
    try:
        url = channels.url_of(channel.id)
        db.session.rollback()
        answer = posting.post(url, body.encode(), current_app.extensions["settings"].chat_inner_hosts)
    except reaching.OutOfReachError as error:
        return words.out_of_reach(str(error)), "note"
    except UnavailableError as error:  # sealed with another key
        return words.out_of_reach(str(error)), "note"
    return words.heard(answer)


@bp.post("/channels/<int:number>/pause")
@permission(MAY, door=SESSION)
def pause(number: int) -> ResponseReturnValue:
    """Tell nothing there for now; what waits is not sent."""
    channel, now = channels.get(number), clock.now()
    connection = begin_write()
    to_channels.take_back(connection, channel, "off", now)
    channels.pause(connection, number, by=auth.caller().by, now=now)
    db.session.commit()
    flash(gettext("%(name)s is paused.", name=channel.name))
    return redirect(url_for("channels.show", number=number), HTTPStatus.SEE_OTHER)


@bp.post("/channels/<int:number>/resume")
@permission(MAY, door=SESSION)
def resume(number: int) -> ResponseReturnValue:
    """Tell there again."""
    channel = channels.get(number)
    channels.resume(number, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("%(name)s is in use again.", name=channel.name))
    return redirect(url_for("channels.show", number=number), HTTPStatus.SEE_OTHER)


@bp.post("/channels/<int:number>/remove")
@permission(MAY, door=SESSION)
def remove(number: int) -> ResponseReturnValue:
    """Remove a channel; its address is forgotten."""
    channel, now = channels.get(number), clock.now()
    if "sure" not in request.form:
        return _page(channel, faults={"sure": gettext("Tick that you mean it.")})
    connection = begin_write()
    to_channels.take_back(connection, channel, "off", now)
    channels.remove(connection, number, by=auth.caller().by, now=now)
    db.session.commit()
    flash(gettext("%(name)s is removed.", name=channel.name))
    return redirect(url_for("channels.index"), HTTPStatus.SEE_OTHER)
