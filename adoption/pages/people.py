"""Everybody in the directory, for HR: searched and filtered, and one person with all that is changed about them."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Blueprint
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for
from sqlalchemy import func
from sqlalchemy import select

from adoption import directory
from adoption import holders
from adoption import inforce
from adoption import people_csv
from adoption import preferences
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.directory import standing
from adoption.extensions import db
from adoption.languages import current
from adoption.languages import gettext
from adoption.models import JournalEntry
from adoption.models import Participant
from adoption.models import Stranger
from adoption.models import Tally
from adoption.pages import people_faults
from adoption.pages import people_leading as leading
from adoption.pages import people_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.facts import Person

bp: Blueprint = Blueprint("people", __name__)
PAGE = 50  # people of one page
ENTRIES = 20  # of the journal on somebody's page
QUIET = 4  # weeks without anything counted
SHOWN = ("working", "leave", "coming", "left", "unmatched", "alone")
NEW = ("email", "name", "team", "manager", "hired_on", "employee_no")


class Asked(NamedTuple):
    """What is looked for: words, a team, a role, and how people stand."""

    q: str = ""
    team: str = ""
    role: str = ""
    show: str = ""

    def address(self, **other: Any) -> str:
        """Return the address of the list with this, and other values in place."""
        values = {name: value for name, value in (self._asdict() | other).items() if value}
        return url_for("people.index", **values)


class Line(NamedTuple):
    """Somebody in the list."""

    person: Person
    teams: str
    manager: str
    state: str
    matched: bool
    alone: bool  # led by somebody who has left


@bp.get("/hr/people")
@permission("people:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List everybody, by name."""
    known = parts.known()
    day = parts.today(known)
    asked = Asked(*(request.args.get(name, "").strip()[:200] for name in Asked._fields))
    asked = asked._replace(show=asked.show if asked.show in SHOWN else "")
    matched = set(known.identities.values())
    lines = [_line(known, one, day, matched) for one in known.people.values()]
    counts = dict.fromkeys(SHOWN, 0)
    for line in lines:
        counts[line.state] += 1
        counts["unmatched"] += _stands(line, "unmatched")
        counts["alone"] += line.alone
    found = sorted(
        (line for line in lines if _wanted(known, line, asked, day)),
        key=lambda line: (line.person.name.casefold(), line.person.id),
    )
    shown, number, pages = parts.page_of(found, PAGE)
    return render_template(
        "people/index.html",
        lines=shown,
        asked=asked,
        found=len(found),
        everybody=len(lines),
        number=number,
        pages=pages,
        counts=counts,
        chips={kind: parts.chip(kind) for kind in parts.STATES},
        teams=sorted(known.teams.values(), key=str.casefold),
        roles={name: word() for name, word in parts.ROLES.items()},
        strangers=waiting(),
        quiet=_quiet(lines, day),
        quiet_weeks=QUIET,
    )


def waiting() -> int:
    """Return how many actors wait for somebody to say who they are."""
    return db.session.scalar(select(func.count()).select_from(Stranger).where(Stranger.aside.is_(None))) or 0


def _line(known: Known, one: Person, day: int, matched: set[int]) -> Line:
    names = ", ".join(standing.teams(known, one, day))
    above = known.people.get(known.manager_on(one.id, day) or 0)
    alone = leading.is_alone(known, one, day)
    return Line(one, names, above.name if above else "", standing.state(known, one, day), one.id in matched, alone)


def _stands(line: Line, show: str) -> bool:
    if show == "unmatched":
        return not line.matched and line.state in {"working", "leave"}
    if show == "alone":
        return line.alone
    return not show or line.state == show


def _wanted(known: Known, line: Line, asked: Asked, day: int) -> bool:
    one = line.person
    if not _stands(line, asked.show) or (asked.role and one.role != asked.role):
        return False
    if asked.team:
        teams = {known.teams[team] for team in known.teams_on(one.id, day)}
        if asked.team not in (teams or set(line.teams.split(", "))):
            return False
    text = f"{one.name} {one.email} {line.teams} {line.manager}".casefold()
    return all(word in text for word in asked.q.casefold().split())


def _quiet(lines: Sequence[Line], day: int) -> int | None:
    """Return of how many who work here nothing was counted for weeks; ``None`` where nothing is counted by weeks."""
    force = inforce.current()
    series = [number for found in force.shown.values() for number, per in found if per == "week"]
    if not series:
        return None
    this = period.start("week", day)
    weeks = [this - 7 * back for back in range(QUIET)]
    query = select(Tally.holder).where(Tally.series.in_(series), Tally.period.in_(weeks), Tally.holder > 0)
    active = set(db.session.scalars(query.where(Tally.value > 0).distinct()))
    here = [line.person for line in lines if line.state == "working" and line.person.role in {"employee", "manager"}]
    return sum(one.id not in active and (one.hired_on or 0) <= weeks[-1] for one in here)


