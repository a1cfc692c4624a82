"""What components of bonus plans are made of: exact numbers, tiers without gaps, and the bounds around a component."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

from marshmallow import ValidationError
from marshmallow import validates_schema

from rules.bonus import exact
from rules.bonus import plan as plans
from rules.book.reads import Value
from rules.book.reads import number
from rules.book.reads import refuse
from rules.book.reads import tables
from rules.book.reads import text
from rules.book.reads import want
from rules.book.schemas import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TIERS = 50
MOST_RANKS = 100


def fraction(value: Any) -> Fraction:
    """Read a number exactly."""
    return Fraction(Decimal(number(value)))


def not_negative(value: Any) -> Fraction:
    """Read a number that is not below zero."""
    found = fraction(value)
    if found < 0:
        want("a number that is not below zero", value)
    return found


def above_zero(value: Any) -> Fraction:
    """Read a number above zero."""
    found = fraction(value)
    if found <= 0:
        want("a number above zero, such as 10", value)
    return found


def part_of_one(value: Any) -> Fraction:
    """Read a part: not below zero, and less than one."""
    found = not_negative(value)
    if found >= 1:
        want("a part of one, such as 0.5 for a half", value)
    return found


def amount_or_quantity(value: Any) -> Fraction | str:
    """Read a number above zero, or the name of a quantity such as ``figure.quota``."""
    return text(value) if isinstance(value, str) else above_zero(value)


def points(value: Any) -> tuple[plans.Tier, ...]:
    """Read the points of a curve: pairs of attainment and part, rising in both."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_TIERS:
        want("a list of pairs, such as [[0.5, 0.25], [1, 1]]", value)
    found = []
    for one in value:
        if not isinstance(one, list) or len(one) != 2:  # noqa: PLR2004  # a pair
            want("a list of pairs, such as [[0.5, 0.25], [1, 1]]", one)
        found.append(plans.Tier(not_negative(one[0]), not_negative(one[1])))
    for before, after in pairwise(found):
        if before.at >= after.at or before.pays > after.pays:
            refuse(f"the point at {exact.text(after.at)} does not rise from the one before; write them in rising order")
    return tuple(found)


def weights(value: Any) -> tuple[Fraction, ...]:
    """Read the weights of the first places; two places may weigh the same."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_RANKS:
        want("a list of numbers, such as [50, 30, 20]", value)
    return tuple(not_negative(one) for one in value)


class TierTable(Table):
    """From a credit on, a rate."""

    at = Value(not_negative, name="from", example="from = 20")
    pays = Value(not_negative, example="pays = 9")


class StepTable(Table):
    """At a mark, an amount."""

    at = Value(above_zero, example="at = 10")
    pays = Value(not_negative, example="pays = 50")


def _rising(tiers: tuple[Mapping[str, Any], ...], word: str) -> tuple[plans.Tier, ...]:
    found = tuple(plans.Tier(**one) for one in tiers)
    for before, after in pairwise(found):
        if before.at >= after.at:
            refuse(f"{word} {exact.text(after.at)} does not lie above the one before; write them in rising order")
    return found


def rates(value: Any) -> tuple[plans.Tier, ...]:
    """Read tiers without gaps: the first begins at zero, and each ends where the next begins."""
    found = _rising(tables(TierTable, MOST_TIERS, "…tiers")(value), "from =")
    if found[0].at != 0:
        refuse(f"nothing is said about credits below {exact.text(found[0].at)}; begin with {{ from = 0, pays = … }}")
    return found


def marks(value: Any) -> tuple[plans.Tier, ...]:
    """Read the marks of a step bonus."""
    return _rising(tables(StepTable, MOST_TIERS, "…steps")(value), "at =")


class GateTable(Table):
    """What must be reached for everything to count."""

    of = Value(text, example='of = "days-in-the-crm"')
    at_least = Value(fraction, example="at_least = 10")
    otherwise = Value(part_of_one)


class MultiplierTable(Table):
    """A factor between two bounds."""

    of = Value(text, example='of = "figure.quality"')
    at_least = Value(not_negative, example="at_least = 0.5")
    at_most = Value(not_negative, example="at_most = 1.5")

    @validates_schema
    def bounds_in_order(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse bounds between which nothing lies."""
        if data["at_least"] > data["at_most"]:
            raise ValidationError({"at_most": ["must not lie below at_least"]})


class CapsTable(Table):
    """At most so much credit, rate or pay."""

    credit = Value(above_zero)
    rate = Value(above_zero)
    pay = Value(above_zero)
