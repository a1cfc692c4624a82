"""Whose things may the caller see?  The object rules of ``adoption.auth``, applied to the directory."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from adoption import auth
from adoption import facts
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
