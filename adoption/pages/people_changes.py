"""What HR changes about one person: each form is a list of one row, read and stored as every list is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import request

from adoption import directory
from adoption import people_csv
from adoption import preferences
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.journal import Deed
from adoption.languages import NAMES
from adoption.languages import gettext
from adoption.pages import people_faults
from adoption.pages import people_forms as forms
from adoption.pages import people_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known

bp: Blueprint = Blueprint("people_changes", __name__)
MOST_ABSENCES = 500  # of one person


# --- who they are


@bp.post("/hr/people/<int:number>/details")
@permission("people:write", door=SESSION)
def details(number: int) -> ResponseReturnValue:
    """Change name, address, employee number, or the language of letters."""
    known, one = forms.asked(number)
    typed = forms.typed("email", "name", "employee_no", "language")
    faults = _detail_faults(known, number, typed)
    if faults:
        return forms.refused(number, "details", typed, faults)
    address = people_csv.one({"email": typed["email"]}).rows[0].email
    cells = {name: typed[name] for name in ("name", "employee_no")}
    on, by = parts.today(known), parts.told(known)
    found = directory.compare_people(people_csv.one({"email": one.email, **cells}), on=on, by=by)
    if found.faults:  # whatever can be refused is, before anything is stored
        return forms.refused(number, "details", typed, people_faults.by_column(found.faults, typed))
    rescore, changed = False, False
    if address != one.email:
        try:
            rescore = directory.readdress(number, address, by=by)
        except directory.AddressTakenError:
            return forms.refused(
                number, "details", typed, {"email": gettext("Somebody here has this address already.")}
            )
        db.session.commit()
        changed = True
    loaded = directory.load_people(people_csv.one({"email": address, **cells}), on=on, by=by)
    if loaded.faults:
        return forms.refused(number, "details", typed, people_faults.by_column(loaded.faults, typed))
    db.session.commit()
    changed |= bool(loaded.changes) | _speak(number, typed["language"] or None, by)
    said = gettext("Saved.") if changed else gettext("Nothing was different.")
    return forms.done(number, said, rescore=rescore or loaded.rescore, anchor="details")


def _speak(number: int, language: str | None, by: directory.Told) -> bool:
    """Let letters be in another language; say whether it was another."""
    before = preferences.of(number).language
    if language == before:
        return False
    preferences.choose(number, language=language)
    by.enter(
        db.session.connection(),
        Deed("changed", f"participant/{number}", {"language": before}, {"language": language}),
    )
    db.session.commit()
    return True


def _detail_faults(known: Known, number: int, typed: Mapping[str, str]) -> dict[str, str]:
    faults = {}
    found = people_csv.one({"email": typed["email"]})
    if found.faults:
        faults["email"] = people_faults.said(found.faults[0].message)
    elif known.holder_of(found.rows[0].email) not in {None, number}:
        faults["email"] = gettext("Somebody here has this address already.")
    if not typed["name"]:
        faults["name"] = gettext("Everybody has a name.")
    if typed["language"] not in {"", *NAMES}:
        faults["language"] = gettext("There is no such language.")
    return faults


# --- teams over time


@bp.post("/hr/people/<int:number>/move")
@permission("people:write", door=SESSION)
def move(number: int) -> ResponseReturnValue:
    """Let somebody be in other teams from a day on."""
    known, one = forms.asked(number)
    typed = forms.typed("team", "on")
    faults: dict[str, str] = {}
    on = forms.day(typed, "on", faults)
    if on is None:
        return forms.refused(number, "move", typed, faults)
    return forms.finished(number, "move", typed, forms.load(known, one, {"team": typed["team"]}, on), gettext("Moved."))


@bp.post("/hr/people/<int:number>/membership")
@permission("people:write", door=SESSION)
def membership(number: int) -> ResponseReturnValue:
    """Correct the days of a membership, or take it away."""
    known, _ = forms.asked(number)
    typed = forms.typed("team", "starts", "first", "last")
    faults: dict[str, str] = {}
    form = f"membership-{typed['team']}-{typed['starts']}"
    key = forms.numbers(typed["team"], typed["starts"])
    days = None
    if "remove" not in request.form:
        first = forms.day(typed, "first", faults, needed=False)
        last = forms.day(typed, "last", faults, needed=False)
        days = (period.EVER if first is None else first, period.FOREVER if last is None else last + 1)
    if faults:
        return forms.refused(number, form, typed, faults)
    try:
        rescore = directory.correct_membership(number, *key, days, by=parts.told(known))
    except directory.DaysError:
        said = gettext("No day is left: the last day has to be after the first, and while this person works here.")
        return forms.refused(number, form, typed, {"last": said})
    return forms.done(number, gettext("Saved."), rescore=rescore, anchor="teams")


# --- absences


@bp.post("/hr/people/<int:number>/absences")
@permission("people:write", door=SESSION)
@forms.looked_at_anew
def absences(number: int) -> ResponseReturnValue:
    """Add an absence, or give one other days, or take it away: then the list of this person's is stored anew."""
    known, one = forms.asked(number)
    typed = forms.typed("starts", "ends", "first", "last")
    faults: dict[str, str] = {}
    form = f"absence-{typed['starts']}" if typed["starts"] else "absences"
    spans = set(known.absences.get(number, ()))
    if typed["starts"]:
        former = forms.numbers(typed["starts"], typed["ends"])
        if former not in spans:
            raise NotFoundError
        spans.remove(former)
    if "remove" not in request.form:
        first, last = forms.day(typed, "first", faults), forms.day(typed, "last", faults)
        if first is not None and last is not None and last < first:
            faults["last"] = gettext("The last day is before the first.")
        if len(spans) >= MOST_ABSENCES:
            faults["first"] = gettext("There are too many absences.")
        if faults or first is None or last is None:
            return forms.refused(number, form, typed, faults)
        spans.add((first, last + 1))
    rows = [people_csv.AbsenceRow(0, one.email, *span) for span in sorted(spans)]
    given = people_csv.Absences(tuple(rows or [people_csv.AbsenceRow(0, one.email, None, None)]), ())
    loaded = directory.load_calendar(given, by=parts.told(known), based_on=known.version)
    return forms.finished(number, "absences", typed, loaded, gettext("Saved."))


