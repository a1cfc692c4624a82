"""What pages of regular letters share: the form of when they come, past letters, and the letter in a frame."""

from __future__ import annotations

import zoneinfo
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Response
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
from adoption.digests import posts
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.digests.subscribing import WishError
from adoption.errors import NotFoundError
from adoption.errors import TooOftenError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.mail import outbox
from adoption.pages import letters
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkzeug.wrappers.response import Response as BaseResponse

    from adoption.digests.subscribing import Chosen
    from adoption.mail.letter import Stored

FIELDS = ("active", "weekday", "hour", "zone", "language")
COMMON = (
    "Europe/London", "Europe/Amsterdam", "Europe/Berlin", "Europe/Moscow", "Asia/Shanghai", "Asia/Tokyo",
    "America/New_York", "America/Los_Angeles", "UTC",
)  # fmt: skip  # zones that most people look for, before all the others


def typed() -> dict[str, str]:
    """Return what somebody chose in the form, as it was typed."""
    return {name: request.form.get(name, "").strip() for name in FIELDS}


def save(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """Store when letters of a kind come to the caller, and commit; return what is wrong with the form, by field."""
    me = auth.caller().participant or 0
    wanted: dict[str, Any] = {
        "active": given["active"] == "1",
        "weekday": _number(given["weekday"]),
        "hour": _number(given["hour"]),
        "zone": given["zone"] or None,
        "language": given["language"] or None,
    }
    if wanted["active"]:
        wanted["suspended"] = None  # whoever asks for it again has an address that works
    try:
        chosen = subscribing.choose(me, kind, clock.now(), **wanted)
    except WishError as error:
        db.session.rollback()
        return {error.field: _fault(error.field)}
    db.session.commit()
    if not chosen.active:
        monthly = gettext("Saved. No monthly report comes any more.")
        weekly = gettext("Saved. No weekly letter comes any more.")
        said = monthly if posts.POSTS[kind].per == "month" else weekly
        flash(said)
    else:
        _, comes = posts.POSTS[kind].following(clock.now(), chosen, me)
        flash(gettext("Saved. The next letter comes on %(day)s.", day=when(comes, chosen.zone)))
    return {}


def parts(kind: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return what the form and the list of past letters show; ``given`` is what was typed, if anything."""
    me, moment = auth.caller().participant or 0, clock.now()
    chosen = subscribing.of(me, kind)
    _, comes = posts.POSTS[kind].following(moment, chosen, me)
    stored = {
        "active": "1" if chosen.active else "",
        "weekday": str(chosen.weekday),
        "hour": str(chosen.hour),
        "zone": chosen.zone or "",
        "language": chosen.language or "",
    }
    return {
        "chosen": chosen,
        "comes": when(comes, chosen.zone),
        "lines": [line(one, moment, "") for one in reading.history(me, kind=kind)],
        "days": [languages.current().weekday(day + 1) for day in range(7)],
        "hours": range(24),
        "zones": _zones(chosen.zone),
        "home": str(facts.current().zone),
        "typed": stored | dict(given),
    }


def send_copy(kind: str, back: str) -> BaseResponse:
    """Send the caller their letter as it is shown, now, and commit; ``back`` is the page that says so."""
    moment, me = clock.now(), auth.caller().participant or 0
    found = reading.preview(me, moment, kind)
    if found.html is None:
        flash(gettext("There is no letter about this week."))
        return redirect(url_for(back), HTTPStatus.SEE_OTHER)
    connection = begin_write()
    if not limits.take(connection, "test letter", str(me), moment):
        db.session.rollback()
        raise TooOftenError(headers={"Retry-After": str(limits.wait("test letter", str(me), moment))})
    address = facts.current().people[me].email
    outbox.enter_copy(connection, kind, found.subject or "", found.text or "", found.html, address, me, moment)
    db.session.commit()
    flash(gettext("The letter is on its way to %(address)s.", address=address))
    return redirect(url_for(back), HTTPStatus.SEE_OTHER)


def past(kind: str, written: str) -> Response:
    """Show a letter that the caller got, of a week or month as it is written in addresses.

    Raises:
        NotFoundError: there is none.
    """
    try:
        per, first = period.parse(written)
    except ValueError:
        raise NotFoundError from None
    wanted = per == posts.POSTS[kind].per
    found = reading.of_week(auth.caller().participant or 0, first, kind) if wanted else None
    if found is None:
        raise NotFoundError
    return framed(found.html)


def framed(html: str | None) -> Response:
    """Return a letter for a frame of ours: it can do nothing, whatever is in it."""
    if html is None:
        html = render_template("digest/none.html")
    shown = {"Content-Security-Policy": letters.LETTER_POLICY, "X-Frame-Options": "SAMEORIGIN"}
    return Response(html, headers=shown, mimetype="text/html")


def line(one: Stored, moment: int, name: str) -> dict[str, Any]:
    """Return a letter of the past: of which week or month, its state, and what the mail server said."""
    per, first = posts.POSTS[one.kind].per, one.week or 1
    return letters.line(one, moment) | {
        "name": name,
        "week": period.text(per, first),
        "days": languages.current().day(first, "short"),
        "last": languages.current().day(period.end(per, first) - 1, "short"),
    }


def when(moment: int, zone: str | None) -> str:
    """Say day and hour as the reader's clock shows them, and the zone where it is not the organisation's."""
    local = period.moment(moment).astimezone(subscribing.zone_of(zone))
    tongue = languages.current()
    said = f"{tongue.day(local.toordinal())}{languages.PAUSES[tongue.code]}{local:%H:%M}"
    return f"{said} ({zone})" if zone else said


def weekday_time(chosen: Chosen) -> str:
    """Say on which weekday and at what hour somebody wants a letter."""
    said = f"{languages.current().weekday(chosen.weekday + 1)} {chosen.hour:02}:00"
    return f"{said} ({chosen.zone})" if chosen.zone else said


def _zones(chosen: str | None) -> list[str]:
    """Return the zones to choose from: those that many look for, then all others."""
    every = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and not zone.startswith("Etc/"))
    return list(dict.fromkeys([*([chosen] if chosen else []), *COMMON, *every]))


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
