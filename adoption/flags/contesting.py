"""“Not so”: somebody contests what was concluded, and a lead answers within ten working days.  Callers commit."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.flags import steps
from adoption.models import Contest
from rules.reliance import cycle

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.reliance.cycle import Flag

LONGEST = 2_000  # characters of what somebody says
ACCEPTED, REJECTED, WITHDRAWN = "accepted", "rejected", "withdrawn"


class NoReasonError(RefusedError):
    """Choose what it is instead."""


class NoDaysError(RefusedError):
    """Say from which day to which; both lie in the past, at most a year apart."""


class TooLongError(RefusedError):
    """That is too long: 2,000 characters are enough."""


class AnsweredError(ConflictError):
    """This case is closed already."""


class About(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a contest is about: a workbook of the register, or the local days ``[starts, ends)``."""

    workbook: int | None = None
    starts: int | None = None
    ends: int | None = None


class Case(NamedTuple):
    """A contest; moments are UTC microseconds, ``due`` is the local day by which it is answered."""

    number: int
    participant: int
    reason: str
    words: str
    about: About
    opened: int
    due: int
    answered: int | None
    outcome: str | None
    answer: str


_COLUMNS = (
    Contest.id, Contest.participant, Contest.reason, Contest.words, Contest.about, Contest.opened, Contest.due,
    Contest.answered, Contest.outcome, Contest.answer,
)  # fmt: skip  # in the order of Case


def due(known: Known, day: int) -> int:
    """Return the local day by which what is opened on a day is answered."""
    left = cycle.ANSWER
    while left:
        day += 1
        left -= known.calendar.works(day)
    return day


def contest(  # noqa: PLR0913  # who says what, about what, when
    connection: Connection, known: Known, participant: int, reason: str, *, words: str, about: About, now: int
) -> int:
    """Open a case in a transaction that writes; return its number.

    Raises:
        ImpossibleStepError: there is nothing to contest.
        NoReasonError, NoDaysError, TooLongError: likewise.
    """
    day = known.today(now)
    if reason not in cycle.REASONS:
        raise NoReasonError
    if len(words) > LONGEST:
        raise TooLongError
    if reason == "away" and not _past(about, day):
        raise NoDaysError
    steps.take(connection, participant, "contest", by=cycle.PERSON, who=participant, day=day, now=now)
    row = {
        "participant": participant,
        "reason": reason,
        "words": words.strip(),
        "about": msgspec.json.encode(about).decode(),
        "opened": now,
        "due": due(known, day),
        "answer": "",
        "removed": "{}",
    }
    return int(connection.execute(insert(Contest).values(row).returning(Contest.id)).scalar_one())


def _past(about: About, day: int) -> bool:
    return about.starts is not None and about.ends is not None and day - 366 <= about.starts < about.ends <= day + 1


def withdraw(connection: Connection, participant: int, *, day: int, now: int) -> Flag:
    """Take back one's open case; the flag is where it was.

    Raises:
        ImpossibleStepError: there is none.
    """
    mine = (Contest.participant == participant, Contest.outcome.is_(None))
    # The case before the flag, as whoever answers it does: nobody waits in a circle.
    connection.execute(update(Contest).where(*mine).values(outcome=WITHDRAWN, answered=now))
    return steps.take(connection, participant, "withdraw", by=cycle.PERSON, who=participant, day=day, now=now)


def close(  # noqa: PLR0913  # which, how, with what words, what was removed, by whom, when
    connection: Connection,
    case: Case,
    *,
    accepted: bool,
    answer: str,
    removed: object,
    who: int,
    day: int,
    now: int,
) -> Flag:
    """Answer a case as a lead.

    Raises:
        AnsweredError: it was answered or taken back meanwhile.
    """
    outcome = ACCEPTED if accepted else REJECTED
    values = {"outcome": outcome, "answered": now, "answer": answer, "by": who}
    values["removed"] = msgspec.json.encode(removed).decode()
    open_still = (Contest.id == case.number, Contest.outcome.is_(None))
    if connection.execute(update(Contest).where(*open_still).values(values)).rowcount != 1:
        raise AnsweredError
    does = "accept" if accepted else "reject"
    return steps.take(connection, case.participant, does, by=cycle.LEAD, who=who, day=day, now=now, note=answer)


def cases(connection: Connection, participant: int) -> list[Case]:
    """Return somebody's cases, the latest first."""
    query = select(*_COLUMNS).where(Contest.participant == participant).order_by(Contest.id.desc())
    return [_case(row) for row in connection.execute(query)]


def open_cases(connection: Connection) -> list[Case]:
    """Return the open cases of everybody, those first that are due first."""
    query = select(*_COLUMNS).where(Contest.outcome.is_(None)).order_by(Contest.due, Contest.id)
    return [_case(row) for row in connection.execute(query)]


def _case(row: tuple[object, ...] | object) -> Case:
    found = Case(*row)  # type: ignore[misc]  # a row of these columns
    return found._replace(about=msgspec.json.decode(str(found.about), type=About))
