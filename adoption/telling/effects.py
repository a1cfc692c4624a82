"""What an incentive has done, in one sentence with its honest range: ``rules.effect`` decided what can be said."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adoption import languages
from adoption.languages import gettext
from adoption.languages import ngettext
from rules import effect as rule
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

# Messages are called when they are said, so that each reader hears their own language.
CANNOT_SAY: Mapping[str, Callable[[], str]] = {
    rule.TOO_FEW: lambda: gettext("No effect visible yet: fewer than five people are covered all the time."),
    rule.UNKNOWN: lambda: gettext(
        "No effect visible yet: nothing was recorded before it began, so there is nothing to compare."
    ),
}


def effect(holder: str, verdict: str, weeks: int, figures: tuple[int, int, int]) -> str:
    """Say whether there is an effect to be seen; ``figures`` are it, low and high, in ten-thousandths of a week."""
    if holder != "participant":
        return gettext("This rule is for teams: there are too few of them to tell an effect from chance.")
    if verdict == rule.TOO_EARLY:
        return ngettext(
            "No effect visible yet: %(n)s whole week has passed, and three are needed.",
            "No effect visible yet: %(n)s whole weeks have passed, and three are needed.",
            weeks,
        )
    if verdict in CANNOT_SAY:
        return CANNOT_SAY[verdict]()
    amount, low, high = figures
    values = {"low": number(low), "high": number(high)}
    if verdict == rule.NONE:
        return gettext(
            "No effect visible yet: between %(low)s and %(high)s for a person and week, so it may be none.",
            **values,
        )
    values["amount"] = number(abs(amount))
    if verdict == rule.MORE:
        return gettext("%(amount)s more for a person and week since it began, between %(low)s and %(high)s.", **values)
    return gettext("%(amount)s less for a person and week since it began, between %(low)s and %(high)s.", **values)


def number(units: int) -> str:
    """Write ten-thousandths with at most two decimals."""
    written = languages.current().number(Decimal(units * 100 // UNIT if units >= 0 else -(-units * 100 // UNIT)) / 100)
    return written.replace("-", "\N{MINUS SIGN}")
