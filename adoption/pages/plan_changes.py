"""A bonus plan changed by its numbers, or by its text: tried on what is over, and made a draft of the book."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import Response
from flask import flash
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import drafts
from adoption import facts
from adoption import languages
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.bonuses import outcome
from adoption.drafts import StaleDraftError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import payout
from adoption.pages import plan_fields
from adoption.pages import plan_parts
from adoption.pages import plan_trials
from adoption.pages.bonus_plans import bp
from rules import wording
from rules.book.checks import plan_examples
from rules.book.faults import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from flask.typing import ResponseReturnValue

    from adoption.bonuses.outcome import Simulation
    from adoption.drafts import Draft
    from adoption.pages.plan_trials import Asked
    from rules.bonus import Plan
    from rules.book.faults import Fault

MOST_LISTED = 5  # winners and losers
_STEP = re.compile(r'\[(\d+)\]|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9_-]+)')


class Choice(NamedTuple):
    """One of several to choose from."""

    value: str
    title: str
    chosen: bool = False


class Wrong(NamedTuple):
    """What is wrong at a field, or with what holds it, and whether it is said in the reader's language."""

    text: str
    ours: bool = True


@bp.get("/hr/plans/<key>/simulate")
@permission("bonuses:run", door=SESSION)
def simulate(key: str) -> ResponseReturnValue:
    """Offer the plan's numbers and its text to be changed, and past periods to try it on."""
    draft = _draft()
    line = plan_trials.line_of(key, draft)
    return _page(key, plan_trials.as_it_is(key, line, draft, request.args.get("span", "")))


@bp.post("/hr/plans/<key>/simulate")
@permission("bonuses:run", door=SESSION)
def simulated(key: str) -> ResponseReturnValue:
    """Show what a changed plan would have paid; nothing is written, so the answer comes at once."""
    known = facts.current()
    draft = _draft()
    line = plan_trials.line_of(key, draft)
    asked = plan_trials.asked(known, key, line, draft)
    faults, found = plan_trials.tried(key, line, asked)
    return _page(key, asked, faults, found)


@bp.post("/hr/plans/<key>/simulate.csv")
@permission("bonuses:run", door=SESSION)
def download(key: str) -> ResponseReturnValue:
    """Give a simulation as a file, a line for each participant."""
    known = facts.current()
    draft = _draft()
    line = plan_trials.line_of(key, draft)
    asked = plan_trials.asked(known, key, line, draft)
    faults, found = plan_trials.tried(key, line, asked)
    if found is None:
        return _page(key, asked, faults)
    name = {"Content-Disposition": f'attachment; filename="{key}-{asked.span}-simulation.csv"'}
    return Response(outcome.as_csv(found, known, asked.span), headers=name, mimetype="text/csv")


