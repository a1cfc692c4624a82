"""Bonus runs for HR and approvers: the periods of every plan, and the way of each from the freeze to payroll."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from sqlalchemy.exc import OperationalError

from adoption import auth
from adoption import bonuses
from adoption import clock
from adoption import facts
from adoption import languages
from adoption import looks
from adoption import rescoring
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import correcting
from adoption.bonuses import disputing
from adoption.bonuses import reviewing
from adoption.bonuses import runs
from adoption.bonuses import uploading
from adoption.bonuses import working
from adoption.errors import ConflictError
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import frame
from adoption.pages import payout
from adoption.pages import plan_parts
from adoption.pages import plan_trials
from adoption.pages import run_parts
from adoption.pages import run_review
from adoption.pages import statement_parts
from rules import period as periods
from rules import wording
from rules.bonus.closing import FINAL
from rules.bonus.closing import STEPS

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Row

    from adoption.facts import Known
    from adoption.pages.run_parts import Asked
    from rules.bonus import Plan
    from rules.version import Segment

bp: Blueprint = Blueprint("bonus_runs", __name__)
PAST = 2  # periods that are over and shown, also without a run
REFUSALS: Mapping[type[Exception], Callable[[], str]] = {
    runs.SecondPersonError: lambda: gettext("You sent this to review, so somebody else approves it."),
    runs.WrongStateError: lambda: gettext("Somebody was quicker: this run is at another step by now. Here it is."),
    runs.ChangedSinceError: lambda: gettext(
        "Something was entered by hand since the freeze, or an earlier period was closed, and the statements do not "
        "have it yet. Freeze anew first."
    ),
    runs.StillCountingError: lambda: gettext(
        "Changed facts are still being counted. Try again in a moment; nothing was frozen."
    ),
    RefusedError: lambda: gettext("This period has not begun yet."),
}


@bp.get("/hr/bonuses")
@permission("bonuses:approve", door=SESSION)
def index() -> ResponseReturnValue:
    """List the plans with their running and last periods, the state of each, and what comes next."""
    known = facts.current()
    today = known.today(clock.now())
    rows: dict[str, list[Row[Any]]] = {}
    for row in runs.listed():
        rows.setdefault(row.plan, []).append(row)
    found = reviewing.costs([row.id for own in rows.values() for row in own])
    waiting = reviewing.questions([row.id for own in rows.values() for row in own])
    plans = []
    for key, last in known.plans.items():
        own, line = rows.get(key, []), known.timelines.plans.get(key, ())
        body = plan_parts.in_force(line, today).body if line else last
        shown, state = _periods(known, key, line, own, today), plan_parts.state_of(line, today)
        if not shown and state[0] != "coming":
            continue
        lines = [_line(one, today, found, waiting) for one in shown]
        code = languages.current().code
        plans.append(
            {
                "key": key,
                "title": wording.title_of(body, key, code),
                "state": state,
                "lines": lines,
            }
        )
    plans.sort(key=lambda one: (one["state"][0] != "now", one["title"]))
    asked = sum(number for number, _ in waiting.values())
    return render_template("bonus_runs/index.html", plans=plans, asked=asked, **_rights())


def _periods(
    known: Known, key: str, line: Sequence[Segment[Plan]], rows: Sequence[Row[Any]], today: int
) -> list[Asked]:
    """Return the periods of a plan to show: the running one, the last ones, and every one with a run; newest first."""
    firsts = set[int]()
    if line:
        firsts = {*_now(key, line, rows, today), *plan_trials.past(line, today)[:PAST]}
    by_first = {row.first: row for row in rows}
    found = []
    for first in sorted(firsts | by_first.keys(), reverse=True):
        row = by_first.get(first)
        plan = _plan(known, key, first) if row is None or row.state == "open" else runs.plan_of(known, row)
        if plan is not None:
            found.append(run_parts.of(key, plan, first, row))
    return found


def _now(key: str, line: Sequence[Segment[Plan]], rows: Sequence[Row[Any]], today: int) -> set[int]:
    """Return the first day of the running period, unless the plan has ended and there is nothing left to settle."""
    per = plan_parts.in_force(line, today).body.per
    first = periods.start(per, today)
    if not runs.settles(facts.current(), key, first):
        return {first}
    return {first} if any(row.state in FINAL and row.first >= correcting.since(per, first) for row in rows) else set()


def _plan(known: Known, key: str, first: int) -> Plan | None:
    try:
        return runs.definition_of(known, key, first).body
    except NotFoundError:
        return None


def _line(
    one: Asked, today: int, found: Mapping[int, reviewing.Cost], waiting: Mapping[int, tuple[int, int]]
) -> dict[str, Any]:
    cost = found.get(one.row.id) if one.row is not None else None
    return {
        "asked": one,
        "running": one.runs_on(today),
        "chip": run_parts.chip(one.stage),
        "next": run_parts.coming(one, today),
        "people": cost.people if cost else None,
        "total": payout.money(cost.total, one.plan.currency) if cost else None,
        "waiting": waiting.get(one.row.id, (0, 0))[0] if one.row is not None else 0,
    }


def _rights() -> dict[str, Any]:
    caller = auth.caller()
    return {"runs_it": caller.reach("bonuses:run") is not None, "me": caller.participant}


@bp.get("/hr/bonuses/<plan>/<period>")
@permission("bonuses:approve", door=SESSION)
def show(plan: str, period: str) -> ResponseReturnValue:
    """Show a run's way: the freeze, the review, the approval, the close and payroll."""
    asked = run_parts.asked(plan, period)
    if "X-Fragment" in request.headers:
        return _progress(asked)
    return page(asked)


