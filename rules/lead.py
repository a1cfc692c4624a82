"""Which incentive is nearest, and the one thing to say first about somebody's week.

Home says it in a sentence; so may a letter or a screen for a team.  The words are ``adoption.telling``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence


class Situation(StrEnum):
    """What kind of week it is.  The first that holds, in this order, is what is said."""

    AWAY = "away"  # not at work today
    CHOOSE = "choose"  # something was earned this week, and what it is may still be chosen
    LATE = "late"  # nothing is counted this week, and the data is late
    FIRST = "first"  # nothing was ever counted
    AGAIN = "again"  # the nearest incentive was reached in this period, and can be once more
    MORE = "more"  # so much more is needed for the nearest incentive
    READY = "ready"  # nothing is left to earn now, and something earned waits to be used
    ALL = "all"  # everything that is offered now is earned
    NOTHING = "nothing"  # nothing is offered


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """How a holder stands with one incentive in its running period.

    ``have``, ``target`` and ``step`` (how far one award lies from the one before) are ten-thousandths; of a streak they
    count days.  ``order`` is the incentive's place in the book.
    """

    key: str
    per: str
    have: int
    target: int
    step: int
    order: int
    earned: int = 0  # awards due in this period
    open: bool = True  # something done in this period may still lead to an award
    resting: bool = False  # nothing more can be done for it today
    streak: bool = False
    own: bool = True  # the person's own, not the team's

    @property
    def more(self) -> int:
        """How much is missing for the next award."""
        return max(0, self.target - self.have)

    @property
    def left(self) -> Fraction:
        """Which part of the way to the next award is still ahead: 1 at its beginning, 0 at its end."""
        return Fraction(self.more, max(1, self.step))


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What is known about somebody's week."""

    goals: Sequence[Goal] = ()
    away: bool = False
    late: bool = False
    begun: bool = True  # something was counted at some time
    counted: bool = True  # something was counted this week
    choosing: bool = False  # something earned this week waits for a choice
    ready: bool = False  # something earned waits to be used


@dataclass(frozen=True, slots=True)
class Lead:
    """The situation, and the goal that it is about: the nearest, if any is offered."""

    situation: Situation
    goal: Goal | None

    @property
    def more(self) -> int:
        """How much is missing for the goal, in ten-thousandths (of a streak: of days)."""
        return self.goal.more if self.goal else 0


def nearest(goals: Iterable[Goal]) -> Goal | None:
    """Return the goal to show first, whatever the order in which they are given.

    One's own comes before the team's, one that is open before one that is done, one for which something can be done
    today before one that rests; among these the one with the smallest part of its way ahead, then the book's order.
    """
    return min(goals, key=_distance, default=None)


def in_order(goals: Iterable[Goal]) -> list[Goal]:
    """Return goals, the nearest first."""
    return sorted(goals, key=_distance)


def _distance(goal: Goal) -> tuple[bool, bool, bool, Fraction, int, str]:
    return (not goal.own, not goal.open, goal.resting, goal.left, goal.order, goal.key)


def lead(week: Week) -> Lead:
    """Decide what to say first."""
    goal = nearest(week.goals)
    return Lead(_situation(week, goal), goal)


def _situation(week: Week, goal: Goal | None) -> Situation:
    going = goal is not None and goal.open
    found = (
        (Situation.AWAY, week.away),
        (Situation.CHOOSE, week.choosing),
        (Situation.LATE, week.late and not week.counted),
        (Situation.FIRST, not week.begun and going),
        (Situation.AGAIN, going and goal is not None and goal.earned > 0),
        (Situation.MORE, going),
        (Situation.READY, week.ready),
        (Situation.ALL, goal is not None and goal.earned > 0),
    )
    return next((situation for situation, holds in found if holds), Situation.NOTHING)
