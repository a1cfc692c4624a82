"""Norms and quiet seasons: what the organisation declares, so that what is usual is not learned alone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import journal
from adoption.errors import RefusedError
from adoption.models import Night
from adoption.models import Norm
from adoption.models import Season
from rules import period

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.journal import By

LEAST, MOST = 0.1, 1_000.0  # live actions a day


class NormError(RefusedError):
    """A norm is a number of actions a day, from a tenth to a thousand."""


class SeasonError(RefusedError):
    """A quiet season ends after it begins, and within a year."""


class JudgedError(RefusedError):
    """Days that were judged stay as they are; choose a later day to begin with."""


class Whom(NamedTuple):
    """Whom a declaration is about: a role or a team."""

    role: str | None = None
    team: int | None = None

    @property
    def thing(self) -> str:
        """What the journal calls it."""
        kind = next(name for name, value in zip(self._fields, self, strict=True) if value is not None)
        return f"{kind}/{getattr(self, kind)}"


def declare_norm(  # noqa: PLR0913  # who declares what, for whom, from when, why
    connection: Connection, by: By, whom: Whom, *, live: float, starts: int, why: str, now: int
) -> None:
    """Declare how many live actions a day are usual in a role, in a transaction that writes; the caller commits.

    Raises:
        NormError: it is no such number.
        JudgedError: it would begin in what was judged.
        NoReasonError: why is not said.
    """
    if not LEAST <= live <= MOST or whom.role is None:
        raise NormError
    said_why = journal.reason(why)
    _ahead(connection, starts)
    connection.execute(insert(Norm).values(role=whom.role, live=round(live * 100), imports=False, starts=starts))
    said = {"live": live, "from": period.text("day", starts)}
    journal.write(connection, by, "declared", f"norm/{whom.thing}", after=said, why=said_why, now=now)


def declare_season(  # noqa: PLR0913  # who declares what, for whom, from when to when, why
    connection: Connection, by: By, whom: Whom, *, starts: int, ends: int, why: str, now: int
) -> None:
    """Declare that no work is expected on the local days ``[starts, ends)``; the caller commits.

    Raises:
        SeasonError: it ends before it begins, or lasts for more than a year.
        JudgedError: it would begin in what was judged.
        NoReasonError: why is not said.
    """
    if not starts < ends <= starts + 366:
        raise SeasonError
    said_why = journal.reason(why)
    _ahead(connection, starts)
    connection.execute(insert(Season).values(starts=starts, ends=ends, **whom._asdict()))
    said = {"from": period.text("day", starts), "until": period.text("day", ends - 1)}
    journal.write(connection, by, "declared", f"season/{whom.thing}", after=said, why=said_why, now=now)


def _ahead(connection: Connection, starts: int) -> None:
    """Let nothing be declared for days that were judged: a replay would say something else of them."""
    last = connection.scalar(select(func.max(Night.day)))
    if last is not None and starts <= last:
        raise JudgedError
