"""What an adoption lead decides: whether a question is confirmed, and what becomes of a contest.

A contest that is accepted takes back what was misread: the evidence is concluded anew without it.  The caller commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import evidence
from adoption import facts
from adoption import flags
from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.flags import contesting
from adoption.models import Signal
from adoption.models import Workbook
from rules.reliance import cycle
from rules.reliance.cycle import Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.flags.contesting import Case
    from adoption.journal import By

REMOVES = ("file", "absence", "import", "norm", "everything")  # what no longer counts
BY_REASON: Mapping[str, str] = {
    "away": "absence",
    "no_customers": "file",
    "agreed_import": "import",
    "quiet_season": "norm",
    "other": "everything",
}
LONGEST_AWAY = 366  # days
EDITS = ("edit", "upload")  # signals of workbooks


class NotYetError(ConflictError):
    """It cannot be confirmed: five working days have not passed, or the evidence does not speak any more."""


class RemoveError(RefusedError):
    """Say what no longer counts, and of days or a norm which."""


class Book(NamedTuple):
    """A registered workbook that somebody was in lately, and on how many days."""

    id: int
    title: str
    days: int


class Remove(NamedTuple):
    """What no longer counts; days are local, ``[starts, ends)``; ``norm`` is in live actions a day."""

    what: str = ""
    workbook: int | None = None
    starts: int | None = None
    ends: int | None = None
    norm: float | None = None


def books(connection: Connection, participant: int) -> list[Book]:
    """Return the registered workbooks that somebody was in while signals are kept, those of most days first."""
    days = func.count(func.distinct(Signal.day))
    query = (
        select(Workbook.id, Workbook.title, days)
        .join(Signal, Signal.workbook == Workbook.id)
        .where(Signal.participant == participant, Signal.kind.in_(EDITS), Workbook.state == "registered")
        .group_by(Workbook.id, Workbook.title)
        .order_by(days.desc(), Workbook.id)
    )
    return [Book(*row) for row in connection.execute(query)]


def confirm(connection: Connection, participant: int, *, who: int, day: int, now: int) -> Flag:
    """Confirm that somebody could use a hand; from now on their manager is told one sentence.

    Raises:
        NotYetError: it is too early, or too late.
    """
    flag = flags.of(connection, [participant]).get(participant, Flag())
    if not cycle.may_confirm(flag, evidence.account_of(connection, participant).account):
        raise NotYetError
    return flags.take(connection, participant, "confirm", by=cycle.LEAD, who=who, day=day, now=now)


def decline(  # noqa: PLR0913  # whose, why, by whom, when
    connection: Connection, participant: int, why: str, *, who: int, day: int, now: int
) -> Flag:
    """Say that there is no question here, and why; nothing is raised for sixty days.

    Raises:
        ImpossibleStepError: nothing waits to be confirmed.
        NoReasonError: why is not said.
    """
    said = journal.reason(why)
    return flags.take(connection, participant, "decline", by=cycle.LEAD, who=who, day=day, now=now, note=said)


def waiting(connection: Connection) -> list[int]:
    """Return whose flags wait to be confirmed: five working days have passed, and the evidence still speaks."""
    suspected = flags.standing(connection, ["suspected"])
    found = [one for one, flag in suspected.items() if flag.waited >= cycle.WAITS]
    accounts = evidence.accounts_of(connection, found)
    return [one for one in found if one in accounts and cycle.may_confirm(suspected[one], accounts[one])]


def reject(connection: Connection, case: Case, answer: str, *, who: int, now: int) -> None:
    """Answer a contest that is not right; the flag is where it was, and five new days begin.

    Raises:
        NoReasonError: why is not said.
        AnsweredError: it was answered or taken back meanwhile.
    """
    day, said = facts.current().today(now), journal.reason(answer)
    contesting.close(connection, case, accepted=False, answer=said, removed={}, who=who, day=day, now=now)


def accept(  # noqa: PLR0913  # which, with what words, what is removed, by whom, when
    connection: Connection, case: Case, answer: str, remove: Remove, *, by: By, now: int
) -> None:
    """Answer a contest that is right: what was misread counts no more, and nothing is raised for sixty days.

    Absence counts for the evidence alone; whether it is entered into the list of absences is HR's to decide.

    Raises:
        RemoveError: what no longer counts is not said.
        NoReasonError: why is not said.
        AnsweredError: it was answered or taken back meanwhile.
    """
    day, said = facts.current().today(now), journal.reason(answer)
    _recompute(connection, case.participant, remove)
    told = {name: value for name, value in remove._asdict().items() if value is not None}
    who = by.participant or 0
    contesting.close(connection, case, accepted=True, answer=said, removed=told, who=who, day=day, now=now)
    if remove.what == "file":
        _unregister(connection, remove.workbook, by=by, now=now)


def _recompute(connection: Connection, participant: int, remove: Remove) -> None:
    """Conclude the evidence anew without what was misread."""
    what, away = remove.what, None
    if remove.starts is not None and remove.ends is not None:
        away = (remove.starts, remove.ends)
    good = {"absence": away is not None and 0 < away[1] - away[0] <= LONGEST_AWAY, "norm": remove.norm is not None}
    if what not in REMOVES or not good.get(what, True):
        raise RemoveError
    if what == "absence":
        evidence.recompute(connection, participant, away=away)
    elif what == "norm":
        try:
            evidence.recompute(connection, participant, norm=remove.norm)
        except RefusedError as error:
            raise RemoveError from error
    else:
        families = {"file": ("sheets",), "import": ("round_trip", "batch"), "everything": evidence.FAMILIES}[what]
        evidence.recompute(connection, participant, without=families)


def _unregister(connection: Connection, workbook: int | None, *, by: By, now: int) -> None:
    """Take a workbook out of the register: it holds no customers, whoever is in it.

    Neither the register nor the journal, which others read, says why: the answer is for the one who contested.
    """
    there = (Workbook.id == workbook, Workbook.state == "registered")
    values = {"state": "unregistered", "decided": now, "decided_by": by.participant, "reason": ""}
    journal.take_turn(connection)  # before the line itself, as whoever decides about the register does
    if workbook is not None and connection.execute(update(Workbook).where(*there).values(values)).rowcount:
        journal.write(connection, by, "unregistered", f"workbook/{workbook}", now=now)
