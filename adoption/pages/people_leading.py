"""Who leads whom, as HR sees it: one person's managers over time, and whom nobody leads once somebody has left."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from adoption.facts import Known
    from adoption.facts import Person

SUGGESTED = 200  # managers, while an address is typed
NAMED = 10  # people who are named on their manager's page


class Time(NamedTuple):
    """Local days ``[starts, ends)`` on which a manager leads; ``alone``: the first of them on which they have left."""

    manager: int
    name: str
    starts: int
    ends: int
    now: bool
    alone: int | None


def shown(known: Known, one: Person, day: int) -> dict[str, Any]:
    """Return what a person's page shows: managers over time, whom they lead, and whom nobody leads after them."""
    unled = _unled(known, one)
    leaders = (known.people[who] for who in known.reports_on(day) if who != one.id)
    return {
        "managers": [
            _time(known.people[manager], starts, ends, day)
            for starts, ends, manager in sorted(known.managers.get(one.id, ()), reverse=True)
        ],
        "above": known.people.get(known.manager_on(one.id, day) or 0),
        "reports": sum(not known.people[who].has_left(day) for who in known.reports_on(day).get(one.id, ())),
        "leaders": sorted((who for who in leaders if not who.has_left(day)), key=lambda who: who.email)[:SUGGESTED],
        "unled": unled[:NAMED],
        "unled_more": len(unled[NAMED:]),
    }


def _time(manager: Person, starts: int, ends: int, day: int) -> Time:
    left_on = manager.left_on
    alone = None if left_on is None or left_on >= ends else max(left_on, starts)
    return Time(manager.id, manager.name, starts, ends, starts <= day < ends, alone)


def is_alone(known: Known, one: Person, day: int) -> bool:
    """Say whether somebody who works here, or has still to come, is led by somebody who has left."""
    manager = known.people.get(known.manager_on(one.id, day) or 0)
    return manager is not None and not one.has_left(day) and manager.has_left(one.near(day))


def _unled(known: Known, one: Person) -> list[Person]:
    """Return whom somebody leads by the directory on days on which they are no longer here, by name."""
    left_on = one.left_on
    if left_on is None:
        return []
    found = (
        known.people[who]
        for who, line in known.managers.items()
        if any(manager == one.id and ends > left_on for _, ends, manager in line)
    )
    return sorted(found, key=lambda person: (person.name.casefold(), person.id))
