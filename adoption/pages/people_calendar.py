"""The organisation's calendar, for HR: a year at a glance, its holidays, and the days of the week that are worked."""

from __future__ import annotations

from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from babel import dates
from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import directory
from adoption import people_csv
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.directory import calendar
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import current
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_faults
from adoption.pages import people_forms
from adoption.pages import people_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known

bp: Blueprint = Blueprint("people_calendar", __name__)
YEARS = range(2000, 2101)
WEEK = 7


@bp.get("/hr/calendar")
@permission("people:read", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the running year."""
    known = parts.known()
    return _page(date.fromordinal(parts.today(known)).year)


@bp.get("/hr/calendar/<int:year>")
@permission("people:read", door=SESSION)
def show(year: int) -> ResponseReturnValue:
    """Show a year."""
    return _page(year)


def _page(year: int, typed: Mapping[str, str] | None = None, fault: str | None = None) -> ResponseReturnValue:
    if year not in YEARS:
        msg = "There is no such year here."
        raise NotFoundError(msg)
    known = parts.known()
    names = calendar.holidays(year)
    first, end = _ends(year)
    weekdays = known.calendar.weekdays
    html = render_template(
        "people/calendar.html",
        year=year,
        months=[_month(known, year, month, names) for month in range(1, 13)],
        week=[dates.get_day_names("short", "stand-alone", current().locale)[number] for number in range(WEEK)],
        holidays=[
            {"day": day, "iso": period.text("day", day), "name": name, "free": (day - 1) % WEEK not in weekdays}
            for day, name in sorted(names.items())
        ],
        weekdays=[dates.get_day_names("wide", "stand-alone", current().locale)[number] for number in sorted(weekdays)],
        worked=sum(known.calendar.works(day) for day in range(first, end)),
        next_has=len(calendar.holidays(year + 1)) if year + 1 in YEARS else None,
        years=YEARS,
        typed=typed or {},
        fault=fault,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


def _ends(year: int) -> tuple[int, int]:
    return date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1


def _month(known: Known, year: int, month: int, names: Mapping[int, str]) -> dict[str, Any]:
    """Return a month as weeks of seven days, from Monday on; outside of the month there is nothing."""
    first = date(year, month, 1).toordinal()
    end = period.end("month", first)
    today = parts.today(known)
    weeks = []
    for monday in range(period.start("week", first), end, WEEK):
        days = [
            None
            if not first <= day < end
            else {
                "number": date.fromordinal(day).day,
                "look": "holiday" if day in names else "work" if known.calendar.works(day) else "free",
                "name": names.get(day),
                "today": day == today,
            }
            for day in range(monday, monday + WEEK)
        ]
        weeks.append(days)
    name = dates.get_month_names("wide", "stand-alone", current().locale)[month]
    return {"name": name, "weeks": weeks, "worked": sum(known.calendar.works(day) for day in range(first, end))}


@bp.post("/hr/calendar/<int:year>")
@permission("people:write", door=SESSION)
@people_forms.looked_at_anew
def change(year: int) -> ResponseReturnValue:
    """Add a holiday to a year, or take one away."""
    version = parts.known().version
    typed = {name: request.form.get(name, "").strip() for name in ("day", "name", "why")}
    names = calendar.holidays(year) if year in YEARS else {}
    try:
        day = people_csv.day(typed["day"])
        name = people_csv.line_of_text(typed["name"])
    except people_csv.CellError as error:
        return _page(year, typed, people_faults.said(str(error)))
    if date.fromordinal(day).year != year:
        return _page(year, typed, gettext("This day is not in %(year)s.", year=year))
    if "remove" in request.form:
        names.pop(day, None)
    else:
        names[day] = name
    return _store(year, names, gettext("Saved."), version)


@bp.post("/hr/calendar/<int:year>/copy")
@permission("people:write", door=SESSION)
@people_forms.looked_at_anew
def copy(year: int) -> ResponseReturnValue:
    """Give the next year the holidays of this one, each on the same day of its month; those it has stay."""
    if year not in YEARS or year + 1 not in YEARS:
        raise NotFoundError
    version, wanted = parts.known().version, calendar.holidays(year + 1)
    known = len(wanted)
    for day, name in calendar.holidays(year).items():
        at = date.fromordinal(day)
        if (at.month, at.day) != (2, 29):
            wanted.setdefault(at.replace(year=year + 1).toordinal(), name)
    said = ngettext(
        "%(n)s holiday was copied. Correct those that move with the moon or the week.",
        "%(n)s holidays were copied. Correct those that move with the moon or the week.",
        len(wanted) - known,
    )
    return _store(year + 1, wanted, said, version)


def _store(year: int, names: Mapping[int, str], said: str, version: int) -> ResponseReturnValue:
    loaded = directory.set_holidays(year, names, by=parts.told(parts.known()), based_on=version)
    db.session.commit()
    said = parts.saved(said if loaded.changes else gettext("Nothing was different."), parts.again(loaded.rescore))
    flash(said)
    return redirect(url_for("people_calendar.show", year=year), HTTPStatus.SEE_OTHER)
