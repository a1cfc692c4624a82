"""Whose records are: what waits for a decision, the records of a leaver at once, what is to be entered in the CRM."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

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
from adoption import ownership
from adoption import records
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.journal import LONGEST_REASON
from adoption.journal import NoReasonError
from adoption.languages import current
from adoption.languages import gettext
from adoption.languages import ngettext
from adoption.ownership import Asked
from adoption.ownership import Choice
from adoption.ownership import files
from adoption.pages import ownership_parts as parts
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.ownership import Gap

bp: Blueprint = Blueprint("ownership", __name__)
PAGE = 10  # gaps of one page
LONG_PAGE = 30  # decisions of one page
LARGEST = 2**31  # beyond it there is nothing
TO_ENTER = Asked(("decided",), does=("assign", "ask"))
LEAVERS = 5  # who are shown above the list


def _lines(known: Known, gaps: Sequence[Gap]) -> list[parts.Line]:
    cards = records.cards(gap.record for gap in gaps)
    return [parts.line(known, gap, cards[gap.record]) for gap in gaps]


def _piece() -> int:
    return max(1, request.args.get("page", 1, type=lambda text: int(text) if len(text) < len("100000") else 1)) - 1


@bp.get("/ownership")
@permission(parts.PERMISSION, door=SESSION)
def index() -> ResponseReturnValue:
    """List what waits for a decision, the most important first; leavers with many records above."""
    known = facts.current()
    scope, team = parts.scope(known), request.args.get("team", "")
    kind = request.args.get("kind", "")
    kind = kind if kind in parts.KINDS else ""
    teams = holders.teams(parts.PERMISSION)
    number = next((one for one in teams if known.teams[one] == team), None)
    asked = Asked(kind=kind, team=number)
    gaps, total = ownership.listed(asked, scope, size=PAGE, piece=_piece())
    looked = parts.looked()
    return render_template(
        "ownership/index.html",
        lines=_lines(known, gaps),
        total=total,
        number=_piece() + 1,
        pages=max(1, -(-total // PAGE)),
        tabs=ownership.waiting(parts.scope(known)),
        kind=kind,
        kinds={name: word() for name, word in parts.KINDS.items()},
        team=team if number is not None else "",
        teams=sorted(known.teams[one] for one in teams),
        leavers=[
            (one, known.people[one.who].name, parts.last_day(known, one.who))
            for one in ownership.leavers(scope)[:LEAVERS]
            if one.number > 1
        ],
        looked=looked and current().moment(period.moment(looked), "full"),
        address=lambda **more: url_for(
            "ownership.index", **{name: value for name, value in ({"kind": kind, "team": team} | more).items() if value}
        ),
        plain=not kind and number is None,
        **_form(known),
    )


def _form(known: Known, number: int = 0, typed: Mapping[str, str] | None = None, fault: str = "") -> dict[str, object]:
    """Return what forms need: whom one may choose, what was typed, and what is wrong with it."""
    people = parts.takers(known, holders.today(known))
    return {
        "people": people if len(people) <= parts.MOST_CHOICES else None,
        "mine": number,
        "typed": typed or {},
        "fault": fault,
    }


# --- one of them


@bp.get("/ownership/<int:number>")
@permission(parts.PERMISSION, door=SESSION)
def show(number: int) -> ResponseReturnValue:
    """Show one gap: what is known, who is suggested, what was decided."""
    return _show(number)


def _show(number: int, typed: Mapping[str, str] | None = None, fault: str = "") -> ResponseReturnValue:
    known = facts.current()
    scope = parts.scope(known)
    gap = ownership.get(number, scope) if number < LARGEST else None
    if gap is None:
        raise NotFoundError
    made, _ = ownership.decisions(scope, size=LONG_PAGE, gaps=[number])
    page = render_template(
        "ownership/show.html",
        line=_lines(known, [gap])[0],
        state=parts.REASONS[gap.reason](),
        look=parts.LOOKS.get(gap.reason, ""),
        decisions=[parts.written(known, one) for one in made],
        tabs=ownership.waiting(parts.scope(known)),
        evidence=gap.evidence,
        **_form(known, number, typed, fault),
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/ownership/<int:number>")
@permission(parts.PERMISSION, door=SESSION)
def decide(number: int) -> ResponseReturnValue:
    """Decide about one gap: assign it, leave it as it is, or ask both people."""
    known = facts.current()
    typed = {name: request.form.get(name, "").strip() for name in ("does", "to", "why", "back")}
    if number >= LARGEST:
        raise NotFoundError
    does, to = typed["does"], typed["to"]
    if does.startswith("assign-"):  # the suggestion that was shown
        does, to = "assign", does.removeprefix("assign-")
    seen = request.form.get("seen", type=int)
    choices = {number: Choice(does, _who(known, to))}
    fault = _decided(choices, typed["why"], {} if seen is None else {number: seen})
    if fault:
        return _show(number, typed, fault)
    said = parts.does(facts.current(), does, _who(known, to))
    flash(gettext("Decided: %(what)s.", what=said))
    return redirect(url_for("ownership.index"), HTTPStatus.SEE_OTHER)


def _who(known: Known, text: str) -> int | None:
    """Return who is meant by a number of ours, or by an e-mail address."""
    if text.isascii() and text.isdigit():
        return int(text) if len(text) < len(str(LARGEST)) else None
    found = known.holder_of(text)
    return found if found is not None and found > 0 else None


def _decided(choices: Mapping[int, Choice], why: str, seen: Mapping[int, int]) -> str:
    """Write decisions and commit; return what is wrong with them, if anything."""
    known, by = facts.current(), auth.caller().by
    try:
        ownership.decide(choices, scope=parts.scope(known), why=why, by=by, now=clock.now(), seen=seen)
    except NoReasonError:
        fault = gettext("Say why, in at most %(n)s characters: whoever asks later wants to know.", n=LONGEST_REASON)
    except ownership.AssigneeError:
        fault = gettext("Choose somebody who works here and whom you lead, or yourself.")
    except ownership.SettledError:
        fault = gettext("This was settled meanwhile. Nothing was changed; look at it again.")
    except RefusedError:
        fault = gettext("Choose what is to be done.")
    else:
        db.session.commit()
        return ""
    db.session.rollback()
    return fault


# --- all of a leaver's


@bp.get("/ownership/leaver/<int:who>")
@permission(parts.PERMISSION, door=SESSION)
def leaver(who: int) -> ResponseReturnValue:
    """Show all records that somebody left, and among whom they would be shared out."""
    return _leaver(who)


def _leaver(who: int, typed: Mapping[str, str] | None = None, fault: str = "") -> ResponseReturnValue:
    known = facts.current()
    scope = parts.scope(known)
    if who not in known.people or (scope is not None and who not in scope):
        raise NotFoundError
    gaps = ownership.of_leaver(who, scope)
    page = render_template(
        "ownership/leaver.html",
        person=known.people[who],
        one=known.people[who],
        last=parts.last_day(known, who) if known.people[who].left_on is not None else "",
        lines=_lines(known, gaps),
        shares=parts.shares(known, gaps),
        ready=sum(gap.suggested is not None for gap in gaps),
        tabs=ownership.waiting(parts.scope(known)),
        typed=typed or {},
        fault=fault,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/ownership/leaver/<int:who>")
@permission(parts.PERMISSION, door=SESSION)
def share(who: int) -> ResponseReturnValue:
    """Assign the records that are ticked to whom they were shown with: all, or none."""
    known = facts.current()
    scope = parts.scope(known)
    if who not in known.people or (scope is not None and who not in scope):
        raise NotFoundError
    theirs = {gap.id for gap in ownership.of_leaver(who, scope)}
    choices: dict[int, Choice] = {}
    for text in request.form.getlist("give"):
        number, _, to = text.partition("-")
        if number.isascii() and number.isdigit() and len(number) < len(str(LARGEST)):
            choices[int(number)] = Choice("assign", _who(known, to))
    typed = {"why": request.form.get("why", "").strip()}
    if not choices:
        return _leaver(who, typed, gettext("Tick at least one record."))
    if not choices.keys() <= theirs:
        return _leaver(who, typed, gettext("This was settled meanwhile. Nothing was changed; look at it again."))
    fault = _decided(choices, typed["why"], dict.fromkeys(choices, 0))  # what is listed there is open
    if fault:
        return _leaver(who, typed, fault)
    flash(ngettext("%(n)s record is assigned.", "%(n)s records are assigned.", len(choices)))
    return redirect(url_for("ownership.decided"), HTTPStatus.SEE_OTHER)


# --- what is decided


@bp.get("/ownership/decided")
@permission(parts.PERMISSION, door=SESSION)
def decided() -> ResponseReturnValue:
    """List what is decided and not yet in the CRM, to be entered there."""
    known = facts.current()
    gaps, total = ownership.listed(TO_ENTER, parts.scope(known), size=LONG_PAGE, piece=_piece())
    newest, _ = ownership.decisions(parts.scope(known), size=len(gaps) * LONG_PAGE or 1, gaps=[gap.id for gap in gaps])
    holding = {one.gap: parts.written(known, one) for one in newest if one.holds}
    return render_template(
        "ownership/decided.html",
        lines=[(one, holding.get(one.gap.id)) for one in _lines(known, gaps)],
        number=_piece() + 1,
        pages=max(1, -(-total // LONG_PAGE)),
        tabs=ownership.waiting(parts.scope(known)),
        address=lambda **more: url_for("ownership.decided", **more),
    )


@bp.get("/ownership/decided.<form>")
@permission(parts.PERMISSION, door=SESSION)
def download(form: str) -> ResponseReturnValue:
    """Give the list for whoever enters it in the CRM: as CSV, or as a workbook."""
    if form not in files.FORMS:
        raise NotFoundError
    known = facts.current()
    rows = files.rows(known, parts.scope(known))
    head = {"Content-Disposition": f'attachment; filename="owners.{form}"'}
    return Response(files.FORMS[form].write(rows), headers=head, content_type=files.FORMS[form].type)


@bp.get("/ownership/history")
@permission(parts.PERMISSION, door=SESSION)
def history() -> ResponseReturnValue:
    """List every decision, the newest first, and what became of it."""
    known = facts.current()
    found, total = ownership.decisions(parts.scope(known), size=LONG_PAGE, piece=_piece())
    return render_template(
        "ownership/history.html",
        lines=[parts.written(known, one) for one in found],
        number=_piece() + 1,
        pages=max(1, -(-total // LONG_PAGE)),
        tabs=ownership.waiting(parts.scope(known)),
        address=lambda **more: url_for("ownership.history", **more),
        kinds={name: word() for name, word in parts.KINDS.items()},
    )
