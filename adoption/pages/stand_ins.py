"""Stand-ins: somebody who leads lets somebody else see in their place for some days; HR does so for them."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import delegating
from adoption import facts
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import frame
from adoption.pages import roles

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.delegating import StandIn
    from adoption.facts import Known

bp: Blueprint = Blueprint("stand_ins", __name__)
GIVE = "delegations:give"
FAULTS: Mapping[type[Exception], tuple[str, Callable[[], str]]] = {
    delegating.NobodyLedError: (
        "giver",
        lambda: gettext("Write who leads people here: the e-mail address of a manager."),
    ),
    delegating.ReceiverError: (
        "receiver",
        lambda: gettext("Write the e-mail address of somebody else who works here."),
    ),
    delegating.TeamError: ("team", lambda: gettext("Choose a team of those who are led.")),
    delegating.DaysError: ("until", lambda: gettext("Choose days from today on, for a year at most.")),
    delegating.TwiceError: ("receiver", lambda: gettext("They stand in on some of these days already.")),
}  # of what is refused: the field, and what is wrong with it


class Line(NamedTuple):
    """A stand-in in words."""

    id: int
    giver: str
    receiver: str
    team: str
    days: str
    given: bool  # by the reader
    received: bool


def lines(found: list[StandIn], known: Known, today: int) -> list[Line]:
    """Put stand-ins into words."""
    me = auth.caller().participant
    return [
        Line(
            one.id,
            known.people[one.giver].name,
            known.people[one.receiver].name,
            known.teams.get(one.team or 0, ""),
            roles.days(one.starts, one.ends, today),
            one.giver == me,
            one.receiver == me,
        )
        for one in found
    ]


def part(participant: int, now: int) -> dict[str, Any]:
    """Return what somebody's own page shows: in whose place they see, and who sees in theirs."""
    known = facts.current()
    today = known.today(now)
    leads = bool(known.led_by(participant, today) - {participant})
    return {
        "stand_ins": lines(delegating.of(participant, today), known, today),
        "may_hand_over": auth.caller().reach(GIVE) is not None and leads,
    }


@bp.get("/stand-in")
@permission(GIVE, door=SESSION)
def form() -> ResponseReturnValue:
    """Ask who stands in, for what and until when."""
    return _page({}, {})


@bp.post("/stand-in")
@permission(GIVE, door=SESSION)
def hand_over() -> ResponseReturnValue:
    """Let somebody see in one's place; HR says in whose."""
    typed = {name: request.form.get(name, "").strip() for name in ("giver", "receiver", "team", "from", "until")}
    known, now, caller = facts.current(), clock.now(), auth.caller()
    every = caller.reach(GIVE) is auth.ALL
    giver = roles.find(known, typed["giver"]) if every and typed["giver"] else caller.participant
    team = next((number for number, name in known.teams.items() if name == typed["team"]), 0)
    starts, last = roles.day_of(typed["from"]), roles.day_of(typed["until"])
    try:
        if starts is None or last is None:
            raise delegating.DaysError  # said like what the capability refuses
        receiver = roles.find(known, typed["receiver"]) or 0
        which = team if typed["team"] else None
        delegating.hand_over(giver or 0, receiver, which, starts=starts, last=last, by=caller.by, now=now)
    except RefusedError as error:
        db.session.rollback()
        field, say = next(found for kind, found in FAULTS.items() if isinstance(error, kind))
        return _page(typed, {field: say()})
    db.session.commit()
    flash(gettext("%(name)s stands in. It ends by itself.", name=known.people[receiver].name))
    return redirect(url_for("stand_ins.form") if every else url_for("me.index") + "#stand-ins", HTTPStatus.SEE_OTHER)


@bp.post("/stand-ins/<int:number>/end")
@permission("me:write", door=SESSION)
def end(number: int) -> ResponseReturnValue:
    """End it before its time: whoever gave it, whoever stands in, or HR."""
    caller = auth.caller()
    every = caller.reach(GIVE) is auth.ALL
    delegating.end(number if number < 2**31 else 0, by=caller.by, everybody=every, now=clock.now())
    db.session.commit()
    flash(gettext("Ended. Nobody sees anything by it any more."))
    return redirect(frame.back(url_for("me.index") + "#stand-ins"), HTTPStatus.SEE_OTHER)


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    caller = auth.caller()
    every = caller.reach(GIVE) is auth.ALL
    with facts.held() as known:
        today = known.today(clock.now())
        me = caller.participant or 0
        mine = delegating.in_force(today) if every else delegating.of(me, today)
        teams = sorted(known.teams) if every else delegating.teams_of(known, me, today)
        page = render_template(
            "stand_ins/form.html",
            every=every,
            leads=bool(known.led_by(me, today) - {me}),
            teams=sorted(known.teams[team] for team in teams),
            lines=lines(mine, known, today),
            typed={"from": date.fromordinal(today).isoformat()} | dict(typed),
            faults=faults,
            today=date.fromordinal(today).isoformat(),
            latest=date.fromordinal(today + delegating.LONGEST).isoformat(),
        )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
