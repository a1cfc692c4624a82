"""The shape of each kind of component of a bonus plan: one table each, and the record that is made of it.

To add a kind: its table here and in ``COMPONENT_TABLES``, its terms and its function in ``rules.bonus``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import ClassVar

from marshmallow import ValidationError
from marshmallow import validates_schema

from rules.bonus import plan as plans
from rules.bonus.components import COMPONENTS
from rules.bonus.correction import TOGETHER
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.book.component_parts import CapsTable
from rules.book.component_parts import GateTable
from rules.book.component_parts import MultiplierTable
from rules.book.component_parts import above_zero
from rules.book.component_parts import amount_or_quantity
from rules.book.component_parts import fraction
from rules.book.component_parts import marks
from rules.book.component_parts import not_negative
from rules.book.component_parts import points
from rules.book.component_parts import rates
from rules.book.component_parts import weights
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.book.reads import Value
from rules.book.reads import one_of
from rules.book.reads import refuse
from rules.book.reads import table
from rules.book.reads import text
from rules.book.reads import truth
from rules.book.reads import want
from rules.book.schemas import Dated
from rules.book.schemas import in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_COMPONENTS = 30
KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def component_key(value: Any) -> str:
    """Read the key of a component, which stands in statements and payroll files."""
    key = text(value)
    if not KEY.fullmatch(key):
        refuse("write keys in small letters, digits and hyphens, such as contacts")
    if key == TOGETHER:
        refuse("is what corrections of a plan's cap, floor and rounding are called; choose another key")
    return key


class ComponentTable(Dated):
    """What every component may say."""

    TERMS: ClassVar[tuple[str, ...]] = ()  # the keys that belong to its kind

    key = Value(component_key, example='key = "contacts"')
    kind = Value(one_of(tuple(COMPONENTS)), example='kind = "flat"')
    of = Value(text, example='of = "developed-contacts"')
    gate = Value(table(GateTable))
    multiplier = Value(table(MultiplierTable))
    share = Value(truth)
    caps = Value(table(CapsTable))
    floor = Value(fraction)
    budget = Value(above_zero)
    basis = Value(one_of(("period", "year")))
    prorate = Value(truth)

    def handle_error(self, error: ValidationError, data: Any, **options: Any) -> None:
        """Word the fault of each unknown key; one of another kind is told whose it is."""
        super().handle_error(error, data, **options)
        messages: Any = error.messages
        own = {field.data_key or name for name, field in self.fields.items()}
        for key in messages.keys() & data.keys() - own:
            kinds = [shown(kind) for kind, other in COMPONENT_TABLES.items() if key in other.TERMS]
            if kinds:
                messages[key] = [f"belongs to components of kind {' or '.join(kinds)}; remove it, or change the kind"]

    @validates_schema(skip_on_field_errors=False)
    def fit_together(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a year so far that nobody knows, and a floor above what is paid at most."""
        faults = {}
        if data.get("basis") == "year":
            if str(data.get("of", "")).startswith((FIGURE, AWARD)):
                faults["basis"] = ["is known of metrics alone: figures and awards are those of one period; remove it"]
            elif "starts" in data or "ends" in data:
                faults["basis"] = ["does not go with from and to, which count days of one period; keep one of them"]
            elif data.get("carry"):
                faults["basis"] = ["already counts what earlier periods left over; remove it, or write carry = false"]
        most = data.get("caps", {}).get("pay")
        if most is not None and "floor" in data and data["floor"] > most:
            faults["floor"] = ["lies above the pay in caps, so that it alone would ever be paid; lower it"]
        if faults:
            raise ValidationError(faults)

    def build(self, key: str, values: Mapping[str, Any]) -> plans.Component:
        """Make the component."""
        own = {name: values[name] for name in self.TERMS if name in values}
        rest = {name: one for name, one in values.items() if name not in self.TERMS and name not in {"kind", "key"}}
        for name, made in (("gate", plans.Gate), ("multiplier", plans.Multiplier), ("caps", plans.Caps)):
            if name in rest:
                rest[name] = made(**rest[name])
        return plans.Component(**{"key": key, "title": in_words(key), **rest, "terms": self.terms(own)})

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms of the kind."""
        raise NotImplementedError


class FlatTable(ComponentTable):
    """So much for each unit."""

    TERMS = ("pays",)
    pays = Value(not_negative, example="pays = 7.50")

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Flat(**own)


class PercentTable(ComponentTable):
    """A part of a sum."""

    TERMS = ("percent",)
    percent = Value(not_negative, example="percent = 2.5")

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Percent(own["percent"] / 100)


class MarginalTable(ComponentTable):
    """Tiers that hold for what lies within them."""

    TERMS = ("tiers",)
    tiers = Value(rates, example="tiers = [ { from = 0, pays = 6 }, { from = 20, pays = 9 } ]")

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Marginal(**own)


class WholeTable(ComponentTable):
    """Tiers that hold for everything."""

    TERMS = ("tiers", "boundary")
    tiers = Value(rates, example="tiers = [ { from = 0, pays = 0.04 }, { from = 150000, pays = 0.08 } ]")
    boundary = Value(
        one_of(("upper", "lower")), example='boundary = "upper" (a credit right on it is in the upper tier)'
    )

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Whole(**own)


class StepsTable(ComponentTable):
    """Amounts at marks."""

    TERMS = ("steps", "stacked", "every_time")
    steps = Value(marks, example="steps = [ { at = 10, pays = 50 }, { at = 20, pays = 120 } ]")
    stacked = Value(truth)
    every_time = Value(truth)

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Step(own["steps"], own.get("stacked", False), own.get("every_time", False))


class PerTable(ComponentTable):
    """An amount for every full N."""

    TERMS = ("every", "pays", "carry")
    every = Value(above_zero, example="every = 10")
    pays = Value(not_negative, example="pays = 25")
    carry = Value(truth, example="carry = false (true: what is left over counts in the next period)")

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.PerN(own["every"], own["pays"], own["carry"])


class CurveTable(ComponentTable):
    """A target amount by attainment."""

    TERMS = ("pays", "target", "threshold", "points", "accelerator", "cap")
    pays = Value(not_negative, example="pays = 1000")
    target = Value(amount_or_quantity, example='target = "figure.quota" (or a number)')
    threshold = Value(not_negative)
    points = Value(points)
    accelerator = Value(not_negative)
    cap = Value(above_zero)

    @validates_schema(skip_on_field_errors=False)
    def rise(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse a curve that ends before it begins."""
        if "cap" in data and data["cap"] <= data.get("threshold", 0):
            raise ValidationError({"cap": ["must lie above threshold: attainment counts from there up to here"]})

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Curve(**own)


