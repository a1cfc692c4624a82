"""What HR promises: a plan, its components, and the terms of each kind of component.

Every number is an exact fraction; amounts are in units of the plan's currency.  A *quantity* is a name under which an
input is given: a metric's key, ``figure.NAME`` for what HR uploads, ``award.REWARD`` for what incentives paid in
money.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING

from rules.incentive import Who

if TYPE_CHECKING:
    from collections.abc import Mapping

# The order in which a line comes about, fixed for every plan and printed with every line.
STAGES = ("credit", "gate", "tiers", "multiplier", "split", "proration", "cap", "floor", "paid", "rounding")
PERIODS = ("month", "quarter", "year")
FIGURE = "figure."
AWARD = "award."
EVERYBODY = Who()


@dataclass(frozen=True, slots=True)
class Tier:
    """From this credit on, this rate (or, of a step bonus, this amount)."""

    at: Fraction
    pays: Fraction


@dataclass(frozen=True, slots=True)
class Flat:
    """So much for each unit."""

    pays: Fraction


@dataclass(frozen=True, slots=True)
class Percent:
    """A part of a sum; ``rate`` 0.025 is 2.5 %."""

    rate: Fraction


@dataclass(frozen=True, slots=True)
class Marginal:
    """Each tier's rate holds for what lies within the tier."""

    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class Whole:
    """The rate of the tier that is reached holds for everything; ``boundary``: in which tier one right on it is."""

    tiers: tuple[Tier, ...]
    boundary: str = "upper"  # upper | lower


@dataclass(frozen=True, slots=True)
class Step:
    """An amount for reaching a mark: of several the highest, or all of them; once, or each time it is reached anew."""

    tiers: tuple[Tier, ...]
    stacked: bool = False
    every_time: bool = False


@dataclass(frozen=True, slots=True)
class PerN:
    """An amount for every full N; what is left over lapses, or is carried into the next period."""

    n: Fraction
    pays: Fraction
    carry: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A target amount for a target credit, by attainment (1 is the target).

    Nothing below ``threshold``; linear through ``points`` (attainment → part of the target amount; without any: the
    attainment itself up to 1); beyond the last point each further part counts ``accelerator`` times; none beyond
    ``cap``. ``target`` is a number, or the quantity that holds each person's own.
    """

    pays: Fraction
    target: Fraction | str
    threshold: Fraction = Fraction(0)
    points: tuple[Tier, ...] = ()
    accelerator: Fraction = Fraction(1)
    cap: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    """An amount that is shared among all participants of the plan: by units, by rank, or equally.

    ``amount`` is a number, or the quantity that holds it.  ``ranks``: the weights of the first places.
    """

    amount: Fraction | str
    by: str = "units"  # units | rank | equally
    ranks: tuple[Fraction, ...] = ()


@dataclass(frozen=True, slots=True)
class Awards:
    """What incentives paid in money, as it is."""


Terms = Flat | Percent | Marginal | Whole | Step | PerN | Curve | Pool | Awards


@dataclass(frozen=True, slots=True)
class Gate:
    """Everything counts if another quantity reaches a mark; else only this part of the credit does."""

    of: str
    at_least: Fraction
    otherwise: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Multiplier:
    """Times another quantity, held between two bounds."""

    of: str
    at_least: Fraction
    at_most: Fraction


@dataclass(frozen=True, slots=True)
class Caps:
    """At most: so much credit, so much pay for a unit of credit, so much pay."""

    credit: Fraction | None = None
    rate: Fraction | None = None
    pay: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a plan: what is credited, what that pays, and what holds it within bounds.

    ``share``: the pay is split among participants by weights that HR gives.  ``budget``: the pays of all participants
    together are at most this; beyond, each gets a part in proportion.  ``starts`` and ``ends`` are local days,
    half-open. ``basis`` "year": reckoned on the year so far, less what was paid before.
    """

    key: str
    of: str
    terms: Terms
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    gate: Gate | None = None
    multiplier: Multiplier | None = None
    share: bool = False
    caps: Caps = Caps()
    floor: Fraction | None = None
    budget: Fraction | None = None
    starts: int | None = None
    ends: int | None = None
    basis: str = "period"  # period | year
    prorate: bool = True

    def quantities(self) -> set[str]:
        """Return every quantity that the component asks for."""
        asked = {self.of, *(part.of for part in (self.gate, self.multiplier) if part is not None)}
        terms = self.terms
        if isinstance(terms, Curve) and isinstance(terms.target, str):
            asked.add(terms.target)
        if isinstance(terms, Pool) and isinstance(terms.amount, str):
            asked.add(terms.amount)
        return asked


@dataclass(frozen=True, slots=True)
class Prorate:
    """Who is there for a part of the period: by which days, and whether the pay shrinks or the targets do."""

    by: str = "calendar"  # calendar | working
    scales: str = "pay"  # pay | target


@dataclass(frozen=True, slots=True)
class Rounding:
    """How, and whether each line or the total."""

    mode: str = "half_up"
    level: str = "line"  # line | total


@dataclass(frozen=True, slots=True)
class Plan:
    """A bonus plan: components in order, one currency, and what holds the whole within bounds."""

    key: str
    currency: str
    per: str
    components: tuple[Component, ...]
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)
    prorate: Prorate | None = None
    cap: Fraction | None = None
    floor: Fraction | None = None
    rounding: Rounding = Rounding()
    element: str = "BONUS"  # the payroll's code for it
    who: Who = EVERYBODY
    starts: int | None = field(default=None, compare=False)  # as the other definitions have them
    ends: int | None = field(default=None, compare=False)
    examples: tuple[tuple[tuple[tuple[str, Fraction], ...], Fraction], ...] = field(default=(), compare=False)

    def component(self, key: str) -> Component:
        """Return the component of that key.

        Raises:
            KeyError: there is none.
        """
        for one in self.components:
            if one.key == key:
                return one
        raise KeyError(key)

    def quantities(self) -> set[str]:
        """Return every quantity that the plan asks for."""
        return {name for one in self.components for name in one.quantities()}
