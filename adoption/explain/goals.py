"""What somebody may earn now, as a page shows it: how far, what for, and by which rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from adoption import facts
from adoption.errors import NotFoundError
from adoption.explain import ahead
from adoption.explain import rulings
from rules import period
from rules import wording
from rules.lead import Goal
from rules.value import UNIT

if TYPE_CHECKING:
    from adoption.explain.ahead import Standing
    from adoption.explain.open_records import Named
    from adoption.explain.views import OpenRecord
    from adoption.facts import Known
    from rules.incentive import Reward


@dataclass(frozen=True, slots=True)
class GoalView:
    """An incentive, and how its holder stands with it in the running period.

    ``title`` and ``metric`` are titles in the reader's language, ``sentence`` is the rule.  ``limit`` is how often it
    can be earned in the period (``None``: as often as one likes).  ``records`` says whether it counts finished records.
    """

    goal: Goal
    holder: int
    title: str
    metric: str
    measure: str
    sentence: str
    missing: str
    first: int
    limit: int | None
    rewards: tuple[Reward, ...]
    offered: bool
    records: bool
    paused: int | None = None  # the local day since which the incentive is stopped

    @property
    def key(self) -> str:
        """The incentive's key."""
        return self.goal.key

    @property
    def countable(self) -> bool:
        """Whether the tally counts things one by one, so that each can be drawn."""
        return self.measure != "sum" and not (self.goal.have % UNIT or self.goal.target % UNIT)


def goals(who: int, day: int, *, language: str = "en") -> list[GoalView]:
    """Return what a participant, and the team they are in, may earn on a local day; in the book's order.

    Two queries, and one team: of somebody in several teams the one with the smallest number.
    """
    known = facts.current()
    teams = known.teams_on(who, day)
    holders = [who, *(-team for team in teams[:1])]
    found = [view(known, one, who, holder, day, language)
             for holder in holders for one in ahead.standings(known, holder, day)]  # fmt: skip  # one line each
    return sorted(found, key=lambda one: (one.goal.order, one.goal.key))


def goal(who: int, key: str, day: int, *, language: str = "en") -> GoalView:
    """Return how a participant, or their team if that is whose it is, stands with one incentive on a local day.

    Raises:
        NotFoundError: there is no such incentive, or it is for teams and they are in none.
    """
    known = facts.current()
    holder = _holder(known, who, key, day)
    return view(known, ahead.standing_with(known, holder, key, day), who, holder, day, language)


def lacking(view: GoalView, day: int, named: Named, *, language: str = "en") -> list[OpenRecord]:
    """Return the open records that would count towards a goal, the nearest first, and what each lacks.

    ``named`` says whose records the reader may know of.
    """
    if not view.records:
        return []
    known = facts.current()
    standing = ahead.standing_with(known, view.holder, view.key, day)
    return ahead.lacking(known, standing, view.holder, day, language, named)


def _holder(known: Known, who: int, key: str, day: int) -> int:
    line = known.timelines.incentives.get(key)
    if not line or line[-1].body.holder != "team":
        return who
    teams = known.teams_on(who, day)
    if not teams:
        msg = f"{key[:80]!r} is for teams."
        raise NotFoundError(msg)
    return -teams[0]


def view(  # noqa: PLR0913, PLR0917  # the facts of one view
    known: Known, standing: Standing, who: int, holder: int, day: int, language: str
) -> GoalView:
    """Return how a holder stands as a page shows it; ``who`` is the reader's participant."""
    version = standing.reckoned.version
    incentive, metric = version.incentive, version.counted.metric
    aim = aim_of(known, standing, own=holder == who)
    return GoalView(
        goal=aim,
        holder=holder,
        title=wording.title_of(incentive, incentive.key, language),
        metric=wording.title_of(metric, metric.key, language),
        measure=metric.measure,
        sentence=rulings.sentence(known, version, language),
        missing=ahead.missing_of(standing, day, language),
        first=period.start(incentive.per, day),
        limit=1 if incentive.reach is not None else incentive.at_most,
        rewards=tuple(wording.rewards_of(incentive, known.book)),
        offered=standing.reckoned.offered,
        records=bool(version.counted.milestones),
        paused=standing.paused,
    )


def aim_of(known: Known, standing: Standing, *, own: bool) -> Goal:
    """Return how a holder stands with an incentive, as what comes first is decided by; no query."""
    incentive = standing.reckoned.version.incentive
    keys = list(known.book.incentives)
    return Goal(
        key=incentive.key,
        per=incentive.per,
        have=standing.tally,
        target=standing.target,
        step=incentive.every or standing.target,
        order=keys.index(incentive.key) if incentive.key in known.book.incentives else len(keys),
        earned=standing.reckoned.earlier + standing.reckoned.due,
        open=standing.open,
        resting=standing.rests,
        streak=incentive.in_a_row is not None,
        own=own,
    )
