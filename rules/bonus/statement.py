"""One participant's result for one period: lines that add up to the total, to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from rules.bonus.components import ONE
from rules.bonus.components import ZERO
from rules.bonus.exact import cents
from rules.bonus.exact import money_text
from rules.bonus.reckoning import Given
from rules.bonus.reckoning import Reckoned
from rules.bonus.reckoning import Worked
from rules.bonus.reckoning import reckon_component

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.bonus.plan import Plan


@dataclass(frozen=True, slots=True, order=True)
class Adjustment:
    """What somebody adds or takes by hand, in cents, and why."""

    key: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, order=True)
class Correction:
    """What later facts change in an earlier period that is closed: in cents, by component."""

    period: str
    component: str
    amount: int


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a statement is worked out from.  ``days``: those on which the participant was there, of all."""

    given: Mapping[str, Given] = field(default_factory=dict)
    days: tuple[int, int] | None = None
    adjustments: tuple[Adjustment, ...] = ()
    corrections: tuple[Correction, ...] = ()

    @property
    def there(self) -> Fraction:
        """Return the part of the period for which the participant was there."""
        if self.days is None or self.days[1] == 0:
            return ONE
        return Fraction(*self.days)

    @property
    def outside(self) -> bool:
        """Whether the participant takes no part in the period, and has only what is left of earlier ones."""
        return not self.given and self.days == (0, 1)


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is for, cents, and the arithmetic.

    ``kind``: component, cap, floor, rounding, adjustment or correction; ``note`` is the reason of an adjustment, or
    the period that a correction is about.
    """

    kind: str
    key: str
    amount: int
    steps: tuple[Worked, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """The lines, their sum in cents, and what each component carries into the next period."""

    lines: tuple[Line, ...]
    total: int
    carried: Mapping[str, Fraction]


def reckon(plan: Plan, inputs: Inputs) -> Statement:
    """Work out a statement.  The order in which facts are given does not matter; the lines add up to the total."""
    if inputs.outside:
        plan = replace(plan, components=(), cap=None, floor=None)
    found = {
        one.key: reckon_component(plan, one, inputs.given.get(one.key, Given()), inputs.there)
        for one in plan.components
    }
    lines = [
        Line("component", key, cents(one.pay, plan.rounding.mode), (*one.steps, _rounded(one, plan.rounding.mode)))
        for key, one in found.items()
    ]
    lines += _bounds(plan, lines, [one.pay for one in found.values()])
    lines += [Line("correction", one.component, one.amount, note=one.period) for one in sorted(inputs.corrections)]
    lines += [Line("adjustment", one.key, one.amount, note=one.reason) for one in sorted(inputs.adjustments)]
    carried = {key: one.carried for key, one in found.items() if one.carried}
    return Statement(tuple(lines), sum(line.amount for line in lines), carried)


def _rounded(one: Reckoned, mode: str) -> Worked:
    rounded = cents(one.pay, mode)
    return Worked("rounding", money_text(rounded), Fraction(rounded, 100))


def _bounds(plan: Plan, lines: Sequence[Line], exact: Sequence[Fraction]) -> list[Line]:
    """Return the lines by which rounding the total, the plan's cap and its floor change the sum of the components.

    What is paid by hand, and what corrects an earlier period, lies outside of the bounds.
    """
    found = []
    together = sum(line.amount for line in lines)
    if plan.rounding.level == "total":
        rounded = cents(sum(exact, ZERO), plan.rounding.mode)
        if rounded != together:
            found.append(Line("rounding", "rounding", rounded - together))
        together = rounded
    if plan.cap is not None and together > (most := cents(plan.cap, "down")):
        found.append(Line("cap", "cap", most - together))
        together = most
    if plan.floor is not None and together < (least := cents(plan.floor, "up")):
        found.append(Line("floor", "floor", least - together))
    return found
