"""What waits for an adoption lead: questions to confirm, contests to answer, people who are helped, champions.

Every look at a person is noted, and listed under that person's "Me".  HR has no such page.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import flash
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import casework
from adoption import clock
from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import privacy
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.casework import Remove
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.flags import contesting
from adoption.flags import helping
from adoption.flags import reminding
from adoption.flags import telling
from adoption.journal import NoReasonError
from adoption.languages import gettext
from adoption.pages import desk
from adoption.pages import evidence_seen as seen
from adoption.pages import evidence_words as words
from adoption.pages.evidence_pages import LEVELS
from adoption.pages.evidence_pages import day_of
from rules.reliance import cycle
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.flags.contesting import Case
    from rules.reliance.cycle import Flag

bp: Blueprint = Blueprint("flag_queue", __name__)
LEAD = "flags:lead"
PRIVATE = ("none", "hint")  # states of which nobody but the person knows, also afterwards
HELPED = ("flagged", "helping", "recovering")
FAULTS: Mapping[type[Exception], tuple[str, Callable[[], str]]] = {
    NoReasonError: ("why", lambda: gettext("Say why, in at most 500 characters: the person reads it.")),
    casework.RemoveError: (
        "what",
        lambda: gettext("Say what no longer counts; of an absence from which day to which, of a norm how many a day."),
    ),
    helping.NobodyError: ("who", lambda: gettext("Write the e-mail address of somebody who works here.")),
    helping.NamedError: ("who", lambda: gettext("They were named already.")),
}
REMOVES: Mapping[str, Callable[[], str]] = {
    "file": lambda: gettext("The file leaves the register, and days in workbooks count no more"),
    "absence": lambda: gettext("They were away: these days count no more"),
    "import": lambda: gettext("Imports count no more"),
    "norm": lambda: gettext("A norm of their own holds from now on, and for what was seen"),
    "everything": lambda: gettext("Everything that spoke for a spreadsheet counts no more"),
}


def notices() -> int:
    """Count what waits for a lead; nothing in a shadow run, and while detection is off.

    What is about the lead is another's to decide, and not on this page.
    """
    if not privacy.individual() or privacy.shadow():
        return 0
    connection = db.session.connection()
    cases = [one.participant for one in contesting.open_cases(connection)]
    return sum(one != g.visitor.participant for one in (*cases, *casework.waiting(connection)))


desk.NOTICES["flag_queue.index"] = notices


class NobodyThereError(NotFoundError):
    """There is nothing of this person that waits for a lead."""


@bp.get("/lead/flags")
@permission(LEAD, door=SESSION)
def index() -> ResponseReturnValue:
    """Show everything that waits, contests first, and of those the overdue ones."""
    return _index()


def _index(faults: Mapping[str, str] | None = None) -> ResponseReturnValue:
    known, now = facts.current(), clock.now()
    today, connection = known.today(now), db.session.connection()
    open_now = privacy.individual() and not privacy.shadow()
    waiting = set(casework.waiting(connection)) if open_now else set()
    standing = flags.standing(connection, ("contested", *HELPED)) if open_now else {}
    shown = flags.visible(connection, auth.caller(), (waiting | set(standing)) - {_me()})
    cases = [one for one in contesting.open_cases(connection) if one.participant in shown]
    html = render_template(
        "flags/index.html",
        individual=privacy.individual(),
        shadow_until=privacy.current().shadow_until if privacy.shadow() else None,
        cases=cases,
        waiting=sorted(waiting & set(shown), key=lambda one: shown[one].since),
        helped=sorted(
            (one for one, flag in shown.items() if flag.state in HELPED), key=lambda one: known.people[one].name
        ),
        flags=shown,
        people=known.people,
        today=today,
        words=words,
        champions=helping.champions(connection),
        **_check_ins(today),
        faults=faults or {},
        typed=request.form,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _check_ins(today: int) -> dict[str, Any]:
    """Return to how many people the question about low use is open, and what was answered; of five or more alone."""
    if not privacy.individual():
        return {"asked": None, "answers": {}}
    connection = db.session.connection()
    found = evidence.check_ins(connection)
    some = (found.asked, found.people - found.asked) if found.asked else (found.people,)  # all of them is each of them
    told = min(some) >= SMALLEST_GROUP
    return {"asked": found if told else None, "answers": reminding.counts(connection, today)}


@bp.get("/lead/flags/<int:number>")
@permission(LEAD, door=SESSION)
def one(number: int) -> ResponseReturnValue:
    """Show the facts of somebody whose question waits, who contests, or who is helped."""
    return _one(number)


def _one(number: int, faults: Mapping[str, str] | None = None) -> ResponseReturnValue:
    known, connection = facts.current(), db.session.connection()
    flag = _visible(number)
    told = evidence.explained(connection, number)
    account = evidence.account_of(connection, number).account
    case = _case(number)
    books = casework.books(connection, number)
    html = render_template(
        "flags/one.html",
        person=known.people[number],
        flag=flag,
        seen=seen.in_words(told.lines, books) if account.days else [],
        sums=told.lines,
        total=told.total,
        since=told.since,
        until=told.day,
        days=len(account.recent),
        levels=LEVELS,
        signed=seen.signed,
        may_confirm=cycle.may_confirm(flag, account),
        case=case,
        chosen=request.form.get("what") or (casework.BY_REASON[case.reason] if case else ""),
        books=books,
        removes=REMOVES,
        past=[one for one in flags.past(connection, number) if one.after not in PRIVATE],
        people=known.people,
        words=words,
        today=known.today(clock.now()),
        faults=faults or {},
        typed=request.form,
        dates=_dates(case),
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _dates(case: Case | None) -> dict[str, str]:
    """Return the days of an absence that the form proposes: those that the person named."""
    if case is None or case.about.starts is None or case.about.ends is None:
        return {}
    return {"from": words.iso(case.about.starts), "until": words.iso(case.about.ends - 1)}


def _visible(number: int) -> Flag:
    found = flags.visible(db.session.connection(), auth.caller(), [number] if number < 2**31 else [])
    if number not in found or number == auth.caller().participant:  # nobody decides about themselves
        raise NobodyThereError
    return found[number]


def _case(number: int) -> Case | None:
    cases = contesting.cases(db.session.connection(), number)
    return next((one for one in cases if one.outcome is None), None)


@bp.post("/lead/flags/<int:number>/confirm")
@permission(LEAD, door=SESSION)
def confirm(number: int) -> ResponseReturnValue:
    """Confirm that somebody could use a hand."""
    now = clock.now()
    connection = begin_write()
    _visible(number)
    try:
        casework.confirm(connection, number, who=_me(), day=facts.current().today(now), now=now)
    except cycle.ImpossibleStepError:
        return _changed()
    return _done(
        gettext("Confirmed. They got a letter; whoever leads them sees one sentence, and that help is offered.")
    )


@bp.post("/lead/flags/<int:number>/decline")
@permission(LEAD, door=SESSION)
def decline(number: int) -> ResponseReturnValue:
    """Say that there is no question here, and why."""
    now, why = clock.now(), request.form.get("why", "")
    connection = begin_write()
    _visible(number)
    try:
        casework.decline(connection, number, why, who=_me(), day=facts.current().today(now), now=now)
    except NoReasonError as error:
        return _refused(number, error)
    except cycle.ImpossibleStepError:
        return _changed()
    return _done(gettext("Withdrawn. The person reads why; nothing is raised for sixty days."))


@bp.post("/lead/flags/<int:number>/answer")
@permission(LEAD, door=SESSION)
def answer(number: int) -> ResponseReturnValue:
    """Answer a contest: it is right, and something no longer counts, or it is not, and why."""
    now, form = clock.now(), request.form
    connection = begin_write()
    _visible(number)
    case = _case(number)
    if case is None:
        return _changed()
    try:
        if form.get("answer") == "accept":
            casework.accept(connection, case, form.get("why", ""), _remove(case), by=auth.caller().by, now=now)
            said = gettext("Accepted. What was misread counts no more, and nothing is raised for sixty days.")
        else:
            casework.reject(connection, case, form.get("why", ""), who=_me(), now=now)
            said = gettext("Answered. Five working days begin anew before anything goes on.")
    except RefusedError as error:
        return _refused(number, error)
    except cycle.ImpossibleStepError:
        return _changed()
    return _done(said)


def _remove(case: Case) -> Remove:
    """Read what no longer counts."""
    form = request.form
    theirs = {one.id for one in casework.books(db.session.connection(), case.participant)}
    workbook = form.get("workbook", type=int)
    starts, last = day_of(form.get("from", "")), day_of(form.get("until", ""))
    norm = form.get("norm", "").replace(",", ".").strip()
    what = form.get("what", "")
    return Remove(
        what,
        (workbook if workbook in theirs else case.about.workbook) if what == "file" else None,
        starts if what == "absence" else None,
        last + 1 if what == "absence" and last is not None else None,
        words.number_of(norm) if what == "norm" else None,
    )


@bp.post("/lead/champions")
@permission(LEAD, door=SESSION)
def name() -> ResponseReturnValue:
    """Name somebody whom colleagues may call; it begins with their own word."""
    now = clock.now()
    known = facts.current()
    who = known.holder_of(request.form.get("who", "").strip())
    connection = begin_write()
    try:
        helping.name(connection, known, who, by=auth.caller().by, now=now)
    except (RefusedError, ConflictError) as error:
        db.session.rollback()
        field, say = next(found for kind, found in FAULTS.items() if isinstance(error, kind))
        return _index({field: say()})
    telling.of_naming(connection, who or 0, _me(), now)
    return _done(gettext("%(name)s is asked by letter.", name=known.people[who or 0].name))


@bp.post("/lead/champions/<int:number>/end")
@permission(LEAD, door=SESSION)
def end(number: int) -> ResponseReturnValue:
    """Let somebody be a champion no more."""
    if number >= 2**31 or not helping.leave(begin_write(), number, by=auth.caller().by, now=clock.now()):
        return _changed()
    return _done(gettext("Colleagues cannot choose them any more."))


def _refused(number: int, error: RefusedError) -> ResponseReturnValue:
    db.session.rollback()
    field, say = next(found for kind, found in FAULTS.items() if isinstance(error, kind))
    return _one(number, {field: say()})


def _changed() -> ResponseReturnValue:
    db.session.rollback()
    raise ConflictError(gettext("This has changed in the meantime. Open the page again."))


def _done(said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(url_for("flag_queue.index"), HTTPStatus.SEE_OTHER)


def _me() -> int:
    return auth.caller().participant or 0
