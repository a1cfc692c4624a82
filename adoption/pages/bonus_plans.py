"""Bonus plans for HR: in words, as tables and curves, worked out for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import holders
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import gathering
from adoption.bonuses import reading
from adoption.bonuses import simulating
from adoption.errors import ForbiddenError
from adoption.extensions import db
from adoption.pages import book_advice
from adoption.pages import payout
from adoption.pages import plan_parts
from adoption.pages import plan_trials
from rules import period as periods
from rules import wording
from rules.book.plan_lint import of_plan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from rules.bonus import Plan
    from rules.book.faults import Fault
    from rules.version import Segment

bp: Blueprint = Blueprint("bonus_plans", __name__)
MOST_NAMED = 200  # participants to choose from in a list; of more, one types an address


@bp.get("/hr/plans")
@permission("bonuses:read", door=SESSION)
def index() -> ResponseReturnValue:
    """List the plans, those in force first."""
    _all()
    known, code = facts.current(), languages.current().code
    today = known.today(clock.now())
    lines: list[dict[str, Any]] = [
        {
            "key": key,
            "title": wording.title_of(line[-1].body, key, code),
            "plan": line[-1].body,
            "starts": line[0].starts,
            "state": plan_parts.state_of(line, today),
        }
        for key, line in known.timelines.plans.items()
        if line
    ]
    lines.sort(key=lambda one: (one["state"][0] != "now", one["title"]))
    return render_template("bonus_plans/index.html", lines=lines, runs=_runs_address())


@bp.get("/hr/plans/<key>")
@permission("bonuses:read", door=SESSION)
def show(key: str) -> ResponseReturnValue:
    """Show a plan: in words, component by component, its bounds, its versions, and worked out for somebody."""
    _all()
    known, code = facts.current(), languages.current().code
    line = plan_trials.line_of(key, None)
    today = known.today(clock.now())
    part = plan_parts.in_force(line, today)
    plan = part.body
    return render_template(
        "bonus_plans/show.html",
        plan=plan,
        title=wording.title_of(plan, key, code),
        said=wording.sentence(plan, known.book, code),
        parts=[
            plan_parts.component(number, one, plan, known.book) for number, one in enumerate(plan.components, start=1)
        ],
        stages=plan_parts.stages(plan, known.book),
        versions=[plan_parts.version(one, known.book) for one in reversed(line)],
        state=plan_parts.state_of(line, today),
        advice=book_advice.advice(_lint(known, key), known.book),
        example=_example(known, line, today),
        may_simulate=auth.caller().reach("bonuses:run") is not None,
        runs=_runs_address(),
        drawing=payout,
    )


def _all() -> None:
    """Let in who may see everybody's bonuses: a plan is shown with a person's own quantities.

    Raises:
        ForbiddenError: the caller sees their own, or their reports'.
    """
    if auth.caller().reach("bonuses:read") is not auth.ALL:
        raise ForbiddenError


def _runs_address() -> str | None:
    """Return where the runs are, for whoever may see them."""
    return url_for("bonus_runs.index") if auth.caller().reach("bonuses:approve") is not None else None


def _lint(known: Known, key: str) -> Sequence[Fault]:
    plan = known.book.plans.get(key)
    return () if plan is None else tuple(of_plan(known.book, plan))


# --- worked out for somebody


def _example(known: Known, line: Sequence[Segment[Plan]], today: int) -> dict[str, Any] | None:
    """Return the plan worked out for a chosen participant of the last period."""
    firsts = plan_trials.past(line, today) or [periods.start(line[-1].body.per, today)]
    first = firsts[0]
    plan = plan_parts.at(line, first)
    if plan is None:
        return None
    ground = gathering.ground_of(db.session.connection(), plan, first)
    people = sorted(ground.everybody, key=lambda who: (known.people[who].name, who))
    if not people:
        return None
    wanted = known.holder_of(request.args.get("who", ""))
    there = set(people)
    who = next(one for one in (wanted, reading.middle(plan.key, first), people[0]) if one in there)
    holders.looked_at(who, "bonuses:read")
    found = simulating.worked(plan, first, who)
    return {
        "who": known.people[who],
        "unknown": request.args.get("who") if request.args.get("who") and wanted != who else None,
        "people": [known.people[one] for one in people] if len(people) <= MOST_NAMED else None,
        "period": plan_trials.period_name(plan.per, first),
        "quantities": [] if found is None else plan_parts.quantities(plan, known.book, found[0]),
        "lines": [] if found is None else plan_parts.lines(plan, found[1]),
        "total": None if found is None else payout.money(found[1].total, plan.currency),
    }
