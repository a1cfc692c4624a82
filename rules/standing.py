"""Who stands where on a board, who is shown to whom, and how.

Nobody is shown as one of the last.  Everybody sees the top, which never reaches beyond the better half, and themselves;
further down one sees those just ahead of oneself.  So whoever stands in the lower half is seen by nobody who stands
higher.  A group too small for that shows its total.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

SHOWN = ("name", "alias", "hidden")  # how a participant chooses to be shown
SMALLEST_GROUP = 5  # smaller groups show totals only
AROUND = 2  # neighbours shown on each side


class Place(NamedTuple):
    """A holder's place: rank (equals share it), position (nobody shares it), tally in ten-thousandths, and name.

    Equals stand by name.
    """

    rank: int
    position: int
    holder: int
    tally: int
    name: str


class Shown(NamedTuple):
    """As what somebody is shown: under a name or an alias; ``away`` says that they are not at work today."""

    name: str
    alias: bool = False
    away: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One visible line of a board.  ``gap`` is what the line above has more, in ten-thousandths.

    ``apart`` counts the places between the two that nobody is shown here.
    """

    rank: int
    holder: int
    name: str
    tally: int
    gap: int
    me: bool
    alias: bool = False
    away: bool = False
    apart: int = 0


def rank(tallies: Mapping[int, int], names: Mapping[int, str]) -> list[Place]:
    """Rank holders by tally, highest first; equals share a rank (1, 2, 2, 4) and stand by name."""
    ordered = sorted(tallies.items(), key=lambda item: (-item[1], names.get(item[0], ""), item[0]))
    places: list[Place] = []
    for position, (holder, tally) in enumerate(ordered, start=1):
        tied = bool(places) and places[-1].tally == tally
        places.append(Place(places[-1].rank if tied else position, position, holder, tally, names.get(holder, "")))
    return places


def better_half(size: int) -> int:
    """Return how many places are the better half of a board; of an odd number it has the middle one."""
    return (size + 1) // 2


def is_small(size: int) -> bool:
    """Say whether so few stand on a board that single lines would say too much."""
    return 0 < size < SMALLEST_GROUP


def visible(places: Iterable[Place], *, size: int, top: int, me: int | None, teams: bool = False) -> list[Place]:
    """Return the places that somebody (``me``; ``None``: who is not on it) sees of a board of ``size`` holders.

    ``places`` holds at least the first ``top`` and the neighbourhood of ``me``.  On a board of ``teams`` few are few,
    but each line is a total already.
    """
    known = list(places)
    mine = next((place.position for place in known if place.holder == me), None)
    if is_small(size) and not teams:
        return [place for place in known if place.holder == me]
    return [place for place in known if sees(place.position, size=size, top=top, mine=mine)]


def sees(position: int, *, size: int, top: int, mine: int | None) -> bool:
    """Say whether somebody in the position ``mine`` sees who stands in another one."""
    half = better_half(size)
    if position <= min(top, half):
        return True
    if mine is None:
        return False
    return mine - AROUND <= position <= (mine if mine >= half else min(mine + AROUND, half))


def total(places: Iterable[Place], *, size: int, me: int | None) -> int | None:
    """Return what a group too small for lines has together; ``None`` where that would tell what one other has alone."""
    known = list(places)
    others = sum(place.holder != me for place in known)
    return sum(place.tally for place in known) if is_small(size) and others != 1 else None


def arrange(places: Iterable[Place], *, me: int | None, shown_as: Callable[[Place], Shown | None]) -> list[Standing]:
    """Turn visible places into lines, best first, equals by the names that are shown.

    ``shown_as`` says as what, or ``None`` for somebody who stays hidden: their line is left out for everybody but
    themselves, and keeps its rank.
    """
    named: list[tuple[int, Place, Shown]] = []  # how many places were passed over up to here
    passed, last = 0, 0
    for place in sorted(set(places), key=lambda one: one.position):
        passed, last = passed + place.position - last - 1, place.position
        shown = Shown(place.name) if place.holder == me else shown_as(place)
        if shown is not None:
            named.append((passed, place, shown))
    named.sort(key=lambda one: (-one[1].tally, one[0], one[2].name, one[1].holder))
    lines: list[Standing] = []
    passed = 0
    for so_far, place, (name, alias, away) in named:
        gap = lines[-1].tally - place.tally if lines else 0
        own, apart = place.holder == me, so_far - passed
        lines.append(Standing(place.rank, place.holder, name, place.tally, gap, own, alias, away, apart))
        passed = so_far
    return lines


def ahead(lines: Iterable[Standing]) -> Standing | None:
    """Return the nearest visible line that has more than mine; ``None`` if there is none, or I have no line."""
    above: list[Standing] = []
    for line in lines:
        if line.me:
            return next((one for one in reversed(above) if one.tally > line.tally), None)
        above.append(line)
    return None
