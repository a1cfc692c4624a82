"""What is wrong with a book, where, and what to do about it."""

from __future__ import annotations

import json
import re
from datetime import date
from difflib import get_close_matches
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

_BARE = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LONGEST = 60  # characters of a value or key that a message repeats
_MOST = 20  # words that a message lists
_LARGE = 10**24  # numbers from here on are not written out: Python refuses to, beyond 4,300 digits
ITSELF = "_schema"  # marshmallow's name for the whole table


class Fault(NamedTuple):
    """A place in the book (``incentive.lunch.every``, ``line 3, column 7``), what is wrong there, and the remedy.

    ``code`` is a name that never changes, ``values`` are what the message tells: for those who say it in other words.
    """

    place: str
    message: str
    code: str = ""
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{self.place}: {self.message}"


class BookError(Exception):
    """The book has faults; none of it can be used."""

    def __init__(self, faults: tuple[Fault, ...], name: str = "book") -> None:
        """Keep the faults; ``str()`` lists them all."""
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n".join([f"{name} has {count}:", *map(str, faults)]))
        self.faults = faults


def place(*steps: str | int) -> str:
    """Write a place as one would in TOML; a name that TOML would quote is quoted."""
    written = ""
    for step in steps:
        if isinstance(step, int):
            written += f"[{step}]"
        else:
            name = step if _BARE.fullmatch(step) else json.dumps(short(step), ensure_ascii=False)
            written += f".{name}" if written else name
    return written


def short(text: str) -> str:
    """Cut text that is too long for a message."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def shown(value: object) -> str:
    """Write a TOML value for a message; never fails and never grows long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(short(value), ensure_ascii=False)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if isinstance(value, int) and not -_LARGE < value < _LARGE:
        return "a number of that size"
    return value.isoformat() if isinstance(value, date) else short(str(value))


def unknown(word: str, allowed: Iterable[str], what: str = "key") -> str:
    """Say that a word is not among the allowed ones, which is the nearest, and which there are."""
    options = list(allowed)
    near = get_close_matches(word[:80], options, n=1)
    hint = f'; did you mean "{near[0]}"?' if near else "."
    there_are = f"Write one of: {', '.join(options[:_MOST])}" if options else f"The book has no {what} yet"
    if len(options) > _MOST:
        there_are += f" and {len(options) - _MOST} more"
    return f"there is no {what} {shown(word)}{hint} {there_are}"


def flat(messages: object, *steps: str | int) -> Iterator[Fault]:
    """Turn marshmallow's nested messages into faults."""
    if isinstance(messages, dict):
        for step, inner in messages.items():
            yield from flat(inner, *(steps if step == ITSELF else (*steps, step)))
    elif isinstance(messages, list):
        for message in messages:
            yield from flat(message, *steps)
    else:
        yield Fault(place(*steps), str(messages))
