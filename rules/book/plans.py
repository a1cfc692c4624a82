"""The shape of a bonus plan, and the record that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from rules.bonus import exact
from rules.bonus import plan as plans
from rules.book.components import above_zero
from rules.book.components import components
from rules.book.components import fraction
from rules.book.components import not_negative
from rules.book.reads import Value
from rules.book.reads import currency
from rules.book.reads import one_of
from rules.book.reads import table
from rules.book.reads import tables
from rules.book.reads import text
from rules.book.reads import want
from rules.book.schemas import Dated
from rules.book.schemas import Table
from rules.book.schemas import WhoTable
from rules.book.schemas import in_words
from rules.incentive import Who

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction


class ProrateTable(Table):
    """Who is there for a part of the period."""

    by = Value(one_of(("calendar", "working")), example='by = "calendar" (or "working")')
    scales = Value(one_of(("pay", "target")), example='scales = "pay" (or "target")')


class RoundingTable(Table):
    """How amounts are rounded to cents."""

    mode = Value(one_of(exact.MODES), example='mode = "half_up"')
    level = Value(one_of(("line", "total")), example='level = "line" (or "total")')


def quantities(value: Any) -> dict[str, Fraction]:
    """Read the quantities of an example."""
    if not isinstance(value, dict):
        want("a table, such as { developed-contacts = 41 }", value)
    flat = {}
    for name, one in value.items():
        if isinstance(one, dict):  # figure.quota = 100 is a table within a table to TOML
            flat.update({f"{name}.{inner}": fraction(number) for inner, number in one.items()})
        else:
            flat[name] = fraction(one)
    return flat


class PlanExampleTable(Table):
    """A worked example."""

    values = Value(quantities, example="values = { developed-contacts = 41 }")
    pays = Value(fraction, example="pays = 312.00")


class PlanTable(Dated):
    """A bonus plan."""

    currency = Value(currency, example='currency = "EUR"')
    per = Value(one_of(plans.PERIODS), example='per = "month"')
    who = Value(table(WhoTable))
    prorate = Value(table(ProrateTable))
    cap = Value(above_zero)
    floor = Value(not_negative)
    rounding = Value(table(RoundingTable))
    element = Value(text)
    components = Value(components, example="[[plan.….components]] with key, kind and of")
    examples = Value(tables(PlanExampleTable, 100, "plan.….examples"))

    def build(self, key: str, values: Mapping[str, Any]) -> plans.Plan:
        """Make the plan."""
        rest = dict(values)
        examples = rest.pop("examples", ())
        for name, made in (("who", Who), ("prorate", plans.Prorate), ("rounding", plans.Rounding)):
            if name in rest:
                rest[name] = made(**rest[name])
        given = tuple((tuple(sorted(one["values"].items())), one["pays"]) for one in examples)
        return plans.Plan(**{"key": key, "title": in_words(key), **rest, "examples": given})
