"""Best practice: how top colleagues run a deal, beside one's own; and whether one lets others see one's own."""

from __future__ import annotations

from decimal import Decimal
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
from adoption import practice
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import period
from rules.rollout.practice import LEAST
from rules.rollout.practice import STAGE
from rules.rollout.practice import TALK
from rules.rollout.vital import WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from rules.rollout.practice import Middle
    from rules.rollout.practice import Pattern
    from rules.rollout.practice import Step

bp: Blueprint = Blueprint("practice", __name__)
CHOICES: Mapping[str, Callable[[], str]] = {
    "no": lambda: gettext("No, nobody sees it"),
    "unnamed": lambda: gettext("Yes, without my name"),
    "named": lambda: gettext("Yes, with my name"),
}


@bp.get("/practice")
@permission("me:write", door=SESSION)
def index() -> ResponseReturnValue:
    """Show how those run a deal who agreed to it, and one's own figures beside it."""
    me, now, known = auth.caller().participant or 0, clock.now(), facts.current()
    common = practice.common()
    mine = practice.own(db.session.connection(), known, me, now)
    return render_template(
        "practice/index.html",
        shared=[
            {
                "name": known.people[one.participant].name if one.participant else None,
                "tip": one.tip,
                "pattern": told(one.pattern, common.middle),
            }
            for one in practice.shared(now)
        ],
        mine=None if mine is None else told(mine, None),
        middle=None if common.middle is None else figures(common.middle),
        people=common.middle.people if common.middle else 0,
        asked=practice.mine(me) is not None,
    )


def told(found: Pattern, middle: Middle | None) -> dict[str, Any]:
    """Return a pattern in words, with what differs from the middle of all."""
    beside = figures(middle) if middle is not None else [("", "")] * 3
    return {
        "steps": [{"name": step_name(step), "after": _after(step)} for step in found.steps],
        "figures": [
            {"name": name, "value": value, "middle": other}
            for (name, value), (_, other) in zip(figures(found), beside, strict=True)
        ],
    }


def figures(found: Pattern | Middle) -> list[tuple[str, str]]:
    """Return the three figures that a pattern and the middle of all have."""
    tongue = languages.current()
    return [
        (gettext("Working days from first touch to won"), tongue.number(found.days)),
        (gettext("Conversations a week"), tongue.number(Decimal(found.touches) / 10)),
        (gettext("Conversations with a next step"), tongue.percent(Decimal(found.following) / WHOLE)),
    ]


def step_name(step: Step) -> str:
    """Return a step in words: the deed, or the stage as the CRM calls it."""
    kind, _, stage = step.name.partition(":")
    if kind == STAGE and stage:
        return gettext("Stage “%(stage)s”", stage=stage)
    return gettext("A conversation") if kind == TALK else telling.deed(kind, None)


def _after(step: Step) -> str:
    if step.days is None:
        return ""
    return (
        ngettext("%(n)s working day later", "%(n)s working days later", step.days)
        if step.days
        else gettext("on the same day")
    )


@bp.get("/me/practice")
@permission("me:write", door=SESSION)
def mine() -> ResponseReturnValue:
    """Ask privately whether colleagues may see how one runs a deal, and show what they would see."""
    return _mine()


def _mine(typed: Mapping[str, str] | None = None, fault: str = "") -> ResponseReturnValue:
    me, now, known = auth.caller().participant or 0, clock.now(), facts.current()
    found = practice.mine(me)
    own = practice.own(db.session.connection(), known, me, now, LEAST)
    html = render_template(
        "practice/mine.html",
        found=found,
        chosen=None
        if found is None or found.chosen is None
        else languages.current().moment(period.moment(found.chosen), "short"),
        typed=typed or {"choice": (found.choice if found else None) or "", "tip": found.tip if found else ""},
        choices=CHOICES,
        own=None if own is None else told(own, None),
        longest=practice.LONGEST,
        fault=fault,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if fault else HTTPStatus.OK


@bp.post("/me/practice")
@permission("me:write", door=SESSION)
def choose() -> ResponseReturnValue:
    """Keep what one chose; taking it back takes the pattern away at once."""
    me, choice, tip = auth.caller().participant or 0, request.form.get("choice", ""), request.form.get("tip", "")
    if practice.mine(me) is None:
        raise NotFoundError
    try:
        practice.choose(begin_write(), me, choice, tip, now=clock.now())
    except practice.ChoiceError:
        db.session.rollback()
        return _mine({"choice": choice, "tip": tip}, gettext("Choose one of the three; a tip has at most 500 letters."))
    db.session.commit()
    said = (
        gettext("Nobody sees it. Whatever was shown is gone.")
        if choice == "no"
        else gettext("Thank you. You can take it back at any time, at once.")
    )
    flash(said)
    return redirect(url_for("practice.mine"), HTTPStatus.SEE_OTHER)
