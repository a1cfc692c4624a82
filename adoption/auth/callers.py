"""Who is asking, and whether something is theirs to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import current_app

from adoption.auth.table import ALL
from adoption.auth.table import EVERY
from adoption.auth.table import PERMISSIONS
from adoption.auth.table import REPORTS
from adoption.auth.table import ROLES
from adoption.auth.table import Reach
from adoption.journal import By
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: a token, a session or a device, and the participant it belongs to, if any.

    ``session`` and ``device`` are the numbers of their rows.
    """

    name: str
    scopes: frozenset[str]
    participant: int | None
    role: str
    session: int | None = None
    device: int | None = None

    @property
    def by(self) -> By:
        """Who they are in the journal."""
        return By(self.participant, self.name)

    def reach(self, permission: str) -> Reach | None:
        """Return how far a permission reaches for this caller; ``None`` without it."""
        if permission not in self.scopes and EVERY not in self.scopes:
            return None
        return PERMISSIONS[permission].get(self.role)


def role_of(word: str) -> str:
    """Return the role that a word of the directory means: whatever the table does not know is an employee."""
    return word if word in ROLES else "employee"


def has_left(left_on: int | None, now: int) -> bool:
    """Say whether somebody with that first day away is gone at a moment (UTC microseconds)."""
    zone = current_app.extensions["settings"].organisation_zone
    return left_on is not None and left_on <= period.moment(now).astimezone(zone).toordinal()


def may_see(who: Caller, name: str, participant: int, manager_of: Callable[[int], int | None]) -> bool:
    """Say whether a permission opens what belongs to a participant."""
    reach = who.reach(name)
    if reach is None or reach is ALL:
        return reach is ALL
    if who.participant == participant:
        return True
    return reach is REPORTS and who.participant in leaders(participant, manager_of)


def leaders(participant: int, manager_of: Callable[[int], int | None]) -> list[int]:
    """List a participant's manager, that one's manager, and so on; a circle ends where it closes."""
    chain: list[int] = []
    above = manager_of(participant)
    while above is not None and above not in chain:
        chain.append(above)
        above = manager_of(above)
    return chain
