"""The weekly letter about one's own week: what it says, decided from facts alone.

It compares somebody with nobody but themselves, names no colleague but who thanked them, and knows of no hint, flag or
score.  Quantities are ten-thousandths, days are local; weeks come oldest first, and the last one is told of.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from rules import lead as leads
from rules.digest.making import AVERAGED
from rules.digest.making import WEEK
from rules.digest.making import average
from rules.digest.record import Silent
from rules.digest.record import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.digest.facts import Open
    from rules.digest.facts import Titles
    from rules.incentive import Reward

WEEKS = AVERAGED + 1
SOON = 10  # days within which what is ready runs out
SHOWN = 3  # records, and lines of each list
NEAR = 70  # per cent of a goal at which it is near
FULL = 100


@dataclass(frozen=True, slots=True)
class Offer:
    """What an incentive is called, what it earns, and the records that are one step from counting for it."""

    title: Titles
    rewards: Sequence[Reward]
    open: Open | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """An award: its name in addresses, its incentive's title, the reward or those to choose among, how it stands.

    ``until`` is the last day on which it can be used; ``fresh``: it was granted since the week began; ``times`` counts
    those that read the same.
    """

    name: str
    title: Titles
    rewards: Sequence[Reward]
    status: str  # choosing, issued, …
    until: int | None = None
    fresh: bool = False
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that a letter may speak of.

    ``work`` is the main metric by week, ``days`` the working days of these weeks and ``away`` those of them on which
    they were away.  ``begun`` is the first day from which anything can have been counted (``None``: nothing ever was).
    ``state`` is what Home decides by, ``offers`` are the incentives of its goals, ``waiting`` the rewards of which it
    says that they wait.  ``late`` is for how many hours data is late, ``stale`` that it is so late that a letter would
    mislead; ``said`` is the last suggestion.
    """

    week: int
    today: int
    metric: Titles
    work: Sequence[int]
    days: Sequence[int]
    away: Sequence[int]
    begun: int | None
    state: leads.Week
    offers: Mapping[str, Offer]
    waiting: Sequence[Reward] = ()
    away_until: int | None = None
    earned: Sequence[Earned] = ()
    thanked_by: Sequence[str] = ()
    late: int | None = None
    stale: bool = False
    as_of: int | None = None  # UTC microseconds
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What somebody did in the week, and in an average one of the four before (``None``: nothing to compare with).

    ``away`` of the ``days`` of the week they were away.
    """

    now: int
    average: int | None
    days: int
    away: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWeek:
    """A letter.  A ``quiet`` one has its lead and a sentence; in an ``away`` one nothing is counted at all."""

    week: int
    metric: Titles
    form: str  # full, quiet, away
    lead: leads.Lead
    offer: Offer | None
    waiting: Sequence[Reward]
    away_until: int | None
    done: Done | None = None
    earned: tuple[Earned, ...] = ()
    choose: tuple[Earned, ...] = ()
    soon: tuple[Earned, ...] = ()
    thanks: tuple[str, ...] = ()
    suggestion: Suggestion | None = None
    late: int | None = None
    as_of: int | None = None

    @property
    def goal(self) -> leads.Goal | None:
        """The incentive of which the next step is told, where something can be done for it."""
        return self.lead.goal if self.lead.goal is not None and self.lead.goal.open and self.offer else None


def make(facts: Facts) -> MyWeek | Silent:
    """Decide what a letter says, or that there is none."""
    if facts.begun is None or facts.begun >= facts.week + WEEK:
        return Silent("unbegun")
    if facts.stale:
        return Silent("stale")
    found = leads.lead(facts.state)
    choose = tuple(one for one in facts.earned if one.status == "choosing")
    soon = tuple(sorted((one for one in facts.earned if _soon(one, facts.today)), key=lambda it: (it.until, it.name)))
    earned = _together(one for one in facts.earned if one.fresh and one.status != "choosing")
    away = facts.days[-1] > 0 and facts.away[-1] >= facts.days[-1] and not facts.work[-1]
    told = facts.work[-1] or earned or choose or soon or facts.thanked_by
    offer = facts.offers.get(found.goal.key) if found.goal else None
    full = bool(told) and not away
    return MyWeek(
        week=facts.week,
        metric=facts.metric,
        form="away" if away else "full" if full else "quiet",
        lead=found,
        offer=offer,
        waiting=facts.waiting,
        away_until=facts.away_until,
        done=_done(facts) if full and facts.work[-1] else None,
        earned=() if away else earned,
        choose=choose,
        soon=soon,
        thanks=tuple(facts.thanked_by),
        suggestion=_suggest(facts, found, offer, choose, soon) if full else None,
        late=facts.late,
        as_of=facts.as_of,
    )


def _together(found: Iterable[Earned]) -> tuple[Earned, ...]:
    """Return what was awarded, each once with how often: the same reward for the same incentive reads the same."""
    lines: dict[tuple[str, tuple[str, ...]], Earned] = {}
    for one in found:
        key = (str(sorted(one.title.items())), tuple(reward.key for reward in one.rewards))
        lines[key] = replace(lines[key], times=lines[key].times + 1) if key in lines else one
    return tuple(lines.values())


def _soon(one: Earned, today: int) -> bool:
    """Say whether something that is ready runs out within days."""
    return one.status == "issued" and one.until is not None and today <= one.until <= today + SOON


def _done(facts: Facts) -> Done:
    """Compare the week with the four before, without those before the beginning and those spent away."""
    earlier = [
        work
        for back, (work, days, away) in enumerate(
            zip(facts.work[-2::-1], facts.days[-2::-1], facts.away[-2::-1], strict=True), start=1
        )
        if facts.begun is not None and facts.begun < facts.week - WEEK * (back - 1) and (work or away < days)
    ]
    return Done(facts.work[-1], average(earlier), facts.days[-1], facts.away[-1])


def _suggest(
    facts: Facts, found: leads.Lead, offer: Offer | None, choose: Sequence[Earned], soon: Sequence[Earned]
) -> Suggestion:
    """Return the first suggestion that fits, other than the one of the letter before."""
    return next(one for one in _fitting(found, offer, choose, soon) if one.name != facts.said)


def _fitting(
    found: leads.Lead, offer: Offer | None, choose: Sequence[Earned], soon: Sequence[Earned]
) -> Iterator[Suggestion]:
    """Yield what fits, the most concrete first; the last two always do."""
    goal = found.goal
    if offer is not None and offer.open is not None:
        yield Suggestion("finish-one", len(offer.open.records), offer.open.title)
    if goal is not None and goal.open and not goal.streak and goal.have * FULL >= goal.target * NEAR:
        yield Suggestion("last-step", title=offer.title if offer else None)
    if choose:
        yield Suggestion("choose", len(choose))
    if soon:
        yield Suggestion("use", len(soon))
    yield Suggestion("at-once")
    yield Suggestion("ten-minutes")
