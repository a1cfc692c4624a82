"""Divide a whole among people so that the parts add up to it, by the largest remainder.

Each gets the whole cents of their exact part; the cents that are left go to those whose part lost most by that,
equals by their order.  (Hamilton's method.)
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

from rules.bonus.exact import money_text
from rules.bonus.exact import text

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of a whole: own weight of all weights, and the left-over cents that came to them.

    It is all that is needed to work the part out again without knowing the others.
    """

    own: Fraction
    total: Fraction
    extra: int = 0

    def of(self, whole: int) -> int:
        """Return the part of a whole, in cents."""
        if not self.total:
            return 0
        return _floor(whole * self.own / self.total) + self.extra

    def formula(self, whole: int) -> str:
        """Write how the part of a whole comes about."""
        extra = " + 0.01" if self.extra else ""
        return f"{money_text(whole)} × {text(self.own)} ÷ {text(self.total)}{extra}"


def divide(whole: int, weights: Sequence[Fraction]) -> list[Share]:
    """Divide cents by weights (none negative); the parts add up to the whole, unless nobody has any weight.

    A whole below zero is divided like the same above, with the sign turned.
    """
    total = sum(weights, Fraction(0))
    if not total:
        return [Share(weight, total) for weight in weights]
    together = lcm(*{weight.denominator for weight in weights})  # whole numbers from here on: there may be 100,000
    parts = [weight.numerator * (together // weight.denominator) for weight in weights]
    among = sum(parts)
    divided = [divmod(whole * part, among) for part in parts]
    left = whole - sum(floor for floor, _ in divided)
    order = sorted(range(len(weights)), key=lambda place: (-divided[place][1], place))
    lucky = set(order[:left])
    return [Share(weight, total, int(place in lucky)) for place, weight in enumerate(weights)]


def by_rank(values: Sequence[Fraction], weights: Sequence[Fraction]) -> list[Fraction]:
    """Return everybody's weight by rank, the highest value first; equals share the weights of their places evenly.

    Places beyond the table weigh nothing.
    """
    order = sorted(range(len(values)), key=lambda place: (-values[place], place))
    given = [Fraction(0)] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end < len(order) and values[order[end]] == values[order[at]]:
            end += 1
        together = sum(weights[at:end], Fraction(0)) / (end - at)
        for place in order[at:end]:
            given[place] = together
        at = end
    return given


def _floor(value: Fraction) -> int:
    return value.numerator // value.denominator
