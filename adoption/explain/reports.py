"""What a manager sees of those they lead: how far each is, and which of their records wait for something."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption.explain import ahead
from adoption.explain import open_records
from adoption.explain.goals import view as view_of
from adoption.extensions import db
from rules import lead
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.explain.goals import GoalView
    from adoption.explain.open_records import Named


class Waiting(NamedTuple):
    """An open record: what it lacks in words, whose it is, and when something was last done (UTC microseconds)."""

    record: str
    missing: list[str]
    who: int
    latest: int


def nearest(people: Sequence[int], day: int, *, language: str = "en") -> dict[int, GoalView]:
    """Return the goal of each of these people that stands first on their own page; one query."""
    known = facts.current()
    found: dict[int, GoalView] = {}
    for who, standing in ahead.standings_of(known, people, day).items():
        views = {one.key: one for one in (view_of(known, it, who, who, day, language) for it in standing)}
        first = next(iter(lead.in_order(one.goal for one in views.values())), None)
        if first is not None:
            found[who] = views[first.key]
    return found


def waiting(team: int, day: int, named: Named, *, language: str = "en") -> list[Waiting]:
    """Return a team's open records, by the first goal of the book that counts finished ones; the longest wait first.

    ``named`` says whose records the reader may know of.
    """
    known = facts.current()
    version = next((one for one in ahead.in_force(known, day) if one.counted.milestones), None)
    if version is None:
        return []
    found = open_records.of(db.session.connection(), known, version, -team, day, named, most=open_records.LOOKED_AT)
    return [
        Waiting(one.record, [wording.need_title(need, language) for need in one.needs], one.who, one.latest)
        for one in sorted(found, key=lambda it: (it.latest, it.record))
        if one.who is not None
    ]
