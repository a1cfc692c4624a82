"""What people decide about single statements: amounts given by hand, and answers to questions about lines."""

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
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import disputing
from adoption.bonuses import reading
from adoption.bonuses import reviewing
from adoption.bonuses import runs
from adoption.errors import AdoptionError
from adoption.errors import ConflictError
from adoption.errors import ForbiddenError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import bonus_runs
from adoption.pages import frame
from adoption.pages import payout
from adoption.pages import run_parts
from adoption.pages import statement_parts
from rules import period as periods

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue
    from sqlalchemy import Row

    from adoption.facts import Known
    from adoption.pages.run_parts import Asked

bp: Blueprint = Blueprint("bonus_by_hand", __name__)
MOST_ANSWERED = 50  # answered questions that are shown
LARGEST = 10**11  # cents
UNANSWERED: Mapping[type[AdoptionError], Callable[[], str]] = {
    disputing.PlanEndedError: lambda: gettext(
        "This period is closed, and the plan was taken out of the book altogether, so that no period could pay the "
        "amount. Put it into the book again, then answer."
    ),
    ConflictError: lambda: gettext("Somebody has answered this question already."),
    RefusedError: lambda: gettext("Nobody answers their own question, and an answer has at most 2,000 characters."),
}


def _me() -> int:
    """Return who is asking: what people decide needs somebody who decides."""
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    return who


# --- amounts


@bp.post("/hr/bonuses/<plan>/<period>/adjustments")
@permission("bonuses:run", door=SESSION)
def adjust(plan: str, period: str) -> ResponseReturnValue:
    """Add or take an amount by hand, with the reason that the statement shows."""
    asked = run_parts.asked(plan, period)
    typed = {name: request.form.get(name, "").strip() for name in ("who", "amount", "reason")}
    known, me, now = facts.current(), _me(), clock.now()
    who, cents = known.holder_of(typed["who"]), run_parts.exact_cents(typed["amount"])
    if asked.first > known.today(now):
        return bonus_runs.page(
            asked, HTTPStatus.UNPROCESSABLE_ENTITY, refused=gettext("This period has not begun yet.")
        )
    fault = _fault(asked, who, cents, typed, me)
    if fault is None and who is not None and cents is not None:
        try:
            disputing.adjust(asked.key, asked.first, who, cents, typed["reason"], who=me, now=now)
            db.session.commit()
            flash(gettext("Entered. Freeze anew, so that the statements have it."))
            return redirect(run_parts.address("bonus_runs.show", asked), HTTPStatus.SEE_OTHER)
        except runs.WrongStateError as error:
            return _refused(plan, period, error)
        except disputing.TwiceError as error:
            db.session.rollback()
            said = gettext(
                "This is entered already, with the same reason. If it is meant twice, say in other words why."
            )
            return bonus_runs.page(run_parts.asked(plan, period), error.status, refused=said)
        except disputing.NoWordsError:
            db.session.rollback()
            fault = gettext("Say in a few words why; the statement shows it.")
    return bonus_runs.page(asked, HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed, fault=fault)


def _fault(asked: Asked, who: int | None, cents: int | None, typed: Mapping[str, str], me: int) -> str | None:
    """Say why an amount cannot be given; ``None`` if it can."""
    if who is None or who < 0:
        return gettext("Nobody has the e-mail address %(address)s.", address=typed["who"][:100])
    if who == me:
        return gettext("Nobody gives themselves anything by hand. Ask a colleague to enter it.")
    if not reading.may_get(asked.plan, asked.first, who):
        name = facts.current().people[who].name
        return gettext("%(name)s does not take part in this plan in this period.", name=name)
    if not typed["reason"]:
        return gettext("Say in a few words why; the statement shows it.")
    return _amount_fault(cents)


def _amount_fault(cents: int | None) -> str | None:
    if cents is None:
        return gettext("Write the amount with at most two decimals and without thousands, such as 125.50 or -40.")
    if not cents or abs(cents) > LARGEST:
        return gettext("This amount cannot be given.")
    return None


@bp.post("/hr/bonuses/<plan>/<period>/adjustments/<int:number>/withdraw")
@permission("bonuses:run", door=SESSION)
def withdraw(plan: str, period: str, number: int) -> ResponseReturnValue:
    """Withdraw an amount that was given by hand."""
    asked = run_parts.asked(plan, period)
    own = {one.id: one for one in reviewing.by_hand(asked.key, asked.first)}
    if number not in own:
        raise run_parts.nothing_there()
    try:
        disputing.withdraw(number, who=_me(), now=clock.now())
    except runs.WrongStateError as error:
        return _refused(plan, period, error)
    except RefusedError:
        db.session.rollback()
        said = gettext("This amount stays: it is your own, or it answers a question.")
        return bonus_runs.page(asked, HTTPStatus.UNPROCESSABLE_ENTITY, refused=said)
    db.session.commit()
    flash(gettext("Withdrawn. Freeze anew, so that the statements follow."))
    return redirect(run_parts.address("bonus_runs.show", asked), HTTPStatus.SEE_OTHER)


