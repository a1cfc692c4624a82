"""Where in a mapping's text a fault lies: its place (``activity[1].data.amount``) → the number of a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

_SYNTAX = re.compile(r"\(at line (\d+), column \d+\)")
_AT_END = "(at end of document)"
_TABLE = re.compile(r"\s*+(\[\[?)([^\]]++)\]")  # nothing is tried twice, however many blanks there are
_ASSIGNED = re.compile(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = re.compile(r"""(?:"[^"]*"|'[^']*'|[^.\[\]"'\s]+)|\[(\d+)\]""")
_UNKNOWN = re.compile(r"unknown key '([^']*)'")


def of_fault(text: str, fault: str) -> int | None:
    """Return the line (from 1) of a fault as ``MappingError`` tells it; ``None`` if it has no line."""
    syntax = _SYNTAX.search(fault)
    if syntax:
        return int(syntax[1])
    lines = text.split("\n")
    if fault.endswith(_AT_END):
        return len(lines)
    place = [part[0].strip("\"'") if not part[1] else int(part[1]) for part in _parts(fault.partition(": ")[0])]
    if place[:1] == ["mapping"]:
        place = place[1:]
    unknown = _UNKNOWN.search(fault)
    return _line(lines, [*place, unknown[1]] if unknown else place)


def _parts(text: str) -> Iterator[tuple[str, str]]:
    for found in _PART.finditer(text):
        yield found[0], found[1] or ""


def _line(lines: Sequence[str], place: Sequence[str | int]) -> int | None:
    """Return the line that goes furthest along a place."""
    best, length = None, 0
    table: list[str | int] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        heading = _TABLE.match(line)
        if heading:
            names = [part[0].strip("\"'") for part in _parts(heading[2])]
            table = _numbered(names, counts, several=heading[1] == "[[")
            here = table
        else:
            assigned = _ASSIGNED.match(line)
            if assigned is None:
                continue
            here = [*table, *(part[0].strip("\"'") for part in _parts(assigned[1]))]
        common = len(here) if list(place[: len(here)]) == here else 0
        if common > length:
            best, length = number, common
    return best


def _numbered(names: Sequence[str], counts: dict[str, int], *, several: bool) -> list[str | int]:
    """Return the place of a table's heading; those of a list of tables are numbered."""
    first = names[0] if names else ""
    if several and len(names) == 1:
        counts[first] = counts.get(first, -1) + 1
    return [first, counts[first], *names[1:]] if first in counts else list(names)
