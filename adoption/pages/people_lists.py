"""Lists that HR uploads: what a file would change is shown field by field, and only then stored.

The file waits in the database between the preview and the word (``adoption.uploads``).  A directory that
changed meanwhile is noticed: the list would do something else than was shown, so that is shown instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import clock
from adoption import directory
from adoption import people_csv
from adoption import uploads
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.directory import lists
from adoption.directory import outcome
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_faults
from adoption.pages import people_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.directory import Loaded
    from adoption.facts import Known
    from adoption.uploads import Kept

bp: Blueprint = Blueprint("people_lists", __name__)
SHOWN = 200  # changes and faults that are listed


@dataclass(frozen=True, slots=True)
class List:
    """A kind of list: what it is called, its columns, and what it is whole for."""

    title: Callable[[], str]
    columns: str
    whole: Callable[[], str]
    page: str


LISTS: Mapping[str, List] = {
    "people": List(
        lambda: gettext("People"),
        "email, name, team, manager, role, hired_on, left_on, identities, employee_no",
        lambda: gettext(
            "Only email has to be there. What the file has no column for stays as it is; a blank cell says “none”."
        ),
        "people.index",
    ),
    "absences": List(
        lambda: gettext("Absences"),
        "email, from, until",
        lambda: gettext(
            "The file is the whole list for everybody in it; a row without days says “never away”. "
            "until is the first day back."
        ),
        "people.index",
    ),
    "holidays": List(
        lambda: gettext("Holidays"),
        "day, name",
        lambda: gettext("The file is the whole list for every year in which it has a day."),
        "people_calendar.index",
    ),
    "waves": List(
        lambda: gettext("Waves"),
        "wave, team, from, until",
        lambda: gettext(
            "The file is the whole list for every wave in it; a row without a team empties its wave. "
            "until is the first day no more."
        ),
        "people_teams.index",
    ),
}
NOUNS: Mapping[str, tuple[Callable[[int], str], ...]] = {
    "people": (
        lambda n: ngettext("%(n)s person is new", "%(n)s people are new", n),
        lambda n: ngettext("%(n)s person changes", "%(n)s people change", n),
        lambda n: ngettext("%(n)s person stays as they are", "%(n)s people stay as they are", n),
        lambda n: ngettext("%(n)s person leaves", "%(n)s people leave", n),
    ),
    "absences": (
        lambda n: ngettext("%(n)s absence is new", "%(n)s absences are new", n),
        lambda n: ngettext("%(n)s absence changes", "%(n)s absences change", n),
        lambda n: ngettext("%(n)s absence stays", "%(n)s absences stay", n),
        lambda n: ngettext("%(n)s absence is taken away", "%(n)s absences are taken away", n),
    ),
    "holidays": (
        lambda n: ngettext("%(n)s holiday is new", "%(n)s holidays are new", n),
        lambda n: ngettext("%(n)s holiday has another name", "%(n)s holidays have another name", n),
        lambda n: ngettext("%(n)s holiday stays", "%(n)s holidays stay", n),
        lambda n: ngettext("%(n)s holiday is taken away", "%(n)s holidays are taken away", n),
    ),
    "waves": (
        lambda n: ngettext("%(n)s team comes into a wave", "%(n)s teams come into a wave", n),
        lambda n: ngettext("%(n)s team changes its wave", "%(n)s teams change their wave", n),
        lambda n: ngettext("%(n)s team stays in its wave", "%(n)s teams stay in their wave", n),
        lambda n: ngettext("%(n)s team goes out of a wave", "%(n)s teams go out of a wave", n),
    ),
}
KINDS: Mapping[str, tuple[Callable[[], str], str]] = {
    "new": (lambda: gettext("new"), "good"),
    "changed": (lambda: gettext("changes"), "accent"),
    "leaves": (lambda: gettext("leaves"), "note"),
    "removed": (lambda: gettext("taken away"), "note"),
}


def _list(kind: str) -> List:
    if kind not in LISTS:
        msg = "There is no such list."
        raise NotFoundError(msg)
    return LISTS[kind]


@bp.get("/hr/people/upload")
@permission("people:write", door=SESSION)
def people() -> ResponseReturnValue:
    """Show where a list of people is uploaded."""
    return _page("people")


@bp.get("/hr/people/upload/<kind>")
@permission("people:write", door=SESSION)
def show(kind: str) -> ResponseReturnValue:
    """Show where a list is uploaded."""
    return _page(kind)


def _page(kind: str, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    known = parts.known()
    shown = {
        "kind": kind,
        "list": _list(kind),
        "lists": LISTS,
        "today": period.text("day", parts.today(known)),
        "typed": {"absent": "stay", "on": "", "why": ""},
        "refused": None,
        "fault": None,
        "share": outcome.MOST_LEAVE,
    }
    return render_template("people/upload.html", **(shown | more)), status


# --- the preview


@bp.post("/hr/people/upload/<kind>")
@permission("people:write", door=SESSION)
def preview(kind: str) -> ResponseReturnValue:
    """Show what a file would change, and keep it until that is confirmed; nothing of it is stored yet."""
    known, found = parts.known(), _list(kind)
    typed = {name: request.form.get(name, "").strip() for name in ("absent", "on", "why")}
    if typed["absent"] not in lists.ABSENT:
        typed["absent"] = "stay"
    kept = uploads.received(kind, typed)
    if kept is None:
        said = gettext("Choose a file first. It may have these columns: %(columns)s.", columns=found.columns)
        return _page(kind, HTTPStatus.UNPROCESSABLE_ENTITY, refused=said, typed=typed)
    try:
        on = people_csv.day(typed["on"]) if typed["on"] else parts.today(known)
    except people_csv.CellError as error:
        said = people_faults.said(str(error))
        return _page(kind, HTTPStatus.UNPROCESSABLE_ENTITY, fault=said, typed=typed)
    options = {"on": on, "absent": typed["absent"], "why": typed["why"][: outcome.WHY_LENGTH]}
    return _previewed(known, kept._replace(options=options))


def _meant(kept: Kept) -> directory.Meant:
    return directory.Meant(kept.options["on"], kept.options["absent"] == "leave")


def _previewed(known: Known, kept: Kept, *, refused: str | None = None, unsure: bool = False) -> ResponseReturnValue:
    """Show what a file would change now; where it can be stored, it is kept for the word."""
    rows = lists.READERS[kept.kind](kept.raw)
    loaded = lists.compare(rows, _meant(kept), parts.told(known))
    good = not loaded.faults and bool(loaded.changes or loaded.teams)
    if good:
        kept = kept._replace(options=kept.options | {"mark": loaded.mark})
        kept = uploads.keep(kept, who=parts.me(), now=clock.now())
        db.session.commit()
    status = HTTPStatus.OK
    if not good or refused or unsure:
        status = HTTPStatus.CONFLICT if refused else HTTPStatus.UNPROCESSABLE_ENTITY
    if not loaded.faults and not good:
        status = HTTPStatus.OK
    page = render_template(
        "people/preview.html",
        kept=kept,
        list=_list(kept.kind),
        loaded=loaded,
        good=good,
        counts=[
            (number, word(number))
            for number, word in zip(
                (loaded.created, loaded.changed, loaded.unchanged, loaded.left or loaded.removed),
                NOUNS[kept.kind],
                strict=True,
            )
        ],
        changes=[_told(one) for one in _first(loaded)],
        faults=[(one.line, one.column, people_faults.said(one.message)) for one in loaded.faults[:SHOWN]],
        notes=[people_faults.said(one) for one in rows.notes],
        leaves=kept.options["absent"] == "leave",
        braked=loaded.braked,
        share=outcome.MOST_LEAVE,
        on=kept.options["on"],
        again=parts.again(loaded.rescore),
        refused=refused,
        unsure=unsure,
        empty=not rows.rows,
    )
    return page, status


def _first(loaded: Loaded) -> list[directory.Change]:
    """Return the changes that are listed: those who leave first, then what changes, then what is new."""
    order = {"leaves": 0, "removed": 1, "changed": 2, "new": 3}
    return sorted(loaded.changes, key=lambda one: (order[one.kind], one.line, one.name))[:SHOWN]


def _told(one: directory.Change) -> dict[str, Any]:
    words, look = KINDS[one.kind]
    fields = [(parts.field(name), *(_value(name, value) for value in sides)) for name, *sides in one.fields]
    return {"line": one.line, "name": one.name, "email": one.email, "kind": words(), "look": look, "fields": fields}


def _value(name: str, value: str | None) -> str | None:
    """Write a value as people read it: what a file calls a role is a word of ours."""
    return parts.role(value) if name == "role" and value is not None else value


# --- the word


@bp.post("/hr/people/upload/<kind>/confirm")
@permission("people:write", door=SESSION)
def confirm(kind: str) -> ResponseReturnValue:
    """Store the list that a preview showed."""
    known, found = parts.known(), _list(kind)
    try:
        kept = uploads.find(request.form.get("kept", ""), who=parts.me(), now=clock.now())
    except uploads.GoneError as error:
        return _gone(kind, error)
    if kept.kind != kind:
        raise NotFoundError
    rows = lists.READERS[kind](kept.raw)
    by = parts.told(known)._replace(why=_why(kept))
    if "sure" not in request.form and lists.compare(rows, _meant(kept), by).braked:
        return _previewed(known, kept, unsure=True)
    try:
        loaded = lists.store(rows, _meant(kept), by, kept.options["mark"])
        uploads.forget(kept.id)
    except directory.OutdatedError:
        db.session.rollback()
        said = gettext("The directory has changed in the meantime. This is what your file would change now.")
        return _previewed(parts.known(), kept, refused=said)
    except uploads.GoneError as error:
        db.session.rollback()
        return _gone(kind, error)
    db.session.commit()
    said = parts.saved(_done(kind, loaded), parts.again(loaded.rescore))
    flash(said)
    return redirect(url_for(found.page), HTTPStatus.SEE_OTHER)


def _gone(kind: str, error: uploads.GoneError) -> ResponseReturnValue:
    said = gettext("This preview is over. Upload the file once more.")
    return _page(kind, error.status, refused=said)


def _why(kept: Kept) -> str:
    """Return what the journal says about a stored list: the file, its hash, and the reason that was given."""
    return " · ".join(filter(None, (f"{kept.name} sha256:{kept.digest[:16]}", kept.options["why"])))


def _done(kind: str, loaded: Loaded) -> str:
    numbers = (loaded.created, loaded.changed, None, loaded.left or loaded.removed)
    told = [word(number) for number, word in zip(numbers, NOUNS[kind], strict=True) if number]
    return gettext("Stored: %(what)s.", what=", ".join(told)) if told else gettext("Stored.")
