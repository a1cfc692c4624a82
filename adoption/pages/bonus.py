"""My bonus: what the running period comes to, statements line by line, questions about them; and those of reports."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import disputing
from adoption.bonuses import estimating
from adoption.bonuses import reading
from adoption.bonuses import runs
from adoption.bonuses.disputing import NoWordsError
from adoption.bonuses.runs import WrongStateError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import bonus_parts
from adoption.pages import drawing
from adoption.pages import statement_parts
from rules import period as periods
from rules import wording

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.bonuses.reading import Covering
    from adoption.bonuses.reading import Past
    from adoption.bonuses.reading import Stored

bp: Blueprint = Blueprint("bonus", __name__)

READ = "bonuses:read"
MOST_LISTED = 500  # reports on one page
MOST_LINES = 1_000_000  # of a statement: a larger place is none
SHORT = 16  # digits of a hash that are shown


@bp.get("/bonus")
@permission(READ, door=SESSION)
def index() -> ResponseReturnValue:
    """Show what my running periods come to so far, and my statements."""
    me, now = _me(), clock.now()
    with facts.held():
        known = facts.current()
        day = known.today(now)
        covering = reading.covering(known, me, day)
        past = reading.past(me)
        return render_template(
            "bonus/index.html",
            running=[one for one in (_running(each, me, day, now) for each in covering) if one],
            awaited=[bonus_parts.awaited(one) for one in _awaited(covering, past)],
            past=[bonus_parts.line(one) for one in past],
            sparks=bonus_parts.sparks(past),
            leads=auth.caller().reach(READ) is not auth.OWN and bool(holders.led(READ)),
            **drawing.HELPERS,
        )


@bp.get("/bonus/<plan>/<period>")
@permission(READ, door=SESSION)
def statement(plan: str, period: str) -> ResponseReturnValue:
    """Show my statement of a period, or what it comes to as long as there is none."""
    with facts.held():
        return _statement(plan, period)


def _statement(plan: str, period: str, fault: bonus_parts.Fault | None = None) -> str:
    known, me, now = facts.current(), _me(), clock.now()
    first = reading.first_of(known, plan, period)
    stored = reading.one(plan, first, me)
    if stored is not None:
        return _shown(stored, me, fault)
    day = known.today(now)
    wanted = reading.Covering(found, first) if (found := runs.plan_in(known, plan, first)) else None
    running = _running(wanted, me, day, now) if wanted and first <= day and _recent(wanted, day) else None
    if running is None:
        raise NotFoundError
    return render_template("bonus/estimate.html", one=running, **drawing.HELPERS)


@bp.get("/bonus/<plan>/<period>/<int:participant>")
@permission(READ, door=SESSION)
def of_person(plan: str, period: str, participant: int) -> ResponseReturnValue:
    """Show the statement of somebody whom the caller may see."""
    with facts.held():
        return _shown(_stored(plan, period, participant), participant)


@bp.get("/bonus/<plan>/<period>/statement.json")
@permission(READ, door=SESSION)
def document(plan: str, period: str) -> ResponseReturnValue:
    """Give my statement as it is stored, to be worked out again anywhere."""
    return _file(_stored(plan, period, _me()), period)


@bp.get("/bonus/<plan>/<period>/<int:participant>/statement.json")
@permission(READ, door=SESSION)
def document_of_person(plan: str, period: str, participant: int) -> ResponseReturnValue:
    """Give the statement of somebody whom the caller may see."""
    return _file(_stored(plan, period, participant), period)


@bp.post("/bonus/<plan>/<period>/ask")
@permission(READ, door=SESSION)
def ask(plan: str, period: str) -> ResponseReturnValue:
    """Ask about a line of my statement."""
    me, now = _me(), clock.now()
    place, words = request.form.get("place", type=int), request.form.get("question", "")
    place = None if place is None or not 0 <= place <= MOST_LINES else place
    stored = _stored(plan, period, me)
    day = facts.current().today(now)
    waiting = {one.place for one in disputing.disputes(run=stored.run.id, participant=me) if one.state == "open"}
    if not reading.may_ask(stored.run, day) or place in waiting:
        raise WrongStateError
    try:
        disputing.ask(stored.run.id, me, -1 if place is None else place, words, now)
    except NoWordsError:
        db.session.rollback()
        with facts.held():
            fault = bonus_parts.Fault(place or 0, words, bonus_parts.no_words())
            return _statement(plan, period, fault), HTTPStatus.UNPROCESSABLE_ENTITY
    db.session.commit()
    answered = languages.current().day(day + disputing.DAYS, "long")
    flash(gettext("Your question is with HR. You have an answer by %(day)s.", day=answered))
    return redirect(url_for("bonus.statement", plan=plan, period=period), HTTPStatus.SEE_OTHER)


@bp.get("/bonus/team")
@permission(READ, door=SESSION)
def team() -> ResponseReturnValue:
    """Show the statements of a period of everybody whom the caller leads, by name."""
    if auth.caller().reach(READ) is auth.OWN:
        raise ForbiddenError
    with facts.held():
        known = facts.current()
        people = sorted(holders.led(READ), key=lambda who: (known.people[who].name.casefold(), who))
        seen = reading.runs_seen()
        choices = bonus_parts.choices(seen, request.args.get("of", ""))
        chosen = next((run for run, one in zip(seen, choices, strict=True) if one.chosen), None)
        shown = bonus_parts.of_team(chosen, people, MOST_LISTED) if chosen and people else None
        return render_template("bonus/team.html", choices=choices, shown=shown, leads=bool(people))


# --- what is shown


def _running(one: Covering, me: int, day: int, now: int) -> dict[str, Any] | None:
    """Return what a period comes to so far; ``None`` if the plan does not cover me in it."""
    found = estimating.estimate(one.plan, one.first, me, day, now)
    return None if found is None else bonus_parts.running(found, day)


def _awaited(covering: list[Covering], past: list[Past]) -> list[Covering]:
    """Return the periods that ended last and of which there is no statement to see yet."""
    known, me = facts.current(), _me()
    there = {(one.plan.key, one.first) for one in past}
    found = []
    for one in covering:
        first = periods.start(one.plan.per, one.first - 1)
        plan = runs.plan_in(known, one.plan.key, first)
        if plan is not None and (plan.key, first) not in there and reading.covers(known, plan, first, me):
            found.append(reading.Covering(plan, first))
    return found


def _recent(one: Covering, day: int) -> bool:
    """Say whether a period runs on a day, or is the one before."""
    return one.first >= periods.start(one.plan.per, periods.start(one.plan.per, day) - 1)


def _stored(plan: str, period: str, participant: int) -> Stored:
    """Return a statement that the caller may see.

    Raises:
        ForbiddenError: it is not the caller's to see; also if nobody has that number.
        NotFoundError: there is none to see yet.
    """
    known, me = facts.current(), _me()
    if participant != me:
        holders.check(participant, READ)
    every = participant != me and auth.caller().reach(READ) is auth.ALL
    if participant not in known.people:
        raise NotFoundError
    first = reading.first_of(known, plan, period)
    found = reading.one(plan, first, participant, reading.RUN if every else reading.SEEN)
    if found is None:
        raise NotFoundError
    return found


def _shown(stored: Stored, participant: int, fault: bonus_parts.Fault | None = None) -> str:
    """Return the page of a statement."""
    known, me = facts.current(), _me()
    today = known.today(clock.now())
    shown = statement_parts.read(stored.document, known.book)
    mine = participant == me
    at = {"plan": stored.run.plan, "period": shown["about"]["period"]}
    questions = disputing.disputes(run=stored.run.id, participant=participant) if mine else ()
    html: str = render_template(
        "bonus/one.html",
        shown=shown,
        employee_no=stored.number,
        mine=mine,
        address=at if mine else at | {"participant": participant},
        period=statement_parts.period(shown["about"]["period"]),
        state=bonus_parts.state(stored.run, shown["plan"]),
        said=wording.sentence(shown["plan"], known.book, languages.current().code),
        behind=bonus_parts.behind(shown, stored.document, participant),
        questions=[bonus_parts.question(one, shown, today) for one in questions],
        waiting={one.place for one in questions if one.state == "open"},
        may_ask=mine and reading.may_ask(stored.run, today),
        fault=fault,
        longest=disputing.LONGEST,
        days=disputing.DAYS,
        leads=participant in holders.led(READ),
        version=telling.bonuses.date(periods.parse(shown["about"]["version"])[1]),
        as_of=datetime.fromisoformat(shown["about"]["as_of"]),
        short=shown["hash"].partition(":")[2][:SHORT],
        **drawing.HELPERS,
    )
    return html


def _file(stored: Stored, period: str) -> Response:
    name = f"statement-{stored.run.plan}-{period}.json"
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(stored.document.encode(), headers=head, content_type="application/json")


def _me() -> int:
    return auth.caller().participant or 0
