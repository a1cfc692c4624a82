"""What awards are worth: certain where there is one reward, a range and a likely amount where holders choose."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from rules.trial.model import Earned
from rules.trial.model import Share
from rules.trial.model import Worth
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.incentive import Reward
    from rules.trial.model import Offer

POINTS, MINUTES = "points", "minutes"


def of_one(reward: Reward | None) -> dict[str, int]:
    """Return what one piece of a reward is worth, by unit, in ten-thousandths: what it costs, or what it pays."""
    if reward is None:
        return {}
    found: dict[str, int] = {}
    if reward.costs is not None and reward.currency:
        found[reward.currency] = _units(reward.costs)
    unit = {"points": POINTS, "time_off": MINUTES, "money": reward.currency or ""}.get(reward.kind)
    if unit is not None and reward.amount is not None:
        found.setdefault(unit, _units(reward.amount))  # money costs what it pays, unless the book says more
    return {unit: amount for unit, amount in found.items() if amount}


def _units(amount: Decimal) -> int:
    return int((amount * UNIT).to_integral_value(rounding=ROUND_HALF_UP))


class Prices:
    """What awards of each offer are worth by one book, and how people choose among the rewards of an offer."""

    def __init__(self, rewards: Mapping[str, Reward], shares: Iterable[Share]) -> None:
        """Take the rewards of a book and how often each was chosen so far."""
        self._pieces = {key: of_one(reward) for key, reward in rewards.items()}
        self._chosen = {(one.offer, one.reward): Fraction(one.chosen, one.of) for one in shares if one.of}
        self._priced: dict[Offer, tuple[tuple[str, int, int, Fraction], ...]] = {}

    def share(self, offer: Offer, reward: str) -> Fraction:
        """Return which part of the awards of an offer become this reward; equal parts where nobody has chosen yet."""
        if any(found == offer for found, _ in self._chosen):
            return self._chosen.get((offer, reward), Fraction(0))
        return Fraction(1, len(offer))

    def earned(self, awards: Mapping[Offer, int]) -> Earned:
        """Return what so many awards of each offer are worth; rounded once, half up."""
        sums: dict[str, tuple[int, int, Fraction]] = defaultdict(lambda: (0, 0, Fraction(0)))
        for offer, count in sorted(awards.items()):
            for unit, least, most, likely in self._of(offer):
                had = sums[unit]
                sums[unit] = had[0] + count * least, had[1] + count * most, had[2] + count * likely
        worth = (Worth(unit, least, most, half_up(likely)) for unit, (least, most, likely) in sorted(sums.items()))
        return Earned(sum(awards.values()), tuple(worth))

    def pieces(self, awards: Mapping[Offer, int], reward: str) -> tuple[int, int, int]:
        """Return how many awards become this reward: at least, at most, likely."""
        sure = sum(count for offer, count in awards.items() if offer == (reward,))
        free = {offer: count for offer, count in awards.items() if len(offer) > 1 and reward in offer}
        likely = half_up(sum((count * self.share(offer, reward) for offer, count in free.items()), Fraction(sure)))
        return sure, sure + sum(free.values()), likely

    def price(self, reward: str, unit: str) -> int:
        """Return what a piece is worth in a unit; without a unit, one piece."""
        return self._pieces.get(reward, {}).get(unit, 0) if unit else UNIT

    def _of(self, offer: Offer) -> tuple[tuple[str, int, int, Fraction], ...]:
        """Return unit, least, most and likely worth of one award."""
        if offer not in self._priced:
            pieces = [self._pieces.get(reward, {}) for reward in offer]
            units = sorted({unit for piece in pieces for unit in piece})
            self._priced[offer] = tuple(
                (
                    unit,
                    min(piece.get(unit, 0) for piece in pieces),
                    max(piece.get(unit, 0) for piece in pieces),
                    sum(
                        (self.share(offer, r) * p.get(unit, 0) for r, p in zip(offer, pieces, strict=True)), Fraction(0)
                    ),
                )
                for unit in units
            )
        return self._priced[offer]


def half_up(value: Fraction) -> int:
    """Round to the nearest whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def shares(chosen: Mapping[tuple[Offer, str], int], offers: Sequence[Offer]) -> tuple[Share, ...]:
    """Return how often each reward of these offers was chosen, where there is a choice."""
    found = []
    for offer in sorted({offer for offer in offers if len(offer) > 1}):
        counts = [chosen.get((offer, reward), 0) for reward in offer]
        found += [Share(offer, reward, count, sum(counts)) for reward, count in zip(offer, counts, strict=True)]
    return tuple(found)