# --- somebody new


@bp.get("/hr/people/new")
@permission("people:write", door=SESSION)
def new() -> ResponseReturnValue:
    """Show the form for somebody new."""
    return _form({}, {})


def _form(typed: Mapping[str, str], faults: Mapping[str, str]) -> ResponseReturnValue:
    known = parts.known()
    page = render_template("people/new.html", typed=typed, faults=faults, **suggestions(known))
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def suggestions(known: Known) -> dict[str, Any]:
    """Return what fields suggest while somebody types: the teams."""
    return {"team_names": sorted(known.teams.values(), key=str.casefold)[:200]}


@bp.post("/hr/people/new")
@permission("people:write", door=SESSION)
def create() -> ResponseReturnValue:
    """Enter somebody new."""
    known = parts.known()
    typed = {name: request.form.get(name, "").strip() for name in (*NEW, "why")}
    if known.holder_of(typed["email"]) is not None and not typed["email"].startswith("team:"):
        return _form(typed, {"email": gettext("Somebody here has this address already.")})
    people = people_csv.one({name: typed[name] for name in NEW})
    loaded = directory.load_people(people, on=parts.today(known), by=parts.told(known))
    if loaded.faults:
        db.session.rollback()
        return _form(typed, people_faults.by_column(loaded.faults, NEW))
    db.session.commit()
    number = parts.known().holder_of(people.rows[0].email)
    said = parts.saved(gettext("Entered."), parts.again(loaded.rescore))
    flash(said)
    return redirect(url_for("people.show", number=number), HTTPStatus.SEE_OTHER)


# --- one person


@bp.get("/hr/people/<int:number>")
@permission("people:read", door=SESSION)
def show(number: int) -> ResponseReturnValue:
    """Show one person: teams and absences over time, identities, coming and leaving, and what was changed."""
    return page(number)


def page(
    number: int, form: str = "", typed: Mapping[str, str] | None = None, faults: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """Show one person; with the form that could not be used, what was typed, and what is wrong beside its fields."""
    known = parts.known()
    one = parts.person(known, number)
    holders.looked_at(number, "people:read")
    day = parts.today(known)
    spans = sorted(known.memberships.get(number, ()), key=lambda span: (-span[1], span[2]))
    html = render_template(
        "people/show.html",
        one=one,
        row=db.session.execute(select(Participant.__table__).where(Participant.id == number)).one(),
        chip=parts.chip(standing.state(known, one, day)),
        state=standing.state(known, one, day),
        role=parts.role(one.role),
        language_of_letters=preferences.of(number).language,
        spans=[
            {"team": team, "name": known.teams[team], "starts": starts, "ends": ends, "now": starts <= day < ends}
            for starts, ends, team in spans
        ],
        teams_now="; ".join(sorted(known.teams[team] for team in known.teams_on(number, day))),
        absences=sorted(known.absences.get(number, ()), reverse=True),
        identities=sorted(key for key, owner in known.identities.items() if owner == number),
        sources=sorted({source for source, _ in known.identities}),
        entries=_entries(number),
        today=day,
        form=form,
        typed=typed or {},
        faults=faults or {},
        ever=period.EVER,
        forever=period.FOREVER,
        days=parts.days,
        iso=_iso,
        **leading.shown(known, one, day),
        **suggestions(known),
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _iso(day: int | None) -> str:
    return "" if day is None or day <= period.EVER or day >= period.FOREVER else period.text("day", day)


def _entries(number: int) -> list[dict[str, Any]]:
    """Return what the journal has about somebody, the newest first."""
    table = JournalEntry
    query = select(table.number, table.moment, table.name, table.action, table.before, table.after, table.why)
    query = query.where(table.thing == f"participant/{number}", table.action != "read")
    found = []
    for row in db.session.execute(query.order_by(table.number.desc()).limit(ENTRIES)):
        before, after = (_values(text) for text in (row.before, row.after))
        names = [name for name in dict.fromkeys((*after, *before)) if before.get(name) != after.get(name)]
        fields = [(parts.field(name), before.get(name), after.get(name)) for name in names]
        when = current().moment(period.moment(row.moment), "full")
        found.append({"when": when, "who": row.name, "action": row.action, "fields": fields, "why": row.why})
    return found


def _values(text: str | None) -> dict[str, Any]:
    """Return the values of an entry that is a table of fields."""
    found = json.loads(text) if text else {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if value is not None}
