"""``where``: a condition read from TOML, with all its faults at once."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError

from rules.book import reads
from rules.book.faults import ITSELF
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.condition import OPERATORS
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Condition
from rules.condition import Not

DEEPEST = 20
MOST_PARTS = 200
MOST_VALUES = 1_000
GROUPS = ("all", "any", "not")
EXAMPLE = '{ field = "email", filled = true }'
_NEVER = AnyOf(())  # stands for a part with a fault; the book that holds it is refused


def condition(value: Any) -> Condition:
    """Read a condition."""
    reading = _Reading()
    found = reading.part(value, (), 1)
    if reading.faults:
        raise ValidationError(reading.faults)
    return found


class _Reading:
    """One pass over a condition: its faults by path, and how many parts it has."""

    def __init__(self) -> None:
        self.faults: dict[Any, Any] = {}
        self.parts = 0

    def fault(self, path: tuple[str | int, ...], message: Any) -> None:
        inner = self.faults
        for step in path:
            inner = inner.setdefault(step, {})
        inner.setdefault(ITSELF, []).extend(message if isinstance(message, list) else [message])

    def part(self, value: Any, path: tuple[str | int, ...], depth: int) -> Condition:
        self.parts += 1
        if depth > DEEPEST:
            self.fault(path, f"is nested more than {DEEPEST} deep; make it flatter")
        elif self.parts > MOST_PARTS:
            if self.parts == MOST_PARTS + 1:
                self.fault((), f"has more than {MOST_PARTS} parts; compare with `in` and a list instead")
        elif isinstance(value, list):
            self.fault(path, f"is a list; write {{ all = [ … ] }} or {{ any = [ … ] }} around it, or one {EXAMPLE}")
        elif not isinstance(value, dict) or not value:
            self.fault(path, f"must be a condition, such as {EXAMPLE}, not {shown(value)}")
        elif "field" in value:
            return self.compare(value, path)
        elif len(value) == 1 and (kind := next(iter(value))) in GROUPS:
            return self.group(kind, value[kind], (*path, kind), depth)
        else:
            self.fault(path, f"must have a field and a comparison, as in {EXAMPLE}, or exactly one of all, any, not")
        return _NEVER

    def group(self, kind: str, value: Any, path: tuple[str | int, ...], depth: int) -> Condition:
        if kind == "not":
            return Not(self.part(value, path, depth + 1))
        if not isinstance(value, list) or not value:
            self.fault(path, f"must be a list of conditions, such as [{EXAMPLE}], not {shown(value)}")
            return _NEVER
        parts = tuple(
            self.part(one, (*path, index), depth + 1)
            for index, one in enumerate(value[: MOST_PARTS + 1])  # the rest is too much anyway
        )
        return All(parts) if kind == "all" else AnyOf(parts)

    def compare(self, value: dict[str, Any], path: tuple[str | int, ...]) -> Condition:
        name = self.read(reads.field_name, value["field"], (*path, "field"))
        named = [key for key in value if key != "field"]
        strange = [key for key in named if key not in OPERATORS]
        for key in strange[:3]:
            self.fault((*path, key), unknown(key, OPERATORS, "comparison"))
        if strange:
            return _NEVER
        if len(named) != 1:
            has = f"has {' and '.join(named)}" if named else "has no comparison"
            self.fault(path, f"{has}; write exactly one of {', '.join(OPERATORS)} beside field")
            return _NEVER
        operator = named[0]
        return Compare(name, operator, self.read(_TAKES[OPERATORS[operator].takes], value[operator], (*path, operator)))

    def read(self, reader: reads.Read, value: Any, path: tuple[str | int, ...]) -> Any:
        try:
            return reader(value)
        except ValidationError as fault:
            if isinstance(fault.messages, dict):
                for step, messages in fault.messages.items():
                    self.fault((*path, step), messages)
            else:
                self.fault(path, fault.messages)


def _scalar(value: Any) -> Any:
    """Read text, a truth value or a number to compare with."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if "\0" in value or len(value) > reads.LONGEST_NAME:
            reads.refuse(f"must be text of at most {reads.LONGEST_NAME} characters without NUL")
        return value
    if isinstance(value, (list, dict)) or hasattr(value, "isoformat"):
        reads.refuse(
            f"must be text, a number, true or false, not {shown(value)}; write dates as text, and use `in` for a list"
        )
    return reads.number(value)


def _list(value: Any) -> tuple[Any, ...]:
    """Read a list of things to compare with; 1, true and "1" are three different ones."""
    if not isinstance(value, list):
        reads.want('a list, such as ["a", "b"]', value)
    return tuple(one for _, one in reads.listed(lambda item: (type(item), _scalar(item)), MOST_VALUES)(value))


_TAKES: dict[str, reads.Read] = {"scalar": _scalar, "number": reads.number, "list": _list, "flag": reads.truth}
