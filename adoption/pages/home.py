"""My week: what is missing, on which record, and what was counted."""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from markupsafe import Markup

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import practice
from adoption import preferences
from adoption.audits import rows
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import reading
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import answering
from adoption.pages import drawing
from adoption.pages import evidence_parts
from adoption.pages import evidence_words
from adoption.pages import frame
from adoption.pages import quests
from adoption.pages import week as weeks
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flask.typing import ResponseReturnValue

    from adoption.pages.week import Week

bp: Blueprint = Blueprint("home", __name__)

REFRESH = 30  # seconds
NOON, EVENING, NIGHT = 12, 18, 5  # hours of the day


@bp.get("/")
@permission("progress:read", door=SESSION)
def week() -> ResponseReturnValue:
    """Show one's week; a page that is open already asks for its main part alone, and whether that has changed."""
    who = auth.caller()
    me = who.participant or 0
    now = clock.now()
    if not weeks.works_here(me, who.roles):
        return render_template("home/short.html", **_head(me, now), ways=_ways(who), asked=answering.waiting(who))
    if preferences.of(me).welcomed is None:
        return render_template("home/welcome.html", **_head(me, now))
    found = weeks.of(me, now)
    part = _part(found)
    shown = {**_head(me, now), "said": found.said, "part": part, "refresh": REFRESH, "bonus": _bonus(me, now)}
    shown["asked"] = answering.waiting(who)
    shown["lost"] = rows.mine_counted(me).get("open", 0)
    shown |= evidence_parts.asked(db.session.connection(), me, facts.current().today(now))
    shown |= {"answers": evidence_words.ANSWERS, "faults": {}}
    shown["tag"] = hashlib.sha256(f"{found.said}{part}".encode()).hexdigest()[:20]
    if "X-Fragment" in request.headers:
        return _fragment(shown)
    shown["practice"] = practice.is_asked(me)
    shown["quest"] = quests.on_home(me, now)
    return render_template("home/week.html", **shown)


def _part(found: Week) -> Markup:
    """Draw everything of a week that may change while somebody looks at it."""
    about_goal = found.goal is not None and found.near_of is found.goal
    gap = -(-found.goal.goal.more // UNIT) if found.goal and about_goal else 0
    html = render_template(
        "home/part.html",
        week=found,
        near=min(len(found.near), gap, weeks.NEAR),
        one_step=all(len(one.missing) == 1 for one in found.near),
        most=weeks.NEAR,
        hand=weeks.HAND,
        lines=weeks.LINES,
        **drawing.HELPERS,
    )
    return Markup(html)  # noqa: S704  # our own template rendered it, escaped


def _fragment(shown: Mapping[str, Any]) -> Response:
    """Answer with the main part alone, or that it is the one the browser has."""
    response = Response(render_template("home/wrapped.html", **shown))
    response.set_etag(shown["tag"])
    response.headers["Cache-Control"] = "private, no-store"
    response.make_conditional(request)
    return response


@bp.get("/today")
@permission("progress:read", door=SESSION)
def today() -> ResponseReturnValue:
    """Show everything of today."""
    me = auth.caller().participant or 0
    day = facts.current().today(clock.now())
    return render_template("home/today.html", lines=weeks.whole_day(me), day=day)


@bp.post("/welcome")
@permission("me:write", door=SESSION)
def put_away() -> ResponseReturnValue:
    """Put the first words away."""
    preferences.choose(auth.caller().participant or 0, welcomed=clock.now())
    db.session.commit()
    return redirect(frame.back(url_for("home.week")), HTTPStatus.SEE_OTHER)


def _bonus(who: int, now: int) -> bool:
    """Say whether a bonus plan covers somebody today; no query."""
    known = facts.current()
    return bool(reading.covering(known, who, known.today(now)))


def _head(who: int, now: int) -> dict[str, str]:
    known = facts.current()
    local = period.moment(now).astimezone(known.zone)
    person = known.people.get(who)
    return {
        "greeting": greeting(local, first_name(person.name if person else "")),
        "week_number": str(local.isocalendar().week),
    }


def greeting(local: datetime, name: str) -> str:
    """Greet somebody by the time of day."""
    if NIGHT <= local.hour < NOON:
        return gettext("Good morning, %(name)s", name=name)
    if NOON <= local.hour < EVENING:
        return gettext("Good afternoon, %(name)s", name=name)
    return gettext("Good evening, %(name)s", name=name)


def first_name(name: str) -> str:
    """Return the name by which somebody is greeted: "Novak, Alice" and "Alice Novak" are Alice, 陈静 is 陈静."""
    _, _, behind = name.partition(",")
    words = (behind or name).split()
    return words[0] if words else name


def _ways(who: auth.Caller) -> list[tuple[str, str, str, str]]:
    """Return what somebody without work in the CRM has to do here: address, picture, title, words."""
    ways = (
        ("vouchers:redeem", "counter.index", "scan", gettext("The counter"), gettext("Scan vouchers at this device.")),
        (
            "devices:manage",
            "devices.register_form",
            "cup",
            gettext("Devices at counters"),
            gettext("Register this device for a canteen, so that it can scan vouchers."),
        ),
        ("letters:read", "letters.index", "mail", gettext("The outbox"), gettext("Letters, and whether they arrived.")),
        ("boards:read", "board.index", "board", gettext("Boards"), gettext("How the teams are getting on.")),
        ("progress:read", "about.counted", "info", gettext("What we count"), gettext("Every rule, in one sentence.")),
    )
    # The counter belongs to the device, not to a person: whoever may register one is led there.
    asked = {"vouchers:redeem": "devices:manage"}
    return [
        (url_for(to), drawn, title, words)
        for name, to, drawn, title, words in ways
        if who.reach(asked.get(name, name)) is not None
    ]
