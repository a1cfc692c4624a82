"""How somebody stands on a local day, from the facts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.period import EVER
from rules.period import FOREVER

if TYPE_CHECKING:
    from adoption.facts import Known
    from adoption.facts import Person


def state(known: Known, one: Person, day: int) -> str:
    """Say how somebody stands on a local day: working, leave, coming or left."""
    if one.left_on is not None and one.left_on <= day:
        return "left"
    if one.hired_on is not None and one.hired_on > day:
        return "coming"
    return "leave" if any(first <= day < end for first, end in known.absences.get(one.id, ())) else "working"


def teams(known: Known, one: Person, day: int) -> list[str]:
    """Name somebody's teams on a local day; of who comes later the first ones, of who has left the last."""
    first = one.hired_on or EVER
    end = one.left_on or FOREVER
    held = known.teams_on(one.id, min(max(day, first), max(end - 1, EVER)))
    return sorted(known.teams[team] for team in held)