class PoolTable(ComponentTable):
    """An amount that all share."""

    TERMS = ("amount", "by", "ranks")
    amount = Value(amount_or_quantity, example="amount = 1000")
    by = Value(one_of(("units", "rank", "equally")), example='by = "units"')
    ranks = Value(weights)

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def stay_whole(self, data: Mapping[str, Any], original: Mapping[str, Any], **_: Any) -> None:
        """Refuse what would make the parts no longer add up, and ranks that are missing or of no use."""
        faults = {
            name: ["would make the parts no longer add up to the pool; remove it"]
            for name in ("multiplier", "caps", "floor", "share", "budget", "prorate", "basis")
            if name in original
        }
        if "gate" in original:
            faults["gate"] = ["is not asked when a pool is shared; remove it"]
        if (data.get("by") == "rank") != ("ranks" in original):
            faults["ranks"] = ['belongs to by = "rank": the weights of the first places, such as ranks = [50, 30, 20]']
        if faults:
            raise ValidationError(faults)

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:
        """Make the terms."""
        return plans.Pool(**own)

    def build(self, key: str, values: Mapping[str, Any]) -> plans.Component:
        """Make the component; who was there for a part of the period has part of the units already."""
        return super().build(key, {**values, "prorate": False})


class AwardsTable(ComponentTable):
    """What incentives paid in money."""

    @validates_schema(skip_on_field_errors=False)
    def be_money(self, data: Mapping[str, Any], **_: Any) -> None:
        """Refuse everything that is no award."""
        if "of" in data and not data["of"].startswith(AWARD):
            raise ValidationError({"of": ['must be the money of a reward, such as of = "award.spot-bonus"']})

    def terms(self, own: Mapping[str, Any]) -> plans.Terms:  # noqa: ARG002  # it has none
        """Make the terms."""
        return plans.Awards()


COMPONENT_TABLES: Mapping[str, type[ComponentTable]] = {
    "flat": FlatTable,
    "percent": PercentTable,
    "marginal": MarginalTable,
    "whole": WholeTable,
    "step": StepsTable,
    "per": PerTable,
    "curve": CurveTable,
    "pool": PoolTable,
    "awards": AwardsTable,
}


def component(value: Any) -> plans.Component:
    """Read a component by the table of its kind."""
    if not isinstance(value, dict):
        want("a table, beginning with [[plan.….components]]", value)
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in COMPONENT_TABLES:
        word = "is missing; write one of: " + ", ".join(COMPONENT_TABLES) if kind is None else None
        raise ValidationError({"kind": [word or unknown(str(kind), COMPONENT_TABLES, "kind of component")]})
    schema = COMPONENT_TABLES[kind]()
    values = schema.load(value)
    return schema.build(values["key"], values)


def components(value: Any) -> tuple[plans.Component, ...]:
    """Read the components of a plan; each has a key of its own."""
    if not isinstance(value, list) or not value:
        want("one or more tables, each beginning with [[plan.….components]]", value)
    found, faults = [], {}
    for place, one in enumerate(value[:MOST_COMPONENTS]):
        try:
            found.append(component(one))
        except ValidationError as fault:
            faults[place] = fault.messages
    keys = [one.key for one in found]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if len(value) > MOST_COMPONENTS:
        refuse(f"has {len(value)} components; {MOST_COMPONENTS} are the most")
    if faults:
        raise ValidationError(faults)
    if twice:
        refuse(f"{shown(twice[0])} is the key of two components; give each its own")
    return tuple(found)
