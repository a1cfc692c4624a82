"""Time off: taken on a day that its holder names, given back until the day before; the manager is told by letter."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import awards
from adoption import facts
from adoption import mail
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.models import Redemption
from adoption.rewards import terms
from adoption.rewards.choosing import ChangedError
from adoption.rewards.counter import holder_name
from adoption.rewards.terms import title_of
from rules.wording import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.awards import Name
    from adoption.facts import Known
    from rules.incentive import Reward

FURTHEST = 366  # days ahead that may be named where the reward itself has no last day


class _Taken(NamedTuple):
    number: int
    reward: Reward
    day: int


class DayError(RefusedError):
    """Time off cannot be taken on that day."""


class NoTimeOffError(RefusedError):
    """This is no time off, or it is used already."""


class TooLateError(RefusedError):
    """It can be given back until the day before."""


def take(name: Name, day: int, *, participant: int, now: int) -> int:
    """Take time off on a local day, in a transaction that the caller commits; return the redemption's number.

    Raises:
        NotFoundError: there is no such award.
        NoTimeOffError: it is not time off that could be taken.
        DayError: the day is over, or later than the reward can be used.
        ChangedError: it changed while we looked.
    """
    connection = begin_write()
    known = facts.of(connection)
    award = awards.find(connection, name)
    if award is None:
        raise NotFoundError
    found = terms.current(connection, known)
    reward = found.of(award.reward, award.changed)
    if reward is None or reward.kind != "time_off" or award.status != "issued":
        raise NoTimeOffError
    today = known.today(now)
    until = found.valid_until(reward, award.changed)
    if not today <= day <= (today + FURTHEST if until is None else until):
        raise DayError
    number = awards.redeem(connection, award, awards.Use(day, participant=participant), now)
    if number is None:
        raise ChangedError
    _tell(connection, known, name.holder, participant, _Taken(number, reward, day), now)
    return number


def _tell(  # noqa: PLR0913, PLR0917  # who, what, when
    connection: Connection, known: Known, holder: int, participant: int, taken: _Taken, now: int
) -> None:
    """Plan a letter to the manager of whoever took time off, if there is one who still works here."""
    today = known.today(now)
    manager = known.people.get(known.manager_on(participant, today) or 0)
    if manager is None or manager.has_left(today):
        return
    title = {language: title_of(taken.reward, language) for language in LANGUAGES}
    mail.plan(
        connection,
        "time-off",
        address=manager.email,
        participant=manager.id,
        occasion=f"redemption {taken.number}",
        facts={
            "name": holder_name(known, holder),
            "rewards": [title],
            "day": taken.day,
            "redemption": taken.number,
        },
        now=now,
    )


def cancel(name: Name, number: int, *, now: int) -> None:
    """Give back time off that begins tomorrow or later, in a transaction that the caller commits.

    Raises:
        TooLateError: its day has come, or it was given back already, or it is no longer due.
    """
    connection = begin_write()
    known = facts.of(connection)
    coming = (Redemption.device.is_(None), Redemption.day > known.today(now), Redemption.holder == name.holder)
    if awards.undo(connection, number, coming, now) is None:
        raise TooLateError
