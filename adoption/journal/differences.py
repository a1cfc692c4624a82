"""What an entry changed: the places that differ between before and after, and nothing else.  Pure."""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = 2_000  # lines of a text; a longer one is compared as a whole


class Difference(NamedTuple):
    """A place that differs, ``""`` for the whole, and what stands there; ``None``: nothing."""

    place: str
    before: str | None
    after: str | None


def differences(before: str | None, after: str | None) -> list[Difference]:
    """Compare two values as the journal keeps them (JSON), in the order of their places; of texts the lines."""
    old, new = dict(_flat("", _read(before))), dict(_flat("", _read(after)))
    found: list[Difference] = []
    for place in sorted(old.keys() | new.keys(), key=lambda one: (one not in new, one)):
        one, other = old.get(place), new.get(place)
        if one != other:
            found += _lines(place, one, other)
    return found


def _read(value: str | None) -> Any:
    try:
        return None if value is None else json.loads(value, parse_float=str)
    except ValueError:
        return value  # somebody wrote it past us; it is shown as it is


def _flat(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the places of a value and what stands there, as text; nothing where there is nothing."""
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _flat(f"{place}.{key}" if place else str(key), one)
    elif isinstance(value, list):
        if any(isinstance(one, dict | list) for one in value):
            for number, one in enumerate(value, start=1):
                yield from _flat(f"{place}[{number}]", one)
        elif value:
            yield place, ", ".join(map(_text, value))
    elif value is not None:
        yield place, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _lines(place: str, before: str | None, after: str | None) -> Iterator[Difference]:
    """Yield the lines that differ between two texts of several lines; any other pair as it is."""
    if before is None or after is None or "\n" not in before + after:
        yield Difference(place, before, after)
        return
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > LONG:
        yield Difference(place, before, after)
        return
    for kind, one, two, three, four in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield Difference(place, "\n".join(old[one:two]) or None, "\n".join(new[three:four]) or None)
