"""Budgets and stock: how many may still be issued, whose turn it is, and what happens beyond the end.

What is due never hangs on this; only whether an award is issued or waits.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from rules.incentive import Reward

Key = TypeVar("Key")


class Drawn(NamedTuple):
    """How many of a reward were issued: in one budget period, and in all."""

    period: int
    ever: int = 0


def limited(reward: Reward) -> bool:
    """Say whether it is counted how many of a reward were issued."""
    return reward.budget is not None or reward.stock is not None


def pieces(reward: Reward) -> int | None:
    """Return how many of a reward its budget pays for in one period; ``None`` without a budget.

    A budget counts what one costs; where nothing is said of that, it counts pieces.
    """
    if reward.budget is None:
        return None
    return int(reward.budget.amount // (reward.costs or 1))


def left(reward: Reward, drawn: Drawn, allowed: int = 0) -> int | None:
    """Return how many may be issued now; ``None``: as many as are due.  Negative if there are too many already.

    ``allowed`` is how many HR has allowed beyond the budget of the period.  What lies in stock ends, whatever a budget
    says.
    """
    limits = []
    paid = pieces(reward)
    if paid is not None and reward.budget is not None and reward.budget.when_spent != "continue":
        limits.append(paid + allowed - drawn.period)
    if reward.stock is not None:
        limits.append(reward.stock - drawn.ever)
    return min(limits, default=None)


def overspent(reward: Reward, drawn: Drawn) -> int:
    """Return how many were issued beyond the budget of a period."""
    paid = pieces(reward)
    return 0 if paid is None else max(0, drawn.period - paid)


def released(  # noqa: PLR0913  # a reward, who waits, and what limits them
    reward: Reward,
    line: Iterable[tuple[int, Key, int]],
    *,
    taken: Mapping[int, int],
    ever: int,
    allowed: Mapping[int, int],
    running: int,
) -> dict[Key, int]:
    """Choose who of a line (granted, key, first day of their own budget period) is issued now, the earliest first.

    Each draws on the budget of the period in which it was earned, else on that of the ``running`` one: what one month
    could not pay, the next one does.  Returns the first day of the budget period that pays, by key.
    """
    counts = Counter(dict(taken))
    chosen: dict[Key, int] = {}
    for _, key, own in sorted(line):
        for first in dict.fromkeys((own, max(own, running))):
            room = left(reward, Drawn(counts[first], ever), allowed.get(first, 0))
            if room is None or room >= 1:
                chosen[key] = first
                counts[first] += 1
                ever += 1
                break
    return chosen
