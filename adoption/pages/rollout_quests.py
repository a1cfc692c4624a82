"""Quests for whoever plans the roll-out: which are offered, in which words, and how many people use what they show."""

from __future__ import annotations

from decimal import Decimal
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
from adoption import languages
from adoption import quests
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.languages import gettext
from adoption.pages import book_words
from adoption.pages import people_parts
from adoption.pages import quests as own
from adoption.pages.book_forms import conditions
from adoption.pages.rollout import bp
from rules.book.features import FEWEST
from rules.book.features import MOST
from rules.book.features import FeatureError
from rules.rollout import quests as rule
from rules.rollout.vital import WHOLE
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask.typing import ResponseReturnValue

    from adoption.facts import Known
    from adoption.quests import Offer
    from rules.rollout.quests import Use

PLAN = "rollout:plan"
ROWS, FEW = 5, 3  # of a condition that the form takes, and draws at least
FAULTS: Mapping[str, Callable[[], str]] = {
    "title": lambda: gettext("Write what it is called, in at most 100 characters."),
    "good_for": lambda: gettext("Write in a sentence what it is good for."),
    "steps": lambda: gettext("Write three to six steps, one a line, each of at most 300 characters."),
    "link": lambda: gettext("An address of the CRM begins with https:// and has no blanks in it."),
    "on": lambda: gettext("Write one to ten types of activities, such as task.created, with commas between them."),
    "where": lambda: gettext("A condition needs a field and a value that fits how it compares."),
}


@bp.get("/rollout/quests")
@permission(PLAN, door=SESSION)
def quest_list() -> ResponseReturnValue:
    """Show every feature: whether it is offered, and how many people of each team use it."""
    known = facts.current()
    uses, counted = quests.teams(), quests.counted_on()
    return render_template(
        "rollout/quests.html",
        quests=[_line(known, one, uses.get(one.feature.key, {})) for one in quests.all_of()],
        counted=None if counted is None else languages.current().day(counted),
        bound=languages.current().percent(Decimal(rule.BOUND) / WHOLE),
        smallest=SMALLEST_GROUP,
    )


def _line(known: Known, one: Offer, uses: Mapping[int, Use]) -> dict[str, Any]:
    """Return a feature with its teams, those that hardly use it first."""
    today = people_parts.today(known)
    number = languages.current().number
    teams: list[dict[str, Any]] = [
        {
            "name": known.teams[team],
            "part": use.part,
            "whole": use.whole,
            "said": gettext("%(part)s of %(whole)s", part=number(use.part), whole=number(use.whole)),
            "hardly": rule.hardly(use),
            "begun": bool(known.waves_on((team,), today)),
        }
        for team, use in sorted(uses.items(), key=lambda pair: (pair[1].part / pair[1].whole, known.teams[pair[0]]))
    ]
    part, whole = sum(use.part for use in uses.values()), sum(use.whole for use in uses.values())
    return own.feature(one.feature) | {
        "offered": one.offered,
        "changed": one.changed,
        "own": one.own,
        "teams": teams,
        "shown": sum(team["hardly"] and team["begun"] for team in teams),
        "part": part,
        "whole": whole,
        "said": gettext("%(part)s of %(whole)s", part=number(part), whole=number(whole)),
        "seen_by": [telling.deed(kind, None) for kind in one.feature.on],
    }


@bp.post("/rollout/quests/count")
@permission(PLAN, door=SESSION)
def count_quests() -> ResponseReturnValue:
    """Count now how many people use each feature; a job does it every night."""
    quests.count(clock.now())
    db.session.commit()
    return redirect(url_for("rollout.quest_list"), HTTPStatus.SEE_OTHER)


@bp.post("/rollout/quests/<key>/offer")
@permission(PLAN, door=SESSION)
def offer_quest(key: str) -> ResponseReturnValue:
    """Offer a feature, or no longer."""
    offered = request.form.get("offered") == "yes"
    new = quests.offer(begin_write(), key, offered=offered, by=auth.caller().by, now=clock.now())
    db.session.commit()
    said = gettext("Offered to teams that hardly use it.") if offered else gettext("No longer offered.")
    flash(said if new else gettext("Nothing has changed."))
    return redirect(url_for("rollout.quest_list", _anchor=f"q-{key}"), HTTPStatus.SEE_OTHER)


