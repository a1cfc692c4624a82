"""What a book promises in money each month at most, and what another book promises beyond that.

A reward that costs money promises its budget, turned into a month's; without a budget that ends it its stock, at once;
without either, what everybody could earn within the limits of the incentives that earn it.  docs/decisions/drafts.md.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.book.lint import is_unlimited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.book.model import Book

# How often a period begins in a month of 365/12 days; what is promised once is promised at once.
MONTHLY: Mapping[str, Fraction] = {
    "day": Fraction(365, 12),
    "week": Fraction(365, 84),
    "month": Fraction(1),
    "quarter": Fraction(1, 3),
    "year": Fraction(1, 12),
    "ever": Fraction(1),
}


class Promise(NamedTuple):
    """What a reward may cost in a month, before and after a change."""

    reward: str
    currency: str
    before: Fraction
    after: Fraction

    @property
    def more(self) -> Fraction:
        """What the change adds."""
        return max(Fraction(0), self.after - self.before)


def promised(book: Book, people: int, teams: int) -> dict[str, Fraction]:
    """Return what each reward that something earns may cost in a month; ``people`` and ``teams`` take part.

    What has no limit at all is not in it: ``unlimited`` names it.
    """
    found: dict[str, Fraction] = defaultdict(Fraction)
    for incentive in book.incentives.values():
        heads = teams if incentive.holder == "team" else people
        for key in incentive.earns:
            reward = book.rewards[key]
            if reward.costs is None:
                continue
            if reward.budget is not None and reward.budget.when_spent != "continue":
                found[key] = Fraction(reward.budget.amount) * MONTHLY[reward.budget.per]
            elif reward.stock is not None:
                found[key] = Fraction(reward.costs) * reward.stock
            elif not is_unlimited(incentive, book):
                found[key] += Fraction(reward.costs) * incentive.limit * MONTHLY[incentive.per] * heads
    return dict(found)


def newly(before: Book, after: Book, people: int, teams: int) -> tuple[Promise, ...]:
    """Return the rewards of which the second book promises more than the first.

    A reward in another currency than before is promised anew.
    """
    old, new = promised(before, people, teams), promised(after, people, teams)
    found = []
    for key, amount in new.items():
        currency = after.rewards[key].currency or ""
        known = key in old and before.rewards[key].currency == currency
        promise = Promise(key, currency, old[key] if known else Fraction(0), amount)
        if promise.more:
            found.append(promise)
    return tuple(found)


def unlimited(before: Book, after: Book) -> tuple[str, ...]:
    """Return the incentives that have no limit and were not promised like that before."""
    return tuple(
        key
        for key, incentive in after.incentives.items()
        if is_unlimited(incentive, after)
        and (
            before.incentives.get(key) != incentive
            or any(before.rewards.get(name) != after.rewards[name] for name in incentive.earns)
        )
    )
