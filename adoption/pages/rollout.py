"""The roll-out for HR and adoption leads: goals, waves with their vital signs and stages, and the diagnosis."""

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
from adoption import directory
from adoption import facts
from adoption import jobs
from adoption import journal
from adoption import languages
from adoption import people_csv
from adoption import rollout
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import people_faults
from adoption.pages import people_forms
from adoption.pages import people_parts
from adoption.pages import question_times
from adoption.pages import rollout_parts as parts
from adoption.pages import rollout_words as words
from adoption.pages import vital_parts
from adoption.people_csv import Waves
from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known

bp: Blueprint = Blueprint("rollout", __name__)
LOOKING = "look-at-data"  # the job that looks at what the data says
LONGEST = 100  # characters of a wave's name
GONE = "There is no wave of this name that is not over."


@bp.get("/rollout")
@permission("rollout:plan", door=SESSION)
def index() -> ResponseReturnValue:
    """Show the goals, the waves with where they stand and how they are, and who has not begun."""
    now = clock.now()
    found = rollout.waves(now)
    teams, weeks = rollout.waiting(now)
    known = facts.current()
    return render_template(
        "rollout/index.html",
        waves=[parts.wave(known, one) for one in found],
        goals=parts.goals(known, now),
        rest=parts.rest(known, teams, weeks),
        diagnosis=parts.progress(),
        words=words,
    )


# --- waves


@bp.get("/rollout/wave")
@permission("rollout:plan", door=SESSION)
def wave() -> ResponseReturnValue:
    """Show one wave, or the form for a new one."""
    return _wave(request.args.get("name", ""))


