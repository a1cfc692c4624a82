"""Questions about an activity's data: trees of ``all``, ``any``, ``not`` and single comparisons.

To add an operator: write it into ``OPERATORS`` (its check, its meaning, its wording) and give the history engine its
expression (``adoption/history``).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from rules.value import field
from rules.value import filled
from rules.value import number

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Compare:
    """One field against one value of the book."""

    field: str
    operator: str
    value: Any  # str, bool, number, or a tuple of these for ``in``

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Answer; a missing field (or null) is a no, except to ``filled = false``."""
        actual = field(data, self.field)
        if self.operator == "filled":
            return filled(actual) is self.value
        return actual is not None and OPERATORS[self.operator].holds(actual, self.value)


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Answer."""
        return all(part.holds(data) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Condition, ...]

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Answer."""
        return any(part.holds(data) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: Condition

    def holds(self, data: Mapping[str, Any]) -> bool:
        """Answer."""
        return not self.part.holds(data)


Condition = Compare | All | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Operator:
    """What a comparison accepts in the book, what it means, and how it reads."""

    takes: str  # scalar | number | list | flag
    holds: Callable[[Any, Any], bool]
    words: Mapping[str, str]  # language → sentence with {field} and {value}


def same(actual: object, expected: object) -> bool:
    """Compare a value of the data with one of the book: truth values, numbers and text never equal each other.

    A number in the book equals data that reads as that number, text or not (CRMs send ``"10"`` for 10).
    """
    if isinstance(expected, bool):
        return actual is expected
    if isinstance(expected, (int, Decimal)):
        return number(actual) == expected
    return isinstance(actual, str) and actual == expected


def contains(actual: object, expected: object) -> bool:
    """Look for a part of a text, or for an element of a list."""
    if isinstance(actual, str):
        return isinstance(expected, str) and expected in actual
    return isinstance(actual, list) and any(same(element, expected) for element in actual)


def _compared(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def answer(actual: object, expected: Any) -> bool:
        value = number(actual)
        return value is not None and holds(value, expected)

    return answer


OPERATORS: dict[str, Operator] = {
    "is": Operator("scalar", same, {"en": "{field} is {value}", "ru": "{field} = {value}", "zh": "{field}为{value}"}),
    "is_not": Operator(
        "scalar",
        lambda actual, expected: not same(actual, expected),
        {"en": "{field} is not {value}", "ru": "{field} ≠ {value}", "zh": "{field}不为{value}"},
    ),
    "in": Operator(
        "list",
        lambda actual, expected: any(same(actual, one) for one in expected),
        {"en": "{field} is one of {value}", "ru": "{field} — одно из: {value}", "zh": "{field}为{value}之一"},
    ),
    "at_least": Operator(
        "number",
        _compared(lambda actual, expected: actual >= expected),
        {"en": "{field} is at least {value}", "ru": "{field} не меньше {value}", "zh": "{field}至少为{value}"},
    ),
    "more_than": Operator(
        "number",
        _compared(lambda actual, expected: actual > expected),
        {"en": "{field} is more than {value}", "ru": "{field} больше {value}", "zh": "{field}大于{value}"},
    ),
    "at_most": Operator(
        "number",
        _compared(lambda actual, expected: actual <= expected),
        {"en": "{field} is at most {value}", "ru": "{field} не больше {value}", "zh": "{field}至多为{value}"},
    ),
    "less_than": Operator(
        "number",
        _compared(lambda actual, expected: actual < expected),
        {"en": "{field} is less than {value}", "ru": "{field} меньше {value}", "zh": "{field}小于{value}"},
    ),
    "contains": Operator(
        "scalar",
        contains,
        {"en": "{field} contains {value}", "ru": "{field} содержит {value}", "zh": "{field}包含{value}"},
    ),
    "filled": Operator(
        "flag",
        lambda actual, expected: filled(actual) is expected,
        {"en": "{field} is filled in", "ru": "поле {field} заполнено", "zh": "已填写{field}"},
    ),
}


def fields_of(condition: Condition | None) -> tuple[str, ...]:
    """List the fields a condition asks about, each once, in order."""
    match condition:
        case Compare(name, _, _):
            return (name,)
        case All(parts) | AnyOf(parts):
            return tuple(dict.fromkeys(name for part in parts for name in fields_of(part)))
        case Not(part):
            return fields_of(part)
        case _:
            return ()