@bp.post("/hr/plans/<key>/draft")
@permission("book:write", door=SESSION)
def drafted(key: str) -> ResponseReturnValue:
    """Make a draft of the changed plan, or put it into the one it was taken from; nothing takes force by it."""
    known = facts.current()
    draft = _draft()
    line = plan_trials.line_of(key, draft)
    asked = plan_trials.asked(known, key, line, draft)
    plan, faults = plan_trials.read(key, line, asked)
    before = plan_trials.as_it_is(key, line, asked.draft, "")
    if plan is None or faults or asked.stale:
        return _page(key, asked, faults, status=HTTPStatus.CONFLICT if asked.stale else HTTPStatus.OK)
    if asked.body == before.body:
        return _page(key, asked, unchanged=True, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        number = _kept(key, asked, plan)
    except StaleDraftError:
        db.session.rollback()
        return _page(key, asked._replace(draft=_draft(), stale=True), status=HTTPStatus.CONFLICT)
    flash(gettext("The draft is changed. Nothing that is in force has changed."))
    return redirect(url_for("book.draft", number=number), HTTPStatus.SEE_OTHER)


def _draft() -> Draft | None:
    """Return the draft that is being written; of another than an open one nothing can be changed.

    Raises:
        NotFoundError: there is no such draft.
    """
    number = request.values.get("draft", type=int)
    if number is None:
        return None
    found = drafts.get(number)
    if found.state != drafts.DRAFT:
        msg = f"The draft {number} is no longer written."
        raise NotFoundError(msg)
    return found


def _kept(key: str, asked: Asked, plan: Plan) -> int:
    """Store the changed plan in its draft; return the draft's number."""
    by, now = auth.caller().by, clock.now()
    changes: dict[tuple[str, str], str | None] = {("plan", key): plan_trials.own_text(key, asked)}
    if asked.draft is not None:
        number, revision = asked.draft.number, request.form.get("revision", 0, type=int)
    else:
        title = wording.title_of(plan, key, languages.current().code)
        number = drafts.begin(gettext("Change: %(title)s", title=title)[: drafts.changing.LONGEST_TITLE], by, now)
        db.session.commit()
        revision = drafts.get(number).revision
    drafts.change(number, revision, changes, by, now)
    db.session.commit()
    return number


# --- what is shown


def _page(  # noqa: PLR0913  # what is asked, and what came of it
    key: str,
    asked: Asked,
    faults: Sequence[Fault] = (),
    found: Simulation | None = None,
    *,
    unchanged: bool = False,
    status: int = HTTPStatus.OK,
) -> ResponseReturnValue:
    """Show the form, and above it faults or what came out."""
    known, code = facts.current(), languages.current().code
    line = plan_trials.line_of(key, asked.draft)
    plan, book = plan_trials.meant(key, line, asked.draft)
    spans = plan_trials.spans(line, known.today(clock.now()))
    chosen = asked.span if asked.span in spans else next(iter(spans), "")
    examples = [] if found is None else list(plan_examples(found.after))
    named = (lambda name: name) if plan is None else (lambda name: wording.quantity(name, plan, book, code))
    groups, wrong, rest = _fields(key, asked, named, [*faults, *examples])
    page = render_template(
        "bonus_plans/simulate.html",
        key=key,
        title=_called(asked.body, key) if plan is None else wording.title_of(plan, key, code),
        new=not line,
        asked=asked,
        seen=plan_trials.digest(plan_trials.as_it_is(key, line, asked.draft, "").text),
        faults=rest,
        groups=groups,
        wrong=wrong,
        unchanged=unchanged,
        sound=not faults,
        may_write=auth.caller().reach("book:write") is auth.ALL,
        spans=[
            Choice(one, plan_trials.span_name(line[-1].body.per, one, firsts), one == chosen)
            for one, firsts in spans.items()
        ],
        span=plan_trials.span_name(line[-1].body.per, asked.span, asked.firsts) if line else "",
        found=found,
        examples=bool(examples),
        outcome=None if found is None else plan_parts.outcome(found, known, MOST_LISTED),
        drawing=payout,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if faults and status == HTTPStatus.OK else status


def _fields(
    key: str, asked: Asked, name_of: Callable[[str], str], faults: Sequence[Fault]
) -> tuple[list[tuple[str, plan_fields.Group]], Mapping[str, Wrong], list[Fault]]:
    """Return the fields by group with its title, what is wrong at which place, and faults that have no place there."""
    groups = plan_fields.groups(asked.body, asked.sent, name_of)
    needs = {one.at: one for group in groups for one in _all(group)}
    places = needs.keys() | {group.at for group in groups} | {rows.at for group in groups for rows in group.lists}
    wrong: dict[str, Wrong] = {}
    rest = []
    whole = place("plan", key)
    for fault in faults:
        at = _at(fault.place, whole)
        if at is None or at not in places - {""} or (asked.by_text and fault.code != "plan.example"):
            rest.append(fault)
        elif at not in wrong:
            wrong[at] = _wrong(at, needs.get(at), fault)
    return [(_titled(group.at, asked.body), group) for group in groups], wrong, rest


def _all(group: plan_fields.Group) -> list[plan_fields.Field]:
    return [*group.fields, *(one for rows in group.lists for row in rows.rows for one in row)]


def _at(where: str, whole: str) -> str | None:
    """Return the place within the plan, as fields are called; ``None`` where a fault stands elsewhere."""
    if not where.startswith((f"{whole}.", f"{whole}[")):
        return None
    return ".".join(index or quoted or bare for index, quoted, bare in _STEP.findall(where[len(whole) :]))


def _wrong(at: str, field: plan_fields.Field | None, fault: Fault) -> Wrong:
    """Say what to do about a fault, in the reader's language where we can."""
    if fault.code == "plan.example":
        gives = dict(fault.values)["gives"]
        return Wrong(gettext("The plan now pays %(amount)s here: correct the example, or the plan.", amount=gives))
    said = plan_fields.remedy(field.need, field.value) if field is not None else ""
    related = plan_fields.RELATED.get(at.rpartition(".")[2])
    if said or related is not None:
        return Wrong(said or related())  # type: ignore[misc]  # one of the two is there
    return Wrong(fault.message, ours=False)


def _titled(at: str, body: Mapping[str, Any]) -> str:
    """Return what a group of fields is called."""
    kind, _, index = at.partition(".")
    if kind == "components":
        one = body["components"][int(index)]
        return _called(one, str(one.get("key") or int(index) + 1))
    if kind == "examples":
        return gettext("Worked example %(n)s", n=int(index) + 1)
    return gettext("The whole plan")


def _called(table: Mapping[str, Any], otherwise: str) -> str:
    """Return the title of a raw table in the reader's language; where it has none, what it is called otherwise."""
    titles = table.get("titles")
    said = titles.get(languages.current().code) if isinstance(titles, dict) else None
    return str(said or table.get("title") or otherwise)
