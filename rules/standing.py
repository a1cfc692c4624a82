"""Arrange the visible rows of a board: the top, me, and my neighbours with the gaps between us.

Ranks are given (1, 2, 2, 4: they come from SQL or a snapshot); this module decides who is shown to whom and how.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

SHOWN = ("name", "alias", "hidden")  # how a participant chooses to be shown
SMALLEST_GROUP = 5  # smaller groups show totals only


class Place(NamedTuple):
    """A holder's place: rank (equals share it), tally in ten-thousandths, and the name by which equals are ordered."""

    rank: int
    holder: int
    tally: int
    name: str


@dataclass(frozen=True, slots=True)
class Standing:
    """One visible line of a board.  ``gap`` is what the line above has more, in ten-thousandths."""

    rank: int
    holder: int
    name: str
    tally: int
    gap: int
    me: bool


def rank(tallies: Mapping[int, int], names: Mapping[int, str]) -> list[Place]:
    """Rank holders by tally, highest first; equals share a rank (1, 2, 2, 4) and stand by name."""
    ordered = sorted(tallies.items(), key=lambda item: (-item[1], names.get(item[0], ""), item[0]))
    places: list[Place] = []
    for position, (holder, tally) in enumerate(ordered, start=1):
        tied = bool(places) and places[-1].tally == tally
        places.append(Place(places[-1].rank if tied else position, holder, tally, names.get(holder, "")))
    return places


def arrange(places: Iterable[Place], *, me: int | None, shown_as: Callable[[Place], str | None]) -> list[Standing]:
    """Turn the places of the top and of my neighbourhood into visible lines, best first.

    ``shown_as`` gives the name to show, or ``None`` for somebody who stays hidden: their line is left out for
    everybody but themselves, and keeps its rank.
    """
    ordered = sorted(set(places), key=lambda p: (-p.tally, p.name, p.holder))
    lines: list[Standing] = []
    above: int | None = None
    for place in ordered:
        name = place.name if place.holder == me else shown_as(place)
        if name is not None:
            gap = 0 if above is None else above - place.tally
            lines.append(Standing(place.rank, place.holder, name, place.tally, gap, place.holder == me))
            above = place.tally
    return lines


def neighbourhood(places: Sequence[Place], me: int, *, around: int = 2) -> list[Place]:
    """Return my place with ``around`` others above and below; empty if I am not on the board."""
    at = next((index for index, place in enumerate(places) if place.holder == me), None)
    return [] if at is None else list(places[max(0, at - around) : at + around + 1])
