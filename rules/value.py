"""Read numbers and text out of an activity's data, exactly and never through a binary float."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = 12  # as many before and as many after the point
UNIT = 10_000  # tallies are integers: ten-thousandths
_LIMIT = 10**DIGITS
_TEXT = re.compile(rf"-?[0-9]{{1,{DIGITS}}}(?:\.[0-9]{{1,{DIGITS}}})?")
_ONE_UNIT = Decimal("0.0001")


def number(value: object) -> int | Decimal | None:
    """Read a JSON number, or text that looks like one; ``None`` if it is unreadable.

    At most 12 digits before and 12 after the point.  A truth value is no number.
    """
    if type(value) is int:
        return value if -_LIMIT < value < _LIMIT else None
    if type(value) is Decimal:
        if not value.is_finite() or value.adjusted() >= DIGITS:
            return None
        exponent = value.as_tuple().exponent
        return value if isinstance(exponent, int) and exponent >= -DIGITS else None
    if type(value) is str and _TEXT.fullmatch(value):
        return Decimal(value)
    return None


def units(value: object) -> int | None:
    """Read a number as ten-thousandths, rounded half away from zero; ``None`` if it is unreadable."""
    exact = number(value)
    if exact is None:
        return None
    if type(exact) is int:
        return exact * UNIT
    return int(Decimal(exact).quantize(_ONE_UNIT, rounding=ROUND_HALF_UP).scaleb(4))


def plain(value: int | Decimal) -> str:
    """Write a number without exponent and without trailing zeros."""
    if type(value) is int:
        return str(value)
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def text_of_units(value: int) -> str:
    """Write ten-thousandths as a plain decimal (``25000`` → ``2.5``)."""
    return plain(Decimal(value).scaleb(-4))


def text(value: object) -> str | None:
    """Write any JSON value as the text by which it is told apart; ``None`` for a missing one.

    Text stays as it is; ``10`` and ``10.0`` are the same, and the same as the text ``"10"``: CRMs send one identifier
    now as text, now as a number.  Lists and objects become JSON with sorted keys and plain numbers.
    """
    if value is None or isinstance(value, str):
        return value
    return _canonical(value)


def _canonical(value: object) -> str:
    """Write JSON in one way, digit by digit."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}:{_canonical(value[key])}" for key in sorted(value))
        return "{" + ",".join(members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_canonical, value)) + "]"
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        exact = number(value)
        return str(value) if exact is None else plain(exact)
    return json.dumps(value, ensure_ascii=False)


def field(data: Mapping[str, Any], name: str) -> Any:
    """Read a field by its literal name, else by a dotted path into nested objects; ``None`` if it is missing."""
    if name in data:
        return data[name]
    if "." not in name:
        return None
    inner: Any = data
    for step in name.split("."):
        if not isinstance(inner, dict) or step not in inner:
            return None
        inner = inner[step]
    return inner


def filled(value: object) -> bool:
    """Say whether a value is there: not null, not blank text, not an empty list or object; 0 and false are there."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, (list, dict)):
        return bool(value)
    return value is not None
