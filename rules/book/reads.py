"""How each kind of value is read from TOML: one function each, which gives what the book keeps, or refuses."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NoReturn

from marshmallow import ValidationError
from marshmallow import fields

from rules import value as values
from rules.book.faults import shown
from rules.book.faults import unknown
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection

    from marshmallow import Schema

    Read = Callable[[Any], Any]

LONGEST_TITLE = 200
LONGEST_NAME = 255  # of an activity type, a field, a team: as long as an activity's attributes may be
NO_INPUT = "a flag is never an input of a reward; count what people do in the CRM instead"
# What is about people and not about their work.  A book is read by itself, so names are all that can be seen: a number
# that somebody works out elsewhere and sends under another name passes (docs/decisions/privacy.md).
FLAG_TYPES = ("adoption", "evidence", "flag", "flags", "reliance", "signal", "signals")  # first words of types
FLAG_FIELDS = ("evidence", "flag", "flags", "reliance", "signal", "signals")  # first steps of fields, letters alone
FLAG_STEPS = ("adoptionscore", "reliance", "reliancescore", "relianceflag")  # any step of a field, letters alone


class Value(fields.Field[Any]):
    """A key of a table, read by one function; ``example`` is what to write where a required one is missing."""

    def __init__(self, read: Read, *, name: str | None = None, example: str | None = None) -> None:
        """Make the key required if there is an example."""
        remedy = f"is missing; write {example}".replace("{", "{{").replace("}", "}}")  # marshmallow fills in braces
        missing: dict[str, Any] = {"required": remedy}
        super().__init__(required=example is not None, data_key=name, error_messages=missing)
        self.read = read

    def _deserialize(self, value: Any, attr: Any, data: Any, **_: Any) -> Any:  # noqa: ARG002  # marshmallow's names
        return self.read(value)


def refuse(message: str) -> NoReturn:
    """Refuse a value, and say what is wrong with it."""
    raise ValidationError(message)


def want(remedy: str, value: object) -> NoReturn:
    """Refuse a value that is not what it must be."""
    refuse(f"must be {remedy}, not {shown(value)}")


def text(value: Any, longest: int = LONGEST_NAME) -> str:
    """Read text that people read or compare: not blank, on one line."""
    if not isinstance(value, str):
        want('text in quotes, such as "Free lunch"', value)
    if not value.strip():
        refuse("is blank; write something, or leave the line out")
    if value != value.strip():
        refuse(f"has spaces around it: {shown(value)}; remove them")
    if len(value) > longest:
        refuse(f"is {len(value)} characters long; shorten it to {longest}")
    odd = next((c for c in value if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}), None)
    if odd is not None:
        refuse(f"holds the control character U+{ord(odd):04X}; remove it")
    return value


def title(value: Any) -> str:
    """Read a title."""
    return text(value, LONGEST_TITLE)


def activity_type(value: Any) -> str:
    """Read the type of an activity."""
    name = text(value)
    if name.partition(".")[0].casefold() in FLAG_TYPES and "." in name:
        refuse(NO_INPUT)
    return name


def field_name(value: Any) -> str:
    """Read the name of a field of an activity's data."""
    name = text(value)
    steps = ["".join(filter(str.isalpha, step)) for step in name.casefold().removeprefix("data.").split(".")]
    if steps[0] in FLAG_FIELDS or any(step in FLAG_STEPS for step in steps):
        refuse(NO_INPUT)
    return name


def truth(value: Any) -> bool:
    """Read true or false."""
    if isinstance(value, bool):
        return value
    want("true or false, without quotes", value)


def number(value: Any) -> int | Decimal:
    """Read a number in the one form that equal numbers share."""
    exact = None if isinstance(value, (str, bool)) else values.number(value)
    if exact is None:
        want("a number without quotes, with at most 12 digits before and 12 after the point", value)
    return int(exact) if exact == int(exact) else Decimal(values.plain(exact))


def units(value: Any) -> int:
    """Read a number as ten-thousandths, exactly."""
    exact = Decimal(number(value)).scaleb(4)
    if exact != int(exact):
        want("a number with at most 4 decimals", value)
    return int(exact)


def positive(value: Any) -> int:
    """Read a number above zero as ten-thousandths."""
    exact = units(value)
    if exact <= 0:
        want("a number above zero, such as 10", value)
    return exact


def amount(value: Any) -> Decimal:
    """Read a number above zero with at most 4 decimals, such as an amount of money."""
    return Decimal(values.text_of_units(positive(value)))


def whole(lowest: int, highest: int) -> Read:
    """Read a whole number between bounds."""

    def read(value: Any) -> int:
        if type(value) is not int or not lowest <= value <= highest:
            want(f"a whole number from {lowest} to {highest}", value)
        return value

    return read


def one_of(options: Collection[str]) -> Read:
    """Read one of a few words."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in options:
            refuse(unknown(value if isinstance(value, str) else shown(value), options, "choice"))
        return value

    return read


def currency(value: Any) -> str:
    """Read the code of a currency."""
    if isinstance(value, str) and len(value) == 3 and value.isascii() and value.isalpha() and value.isupper():  # noqa: PLR2004  # ISO 4217
        return value
    want('three capital letters, such as "EUR"', value)


def day(value: Any) -> int:
    """Read a date as the ordinal of a local day."""
    if type(value) is date:
        return value.toordinal()
    want("a date without quotes and without a time, such as 2026-09-01", value)


def days(value: Any) -> int:
    """Read a length of time in days as microseconds."""
    length = positive(value)
    if length > 36_525 * UNIT:
        refuse("is longer than a century; leave it out for ever")
    return length * 86_400_000_000 // UNIT


def listed(read: Read, most: int) -> Read:
    """Read one value or a list of them as a tuple, each once."""

    def every(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            return (read(value),)
        if not 1 <= len(value) <= most:
            refuse(f"lists {len(value)}; list at least 1 and at most {most}")
        seen: list[Any] = []

        def once(one: Any) -> Any:
            found = read(one)
            if found in seen:
                refuse(f"{shown(one)} is listed twice; keep one")
            seen.append(found)
            return found

        return _each(once, value)

    return every


def table(schema: Callable[[], Schema]) -> Read:
    """Read a table by its own schema."""

    def read(value: Any) -> Any:
        if not isinstance(value, dict):
            want("a table, such as { key = … }", value)
        return schema().load(value)

    return read


def tables(schema: Callable[[], Schema], most: int, header: str) -> Read:
    """Read a list of tables by their schema."""

    def every(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value or not all(isinstance(one, dict) for one in value):
            want(f"one or more tables, each beginning with [[{header}]]", value)
        if len(value) > most:
            refuse(f"has {len(value)} tables; {most} are the most")
        return _each(table(schema), value)

    return every


def _each(read: Read, items: list[Any]) -> tuple[Any, ...]:
    """Read every item; refuse all that are wrong, each at its index."""
    found, faults = [], {}
    for index, one in enumerate(items):
        try:
            found.append(read(one))
        except ValidationError as fault:
            faults[index] = fault.messages
    if faults:
        raise ValidationError(faults, valid_data=found)
    return tuple(found)
