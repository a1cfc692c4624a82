"""The monthly report to the directors: as a page to be printed, when it comes, and, for HR, who reads it."""

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
from adoption import journal
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.digests import directors
from adoption.digests import reading
from adoption.digests import subscribing
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import letter_choice
from adoption.pages import letters
from adoption.pages import roles
from adoption.telling import directors as say
from rules import period
from rules.digest import Silent
from rules.digest import directors as rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from rules.digest.directors import Report

bp: Blueprint = Blueprint("directors", __name__)
READ, MANAGE = "directors:read", "directors:manage"
KIND = directors.KIND
DAYS = 7  # working days after a month to choose from
EARLIEST = period.EPOCH.toordinal()  # no activity is older
SOURCES = {  # of each part: the page where its figures are from, and who may open that
    "adoption": ("rollout.index", "rollout:plan"),
    "costs": ("budgets.index", "budgets:read"),
    "effects": ("book.index", "book:read"),
    "bonuses": ("bonus_runs.index", "bonuses:run"),
    "hours": ("value.index", "rollout:plan"),
}


@bp.get("/directors")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show the report of the last month, and when it comes."""
    _reader()
    return _page(_last(), {}, {})


@bp.post("/directors")
@permission(READ, door=SESSION)
def choose() -> ResponseReturnValue:
    """Get the report on another day, in another language, or not at all."""
    _reader()
    if not subscribing.asked(_me(), KIND):
        raise NotFoundError  # whoever reads everybody's gets none
    typed = letter_choice.typed() | {"zone": ""}
    faults = letter_choice.save(KIND, typed)
    return _page(_last(), typed, faults) if faults else redirect(url_for("directors.index"), HTTPStatus.SEE_OTHER)


@bp.get("/directors/<month>")
@permission(READ, door=SESSION)
def show(month: str) -> ResponseReturnValue:
    """Show the report of a month: as it was sent, or as it would be."""
    _reader()
    try:
        per, first = period.parse(month)
    except ValueError:
        raise NotFoundError from None
    if per != "month" or not EARLIEST <= first <= _last():
        raise NotFoundError
    return _page(first, {}, {})


@bp.get("/directors/letter")
@permission(READ, door=SESSION)
def letter() -> ResponseReturnValue:
    """Show the letter itself, for a frame of ours."""
    _reader()
    return letter_choice.framed(reading.preview(_me(), clock.now(), KIND).html)


# --- who reads it


@bp.get("/hr/digests/directors")
@permission(MANAGE, door=SESSION)
def readers() -> ResponseReturnValue:
    """Show who reads the monthly report, and enter others."""
    return _readers("", "")


@bp.post("/hr/digests/directors")
@permission(MANAGE, door=SESSION)
def add() -> ResponseReturnValue:
    """Let somebody read the monthly report."""
    typed, known = request.form.get("email", "").strip(), facts.current()
    who = roles.find(known, typed)
    if who is None or not known.people[who].here(known.today(clock.now())):
        return _readers(typed, gettext("Write the e-mail address of somebody who works here."))
    if subscribing.invite(who, KIND, clock.now()):
        _note("granted", who)
    db.session.commit()
    flash(gettext("%(name)s reads the monthly report.", name=known.people[who].name))
    return redirect(url_for("directors.readers"), HTTPStatus.SEE_OTHER)


@bp.post("/hr/digests/directors/<int:participant>/remove")
@permission(MANAGE, door=SESSION)
def remove(participant: int) -> ResponseReturnValue:
    """Let somebody read the monthly report no longer."""
    known = facts.current()
    if participant not in known.people or not subscribing.asked(participant, KIND):
        raise NotFoundError
    begin_write()
    subscribing.uninvite(participant, KIND, clock.now())
    _note("revoked", participant)
    db.session.commit()
    flash(gettext("%(name)s reads it no longer.", name=known.people[participant].name))
    return redirect(url_for("directors.readers"), HTTPStatus.SEE_OTHER)


def _note(action: str, participant: int) -> None:
    """Note in the journal that somebody reads the report, or does so no longer."""
    reads = {"reads": "monthly report"}
    journal.write(
        db.session.connection(), auth.caller().by, action, f"participant/{participant}",
        before=None if action == "granted" else reads, after=reads if action == "granted" else None,
        now=clock.now(),
    )  # fmt: skip  # one entry


def _readers(typed: str, fault: str) -> ResponseReturnValue:
    known, now = facts.current(), clock.now()
    chosen = subscribing.of_all(KIND)
    people = sorted((known.people[one].name.casefold(), one) for one in chosen if one in known.people)
    page = render_template(
        "directors/readers.html",
        people=[(one, known.people[one], chosen[one]) for _, one in people],
        lines=[
            letter_choice.line(one, now, known.people[one.participant].name if one.participant else "")
            for one in reading.history(kind=KIND)
        ],
        typed=typed,
        fault=fault,
        day=_day,
        latest=period.text("month", _last()),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


# --- what is shown


def _reader() -> None:
    """Refuse whoever is no reader of the report, and does not read everybody's letters."""
    if auth.caller().reach(READ) is not auth.ALL and not subscribing.asked(_me(), KIND):
        raise ForbiddenError


def _last() -> int:
    """Return the first day of the last whole month."""
    today = facts.current().today(clock.now())
    return period.start("month", period.start("month", today) - 1)


def _page(month: int, typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    sent = directors.sent(month)
    found = sent or rule.make(directors.gather(month, clock.now(), look=False).report)
    report: Report | None = None if isinstance(found, Silent) else found
    mine = subscribing.asked(_me(), KIND)
    page = render_template(
        "directors/show.html",
        month=month,
        report=report,
        sent=sent is not None,
        why_not=letters.reasons().get(found.why if isinstance(found, Silent) else ""),
        say=say,
        groups=[one for one in (report.whole, *report.teams) if one is not None] if report else [],
        sources=_sources(),
        manages=auth.caller().reach(MANAGE) is not None,
        mine=mine,
        latest=month == _last(),
        days_of=[(str(place), _ordinal(place)) for place in range(DAYS)],
        faults=faults,
        as_of=_as_of(report),
        **letter_choice.parts(KIND, typed),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _as_of(report: Report | None) -> str:
    return languages.current().moment(period.moment(report.as_of)) if report and report.as_of else ""


def _sources() -> dict[str, str]:
    """Return where the figures of each part are from, for whoever may open that page."""
    reach = auth.caller().reach
    return {part: url_for(to) for part, (to, name) in SOURCES.items() if reach(name) is not None}


def _ordinal(place: int) -> str:
    """Name a working day after a month; ``place`` 0 is the first."""
    return gettext("working day %(n)s", n=languages.current().number(place + 1))


def _day(chosen: Any) -> str:
    return f"{_ordinal(chosen.weekday)}, {chosen.hour:02}:00"


def _me() -> int:
    return auth.caller().participant or 0
