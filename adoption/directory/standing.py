"""How somebody stands on a local day, from the facts alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adoption.facts import Known
    from adoption.facts import Person


def state(known: Known, one: Person, day: int) -> str:
    """Say how somebody stands on a local day: working, leave, coming or left."""
    if one.has_left(day):
        return "left"
    if not one.here(day):
        return "coming"
    return "leave" if any(first <= day < end for first, end in known.absences.get(one.id, ())) else "working"


def teams(known: Known, one: Person, day: int) -> list[str]:
    """Name somebody's teams on a local day; of who comes later the first ones, of who has left the last."""
    return sorted(known.teams[team] for team in known.teams_on(one.id, one.near(day)))