def page(asked: Asked, status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    """Show a run; ``refused`` says why something was not done, ``typed`` and ``fault`` go with the form by hand."""
    known, now = facts.current(), clock.now()
    today = known.today(now)
    row = asked.row
    shown: dict[str, Any] = {
        "asked": asked,
        "chip": run_parts.chip(asked.stage),
        "coming": run_parts.coming(asked, today),
        "running": asked.runs_on(today),
        "ahead": asked.first > today,
        "counting": rescoring.needed(),
        "names": lambda who: run_parts.name_of(known, who),
        "money": lambda cents: payout.money(cents, asked.plan.currency),
        "moment": lambda time: languages.current().moment(periods.moment(time)),
        "targets": [
            (one, run_parts.target_title(asked.plan, one, known), number)
            for one, number in ({} if asked.settles else uploading.entered(asked.plan, asked.first)).items()
        ],
        "by_hand": reviewing.by_hand(asked.key, asked.first),
        "refused": None,
        "typed": {},
        "fault": None,
        **_rights(),
    }
    if row is None or asked.stage in {"begun", "working"}:
        shown["people"] = working.participants(asked.key, asked.first)
    if row is not None:
        shown |= run_review.of_run(asked, known)
    return render_template("bonus_runs/show.html", **(shown | more)), status


# --- while it is worked out


def _progress(asked: Asked) -> ResponseReturnValue:
    """Answer with how far the run is, or that the browser has it."""
    row = asked.row
    if row is None:
        raise NotFoundError
    shown = {"asked": asked, "done": run_parts.far(row), "tag": run_review.tag(row), "refresh": run_review.REFRESH}
    response = Response(render_template("bonus_runs/progress.html", **shown))
    response.set_etag(run_review.tag(row))
    response.headers["Cache-Control"] = "private, no-store"
    response.make_conditional(request)
    return response


# --- steps


@bp.post("/hr/bonuses/<plan>/<period>/freeze")
@permission("bonuses:run", door=SESSION)
def freeze(plan: str, period: str) -> ResponseReturnValue:
    """Freeze a run (anew) and work it out; what is too much for a page to wait for is left to the job."""
    asked = run_parts.asked(plan, period)
    try:
        at_once = working.start(asked.key, asked.first, clock.now(), who=auth.caller().participant)
    except (ConflictError, RefusedError, OperationalError) as error:
        return _refused(plan, period, error)
    if at_once:
        flash(gettext("Frozen and worked out. Look through it before you send it to review."))
    else:
        flash(gettext("Frozen soon, and worked out by the service. This page shows how far it is."))
    return _back(asked)


@bp.post("/hr/bonuses/<plan>/<period>/<any('send', 'take-back', 'close'):step>")
@permission("bonuses:run", door=SESSION)
def take(plan: str, period: str, step: str) -> ResponseReturnValue:
    """Send a run to review, take it back, or close it."""
    return _taken(plan, period, step.replace("-", " "))


@bp.post("/hr/bonuses/<plan>/<period>/approve")
@permission("bonuses:approve", door=SESSION)
def approve(plan: str, period: str) -> ResponseReturnValue:
    """Approve a run that somebody else sent to review."""
    return _taken(plan, period, "approve")


def _taken(plan: str, period: str, step: str) -> ResponseReturnValue:
    asked = run_parts.asked(plan, period)
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    try:
        bonuses.take(asked.run, step, who=who, now=clock.now())
        if str(runs.find(asked.run).row.as_of) != request.form.get("as_of", ""):
            raise runs.WrongStateError  # it is not what they looked at
    except (ConflictError, ForbiddenError) as error:
        return _refused(plan, period, error)
    db.session.commit()
    said = {
        "send": gettext("Sent to review. Somebody else approves it."),
        "take back": gettext("Taken back. It can be frozen anew, and goes through review once more."),
        "approve": gettext("Approved."),
        "close": gettext("Closed. Its statements never change from now on."),
    }
    flash(said[step])
    return _back(asked)


def _refused(plan: str, period: str, error: Exception) -> ResponseReturnValue:
    """Show the run as it stands by now, and why nothing was done.

    Raises:
        OperationalError: the storage failed, and nobody else was quicker.
    """
    db.session.rollback()
    if isinstance(error, OperationalError):
        if getattr(error.orig, "sqlstate", None) != working.SERIALIZATION:
            raise error
        error = runs.WrongStateError()
    refused = next((say() for kind, say in REFUSALS.items() if isinstance(error, kind)), None)
    if refused is None:
        raise error
    status = getattr(error, "status", HTTPStatus.CONFLICT)
    return page(run_parts.asked(plan, period), status, refused=refused)


def _back(asked: Asked) -> ResponseReturnValue:
    return redirect(frame.back(run_parts.address("bonus_runs.show", asked)), HTTPStatus.SEE_OTHER)


# --- one statement


@bp.get("/hr/bonuses/<plan>/<period>/<int:participant>")
@permission("bonuses:approve", door=SESSION)
def statement(plan: str, period: str, participant: int) -> ResponseReturnValue:
    """Show one participant's statement, as they see it, with what stands out and the questions about it."""
    asked = run_parts.asked(plan, period)
    known = facts.current()
    found = reviewing.document(asked.run, participant) if participant in known.people else None
    if found is None:
        msg = "There is no such statement."
        raise NotFoundError(msg)
    looks.note(participant)
    document, notices = found
    return render_template(
        "bonus_runs/statement.html",
        asked=asked,
        shown=statement_parts.read(document, known.book),
        who=known.people[participant],
        notices=[run_parts.NOTICES[name]() for name in notices],
        chip=run_parts.chip(asked.stage),
        disputes=disputing.disputes(run=asked.run, participant=participant),
        steps=STEPS,
        names=lambda who: run_parts.name_of(known, who),
        moment=lambda time: languages.current().moment(periods.moment(time)),
        **_rights(),
    )
