"""Conditions as clauses (``email is filled in and amount is at least 100``)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rules.condition import OPERATORS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not

if TYPE_CHECKING:
    from rules.condition import Condition
    from rules.wording.language import Language


def clause(condition: Condition, tongue: Language) -> str:
    """Word a condition."""
    match condition:
        case Compare():
            return _compare(condition, tongue)
        case Not(part):
            return tongue.say("not", part=_part(part, tongue))
        case All(parts):
            return tongue.all_of([_part(one, tongue) for one in parts]) if parts else tongue.say("always")
        case AnyOf(parts):
            return tongue.any_of([_part(one, tongue) for one in parts]) if parts else tongue.say("never")


def _part(condition: Condition, tongue: Language) -> str:
    """Word a part of a larger condition; one that has parts itself stands in brackets."""
    words = clause(condition, tongue)
    grouped = isinstance(condition, (All, AnyOf)) and len(condition.parts) > 1
    return tongue.say("group", part=words) if grouped else words


def _compare(condition: Compare, tongue: Language) -> str:
    name = tongue.quoted(condition.field)
    if condition.operator == "filled" and not condition.value:
        return tongue.say("empty", field=name)
    words = OPERATORS[condition.operator].words[tongue.code]
    return words.format(field=name, value=_value(condition.value, tongue))


def _value(value: object, tongue: Language) -> str:
    if isinstance(value, tuple):
        return tongue.any_of([_value(one, tongue) for one in value])
    if isinstance(value, bool):
        return tongue.truth[0 if value else 1]
    return tongue.number(value) if isinstance(value, (int, Decimal)) else tongue.quoted(str(value))
