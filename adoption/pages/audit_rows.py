"""The rows of an audit: looked at in lists, given to people, closed one by one or many at once; and one's own rows."""

from __future__ import annotations

import math
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import facts
from adoption.audits import keeping
from adoption.audits import rows
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.pages import audit_parts as parts
from adoption.pages.audits import bp
from rules import period
from rules.audit import closing
from rules.audit import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue
    from sqlalchemy import ColumnElement
    from sqlalchemy import Row

    from adoption.audits.keeping import Kept
    from adoption.facts import Known
    from adoption.journal import By

PAGE = 25  # rows of one page
NAMED = 200  # people whose addresses are offered
DAYS = 60  # of the history that is drawn
WIDTH, HEIGHT = 320, 60  # of its drawing


# --- one audit


def result(kept: Kept, faults: Mapping[str, str] | None = None) -> ResponseReturnValue:
    """Show what became of the rows of an audit: how many, which, and what is to do with them."""
    known = facts.current()
    counted = rows.counts(kept.id)
    which = request.values.get("show", "")
    if which not in rows.LISTS:
        which = next(
            (one for one in ("missing", "probable") if counted.lists[one]), "closed" if counted.ever else "all"
        )
    who, search = _asked(known)
    conditions = rows.matching(kept.id, which, who=who, search=search)
    found = counted.lists[which] if who is None and not search else rows.number_of(conditions)
    pages = max(1, math.ceil(found / PAGE))
    number = min(max(_number(request.values.get("page", "1")) or 1, 1), pages)
    helpers = [
        (known.people[one].name, known.people[one].email, *numbers)
        for one, *numbers in rows.helpers(kept.id)
        if one in known.people
    ]
    page = render_template(
        "audits/show.html",
        kept=kept,
        counted=counted,
        lead=parts.lead(counted),
        which=which,
        lists=[(key, word(), counted.lists[key]) for key, word in parts.LISTS.items()],
        about=parts.ABOUT[which](),
        lines=[line(row, known, kept.country) for row in rows.page(conditions, first=(number - 1) * PAGE, size=PAGE)],
        found=found,
        number=number,
        pages=pages,
        search=search,
        who=request.values.get("who", "").strip()[: rows.LONGEST],
        helpers=helpers,
        people=sorted((one.email, one.name) for one in known.people.values() if one.left_on is None)[:NAMED],
        history=_history(kept, counted, known),
        compared=period.moment(kept.compared or kept.created),
        by=known.called(kept.participant, "flask audit"),
        leads=parts.leads() and kept.shared,
        faults=faults or {},
        address=lambda **more: _here(kept, which, search, **more),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


def _here(kept: Kept, which: str, search: str, **more: Any) -> str:
    at = {"show": which, "q": search or None, "who": request.values.get("who") or None, **more}
    return url_for("audits.show", number=kept.id, **at)


def _asked(known: Known) -> tuple[int | None, str]:
    """Return of whom rows are asked for (``None``: of everybody), and what is searched for."""
    written = request.values.get("who", "").strip()[: rows.LONGEST]
    search = " ".join(request.values.get("q", "").split())[: rows.LONGEST]
    if not written:
        return None, search
    if written == "-":
        return rows.NOBODY, search
    found = rows.person(known, rows.people_by_name(known), written)
    return (-1 if found is None else found), search


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len("1000000000") else 0


def line(row: Row[Any], known: Known, country: str) -> dict[str, Any]:
    """Return a row as it is drawn."""
    word, look = parts.STATES[row.state]
    number = keys.phone(row.phone, country) if row.phone else None
    return {
        "row": row,
        "title": row.name or row.company or row.email or row.phone,
        "under": row.company if row.name else "",
        "call": f"+{number}" if number else None,
        "value": parts.amount(row.value),
        "last": parts.day(row.last_contact),
        "state": word(),
        "look": look,
        "why": parts.WHY[row.why]() if row.why in parts.WHY else row.why,
        "sides": parts.changes(row) if row.contact and (row.changed or row.verdict == "probable") else [],
        "given": known.called(row.assigned, "") if row.assigned else "",
        "closed": period.moment(row.closed) if row.closed else None,
        "closed_by": known.called(row.closed_by, "") if row.closed_by else "",
        "unpaid": parts.UNPAID[row.credit[1:]]() if row.credit[1:] in parts.UNPAID else "",
        "paid": row.credit.startswith("audit/"),
        "steps": [does for does in closing.DOES if (row.state, row.verdict, does) in closing.STEPS],
    }


def _history(kept: Kept, counted: rows.Counts, known: Known) -> dict[str, Any] | None:
    """Return how many rows were open at the end of each day since the first comparison, to be drawn and as a table."""
    if not counted.ever:
        return None
    by_day = dict(rows.days(kept.id))
    today = known.today(clock.now())
    first = max(known.day_of(kept.created), today - DAYS)
    before = sum(count for day, count in by_day.items() if day < first)
    days, left = [(first - 1, counted.ever - before)], counted.ever - before
    for day in range(first, today + 1):
        left -= by_day.get(day, 0)
        days.append((day, left))
    step = WIDTH / max(1, len(days) - 1)
    points = [
        (round(place * step, 1), round(HEIGHT - HEIGHT * many / counted.ever, 1))
        for place, (_, many) in enumerate(days)
    ]
    drawn = " ".join(f"{x},{y}" for x, y in points)
    told = [(day, many) for place, (day, many) in enumerate(days) if place and (by_day.get(day) or day == today)]
    return {
        "line": drawn,
        "area": f"0,{HEIGHT} {drawn} {WIDTH},{HEIGHT}",
        "end": points[-1],
        "days": told[-14:],
        "width": WIDTH,
        "height": HEIGHT,
    }


# --- steps


@bp.post("/audits/<int:number>/rows")
@permission(parts.MAY, door=SESSION)
def step(number: int) -> ResponseReturnValue:
    """Take a step with one row, with those that are ticked, or with a whole list; or give them to somebody."""
    kept = parts.opened(number)
    if kept.state != keeping.OPEN:
        raise keeping.NotNowError
    one, does = request.form.get("one", ""), request.form.get("do", "")
    if one:
        at, _, does = one.partition(":")
        _take_one(kept, _number(at), does)
        return _back(kept, 1)
    which = request.form.get("show", "")
    if which not in rows.LISTS:
        raise NotFoundError
    if does == "as-written":
        done, _ = rows.assign_as_written(kept, by=_lead(kept), now=clock.now())
        return _handed(kept, which, _given(done))
    chosen = _chosen(kept, which, facts.current())
    if chosen is None:
        return result(kept, faults={"rows": gettext("Tick rows first, or the whole list.")})
    if does == "assign":
        return _assign(kept, which, chosen)
    if does not in closing.DOES:
        raise NotFoundError
    done = rows.take(kept, chosen, does, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _back(kept, done)


def _assign(kept: Kept, which: str, chosen: list[ColumnElement[bool]]) -> ResponseReturnValue:
    """Give rows to whom the form names; an empty field takes them back."""
    by, known = _lead(kept), facts.current()
    written = request.form.get("to", "").strip()
    who = rows.person(known, rows.people_by_name(known), written) if written else None
    if written and who is None:
        said = gettext("Nobody is called %(name)s, or several are. Write the e-mail address.", name=written[:60])
        return result(kept, faults={"to": said})
    done = rows.assign(kept, chosen, who, by=by, now=clock.now())
    back = ngettext("%(n)s row is nobody's again.", "%(n)s rows are nobody's again.", done)
    return _handed(kept, which, _given(done) if who else back)


def _handed(kept: Kept, which: str, said: str) -> ResponseReturnValue:
    db.session.commit()
    flash(said)
    return redirect(_here(kept, which, ""), HTTPStatus.SEE_OTHER)


def _lead(kept: Kept) -> By:
    """Return who gives rows to people.

    Raises:
        ForbiddenError: whoever asks does not look after audits, or it is a list of somebody's own.
    """
    if not (kept.shared and parts.leads()):
        raise ForbiddenError
    return auth.caller().by


def _take_one(kept: Kept, line: int, does: str) -> None:
    if does not in closing.DOES:
        raise NotFoundError
    rows.take_one(kept, line, does, by=auth.caller().by, now=clock.now())
    db.session.commit()


def _chosen(kept: Kept, which: str, known: Known) -> list[ColumnElement[bool]] | None:
    """Return the rows that are ticked, or the whole list as it is filtered; ``None`` without any."""
    who, search = _asked(known)
    conditions = rows.matching(kept.id, which, who=who, search=search)
    if request.form.get("all") == "1":
        return conditions
    lines = [_number(one) for one in request.form.getlist("line")][:PAGE]
    return [*conditions, rows.at(lines)] if lines else None


def _given(done: int) -> str:
    return ngettext("%(n)s row is given.", "%(n)s rows are given.", done) if done else gettext("No row was to give.")


def _back(kept: Kept, done: int) -> ResponseReturnValue:
    """Lead back to the list; whoever closed the last row is told so."""
    counted = rows.counts(kept.id)
    if counted.ever and not counted.todo:
        flash(gettext("That was the last one. Nothing is lost."))
    else:
        flash(ngettext("%(n)s row is done.", "%(n)s rows are done.", done))
    which = request.form.get("show", "")
    search = " ".join(request.form.get("q", "").split())[: rows.LONGEST]
    page = _number(request.form.get("page", "")) or None
    return redirect(_here(kept, which if which in rows.LISTS else "", search, page=page), HTTPStatus.SEE_OTHER)


# --- one's own rows


@bp.get("/audits/rows")
@permission(parts.MAY, door=SESSION)
def own() -> ResponseReturnValue:
    """Show the rows that somebody was given, to be entered in the CRM or judged, on a phone."""
    known, me = facts.current(), parts.me()
    states = rows.mine_counted(me)
    later = request.args.get("show") == "put_off"
    shown = rows.mine(me, states=("put_off",) if later else ("open",), size=PAGE)
    done = sum(states.get(state, 0) for state in closing.CLOSED)
    return render_template(
        "audits/rows.html",
        lines=[line(row, known, row.country) for row in shown],
        later=later,
        open=states.get("open", 0),
        put_off=states.get("put_off", 0),
        done=done,
        ever=done + states.get("open", 0) + states.get("put_off", 0),
        rewards=any(row.counts for row in shown),
    )


@bp.post("/audits/rows")
@permission(parts.MAY, door=SESSION)
def judge() -> ResponseReturnValue:
    """Take a step with a row that one was given."""
    at, _, does = request.form.get("one", "").partition(":")
    audit, _, place = at.partition("-")
    row = rows.one(_number(audit), _number(place))
    if row is None or row.assigned != parts.me():
        raise NotFoundError
    kept = keeping.find(row.audit)
    if not kept.shared:
        raise NotFoundError
    _take_one(kept, row.line, does)
    states = rows.mine_counted(parts.me())
    left = sum(states.get(state, 0) for state in closing.TODO)
    flash(gettext("Done.") if left else gettext("That was your last one. Thank you."))
    later = "put_off" if request.form.get("show") == "put_off" and states.get("put_off") else None
    return redirect(url_for("audits.own", show=later), HTTPStatus.SEE_OTHER)
