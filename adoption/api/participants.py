"""Show participants their progress and awards, and why."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from adoption import explain
from adoption import facts
from adoption import holders
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.schemas import AwardSchema
from adoption.schemas import PeriodQuery
from adoption.schemas import ProgressSchema
from adoption.schemas import WhyNotSchema
from adoption.schemas import WhySchema
from rules import period

if TYPE_CHECKING:
    from adoption.explain import AwardLine
    from adoption.explain import Counted
    from adoption.explain import ProgressLine
    from adoption.explain import Why
    from adoption.explain import WhyNot

bp: Blueprint = Blueprint("participants", __name__, description="Progress, awards, and why")
_EMAIL = {"name": "email", "in": "path", "description": "Their e-mail address", "schema": {"type": "string"}}


@bp.route("/participants/<email>/progress", parameters=[_EMAIL])
@bp.arguments(PeriodQuery, location="query")
@bp.response(200, ProgressSchema(many=True))
@permission("progress:read")
def progress(query: dict[str, Any], email: str) -> list[ProgressLine]:
    """Show how far a participant is towards each incentive.

    A past period is shown as it ended.
    """
    holder = holders.visible(email, "progress:read")
    return explain.progress(holder, _day(query))


@bp.route("/participants/<email>/awards", parameters=[_EMAIL])
@bp.response(200, AwardSchema(many=True))
@permission("awards:read")
def awards(email: str) -> list[AwardLine]:
    """List a participant's awards, the newest first."""
    return explain.awards_of(holders.visible(email, "awards:read"))


@bp.route("/participants/<email>/incentives/<key>/why-not-yet", parameters=[_EMAIL])
@bp.arguments(PeriodQuery, location="query")
@bp.response(200, WhyNotSchema)
@permission("progress:read")
def why_not_yet(query: dict[str, Any], email: str, key: str) -> WhyNot:
    """Tell what is missing for the next award: the first thing, in words, and on which records."""
    holder = holders.visible(email, "progress:read")
    return explain.why_not_yet(holder, key, _day(query), named=partial(holders.knows, "progress:read", holder))


@bp.route("/awards/<id>/why")
@bp.response(200, WhySchema)
@permission("awards:read")
def why(id: str) -> Why:  # a word of the API
    """Explain an award: the rule that was in force, the arithmetic, and the activities.

    Of a team's award an activity of a colleague's has neither id nor record.
    """
    holder = explain.award_key(id).holder
    holders.check(holder, "awards:read")
    found = explain.why(id)
    return replace(found, activities=[_told(holder, one) for one in found.activities])


def _told(holder: int, one: Counted) -> Counted:
    """Leave out which record it was, and the id that would tell, where that is a colleague's."""
    return one if holders.knows("awards:read", holder, one.who) else replace(one, id=None, subject=None)


def _day(query: dict[str, Any]) -> int:
    """Return the day that stands for the period asked for: today in the running one, else its last."""
    today = holders.today(facts.current())
    if "period" not in query:
        return today
    kind: str
    first: int
    kind, first = query["period"]
    return min(max(today, first), period.end(kind, first) - 1)
