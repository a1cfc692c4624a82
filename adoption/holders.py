"""Whose things may the caller see?  The object rules of ``adoption.auth``, applied to the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import looks
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection

    from adoption.facts import Known


def today(known: Known) -> int:
    """Return the organisation's local day."""
    return known.today(clock.now())


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
    """Note that something of a person is shown to somebody who may see everybody, or sees it in another's place."""
    if holder > 0:
        looked_at(holder, permission)


def looked_at(participant: int, permission: str) -> None:
    """Note, in a page of a participant's, that it is shown to somebody who does not lead them."""
    known, who = facts.current(), auth.caller()
    if who.reach(permission) is auth.ALL:
        looks.note(participant)
    elif not auth.leads(who, permission, participant, _manager_of(known)):
        behalf = auth.behalf(who, permission, participant, _manager_of(known), _teams_of(known))
        looks.note(participant, behalf)


def sees(participant: int, permission: str) -> bool:
    """Say whether a permission opens to the caller what belongs to a participant: one's own, and of whom one leads.

    Also of those whom somebody leads in whose place they see today.
    """
    known = facts.current()
    return auth.may_see(auth.caller(), permission, participant, _manager_of(known), _teams_of(known))


def _manager_of(known: Known) -> Callable[[int], int | None]:
    return known.managers_on(today(known))


def _teams_of(known: Known) -> Callable[[int], Collection[int]]:
    day = today(known)
    return lambda person: known.teams_on(person, day)


def teams(permission: str) -> list[int]:
    """Return the numbers of the teams that are the caller's to see: one's own first, then the others by name."""
    known, who = facts.current(), auth.caller()
    reach, day = who.reach(permission), today(known)
    own = known.teams_on(who.participant, day) if who.participant is not None and reach is not None else ()
    if reach is auth.ALL:
        others = set(known.teams)
    elif reach is auth.REPORTS and who.participant is not None:
        others = {team for one in _reports(known, permission) for team in known.teams_on(one, day)}
        for one in who.passed:  # one team of two that somebody is in: the other one is not passed on
            theirs = {team for person in known.led_by(one.giver, day) for team in known.teams_on(person, day)}
            others |= theirs if one.team is None else theirs & {one.team}
    else:
        others = set()
    return [*own, *sorted(others.difference(own), key=lambda team: known.teams[team])]


def _reports(known: Known, permission: str) -> set[int]:
    """Return everybody whom the caller leads by a role of their own."""
    who = auth.caller()
    if who.participant is None or not who.leads(permission):
        return set()
    return known.led_by(who.participant, today(known))


def _sees(known: Known, holder: int, permission: str) -> bool:
    """Say whether the caller may see a participant; a team is seen by its members and by those who lead one."""
    if auth.caller().reach(permission) is auth.ALL:
        return True
    return sees(holder, permission) if holder > 0 else -holder in known.teams and -holder in teams(permission)


def knows(permission: str, holder: int, who: int | None) -> bool:
    """Say whether the caller may know which record it was: of a team's, only one's own and those of whom one leads."""
    if holder > 0 or auth.caller().reach(permission) is auth.ALL:
        return True
    return who is not None and sees(who, permission)


def led(permission: str) -> set[int]:
    """Return everybody whom the caller leads, directly or through others, or in whose leader's place they see."""
    known, who = facts.current(), auth.caller()
    found, day = set(_reports(known, permission)), today(known)
    if who.reach(permission) is auth.REPORTS:
        for one in who.passed:
            theirs = known.led_by(one.giver, day) - {one.giver}
            found |= {person for person in theirs if one.team is None or one.team in known.teams_on(person, day)}
    return found - {who.participant}


def usable() -> list[int]:
    """List the holders whose rewards the caller may use today: themselves, their teams, and teams that they lead.

    Who sees in somebody's place uses nothing of theirs.
    """
    who, known = auth.caller(), facts.current()
    if who.participant is None or who.reach("awards:read") is None or who.reach("rewards:use") is None:
        return []
    people = {who.participant} | _reports(known, "awards:read")
    day = today(known)
    return [who.participant, *sorted({-team for one in people for team in known.teams_on(one, day)})]