def _refused(plan: str, period: str, error: AdoptionError) -> ResponseReturnValue:
    """Show the run as it stands by now."""
    db.session.rollback()
    said = gettext("This period is under review or closed, so nothing is entered by hand now. Take it back first.")
    return bonus_runs.page(run_parts.asked(plan, period), error.status, refused=said)


# --- questions


@bp.get("/hr/bonuses/disputes")
@permission("bonuses:approve", door=SESSION)
def disputes() -> ResponseReturnValue:
    """List the questions about lines, those that wait first."""
    return _disputes()


def _disputes(status: HTTPStatus = HTTPStatus.OK, **more: Any) -> ResponseReturnValue:
    known = facts.current()
    found = disputing.disputes()
    waiting = [one for one in found if one.state == "open"]
    answered = [one for one in found if one.state != "open"][:MOST_ANSWERED]
    rows = {row.id: row for row in runs.listed()}
    lines = _lines(known, waiting)
    caller = auth.caller()
    shown = {
        "waiting": sorted(
            (_question(known, one, rows[one.run], lines) for one in waiting), key=lambda one: one["row"].deadline
        ),
        "answered": [_question(known, one, rows[one.run], lines) for one in answered],
        "today": known.today(clock.now()),
        "runs_it": caller.reach("bonuses:run") is not None,
        "me": caller.participant,
        "names": lambda who: run_parts.name_of(known, who),
        "moment": lambda time: languages.current().moment(periods.moment(time)),
        "typed": {},
        "fault": None,
        "about": None,
    }
    return render_template("bonus_runs/disputes.html", **(shown | more)), status


def _lines(known: Known, waiting: Sequence[Row[Any]]) -> dict[tuple[int, int], list[dict[str, Any]]]:
    """Return the statements that are asked about, line by line."""
    documents = reviewing.documents([(one.run, one.participant) for one in waiting])
    return {at: statement_parts.read(document, known.book)["lines"] for at, document in documents.items()}


def _question(
    known: Known, one: Row[Any], row: Row[Any], lines: Mapping[tuple[int, int], list[dict[str, Any]]]
) -> dict[str, Any]:
    """Return a question with the line that it is about."""
    asked = run_parts.of(row.plan, runs.plan_of(known, row), row.first, row)
    own = lines.get((one.run, one.participant), [])
    line = own[one.place] if one.place < len(own) else None
    amount = None if one.amount is None else payout.money(one.amount, asked.plan.currency)
    return {
        "row": one,
        "asked": asked,
        "name": run_parts.name_of(known, one.participant),
        "line": line,
        "title": line["title"] if line else _title(asked, one),
        "amount": amount,
        "closed": run_parts.closed(row),
    }


def _title(asked: Asked, one: Row[Any]) -> str:
    return statement_parts.component(asked.plan, one.key) if one.key else gettext("a line that is no longer there")


@bp.post("/hr/bonuses/disputes/<int:number>/answer")
@permission("bonuses:run", door=SESSION)
def answer(number: int) -> ResponseReturnValue:
    """Answer a question about a line: upheld with an amount, or rejected; always in words."""
    typed = {name: request.form.get(name, "").strip() for name in ("outcome", "amount", "words")}
    cents = run_parts.exact_cents(typed["amount"]) if typed["outcome"] == "upheld" else 0
    fault = None
    if typed["outcome"] not in disputing.ANSWERS:
        fault = gettext("Say whether it is right to ask.")
    elif cents is None or (typed["outcome"] == "upheld" and not cents) or abs(cents) > LARGEST:
        fault = gettext(
            "Write by how much the statement is wrong, with at most two decimals: 125.50, or -40 to take it."
        )
    elif not typed["words"]:
        fault = gettext("Answer in a few words; whoever asked reads them.")
    if fault is not None or cents is None:
        return _disputes(HTTPStatus.UNPROCESSABLE_ENTITY, typed=typed, fault=fault, about=number)
    try:
        disputing.answer(number, typed["outcome"], typed["words"], cents, who=_me(), now=clock.now())
    except (ConflictError, RefusedError) as error:
        db.session.rollback()
        said = next(say() for kind, say in UNANSWERED.items() if isinstance(error, kind))
        return _disputes(error.status, typed=typed, about=number, refused=said)
    db.session.commit()
    if typed["outcome"] == "upheld":
        flash(gettext("Answered. The amount is entered; a run that is not closed is to be frozen anew."))
    else:
        flash(gettext("Answered."))
    return redirect(frame.back(url_for("bonus_by_hand.disputes")), HTTPStatus.SEE_OTHER)
