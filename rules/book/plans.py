"""The shape of a bonus plan, and the record that is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from marshmallow import ValidationError
from marshmallow import validates_schema

from rules.bonus import exact
from rules.bonus import plan as plans
from rules.book.component_parts import above_zero
from rules.book.component_parts import fraction
from rules.book.component_parts import not_negative
from rules.book.components import components
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

    @validates_schema(skip_on_field_errors=False)
    def fit_together(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse bounds between which nothing lies, and a year so far where each period is a year."""
        faults: dict[str, Any] = {}
        if "cap" in data and "floor" in data and data["floor"] > data["cap"]:
            faults["floor"] = ["lies above cap; lower it, or raise the cap"]
        yearly = [(at, one) for at, one in enumerate(data.get("components", ())) if one.basis == "year"]
        if yearly and data.get("per") == "year":
            message = 'has no meaning with per = "year"; remove it'
            faults["components"] = {at: {"basis": [message]} for at, _ in yearly}
        elif "prorate" in data and any(one.prorate for _, one in yearly):
            message = "the days of one period cannot shrink the year so far; write prorate = false here"
            faults["components"] = {at: {"prorate": [message]} for at, one in yearly if one.prorate}
        if faults:
            raise ValidationError(faults)

    def build(self, key: str, values: Mapping[str, Any]) -> plans.Plan:
        """Make the plan."""
        rest = dict(values)
        examples = rest.pop("examples", ())
        for name, made in (("who", Who), ("prorate", plans.Prorate), ("rounding", plans.Rounding)):
            if name in rest:
                rest[name] = made(**rest[name])
        given = tuple((tuple(sorted(one["values"].items())), one["pays"]) for one in examples)
        return plans.Plan(**{"key": key, "title": in_words(key), **rest, "examples": given})