@bp.get("/rollout/quests/edit")
@permission(PLAN, door=SESSION)
def edit_quest() -> ResponseReturnValue:
    """Show the words of a feature in the reader's language, or the form for a new one."""
    key = request.args.get("key", "")
    return _form(key, _typed(quests.get(key) if key else None))


def _typed(one: Offer | None) -> dict[str, Any]:
    """Return what the form shows of a feature."""
    if one is None:
        return {"title": "", "good_for": "", "steps": "", "link": "", "on": "", "rows": [], "kind": "all"}
    _, words = one.feature.said(languages.current().code)
    where = conditions.typed_of(one.body.get("where"))
    return {
        "title": words.title,
        "good_for": words.good_for,
        "steps": "\n".join(words.steps),
        "link": one.feature.link,
        "on": ", ".join(one.feature.on),
        "kind": where["kind"],
        "rows": [row for row in where["rows"] if "rows" not in row],
    }


def _form(key: str, typed: Mapping[str, Any], faults: Mapping[str, str] | None = None) -> ResponseReturnValue:
    rows = [row for row in typed["rows"] if row["field"] or row["value"]]
    drawn = min(ROWS, max(FEW, len(rows) + 1))
    rows += [{"field": "", "op": "is", "value": ""}] * (drawn - len(rows))
    html = render_template(
        "rollout/quest.html",
        one=quests.get(key) if key else None,
        key=key,
        typed={**typed, "rows": rows},
        faults={name: FAULTS[name]() for name in faults or {}},
        operators=book_words.OPERATORS,
        fewest=FEWEST,
        most=MOST,
        language=languages.current().code,
    )
    return html, HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


@bp.post("/rollout/quests/edit")
@permission(PLAN, door=SESSION)
def save_quest() -> ResponseReturnValue:
    """Keep a feature in one's own words."""
    key = request.form.get("key", "")
    before = quests.get(key) if key else None
    typed: dict[str, Any] = {name: request.form.get(name, "").strip() for name in _typed(None)}
    typed["rows"] = [
        {name: request.form.get(f"{name}-{place}", "") for name in ("field", "op", "value")} for place in range(ROWS)
    ]
    connection = begin_write()
    try:
        found = quests.save(connection, key, _body(before, typed), by=auth.caller().by, now=clock.now())
    except FeatureError as error:
        db.session.rollback()
        return _form(key, typed, error.faults)
    db.session.commit()
    flash(gettext("Saved."))
    return redirect(url_for("rollout.quest_list", _anchor=f"q-{found}"), HTTPStatus.SEE_OTHER)


def _body(before: Offer | None, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Return a feature as it was typed: in other languages it stays what it was, and so does a nested condition."""
    body: dict[str, Any] = dict(before.body) if before is not None else {}
    steps = [line.strip() for line in typed["steps"].splitlines() if line.strip()]
    words = {"title": typed["title"], "good_for": typed["good_for"], "steps": steps}
    body["words"] = {**body.get("words", {}), languages.current().code: words}
    body["link"] = typed["link"]
    body["on"] = [kind.strip() for kind in typed["on"].replace("\n", ",").split(",") if kind.strip()]
    body["where"] = conditions.body_of(conditions.shaped({"kind": typed["kind"], "rows": typed["rows"]}))
    return body


@bp.post("/rollout/quests/<key>/remove")
@permission(PLAN, door=SESSION)
def remove_quest(key: str) -> ResponseReturnValue:
    """Take away a feature that was written here, or the words that one was given here."""
    quests.remove(begin_write(), key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    flash(gettext("Taken away. The journal keeps what it was."))
    return redirect(url_for("rollout.quest_list"), HTTPStatus.SEE_OTHER)
