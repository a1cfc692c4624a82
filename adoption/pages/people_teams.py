"""Teams and waves, for HR: who is in which team, what they are called, and which start together."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from typing import TYPE_CHECKING

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
from adoption.directory import standing
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import people_faults
from adoption.pages import people_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known

bp: Blueprint = Blueprint("people_teams", __name__)


@bp.get("/hr/teams")
@permission("people:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List the teams with how many are in them today, and the waves."""
    return page()


def page(
    form: str = "",
    typed: Mapping[str, str] | None = None,
    fault: str | None = None,
    faults: Mapping[str, str] | None = None,
) -> ResponseReturnValue:
    """Show the page; with the form that could not be used, what was typed, and what is wrong with it."""
    known = parts.known()
    day = parts.today(known)
    here = [one for one in known.people.values() if standing.state(known, one, day) in {"working", "leave"}]
    sizes = Counter(team for one in here for team in known.teams_on(one.id, day))
    ever = Counter(team for spans in known.memberships.values() for team in {span[2] for span in spans})
    waves = sorted(
        (
            (wave, known.teams[team], starts, ends, team)
            for team, spans in known.waves.items()
            for starts, ends, wave in spans
        ),
        key=lambda row: (row[2], row[0], row[1]),
    )
    html = render_template(
        "people/teams.html",
        teams=[
            {"id": number, "name": name, "size": sizes[number], "ever": ever[number], "rules": _rules(known, name)}
            for number, name in sorted(known.teams.items(), key=lambda one: (not sizes[one[0]], one[1].casefold()))
        ],
        alone=sum(not known.teams_on(one.id, day) for one in here),
        waves=waves,
        form=form,
        typed=typed or {},
        fault=fault,
        faults=faults or {},
        days=parts.days,
        iso=_iso,
        ever=period.EVER,
        forever=period.FOREVER,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault or faults else HTTPStatus.OK


def _iso(day: int) -> str:
    """Write a day as fields for days want it; an open end is nothing."""
    return "" if day <= period.EVER or day >= period.FOREVER else period.text("day", day)


def _rules(known: Known, name: str) -> int:
    """Return how many definitions of the newest book ask for a team by its name."""
    book = known.book
    asking = [one for kind in (book.incentives, book.plans) for one in kind.values()]
    return sum(name in (getattr(getattr(one, "who", None), "team", None) or ()) for one in asking)


def _name() -> tuple[str, str | None]:
    """Return the name that was typed, and what is wrong with it."""
    typed = request.form.get("name", "")
    try:
        name = people_csv.line_of_text(typed)
    except people_csv.CellError as error:
        return typed, people_faults.said(str(error))
    if not name:
        return typed, gettext("A team needs a name.")
    if ";" in name:
        return typed, gettext("A semicolon separates the teams of a list, so it cannot be in a name.")
    return name, None


@bp.post("/hr/teams")
@permission("people:write", door=SESSION)
def create() -> ResponseReturnValue:
    """Make a team."""
    name, fault = _name()
    if fault is None:
        try:
            directory.create_team(name, by=parts.told(parts.known()))
        except directory.NameTakenError:
            db.session.rollback()
            fault = gettext("There is a team of this name already.")
    if fault is not None:
        return page("new", {"name": name, "why": request.form.get("why", "")}, fault)
    db.session.commit()
    flash(gettext("There is a team %(name)s now. Move people into it on their pages, or by a list.", name=name))
    return redirect(url_for("people_teams.index"), HTTPStatus.SEE_OTHER)


@bp.post("/hr/teams/<int:number>")
@permission("people:write", door=SESSION)
def rename(number: int) -> ResponseReturnValue:
    """Call a team otherwise; what it was called is in the journal."""
    name, fault = _name()
    rescore = False
    if fault is None:
        try:
            rescore = directory.rename_team(number, name, by=parts.told(parts.known()))
        except directory.NameTakenError:
            db.session.rollback()
            fault = gettext("There is a team of this name already.")
    if fault is not None:
        return page(f"team-{number}", {"name": name, "why": request.form.get("why", "")}, fault)
    db.session.commit()
    said = parts.saved(gettext("Saved."), parts.again(rescore))
    flash(said)
    return redirect(url_for("people_teams.index"), HTTPStatus.SEE_OTHER)
