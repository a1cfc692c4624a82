"""Conditions and measures of ``rules`` → expressions over an archived activity.

An engine's logic has a third value, unknown; Python's has not.  So every comparison is made TRUE or FALSE before it is
combined: a missing field is a plain no, as in ``rules.condition``.
"""

from __future__ import annotations

from decimal import ROUND_CEILING
from decimal import ROUND_FLOOR
from decimal import Context
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from sqlglot import exp

from adoption.history.normal import marks
from rules.condition import All
from rules.condition import AnyOf
from rules.condition import Compare
from rules.condition import Not
from rules.metric import ATTRIBUTES
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from rules.condition import Condition
    from rules.metric import Metric

BEYOND = Decimal(10) ** 13  # larger than any number that data can hold
_STEP = Decimal("1e-12")  # the finest difference between two of them
_WIDE = Context(prec=60)


def expression(condition: Condition | None) -> exp.Expr:
    """Return an expression that is true where the condition holds, and false, never unknown, elsewhere."""
    match condition:
        case None:
            return exp.true()
        case All(parts):
            return every([expression(part) for part in parts])
        case AnyOf(parts):
            return some([expression(part) for part in parts])
        case Not(part):
            return exp.not_(exp.paren(expression(part)))
        case Compare(name, operator, value):
            return OPERATORS[operator](name, value)
    raise TypeError(condition)


def every(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return whether all of these hold; of none, true."""
    return _balanced(parts, exp.And) if parts else exp.true()


def some(parts: Sequence[exp.Expr]) -> exp.Expr:
    """Return whether one of these holds; of none, false."""
    return _balanced(parts, exp.Or) if parts else exp.false()


def _balanced(parts: Sequence[exp.Expr], kind: type[exp.Connector]) -> exp.Expr:
    """Combine in halves, so that a long list makes no deep tree, which parsers refuse."""
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    left, right = _balanced(parts[:half], kind), _balanced(parts[half:], kind)
    return exp.paren(kind(this=left, expression=right))


def member(name: str, part: str) -> exp.Expr:
    """Return one part of what the archive keeps of a field (``normal.FIELD``); NULL if the field is missing."""
    field = exp.Bracket(this=exp.column("data"), expressions=[exp.Literal.string(name)])
    return exp.Dot(this=field, expression=exp.to_identifier(part, quoted=True))


def certain(answer: exp.Expr) -> exp.Expr:
    """Return the answer, and false where it is unknown."""
    return exp.func("COALESCE", answer, exp.false())


def decimal(number: int | Decimal) -> exp.Expr:
    """Return an exact number with twelve places, no larger than ``BEYOND``."""
    return exp.cast(exp.Literal.string(format(Decimal(number), "f")), "DECIMAL(26,12)")


def is_one_of(column: exp.Expr, values: Iterable[str]) -> exp.Expr:
    """Return whether a text is among these."""
    listed = list(values)
    return column.isin(*map(exp.Literal.string, listed)) if listed else exp.false()


def _is(name: str, value: Any) -> exp.Expr:
    return _in(name, (value,))


def _is_not(name: str, value: Any) -> exp.Expr:
    present = exp.not_(member(name, "kind").is_(exp.null()))
    return exp.paren(exp.and_(present, exp.not_(exp.paren(_is(name, value)))))


def _in(name: str, values: Sequence[Any]) -> exp.Expr:
    """Compare like with like: truth with truth, numbers with numbers (also written as text), text with text."""
    texts = [one for one in values if isinstance(one, str)]
    truths = [one for one in values if isinstance(one, bool)]
    numbers: list[int | Decimal] = [one for one in values if type(one) in {int, Decimal}]
    numbers = [one for one in numbers if -BEYOND < one < BEYOND and _rounded(one, ROUND_FLOOR) == one]
    parts: list[exp.Expr] = []
    if texts:
        parts.append(certain(is_one_of(member(name, "text"), texts)))
    if truths:
        is_truth = member(name, "kind").eq(exp.Literal.string("truth"))
        named = is_one_of(member(name, "key"), ("true" if one else "false" for one in truths))
        parts.append(certain(exp.paren(exp.and_(is_truth, named))))
    if numbers:
        parts.append(certain(member(name, "number").isin(*map(decimal, numbers))))
    return some(parts)


def _rounded(number: int | Decimal, rounding: str) -> Decimal:
    """Return the nearest number that data can hold; exact, since all of these have at most twelve places."""
    clipped = min(max(Decimal(number), -BEYOND), BEYOND)
    return clipped.quantize(_STEP, rounding=rounding, context=_WIDE)


def _compared(kind: type[exp.Binary], rounding: str) -> Callable[[str, Any], exp.Expr]:
    def build(name: str, value: Any) -> exp.Expr:
        return certain(kind(this=member(name, "number"), expression=decimal(_rounded(value, rounding))))

    return build


def _contains(name: str, value: Any) -> exp.Expr:
    """Look for a part of a text, or for an element of a list."""
    listed = [
        certain(exp.ArrayContains(this=member(name, "marks"), expression=exp.Literal.string(mark)))
        for mark in _expected(value)
    ]
    if isinstance(value, str):
        part = exp.Contains(this=member(name, "text"), expression=exp.Literal.string(value))
        return some([certain(part), *listed])
    return some(listed)


def _expected(value: Any) -> Sequence[str]:
    """Return the mark that an element equal to a value of the book has: text is only equal to text."""
    return marks(value)[:1]


def _filled(name: str, value: Any) -> exp.Expr:
    there = certain(member(name, "filled"))
    return there if value else exp.not_(there)


# As ``rules.condition.OPERATORS``, which says what each means.
OPERATORS: dict[str, Callable[[str, Any], exp.Expr]] = {
    "is": _is,
    "is_not": _is_not,
    "in": _in,
    "at_least": _compared(exp.GTE, ROUND_CEILING),
    "more_than": _compared(exp.GT, ROUND_FLOOR),
    "at_most": _compared(exp.LTE, ROUND_FLOOR),
    "less_than": _compared(exp.LT, ROUND_CEILING),
    "contains": _contains,
    "filled": _filled,
}


def units(metric: Metric) -> exp.Expr:
    """Return what an activity adds, in ten-thousandths, rounded half away from zero; NULL if it is unreadable.

    ``ROUND`` of an exact decimal rounds so in every engine; property tests hold DuckDB to it.
    """
    if metric.measure == "count":
        return exp.Literal.number(UNIT)
    rounded = exp.Round(this=member(metric.of or "", "number"), decimals=exp.Literal.number(4))
    exact = exp.cast(rounded, "DECIMAL(20,4)") * exp.Literal.number(UNIT)
    return exp.cast(exact, "BIGINT")


def key(metric: Metric) -> exp.Expr:
    """Return the text that a distinct count tells activities apart by; NULL adds nothing."""
    if metric.measure == "days":
        return exp.cast(exp.column("day"), "VARCHAR")
    name = metric.of or "subject"
    if name in ATTRIBUTES:
        return exp.column(name)
    return key_of(name.removeprefix("data."))


def key_of(name: str) -> exp.Expr:
    """Return a field as the text that tells it apart (``rules.value.text``)."""
    return exp.func("COALESCE", member(name, "key"), member(name, "text"))
