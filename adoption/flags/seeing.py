"""Who may know somebody's flag: the one table ``cycle.READERS``; every look of somebody else is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import looks
from adoption import privacy
from adoption.flags import steps
from rules.reliance import cycle

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.auth import Caller
    from adoption.facts import Known
    from rules.reliance.cycle import Flag

MANAGER = "manager"  # of the readers; the others are who takes steps


def visible(connection: Connection, caller: Caller, participants: Iterable[int]) -> dict[int, Flag]:
    """Return the flags of these participants that the caller may know, and note that they are shown.

    Who is missing has none, or none that is the caller's to know: nobody can tell which.  In a shadow run everybody
    knows their own alone, and without individual detection there is nothing to know.
    """
    if not privacy.individual():
        return {}
    known, shadow = facts.current(), privacy.shadow()
    found: dict[int, Flag] = {}
    asked = [one for one in participants if not shadow or one == caller.participant]
    for participant, flag in steps.of(connection, asked).items():
        behalf = _place_of(known, caller, participant)
        readers = set(cycle.readers(flag))
        if caller.participant == participant or (_leads_all(caller) and cycle.LEAD in readers):
            looks.note_flag(participant)
        elif behalf is not None and MANAGER in readers:
            looks.note_flag(participant, behalf if behalf != caller.participant else None)
        else:
            continue
        found[participant] = flag
    return found


def _leads_all(caller: Caller) -> bool:
    """Say whether they are an adoption lead."""
    return caller.reach("flags:lead") is auth.ALL


def _place_of(known: Known, caller: Caller, participant: int) -> int | None:
    """Return who leads somebody and sees here: the caller, or in whose place they see; ``None`` if nobody does."""
    if participant == caller.participant or caller.reach("team:read") is None:
        return None
    day = known.today(clock.now())
    manager_of = known.managers_on(day)
    if auth.leads(caller, "team:read", participant, manager_of):
        return caller.participant
    return auth.behalf(caller, "team:read", participant, manager_of, lambda person: known.teams_on(person, day))
