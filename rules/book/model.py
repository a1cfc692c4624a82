"""What a book holds."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.bonus import Plan
    from rules.incentive import Incentive
    from rules.incentive import Reward
    from rules.metric import Metric
    from rules.milestone import Milestone


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A leaderboard: a metric, a kind of period, and whose tallies it ranks."""

    key: str
    metric: str
    per: str = "week"
    holder: str = "participant"
    top: int = 10
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """All definitions that one book holds, by key."""

    milestones: Mapping[str, Milestone]
    metrics: Mapping[str, Metric]
    rewards: Mapping[str, Reward]
    incentives: Mapping[str, Incentive]
    boards: Mapping[str, Board]
    plans: Mapping[str, Plan] = field(default_factory=dict)
