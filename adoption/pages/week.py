"""Everything that "My week" shows, gathered: a constant number of queries, whatever there is to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import clock
from adoption import explain
from adoption import facts
from adoption import feed
from adoption import languages
from adoption import records
from adoption import rewards
from adoption import telling
from adoption.pages import comparing
from adoption.pages import stories
from adoption.pages import today as days
from rules import lead as leads
from rules import period

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Sequence

    from adoption.explain import AwardLine
    from adoption.explain import GoalView
    from adoption.facts import Known
    from adoption.feed import Feed
    from adoption.pages.comparing import Comparison
    from adoption.pages.stories import Near
    from adoption.pages.today import Line
    from adoption.rewards import Item
    from rules.incentive import Reward

LINES = 10  # of today
NEAR = 6  # open records that are shown at once
HAND = 2  # rewards at hand that are shown
RECENT = 7  # days after its period for which an award is news
FAR = 366  # days: an absence that ends later has no end worth telling
AT_HOME = ("employee", "manager")  # roles of people who work in the CRM, whether or not anything is known of them yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What is shown of somebody's week.  ``near_of`` is the goal towards which the open records count."""

    said: str
    situation: leads.Situation
    goal: GoalView | None
    others: Sequence[GoalView]
    near: Sequence[Near]
    near_of: GoalView | None
    hand: Sequence[Item]
    lines: Sequence[Line]
    comparison: Comparison | None
    counted: bool
    late: str | None


class _Gathered(NamedTuple):
    """What the decision and the words are made of."""

    known: Known
    day: int
    now: int
    goals: list[GoalView]
    awards: list[AwardLine]
    hand: list[Item]
    deeds: list[explain.Deed]
    fed: Feed


def works_here(who: int, roles: Collection[str]) -> bool:
    """Say whether somebody works in the CRM, as far as we know; the others have another home."""
    known = facts.current()
    return any(role in AT_HOME for role in roles) or who in known.memberships or who in known.identities.values()


def of(who: int, now: int | None = None) -> Week:
    """Gather somebody's week in the current language, at a moment in UTC microseconds."""
    with facts.held():
        return _week(who, clock.now() if now is None else now)


def _week(who: int, moment: int) -> Week:
    found = _gathered(who, moment)
    goals = {view.key: view for view in found.goals}
    ordered = [goals[one.key] for one in leads.in_order(view.goal for view in found.goals)]
    comparison = comparing.of(found.known, who, found.day, moment)
    counted = _counted(found, comparison)
    decided = _decided(found, who, comparison, counted=counted)
    near_of = next((view for view in ordered if view.goal.own and view.goal.open and view.records), None)
    code = languages.current().code
    lacking = explain.lacking(near_of, found.day, stories.named(near_of.holder), language=code) if near_of else []
    lines = days.lines(found.known, found.day, found.deeds, found.awards, _gone(who, found.day))
    cards = records.cards([*(one.record for one in lacking), *(line.record for line in lines[:LINES])])
    return Week(
        said=telling.lead(decided, _told(found, who, goals.get(decided.goal.key) if decided.goal else None)),
        situation=decided.situation,
        goal=ordered[0] if ordered else None,
        others=ordered[1:],
        near=[stories.near(one, cards) for one in lacking],
        near_of=near_of,
        hand=found.hand,
        lines=days.named(lines[:LINES], cards) + lines[LINES:],
        comparison=comparison,
        counted=counted,
        late=telling.late(found.fed.late) if found.fed.late else None,
    )


def whole_day(who: int, now: int | None = None) -> list[Line]:
    """Return everything of today."""
    with facts.held():
        found = _gathered(who, clock.now() if now is None else now)
        lines = days.lines(found.known, found.day, found.deeds, found.awards, _gone(who, found.day))
        return days.named(lines, records.cards(line.record for line in lines))


def _gathered(who: int, now: int) -> _Gathered:
    known = facts.current()
    day = known.today(now)
    code = languages.current().code
    since = period.microseconds(datetime.fromordinal(day).replace(tzinfo=known.zone))
    awards = explain.awards_lately(who, since, language=code)
    return _Gathered(
        known=known,
        day=day,
        now=now,
        goals=[one for one in explain.goals(who, day, language=code) if one.goal.open or one.goal.earned or one.paused],
        awards=[one for one in awards if _ended(one) > day - RECENT],
        hand=[one for one in rewards.ready([who], now, language=code) if one.status in {"choosing", "issued"}],
        deeds=explain.counted_on(who, day, language=code),
        fed=feed.state(now),
    )


def _ended(award: AwardLine) -> int:
    """Return the first day after an award's period."""
    return period.end(*period.parse(award.period))


def _gone(who: int, day: int) -> list[explain.Withdrawn]:
    """Return what was taken back of this week and the last."""
    return explain.taken_back(who, period.start("week", day) - 7, day + 1)


def _counted(found: _Gathered, comparison: Comparison | None) -> bool:
    """Say whether anything is counted this week."""
    weekly = any(one.goal.have for one in found.goals if one.goal.own and one.goal.per in {"day", "week"})
    return weekly or bool(found.deeds) or bool(comparison and comparison.mine.now)


def _choosing(found: _Gathered) -> AwardLine | None:
    """Return an award of a running period whose reward is still to be chosen."""
    return next((one for one in found.awards if one.status == "choosing" and _ended(one) > found.day), None)


def _ready(found: _Gathered) -> Reward | None:
    return next((one.reward for one in found.hand if one.status == "issued" and one.reward), None)


def _decided(found: _Gathered, who: int, comparison: Comparison | None, *, counted: bool) -> leads.Lead:
    begun = counted or any(one.goal.have or one.goal.earned for one in found.goals if one.goal.own)
    return leads.lead(
        leads.Week(
            goals=[one.goal for one in found.goals],
            away=_away(found.known, who, found.day) is not None,
            late=found.fed.late is not None,
            begun=begun or bool(found.hand) or bool(comparison and comparison.mine.before),
            counted=counted,
            choosing=_choosing(found) is not None,
            ready=_ready(found) is not None,
        )
    )


def _away(known: Known, who: int, day: int) -> int | None:
    """Return the first day after an absence that is going on; ``None`` for somebody who is not away."""
    spans: Sequence[tuple[int, int]] = known.absences.get(who, ())
    return max((ends for starts, ends in spans if starts <= day < ends), default=None)


def _told(found: _Gathered, who: int, view: GoalView | None) -> telling.Told:
    choosing, ready = _choosing(found), _ready(found)
    ends = _away(found.known, who, found.day)
    return telling.Told(
        title=view.title if view else "",
        rewards=view.rewards if view else (),
        waiting=choosing.rewards if choosing else (ready,) if ready else (),
        away_until=ends - 1 if ends is not None and ends < found.day + FAR else None,
        late=found.fed.late,
    )