# --- identities


@bp.post("/hr/people/<int:number>/identities")
@permission("people:write", door=SESSION)
@forms.looked_at_anew
def identities(number: int) -> ResponseReturnValue:
    """Add the name under which a source knows somebody, or take one away."""
    known, one = forms.asked(number)
    typed = forms.typed("source", "identity")
    names = {key for key, owner in known.identities.items() if owner == number}
    faults: dict[str, str] = {}
    for name in ("source", "identity"):
        try:
            typed[name] = people_csv.line_of_text(typed[name])
        except people_csv.CellError as error:
            faults[name] = people_faults.said(str(error))
        if not typed[name]:
            faults.setdefault(name, gettext("This must not be empty."))
    if faults:
        return forms.refused(number, "identities", typed, faults)
    identity = typed["source"], typed["identity"]
    owner = known.people.get(known.identities.get(identity, 0))
    if "remove" not in request.form and owner is not None and owner.id != number:
        said = gettext(
            "This is %(name)s (%(address)s). Take it away there first.", name=owner.name, address=owner.email
        )
        return forms.refused(number, "identities", typed, {"identity": said})
    names = names - {identity} if "remove" in request.form else names | {identity}
    wanted, on = directory.known_as({one.email: names}), parts.today(known)
    loaded = directory.load_people(wanted, on=on, by=parts.told(known), based_on=known.version)
    return forms.finished(number, "identities", typed, loaded, gettext("Saved."))


# --- coming, leaving, coming back


@bp.post("/hr/people/<int:number>/stay")
@permission("people:write", door=SESSION)
def stay(number: int) -> ResponseReturnValue:
    """Say since when somebody works here, and until when: whoever leaves stays in the directory with all history."""
    known, one = forms.asked(number)
    typed = forms.typed("first", "last")
    faults: dict[str, str] = {}
    first, last = (forms.day(typed, name, faults, needed=False) for name in ("first", "last"))
    if first is not None and last is not None and last < first:
        faults["last"] = gettext("The last day is before the first.")
    if last is not None and number == parts.me() and last < parts.today(known):
        faults["last"] = gettext("That would be you: you could not sign in any more. Ask a colleague.")
    if faults:
        return forms.refused(number, "stay", typed, faults)
    cells = {"hired_on": _text(first), "left_on": _text(None if last is None else last + 1)}
    loaded = forms.load(known, one, cells, parts.today(known))
    return forms.finished(number, "stay", typed, loaded, gettext("Saved."))


@bp.post("/hr/people/<int:number>/return")
@permission("people:write", door=SESSION)
def again(number: int) -> ResponseReturnValue:
    """Let somebody who has left come back on a day, into teams; the former time stays as it was."""
    known, one = forms.asked(number)
    typed = forms.typed("first", "team")
    faults: dict[str, str] = {}
    first = forms.day(typed, "first", faults)
    if one.left_on is None:
        raise NotFoundError
    if first is not None and first < one.left_on:
        faults["first"] = gettext("That is before this person left. Correct the last day instead.")
    if faults or first is None:
        return forms.refused(number, "return", typed, faults)
    cells = {"hired_on": _text(first), "left_on": "", "team": typed["team"]}
    return forms.finished(number, "return", typed, forms.load(known, one, cells, first), gettext("Welcome back."))


def _text(day: int | None) -> str:
    return "" if day is None else period.text("day", day)
