"""Imports that follow an export: customers that went into a spreadsheet and came back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

WITHIN = 14  # days from an own export to an import that closes the circle


class Moved(NamedTuple):
    """An export or an import: its local day, and its moment in UTC microseconds."""

    day: int
    moment: int


class Trips(NamedTuple):
    """How many imports closed a circle, and how many did not."""

    round: int
    others: int


def judged(imports: Sequence[Moved], exports: Sequence[Moved]) -> Trips:
    """Tell imports that follow an export of the same participant within fourteen days from those that do not."""
    closed = sum(
        any(out.moment < back.moment and back.day - out.day <= WITHIN for out in exports)  # either may be first
        for back in imports
    )
    return Trips(closed, len(imports) - closed)
