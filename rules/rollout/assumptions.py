"""What nobody can count is assumed: minutes, shares and days, each as low, middle and high, to be changed by HR.

Every default is the judgement of the authors, not a finding; whoever has timed it in their own house should say so.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

PARTS = ("low", "middle", "high")
MINUTES, PERCENT, DAYS = "minutes", "percent", "days"


class Assumed(NamedTuple):
    """How little, how much, and how much at most: ten-thousandths of a unit."""

    low: int
    middle: int
    high: int


class Assumption(NamedTuple):
    """Something that is assumed: its unit, what stands for it until somebody says otherwise, and its bounds.

    One that is ``single`` has a middle alone, in whole units: low and high are the same.
    """

    key: str
    unit: str
    usual: Assumed
    least: int
    most: int
    single: bool = False


def _usual(*whole: str) -> Assumed:
    low, middle, high = (int(Decimal(one) * UNIT) for one in whole)
    return Assumed(low, middle, high)


ASSUMPTIONS: tuple[Assumption, ...] = (
    Assumption("double-entry", MINUTES, _usual("0.5", "1", "2"), 0, 60 * UNIT),  # to type one thing a second time
    Assumption("elsewhere", PERCENT, _usual("25", "50", "75"), 0, 100 * UNIT),  # of it was written in a sheet before
    Assumption("look-up", MINUTES, _usual("1", "3", "6"), 0, 120 * UNIT),  # of searching and asking, a day of use
    Assumption("report", MINUTES, _usual("5", "10", "20"), 0, 600 * UNIT),  # of putting figures together, a week of use
    Assumption("learning", MINUTES, _usual("120", "240", "480"), 0, 6_000 * UNIT),  # of a person, once
    Assumption("help", MINUTES, _usual("30", "60", "120"), 0, 2_400 * UNIT),  # of whoever cares for a wave, a week
    Assumption("again", DAYS, _usual("180", "180", "180"), 7 * UNIT, 1_095 * UNIT, single=True),  # to buy again
)
BY_KEY: Mapping[str, Assumption] = {one.key: one for one in ASSUMPTIONS}
USUAL: Mapping[str, Assumed] = {one.key: one.usual for one in ASSUMPTIONS}
BEYOND, FALLS, BROKEN = "beyond", "falls", "broken"  # out of bounds; less than the one before; no whole number


def fault(about: Assumption, given: Assumed) -> tuple[str, str] | None:
    """Return which part is wrong and how; ``None`` where all are well."""
    for name, value in zip(PARTS, given, strict=True):
        if not about.least <= value <= about.most:
            return "middle" if about.single else name, BEYOND
        if about.single and value % UNIT:
            return "middle", BROKEN
    if given.middle < given.low:
        return "middle", FALLS
    return ("high", FALLS) if given.high < given.middle else None
