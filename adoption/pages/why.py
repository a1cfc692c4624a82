"""Why, and why not yet: an award, an incentive, a record."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from flask import Blueprint
from flask import redirect
from flask import render_template
from flask import request
from flask import url_for

from adoption import auth
from adoption import clock
from adoption import explain
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import records
from adoption import telling
from adoption.auth import SESSION
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.pages import drawing
from adoption.pages import stories
from rules import lead
from rules import period
from rules import wording

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

    from adoption.explain import GoalView

bp: Blueprint = Blueprint("why", __name__)

SHOWN = 12  # activities that are shown at once
FOUND = 20  # records that a search shows
QUERY = 100  # characters of a search


@bp.get("/awards/<id>/why")
@permission("awards:read", door=SESSION)
def award(id: str) -> ResponseReturnValue:  # a word of the API
    """Explain an award: what was counted, the arithmetic, the rule, and what was taken back since."""
    holder = explain.award_key(id).holder
    holders.check(holder, "awards:read")
    with facts.held():
        return _award(id, holder)


def _award(id: str, holder: int) -> str:  # likewise
    found = explain.why(id, language=languages.current().code)
    kind, first = period.parse(found.award.period)
    gone = explain.taken_back(holder, first, period.end(kind, first)) if kind != "ever" else []
    cards = records.cards([*(one.subject for one in found.activities), *(one.record for one in gone)])
    me = auth.caller().participant
    return render_template(
        "why/award.html",
        found=found,
        said=stories.award_said(found.award),
        whose=None if holder == me else stories.holder_name(holder),
        mine=holder == me,
        counted=[stories.counted(one, cards, holder) for one in found.activities if one.units],
        gone=[stories.gone(one, cards, holder) for one in gone],
        shown=SHOWN,
        use=drawing.reward_address(id) if holder == me and found.award.status in stories.USABLE else None,
        period=telling.period(found.award.period),
        waits_more=telling.waits_more(found.award.waits, found.award.before),
        limits=wording.limits(found.award.rewards, languages.current().code),
        **drawing.HELPERS,
    )


@bp.get("/incentives/<key>/why-not-yet")
@permission("progress:read", door=SESSION)
def not_yet(key: str) -> ResponseReturnValue:
    """Tell how far one is with an incentive, by which rule, and what is missing on which record."""
    with facts.held():
        return _not_yet(key, _today())


def _not_yet(key: str, day: int) -> str:
    code = languages.current().code
    view = explain.goal(auth.caller().participant or 0, key, day, language=code)
    lacking = explain.lacking(view, day, stories.named(view.holder), language=code)
    cards = records.cards(one.record for one in lacking)
    return render_template(
        "why/not_yet.html",
        view=view,
        said=_gap(view),
        near=[stories.near(one, cards) for one in lacking],
        period=telling.period(period.text(view.goal.per, view.first)),
        limits=wording.limits(view.rewards, code),
        **drawing.HELPERS,
    )


def _gap(view: GoalView) -> str:
    """Say how far it is, where there is a way to go."""
    if not view.goal.open or view.goal.target <= view.goal.have:
        return view.missing
    told = telling.Told(title=view.title, rewards=view.rewards)
    return telling.lead(lead.Lead(lead.Situation.MORE, view.goal), told)


@bp.get("/records/<path:record>")
@permission("progress:read", door=SESSION)
def record(record: str) -> ResponseReturnValue:
    """Tell the story of a record: what met its needs, what it still lacks, and what counted."""
    with facts.held():
        return _record(record)


def _record(record: str) -> str:
    found = explain.record(record, language=languages.current().code)
    if not stories.may_read(found):
        raise NotFoundError  # as if it were unknown: nobody learns which records there are
    card = records.cards([record])[record]
    return render_template(
        "why/record.html",
        card=card,
        name=telling.record(card),
        said=stories.record_said(found, telling.record(card)),
        milestones=[stories.milestone(one) for one in found.milestones],
        acts=[stories.act(one) for one in found.acts],
        shown=SHOWN,
        **drawing.HELPERS,
    )


@bp.get("/records")
@permission("progress:read", door=SESSION)
def search() -> ResponseReturnValue:
    """Look for one of one's records by its name; the only one that is found says at once why it does not count."""
    asked = " ".join(request.args.get("q", "").split())[:QUERY]
    with facts.held():
        return _search(asked)


def _search(asked: str) -> ResponseReturnValue:
    who = auth.caller()
    mine = explain.records_of(who.participant or 0, _today()) if who.participant else []
    if "/" in asked and (asked in mine or who.reach("progress:read") is auth.ALL):
        return redirect(url_for("why.record", record=asked))
    cards = records.cards(mine)
    hits = [card for card in map(cards.__getitem__, mine) if _matches(card, asked)]
    shown: dict[str, Any] = {"asked": asked, "hits": [(telling.record(card), card) for card in hits[:FOUND]]}
    if asked and len(hits) == 1:
        story = explain.record(hits[0].record, language=languages.current().code)
        shown["said"] = stories.record_said(story, telling.record(hits[0]))
    return render_template("why/search.html", **shown, more=len(hits) > FOUND, **drawing.HELPERS)


def _matches(card: records.Card, asked: str) -> bool:
    wanted = asked.casefold()
    texts = (card.name, card.company, card.record, telling.record(card))
    return any(text is not None and wanted in text.casefold() for text in texts)


def _today() -> int:
    return facts.current().today(clock.now())
