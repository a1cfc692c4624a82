"""The directory, read: people, their absences, holidays and waves."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import select

from adoption import facts
from adoption import holders
from adoption.api import directory_schemas as shapes
from adoption.api.house import conditional
from adoption.api.house import day
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.directory import calendar
from adoption.directory import standing
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import Participant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.facts import Person

bp: Blueprint = Blueprint("directory", __name__, description="Who is who: people, absences, holidays, waves")
MAY = "people:read"
EMAIL = {"name": "email", "in": "path", "description": "Their e-mail address", "schema": {"type": "string"}}


@bp.route("/people")
@conditional(bp)
@bp.arguments(shapes.PeopleQuery, location="query")
@bp.response(200, shapes.PeopleSchema)
@permission(MAY)
def people(query: dict[str, Any]) -> dict[str, Any]:
    """List people by their numbers."""
    known = facts.current()
    today = holders.today(known)
    found = [known.people[number] for number in sorted(known.people) if number > query["after"]]
    found = [one for one in found if _wanted(known, one, query, today)]
    shown = found[: query["most"]]
    numbers = _employee_numbers(one.id for one in shown)
    more = len(found) > len(shown)
    lines = [_entry(known, one, today, numbers) for one in shown]
    return {"people": lines, "next": shown[-1].id if more else None}


def _wanted(known: Known, one: Person, query: Mapping[str, Any], today: int) -> bool:
    if "here" in query and one.here(today) is not query["here"]:
        return False
    return "team" not in query or query["team"] in {known.teams[team] for team in known.teams_on(one.id, today)}


def _employee_numbers(people: Iterable[int]) -> dict[int, str | None]:
    rows = select(Participant.id, Participant.employee_no).where(Participant.id.in_(list(people)))
    return dict(db.session.execute(rows).all())


def _entry(known: Known, one: Person, today: int, numbers: Mapping[int, str | None]) -> dict[str, Any]:
    above = known.people.get(known.manager_on(one.id, today) or 0)
    return {
        **{name: getattr(one, name) for name in ("email", "name", "role")},
        "number": one.id,
        "state": standing.state(known, one, today),
        "teams": standing.teams(known, one, today),
        "manager": above and above.email,
        "hired_on": day(one.hired_on),
        "left_on": day(one.left_on),
        "employee_no": numbers.get(one.id),
    }


@bp.route("/people/<email>", parameters=[EMAIL])
@conditional(bp)
@bp.response(200, shapes.PersonSchema)
@permission(MAY)
def person(email: str) -> dict[str, Any]:
    """Show somebody: teams, managers and absences over time, and the names under which sources know them."""
    number = holders.visible(email, MAY)
    known = facts.current()
    if number not in known.people:
        msg = f"There is no participant {email!r}."
        raise NotFoundError(msg)
    names = sorted(key for key, owner in known.identities.items() if owner == number)
    return _entry(known, known.people[number], holders.today(known), _employee_numbers([number])) | {
        "memberships": [
            {"team": known.teams[team], "starts": day(starts), "ends": day(ends)}
            for starts, ends, team in sorted(known.memberships.get(number, ()))
        ],
        "managers": [
            {"manager": known.people[manager].email, "starts": day(starts), "ends": day(ends)}
            for starts, ends, manager in sorted(known.managers.get(number, ()))
        ],
        "absences": [
            {"starts": day(starts), "ends": day(ends)} for starts, ends in sorted(known.absences.get(number, ()))
        ],
        "identities": [{"source": source, "id": name} for source, name in names],
    }


@bp.route("/absences")
@conditional(bp)
@bp.arguments(shapes.AbsenceQuery, location="query")
@bp.response(200, shapes.AbsencesSchema)
@permission(MAY)
def absences(query: dict[str, Any]) -> dict[str, Any]:
    """List absences, so many people at a time."""
    known = facts.current()
    on = query["day"].toordinal() if "day" in query else None
    found = {
        number: spans
        for number in sorted(known.absences)
        if number > query["after"]
        and (spans := [one for one in sorted(known.absences[number]) if on is None or one[0] <= on < one[1]])
    }
    shown = list(found)[: query["most"]]
    lines = [
        {"email": known.people[number].email, "starts": day(starts), "ends": day(ends)}
        for number in shown
        for starts, ends in found[number]
    ]
    return {"absences": lines, "next": shown[-1] if len(found) > len(shown) else None}


@bp.route("/holidays")
@conditional(bp)
@bp.arguments(shapes.YearQuery, location="query")
@bp.response(200, shapes.HolidaySchema(many=True))
@permission(MAY)
def holidays(query: dict[str, Any]) -> list[dict[str, Any]]:
    """List the holidays, by day."""
    found = calendar.holidays(query.get("year"))
    return [{"day": day(number), "name": found[number]} for number in sorted(found)]


@bp.route("/waves")
@conditional(bp)
@bp.response(200, shapes.WaveSchema(many=True))
@permission(MAY)
def waves() -> list[dict[str, Any]]:
    """List which teams are in which wave, and when."""
    known = facts.current()
    rows = [
        (wave, known.teams[team], starts, ends) for team, spans in known.waves.items() for starts, ends, wave in spans
    ]
    return [
        {"wave": wave, "team": team, "starts": day(starts), "ends": day(ends)}
        for wave, team, starts, ends in sorted(rows)
    ]
