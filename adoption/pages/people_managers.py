"""Managers over time, changed by HR: another one from a day on, one who led earlier, and the days of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from adoption import directory
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import RefusedError
from adoption.languages import current
from adoption.languages import gettext
from adoption.pages import people_forms as forms
from adoption.pages import people_parts as parts
from adoption.pages.people_changes import bp
from rules import period

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.facts import Person

ANCHOR = "managers"


@bp.post("/hr/people/<int:number>/manager")
@permission("people:write", door=SESSION)
def lead(number: int) -> ResponseReturnValue:
    """Let somebody else lead a person from a day on, or nobody; that replaces what was planned from then on."""
    known, one = forms.asked(number)
    typed = forms.typed("manager", "on")
    faults: dict[str, str] = {}
    on = forms.day(typed, "on", faults)
    if on is not None and one.near(on) != on:
        faults["on"] = _outside(period.EVER if one.hired_on is None else one.hired_on, one.left_on or period.FOREVER)
    manager = _called(known, typed["manager"])
    if manager is not None and on is not None and manager.has_left(on):
        faults["manager"] = _gone(manager)
    if on is None or faults:
        return forms.refused(number, "manager", typed, faults)
    loaded = forms.load(known, one, {"manager": typed["manager"]}, on)
    return forms.finished(number, "manager", typed, loaded, gettext("Saved."))


@bp.post("/hr/people/<int:number>/management")
@permission("people:write", door=SESSION)
def management(number: int) -> ResponseReturnValue:
    """Enter who led a person on days on which nobody did, or correct the days of a time, or take it away."""
    known, one = forms.asked(number)
    typed = forms.typed("manager", "starts", "first", "last")
    new = not typed["starts"]
    form = "management" if new else f"management-{typed['starts']}"
    faults: dict[str, str] = {}
    days = None
    if new or "remove" not in request.form:
        first, last = (forms.day(typed, name, faults, needed=new) for name in ("first", "last"))
        days = (period.EVER if first is None else first, period.FOREVER if last is None else last + 1)
    manager = _called(known, typed["manager"]) if new else None
    if new and manager is None:
        faults["manager"] = gettext("Nobody here has this address. Write the one of somebody in the list of people.")
    if faults:
        return forms.refused(number, form, typed, faults)
    try:
        if manager is not None and days is not None:
            directory.add_management(number, manager.id, days, by=parts.told(known))
        else:
            starts, _ = forms.numbers(typed["starts"], "0")
            directory.correct_management(number, starts, days, by=parts.told(known))
    except RefusedError as error:
        return forms.refused(number, form, typed, _fault(known, one, error))
    return forms.done(number, gettext("Saved."), rescore=False, anchor=ANCHOR)


def _called(known: Known, email: str) -> Person | None:
    return known.people.get(known.holder_of(email) or 0)


# --- what is wrong, and what to do about it


def _fault(known: Known, one: Person, error: RefusedError) -> dict[str, str]:
    """Say what is wrong beside the field where it is put right."""
    match error:
        case directory.OneselfError():
            return {"manager": gettext("Nobody leads themselves. Name somebody else.")}
        case directory.GoneError():
            return {"manager" if request.form.get("manager") else "first": _gone(known.people[error.manager])}
        case directory.CircleError():
            return {"manager" if request.form.get("manager") else "first": _circle(known, one, error)}
        case directory.OverlapError():
            return {"first": _led_by_another(known, error)}
        case directory.OutsideError():
            return {"first": _outside(*error.stay)}
        case directory.DaysError():
            return {"last": gettext("The last day is before the first.")}
    raise error


def _day(day: int) -> str:
    return current().day(day, "full")


def _outside(first: int, end: int) -> str:
    return gettext(
        "Not all of these days are within the time here (%(days)s). "
        "Choose others, or correct the first or the last day here.",
        days=parts.days(first, end),
    )


def _gone(manager: Person) -> str:
    return gettext(
        "%(name)s is no longer here from %(day)s on. Choose an earlier day, or name somebody else.",
        name=manager.name,
        day=_day(period.FOREVER if manager.left_on is None else manager.left_on),
    )


def _led_by_another(known: Known, error: directory.OverlapError) -> str:
    manager, starts, ends = error.other
    return gettext(
        "%(name)s leads on some of these days (%(days)s). Correct that time first, or choose other days.",
        name=known.people[manager].name,
        days=parts.days(starts, ends),
    )


def _circle(known: Known, one: Person, error: directory.CircleError) -> str:
    day, people = error.circle
    start = people.index(one.id)
    circle = " → ".join(known.people[who].name for who in (*people[start:], *people[: start + 1]))
    if day <= period.EVER:
        return gettext("That would be a circle: %(circle)s. Name somebody else, or choose other days.", circle=circle)
    return gettext(
        "That would be a circle from %(day)s on: %(circle)s. Name somebody else, or choose other days.",
        day=_day(day),
        circle=circle,
    )
