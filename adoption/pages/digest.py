"""The weekly letter: to managers as it is sent and as they want it, to HR for all of them."""

from __future__ import annotations

import time
import zoneinfo
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import facts
from adoption import journal
from adoption import languages
from adoption import limits
from adoption import looks
from adoption import mail
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import reading
from adoption.digests import setting
from adoption.digests import subscribing
from adoption.digests.subscribing import WishError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import TooOftenError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.mail import outbox
from adoption.pages import letters
from rules import period
from rules.digest import timing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.mail.letter import Stored

bp: Blueprint = Blueprint("digest", __name__)
READ = "digests:read"
KIND = reading.KIND
LONGEST = 1_000  # characters of a thank-you
COMMON = (
    "Europe/London", "Europe/Amsterdam", "Europe/Berlin", "Europe/Moscow", "Asia/Shanghai", "Asia/Tokyo",
    "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip  # zones that most people look for, before all the others


@bp.get("/digest")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show my weekly letter, when it comes, and those of past weeks."""
    return _page({}, {})


@bp.post("/digest")
@permission(READ, door=SESSION)
def choose() -> ResponseReturnValue:
    """Get the letter at another time, in another language, or not at all."""
    typed = {name: request.form.get(name, "").strip() for name in ("active", "weekday", "hour", "zone", "language")}
    wanted: dict[str, Any] = {
        "active": typed["active"] == "1",
        "weekday": _number(typed["weekday"]),
        "hour": _number(typed["hour"]),
        "zone": typed["zone"] or None,
        "language": typed["language"] or None,
    }
    if wanted["active"]:
        wanted["suspended"] = None  # whoever asks for it again has an address that works
    try:
        chosen = subscribing.choose(_me(), KIND, _now(), **wanted)
    except WishError as error:
        db.session.rollback()
        return _page(typed, {error.field: _fault(error.field)})
    db.session.commit()
    if not chosen.active:
        flash(gettext("Saved. No weekly letter comes any more."))
    else:
        _, comes = timing.following(_now(), chosen.wish, facts.current().zone, _me())
        flash(gettext("Saved. The next letter comes on %(day)s.", day=_when(comes, chosen.zone)))
    return redirect(url_for("digest.index"), HTTPStatus.SEE_OTHER)


@bp.post("/digest/test")
@permission(READ, door=SESSION)
def test() -> ResponseReturnValue:
    """Send me the letter as it is shown, now."""
    now, me = _now(), _me()
    found = reading.preview(me, now)
    if found.html is None:
        flash(gettext("There is no letter about this week."))
        return redirect(url_for("digest.index"), HTTPStatus.SEE_OTHER)
    connection = begin_write()
    if not limits.take(connection, "test letter", str(me), now):
        db.session.rollback()
        raise TooOftenError(headers={"Retry-After": str(limits.wait("test letter", str(me), now))})
    person = facts.current().people[me]
    outbox.enter_copy(connection, found.subject or "", found.text or "", found.html, person.email, me, now)
    db.session.commit()
    flash(gettext("The letter is on its way to %(address)s.", address=person.email))
    return redirect(url_for("digest.index"), HTTPStatus.SEE_OTHER)


@bp.get("/digest/letter")
@permission(READ, door=SESSION)
def letter() -> ResponseReturnValue:
    """Show the letter itself, for a frame of ours."""
    return _framed(reading.preview(_me(), _now()).html)


@bp.get("/digest/letters/<week>")
@permission(READ, door=SESSION)
def past(week: str) -> ResponseReturnValue:
    """Show a letter that I got, as it was sent."""
    try:
        kind, first = period.parse(week)
    except ValueError:
        raise NotFoundError from None
    found = reading.of_week(_me(), first) if kind == "week" else None
    if found is None:
        raise NotFoundError
    return _framed(found.html)


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
    name, me, now = _report(participant), _me(), _now()
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
    person = facts.current().people.get(participant)
    if person is None or person.manager != _me():
        raise NotFoundError
    return person.name


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


# --- for HR


@bp.get("/hr/digests")
@permission(READ, door=SESSION)
def log() -> ResponseReturnValue:
    """Show to whom weekly letters go, and what became of them."""
    _all()
    now = _now()
    known = facts.current()
    before = request.args.get("before", type=letters.number)
    found = reading.history(before=before, limit=letters.PAGE + 1)
    chosen = subscribing.of_all(KIND)
    return render_template(
        "digest/log.html",
        people=[
            (one, known.people[one].name, chosen.get(one, subscribing.usual(KIND))) for one in reading.recipients(now)
        ],
        lines=[
            _line(one, now, known.people[one.participant].name if one.participant else "")
            for one in found[: letters.PAGE]
        ],
        older=found[letters.PAGE - 1].id if len(found) > letters.PAGE else None,
        named=setting.named(),
        day=_weekday_time,
    )


@bp.post("/hr/digests/named")
@permission(READ, door=SESSION)
def name_people() -> ResponseReturnValue:
    """List direct reports with their goals in weekly letters, or not."""
    _all()
    now, wanted = _now(), request.form.get("named") == "1"
    if setting.name(people=wanted, who=auth.caller().participant, now=now):
        words = ("listed", "not listed")
        journal.write(
            db.session.connection(), auth.caller().by, "changed", "setting/people-in-digests",
            before={"people": words[wanted]}, after={"people": words[not wanted]}, now=now,
        )  # fmt: skip  # one entry
    db.session.commit()
    flash(gettext("Saved. It holds for every letter that is written from now on."))
    return redirect(url_for("digest.log"), HTTPStatus.SEE_OTHER)


@bp.get("/hr/digests/<int:participant>")
@permission(READ, door=SESSION)
def of_person(participant: int) -> ResponseReturnValue:
    """Show somebody's weekly letter as it was sent, or as it would be now."""
    known, now = facts.current(), _now()
    _recipient(participant)
    found = reading.preview(participant, now)
    page = render_template(
        "digest/of_person.html",
        name=known.people[participant].name,
        participant=participant,
        found=found,
        why=letters.reasons().get(found.why or ""),
        lines=[_line(one, now, "") for one in reading.history(participant)],
    )
    return page, {"Content-Security-Policy": letters.PAGE_POLICY}


@bp.get("/hr/digests/<int:participant>/letter")
@permission(READ, door=SESSION)
def letter_of(participant: int) -> ResponseReturnValue:
    """Show somebody's letter itself, for a frame of ours."""
    _recipient(participant)
    return _framed(reading.preview(participant, _now()).html)


def _all() -> None:
    if auth.caller().reach(READ) is not auth.ALL:
        raise ForbiddenError


def _recipient(participant: int) -> None:
    """Refuse whoever may not read everybody's; who is read learns of it."""
    _all()
    if participant not in reading.recipients(_now()):
        raise NotFoundError
    looks.note(participant)


# --- what is shown


def _page(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    now, me = _now(), _me()
    known = facts.current()
    leads = me in reading.recipients(now)
    chosen = subscribing.of(me, KIND)
    found = reading.preview(me, now) if leads else None
    _, comes = timing.following(now, chosen.wish, known.zone, me)
    page = render_template(
        "digest/index.html",
        leads=leads,
        every=auth.caller().reach(READ) is auth.ALL,
        found=found,
        why=letters.reasons().get((found.why if found else "") or ""),
        chosen=chosen,
        comes=_when(comes, chosen.zone),
        lines=[_line(one, now, "") for one in reading.history(me)],
        days=[languages.current().weekday(day + 1) for day in range(7)],
        hours=range(24),
        zones=_zones(chosen.zone),
        home=str(known.zone),
        faults=faults,
        typed={
            "active": "1" if chosen.active else "",
            "weekday": str(chosen.weekday),
            "hour": str(chosen.hour),
            "zone": chosen.zone or "",
            "language": chosen.language or "",
        }
        | dict(typed),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return page, status, {"Content-Security-Policy": letters.PAGE_POLICY}


def _zones(chosen: str | None) -> list[str]:
    """Return the zones to choose from: those that many look for, then all others."""
    every = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return list(dict.fromkeys([*([chosen] if chosen else []), *COMMON, *every]))


def _line(one: Stored, now: int, name: str) -> dict[str, Any]:
    """Return a letter of the past: of which week, its state, and what the mail server said."""
    return letters.line(one, now) | {
        "name": name,
        "week": period.text("week", one.week or 1),
        "days": languages.current().day(one.week or 1, "short"),
        "last": languages.current().day((one.week or 1) + 6, "short"),
    }


def _framed(html: str | None) -> ResponseReturnValue:
    """Return a letter for a frame of ours: it can do nothing, whatever is in it."""
    if html is None:
        html = render_template("digest/none.html")
    shown = {"Content-Security-Policy": letters.LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(html, headers=shown, mimetype="text/html")


def _when(moment: int, zone: str | None) -> str:
    """Say day and hour as the reader's clock shows them, and the zone where it is not the organisation's."""
    local = period.moment(moment).astimezone(subscribing.zone_of(zone))
    tongue = languages.current()
    said = f"{tongue.day(local.toordinal())}{languages.PAUSES[tongue.code]}{local:%H:%M}"
    return f"{said} ({zone})" if zone else said


def _weekday_time(chosen: subscribing.Chosen) -> str:
    said = f"{languages.current().weekday(chosen.weekday + 1)} {chosen.hour:02}:00"
    return f"{said} ({chosen.zone})" if chosen.zone else said


def _fault(field: str) -> str:
    return {
        "weekday": gettext("Choose a day of the week."),
        "hour": gettext("Choose an hour from 0 to 23."),
        "zone": gettext("There is no such time zone; choose one of the list."),
        "language": gettext("Choose one of the languages."),
    }[field]


def _number(text: str) -> int:
    """Read a small number; anything else is one that nothing has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else -1  # noqa: PLR2004  # two digits


def _me() -> int:
    return auth.caller().participant or 0


def _now() -> int:
    return time.time_ns() // 1000
