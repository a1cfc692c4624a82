"""Whose things may the caller see?  The object rules of ``adoption.auth``, applied to the directory."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING

from flask import current_app

from adoption import auth
from adoption import facts
from adoption import looks
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError

if TYPE_CHECKING:
    from adoption.facts import Known


def today(known: Known) -> int:
    """Return the organisation's local day."""
    return known.today(time.time_ns() // 1000)


def visible(name: str, permission: str) -> int:
    """Return the holder (an e-mail address, or ``team:NAME``) whom the caller asks about.

    Raises:
        ForbiddenError: they are not the caller's to see; also if they do not exist, so that nobody can try names.
        NotFoundError: there is nobody of that name.
    """
    known = facts.current()
    holder = known.holder_of(name)
    if holder is None and auth.caller().reach(permission) is auth.ALL:
        msg = f"There is no participant {name!r}."
        raise NotFoundError(msg)
    if holder is None or not _sees(known, holder, permission):
        msg = "You may see what is yours and what belongs to those you lead."
        raise ForbiddenError(msg)
    _looked_at(holder, permission)
    return holder


def check(holder: int, permission: str) -> None:
    """Refuse a holder who is not the caller's to see.

    Raises:
        ForbiddenError: likewise.
    """
    known = facts.current()
    there = holder in known.people or -holder in known.teams
    if auth.caller().reach(permission) is not auth.ALL and not (there and _sees(known, holder, permission)):
        msg = "You may see what is yours and what belongs to those you lead."
        raise ForbiddenError(msg)
    if there:
        _looked_at(holder, permission)


def _looked_at(holder: int, permission: str) -> None:
    """Note that something of a person is shown to somebody who may see everybody."""
    if holder > 0 and auth.caller().reach(permission) is auth.ALL:
        looks.note(holder)


def teams(permission: str) -> list[int]:
    """Return the numbers of the teams that are the caller's to see: one's own first, then the others by name."""
    known, who = facts.current(), auth.caller()
    reach, day = who.reach(permission), today(known)
    own = known.teams_on(who.participant, day) if who.participant is not None else ()
    if reach is auth.ALL:
        others = set(known.teams)
    elif reach is auth.REPORTS and who.participant is not None:
        others = {team for one in _led(known, who.participant) for team in known.teams_on(one, day)}
    else:
        others = set()
    return [*own, *sorted(others.difference(own), key=lambda team: known.teams[team])]


def _led(known: Known, leader: int) -> set[int]:
    """Return everybody below somebody in the chain of managers; who leads whom is kept for one version of the facts."""
    kept: tuple[int, dict[int, list[int]]] | None = current_app.extensions.get("led")
    if kept is None or kept[0] != known.version:
        below: dict[int, list[int]] = defaultdict(list)
        for one in known.people.values():
            if one.manager is not None:
                below[one.manager].append(one.id)
        kept = current_app.extensions["led"] = known.version, dict(below)
    found: set[int] = set()
    asked = [leader]
    while asked:
        reports = set(kept[1].get(asked.pop(), ())) - found
        found |= reports
        asked.extend(reports)
    return found


def _sees(known: Known, holder: int, permission: str) -> bool:
    """Say whether the caller may see a participant; a team is seen by its members and by those who lead one."""
    who = auth.caller()
    if who.reach(permission) is auth.ALL:
        return True
    if holder > 0:
        return auth.may_see(who, permission, holder, lambda person: known.people[person].manager)
    day = today(known)
    members = (one for one in known.people if -holder in known.teams_on(one, day))
    return any(auth.may_see(who, permission, one, lambda person: known.people[person].manager) for one in members)


def knows(permission: str, holder: int, who: int | None) -> bool:
    """Say whether the caller may know which record it was: of a team's, only one's own and those of whom one leads."""
    caller, known = auth.caller(), facts.current()
    if holder > 0 or caller.reach(permission) is auth.ALL:
        return True
    return who is not None and auth.may_see(caller, permission, who, lambda person: known.people[person].manager)


def led() -> set[int]:
    """Return everybody whom the caller leads, directly or through others; nobody where the table says one's own."""
    who = auth.caller().participant
    return set() if who is None else _led(facts.current(), who) - {who}


def usable() -> list[int]:
    """List the holders whose rewards the caller may use today: themselves, their teams, and teams that they lead."""
    who, known = auth.caller(), facts.current()
    reach = who.reach("awards:read")
    if who.participant is None or reach is None or who.reach("rewards:use") is None:
        return []
    people = {who.participant} | (_led(known, who.participant) if reach >= auth.REPORTS else set())
    day = today(known)
    return [who.participant, *sorted({-team for one in people for team in known.teams_on(one, day)})]