def _wave(
    name: str, typed: Mapping[str, Any] | None = None, fault: tuple[str, str] | None = None
) -> ResponseReturnValue:
    now, known = clock.now(), facts.current()
    found = rollout.waves(now)
    one = next((one for one in found if one.name == name), None)
    if name and one is None:
        raise NotFoundError(GONE)
    _, rest = rollout.waiting(now)
    html = render_template(
        "rollout/wave.html",
        wave=None if one is None else parts.wave(known, one),
        signs=[] if one is None else vital_parts.signs(one.weeks, rest, one.starts),
        times=None if one is None else question_times.of_wave(one.name, now),
        teams=parts.teams(known, found, one),
        people=parts.people(known, one),
        typed=typed if typed is not None else parts.typed(one),
        fault=fault,
        words=words,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/rollout/wave")
@permission("rollout:plan", door=SESSION)
@people_forms.looked_at_anew
def save_wave() -> ResponseReturnValue:
    """Store a wave: its teams, its first day, and who cares for it."""
    known, was = facts.current(), request.form.get("was", "")
    name, starts, fault = _asked(known)
    if fault is not None:
        return _wave(was, _typed(), fault)
    told = people_parts.told(known)
    teams = [one for one in request.form.getlist("team", type=int) if one in known.teams]
    rows = rollout.planned(known, was, name, teams, starts=starts, today=people_parts.today(known))
    if any((row.starts or EVER) >= (row.ends or FOREVER) for row in rows):
        return _wave(was, _typed(), ("starts", gettext("One of the teams leaves the wave before this day.")))
    loaded = directory.load_waves(Waves(rows, ()), by=told, based_on=known.version)
    try:
        changed = rollout.care(
            db.session.connection(),
            name,
            champion=_who("champion"),
            supporter=_who("supporter"),
            by=told.by,
            now=told.now,
            was=was,
        )
    except rollout.NotHereError:
        db.session.rollback()
        return _wave(was, _typed(), ("champion", gettext("Choose somebody who works here.")))
    db.session.commit()
    said = people_parts.saved(gettext("Saved."), people_parts.again(loaded.rescore))
    flash(said if loaded.changes or changed else gettext("Nothing has changed."))
    return redirect(url_for("rollout.wave", name=name), HTTPStatus.SEE_OTHER)


def _asked(known: Known) -> tuple[str, int, tuple[str, str] | None]:
    """Return the name and the first day, and what is wrong with which field.

    Raises:
        NotFoundError: the wave that is to be changed is called otherwise by now.
    """
    was = request.form.get("was", "")
    try:
        name = people_csv.line_of_text(request.form.get("name", "")) or ""
        starts = people_csv.day(request.form.get("starts", ""))
    except people_csv.CellError as error:
        return was, EVER, ("starts", people_faults.said(str(error)))
    names = {wave for spans in known.waves.values() for _, _, wave in spans}
    if was and was not in names:
        raise NotFoundError(GONE)
    fault: tuple[str, str] | None = None
    if not name or len(name) > LONGEST:
        fault = "name", gettext("A wave needs a name of at most 100 characters.")
    elif name != was and name in names:
        fault = "name", gettext("There is a wave of this name already.")
    elif not known.teams.keys() & set(request.form.getlist("team", type=int)):
        fault = "team", gettext("Choose at least one team.")
    return name, EVER if starts is None else starts, fault


def _who(field: str) -> int | None:
    return request.form.get(field, type=int)


def _typed() -> dict[str, Any]:
    """Return what was typed, to be shown again."""
    return {
        "name": request.form.get("name", ""),
        "starts": request.form.get("starts", ""),
        "teams": set(request.form.getlist("team", type=int)),
        "champion": _who("champion"),
        "supporter": _who("supporter"),
    }


@bp.post("/rollout/wave/decision")
@permission("rollout:plan", door=SESSION)
def decide() -> ResponseReturnValue:
    """Decide that a wave goes or holds, with a reason."""
    name = request.form.get("name", "")
    connection = begin_write()
    try:
        rollout.decide(
            connection,
            name,
            request.form.get("decision", ""),
            why=request.form.get("why", ""),
            by=auth.caller().by,
            now=clock.now(),
        )
    except journal.NoReasonError:
        db.session.rollback()
        return _wave(name, None, ("why", gettext("Say why, in at most 500 characters.")))
    db.session.commit()
    flash(gettext("Noted. It is in the journal, with your reason."))
    return redirect(url_for("rollout.wave", name=name), HTTPStatus.SEE_OTHER)


# --- goals


@bp.get("/rollout/goals")
@permission("rollout:plan", door=SESSION)
def goals() -> ResponseReturnValue:
    """Show the goals and the form for one more."""
    return _goals()


def _goals(typed: Mapping[str, str] | None = None, fault: tuple[str, str] | None = None) -> ResponseReturnValue:
    known = facts.current()
    html = render_template(
        "rollout/goals.html",
        goals=parts.goals(known, clock.now()),
        metrics=parts.metrics(known),
        ideas=parts.ideas(),
        typed=typed or {},
        fault=fault,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/rollout/goals")
@permission("rollout:plan", door=SESSION)
def choose() -> ResponseReturnValue:
    """Add a goal."""
    typed = {name: request.form.get(name, "").strip() for name in ("title", "metric", "target", "until")}
    try:
        target = None if not typed["target"] else parts.quantity(typed["target"])
        until = None if not typed["until"] else people_csv.day(typed["until"])
    except people_csv.CellError as error:
        return _goals(typed, ("until", people_faults.said(str(error))))
    except ValueError:
        return _goals(typed, ("target", gettext("Write a number above zero, such as 10 or 2.5.")))
    connection = begin_write()
    try:
        rollout.choose(
            connection,
            typed["title"],
            typed["metric"],
            target=target,
            until=until,
            by=auth.caller().by,
            now=clock.now(),
        )
    except RefusedError as error:
        db.session.rollback()
        return _goals(typed, parts.fault_of(error))
    db.session.commit()
    flash(gettext("The goal is chosen."))
    return redirect(url_for("rollout.goals"), HTTPStatus.SEE_OTHER)


@bp.post("/rollout/goals/<int:number>/drop")
@permission("rollout:plan", door=SESSION)
def drop(number: int) -> ResponseReturnValue:
    """Take a goal away; the journal keeps it."""
    rollout.drop(begin_write(), number, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("The goal is taken away."))
    return redirect(url_for("rollout.goals"), HTTPStatus.SEE_OTHER)


# --- diagnosis


@bp.get("/rollout/diagnosis")
@permission("rollout:plan", door=SESSION)
def diagnosis() -> ResponseReturnValue:
    """Show the questions, what was answered, and what the data says: to be printed, too."""
    return _diagnosis({}, frozenset())


def _diagnosis(typed: Mapping[str, str], crossed: Collection[str]) -> str:
    known = facts.current()
    return render_template(
        "rollout/diagnosis.html",
        questions=parts.questions(known, typed, crossed),
        found=parts.findings(known, rollout.findings()),
        looking=jobs.underway(LOOKING),
        diagnosis=parts.progress(),
        organisation=parts.organisation(),
        day=languages.current().day(people_parts.today(known), "full"),
    )


@bp.post("/rollout/diagnosis/data")
@permission("rollout:plan", door=SESSION)
def look() -> ResponseReturnValue:
    """Let the data be looked at, without waiting for the night: a pass over all records is no page's work."""
    connection, now = begin_write(), clock.now()
    jobs.ask(connection, LOOKING, now)
    journal.write(connection, auth.caller().by, "asked for", f"job/{LOOKING}", now=now)
    db.session.commit()
    return redirect(url_for("rollout.diagnosis", _anchor="data"), HTTPStatus.SEE_OTHER)


@bp.post("/rollout/diagnosis")
@permission("rollout:plan", door=SESSION)
def answer() -> ResponseReturnValue:
    """Keep the answers."""
    given = {name: request.form[name] for name in rollout.QUESTIONS if name in request.form}
    seen = {name: request.form.get(f"seen-{name}", "") for name in given}
    try:
        new = rollout.answer(begin_write(), given, by=auth.caller().by, now=clock.now(), seen=seen)
    except rollout.AnsweredError as error:
        db.session.rollback()
        return _diagnosis(given, error.questions), error.status
    db.session.commit()
    said = ngettext("%(n)s answer was kept.", "%(n)s answers were kept.", new)
    flash(said if new else gettext("Nothing has changed."))
    return redirect(url_for("rollout.diagnosis"), HTTPStatus.SEE_OTHER)
