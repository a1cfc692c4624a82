"""Waves, for HR: which team comes into the CRM with which, and when.  A form stores the whole wave, as a list does."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import request
from flask import url_for

from adoption import directory
from adoption import people_csv
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import people_faults
from adoption.pages import people_forms
from adoption.pages import people_parts as parts
from adoption.pages import people_teams
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known

bp: Blueprint = Blueprint("people_waves", __name__)
Row = tuple[int, int, int]  # team, first day, first day no more
DIGITS = 9


@bp.post("/hr/waves")
@permission("people:write", door=SESSION)
@people_forms.looked_at_anew
def change() -> ResponseReturnValue:
    """Let a team be in a wave, or on other days, or no more."""
    known = parts.known()
    typed = {name: request.form.get(name, "").strip() for name in ("wave", "team", "first", "last", "was", "why")}
    try:
        wave = people_csv.line_of_text(typed["wave"])
    except people_csv.CellError as error:
        return _refused(typed, {"wave": people_faults.said(str(error))})
    faults: dict[str, str] = {}
    rows = {(team, *span[:2]) for team, spans in known.waves.items() for span in spans if span[2] == wave}
    team = _team(known, wave, typed, rows, faults)
    if "remove" not in request.form:
        _add(rows, team, typed, faults)
    return _refused(typed, faults) if faults else _stored(known, wave, rows, typed)


def _team(known: Known, wave: str, typed: Mapping[str, str], rows: set[Row], faults: dict[str, str]) -> int:
    """Return the team that a form is about; what it was in the wave before is taken out of the rows.

    Raises:
        NotFoundError: it was not in the wave on these days.
    """
    if typed["was"]:
        was = _row(typed["was"])
        if was not in rows:
            raise NotFoundError
        rows.remove(was)
        return was[0]
    team = next((number for number, name in known.teams.items() if name == typed["team"]), 0)
    if not wave:
        faults["wave"] = gettext("A wave needs a name.")
    if not team:
        faults["team"] = gettext("Choose a team.")
    return team


def _add(rows: set[Row], team: int, typed: Mapping[str, str], faults: dict[str, str]) -> None:
    """Add a team's days to those of the wave; what is wrong with them stands in ``faults``."""
    first, last = (_day(typed, name, faults) for name in ("first", "last"))
    starts, ends = (EVER if first is None else first), (FOREVER if last is None else last + 1)
    if ends <= starts:
        faults["last"] = gettext("The last day is before the first.")
    elif any(one == team and other < ends and starts < end for one, other, end in rows):
        faults["first"] = gettext("This team is in this wave on some of these days already.")
    rows.add((team, starts, ends))


def _row(text: str) -> Row:
    """Read the hidden field of a form of ours: team, first day, first day no more.

    Raises:
        NotFoundError: it is not one of ours.
    """
    found = text.split("-")
    if len(found) != len(("team", "starts", "ends")) or not all(
        one.isascii() and one.isdigit() and len(one) <= DIGITS for one in found
    ):
        raise NotFoundError
    team, starts, ends = map(int, found)
    return team, starts, ends


def _day(typed: Mapping[str, str], name: str, faults: dict[str, str]) -> int | None:
    try:
        return people_csv.day(typed[name]) if typed[name] else None
    except people_csv.CellError as error:
        faults[name] = people_faults.said(str(error))
        return None


def _stored(known: Known, wave: str, rows: set[Row], typed: Mapping[str, str]) -> ResponseReturnValue:
    """Store all of a wave; without a team it is empty."""
    given = [
        people_csv.WaveRow(
            0, wave, known.teams[team], None if starts <= EVER else starts, None if ends >= FOREVER else ends
        )
        for team, starts, ends in sorted(rows)
    ]
    waves = people_csv.Waves(tuple(given or [people_csv.WaveRow(0, wave, None, None, None)]), ())
    loaded = directory.load_calendar(waves, by=parts.told(known), based_on=known.version)
    if loaded.faults:
        return _refused(typed, {"team": people_faults.said(loaded.faults[0].message)})
    db.session.commit()
    done = gettext("Saved.") if loaded.changes else gettext("Nothing was different.")
    said = parts.saved(done, parts.again(loaded.rescore))
    flash(said)
    return redirect(url_for("people_teams.index", _anchor="waves"), HTTPStatus.SEE_OTHER)


def _refused(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    db.session.rollback()
    form = f"wave-{typed['wave']}-{typed['was']}" if typed["was"] else "wave"
    return people_teams.page(form, typed, faults=faults)
