"""Who is asking, and whether something is theirs to see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app

from adoption.auth.table import ALL
from adoption.auth.table import EVERY
from adoption.auth.table import OWN
from adoption.auth.table import PERMISSIONS
from adoption.auth.table import REPORTS
from adoption.auth.table import ROLES
from adoption.auth.table import Reach
from adoption.journal import By
from rules import period

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection


class Passed(NamedTuple):
    """Somebody who leads lets somebody else see in their place: everybody they lead, or one team."""

    giver: int
    team: int | None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking: a token, a session or a device, and the participant it belongs to, if any.

    ``roles`` begin with that of the directory; ``passed`` is in whose place they see, too.  ``session`` and ``device``
    are the numbers of their rows.  ``expires`` is the moment (UTC microseconds) from which on a token opens nothing.
    """

    name: str
    scopes: frozenset[str]
    participant: int | None
    roles: tuple[str, ...]
    session: int | None = None
    device: int | None = None
    passed: tuple[Passed, ...] = ()
    expires: int | None = None

    @property
    def by(self) -> By:
        """Who they are in the journal."""
        return By(self.participant, self.name)

    def reach(self, permission: str) -> Reach | None:
        """Return how far a permission reaches for this caller, by any of their roles; ``None`` without it.

        What managers see of those they lead, somebody in their place sees, too.
        """
        found = self._own(permission)
        if found is OWN and self.passed and PERMISSIONS[permission].get("manager") is REPORTS:
            return REPORTS
        return found

    def leads(self, permission: str) -> bool:
        """Say whether a permission opens what belongs to those whom the caller leads, by a role of their own."""
        return (self._own(permission) or OWN) >= REPORTS

    def lacks(self, scope: str) -> bool:
        """Say whether a scope is beyond this caller: one that they do not hold, or that no role of theirs opens."""
        return EVERY not in self.scopes if scope == EVERY else self.reach(scope) is None

    def _own(self, permission: str) -> Reach | None:
        if permission not in self.scopes and EVERY not in self.scopes:
            return None
        row = PERMISSIONS[permission]
        return max((row[role] for role in self.roles if role in row), default=None)


def roles_of(word: str, given: str | None) -> tuple[str, ...]:
    """Return somebody's roles: that of the directory (what the table does not know is an employee), then the given."""
    return tuple(dict.fromkeys([word if word in ROLES else "employee", *sorted((given or "").split())]))


def passed_of(written: str | None) -> tuple[Passed, ...]:
    """Return in whose place somebody sees, as a query has it (``roles.passed``)."""
    pairs = (one.split(":") for one in sorted((written or "").split()))
    return tuple(Passed(int(giver), int(team) or None) for giver, team in pairs)


def day_of(now: int) -> int:
    """Return the organisation's local day of a moment (UTC microseconds)."""
    return period.moment(now).astimezone(current_app.extensions["settings"].organisation_zone).toordinal()


def has_left(left_on: int | None, now: int) -> bool:
    """Say whether somebody with that first day away is gone at a moment (UTC microseconds)."""
    return left_on is not None and left_on <= day_of(now)


def may_see(
    who: Caller,
    name: str,
    participant: int,
    manager_of: Callable[[int], int | None],
    teams_of: Callable[[int], Collection[int]],
) -> bool:
    """Say whether a permission opens what belongs to a participant; ``teams_of`` gives the teams they are in today."""
    if who.reach(name) is ALL:
        return True
    return leads(who, name, participant, manager_of) or behalf(who, name, participant, manager_of, teams_of) is not None


def leads(who: Caller, name: str, participant: int, manager_of: Callable[[int], int | None]) -> bool:
    """Say whether a permission opens it because it is the caller's own, or of somebody whom they lead."""
    if who.reach(name) is None or who.participant is None:
        return False
    return who.participant == participant or (who.leads(name) and who.participant in leaders(participant, manager_of))


def behalf(
    who: Caller,
    name: str,
    participant: int,
    manager_of: Callable[[int], int | None],
    teams_of: Callable[[int], Collection[int]],
) -> int | None:
    """Return in whose place the caller sees what belongs to a participant; ``None`` if in nobody's.

    Only whom the giver leads: what was passed on to the giver is not passed on further.
    """
    if not who.passed or who.reach(name) is None or PERMISSIONS[name].get("manager") is not REPORTS:
        return None
    above = leaders(participant, manager_of)
    places = (one for one in who.passed if one.giver in above and one.giver != participant)
    found = (one.giver for one in places if one.team is None or one.team in teams_of(participant))
    return next(found, None)


def leaders(participant: int, manager_of: Callable[[int], int | None]) -> list[int]:
    """List a participant's manager, that one's manager, and so on; a circle ends where it closes."""
    chain: list[int] = []
    above = manager_of(participant)
    while above is not None and above not in chain:
        chain.append(above)
        above = manager_of(above)
    return chain
