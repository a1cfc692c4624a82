"""What the CRM is brought in for: goals, each tied to a metric of the book, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import journal
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import Edition
from adoption.models import RolloutGoal
from adoption.models import Series
from adoption.models import Tally
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By

WEEK = 7
WEEKS = 8  # that are shown
MOST = 12  # goals
LONGEST = 200  # characters of a title


class NoTitleError(RefusedError):
    """Say in a few words what the CRM is brought in for."""


class NoMetricError(RefusedError):
    """Choose a metric of the book in force: without one nobody can see whether the goal comes true."""


class TooManyError(RefusedError):
    """Twelve goals are there already; whoever wants everything gets nothing."""


class Goal(NamedTuple):
    """A goal; ``target`` in ten-thousandths of a person's week, ``until`` the local day by which."""

    id: int
    title: str
    metric: str
    target: int | None
    until: int | None


def goals() -> list[Goal]:
    """Return the goals in the order in which they were chosen."""
    columns = [getattr(RolloutGoal, name) for name in Goal._fields]
    return [Goal(*row) for row in db.session.execute(select(*columns).order_by(RolloutGoal.id))]


def choose(  # noqa: PLR0913  # the parts of a goal, by whom, and when
    connection: Connection, title: str, metric: str, *, target: int | None, until: int | None, by: By, now: int
) -> int:
    """Add a goal; return its number.  The caller commits.

    Raises:
        NoTitleError: it has no words.
        NoMetricError: the book in force has no such metric.
        TooManyError: there are enough.
    """
    said = " ".join(title.split())[:LONGEST]
    if not said:
        raise NoTitleError
    if metric not in facts.current().book.metrics:
        raise NoMetricError
    if (connection.scalar(select(func.count()).select_from(RolloutGoal)) or 0) >= MOST:
        raise TooManyError
    values = {"title": said, "metric": metric, "target": target, "until": until}
    number = connection.execute(
        insert(RolloutGoal).values(values | {"chosen": now}).returning(RolloutGoal.id)
    ).scalar_one()
    journal.write(connection, by, "created", f"rollout-goal/{number}", before=None, after=_written(values), now=now)
    return int(number)


def drop(connection: Connection, number: int, *, by: By, now: int) -> None:
    """Take a goal away; what it was stays in the journal.  The caller commits.

    Raises:
        NotFoundError: there is none of this number.
    """
    columns = (RolloutGoal.title, RolloutGoal.metric, RolloutGoal.target, RolloutGoal.until)
    row = connection.execute(select(*columns).where(RolloutGoal.id == number)).first()
    if row is None:
        raise NotFoundError
    connection.execute(delete(RolloutGoal).where(RolloutGoal.id == number))
    journal.write(
        connection, by, "removed", f"rollout-goal/{number}", before=_written(row._asdict()), after=None, now=now
    )


def _written(values: Mapping[str, object]) -> dict[str, object]:
    """Return a goal as the journal keeps it."""
    until, target = values["until"], values["target"]
    return {
        "title": values["title"],
        "metric": values["metric"],
        "target": None if target is None else f"{int(str(target)) / UNIT:g}",
        "until": None if until is None else period.text("day", int(str(until))),
    }


def week_of(metric: str, now: int, people: int) -> list[tuple[int, int | None]]:
    """Return what the metric came to per person in the last whole weeks, in ten-thousandths: (Monday, value).

    ``None`` where the metric is not counted by weeks: no rule that is in force asks for that.
    """
    running = period.start("week", facts.current().today(now))
    mondays = [running - WEEK * back for back in range(WEEKS, 0, -1)]
    query = (
        select(Tally.period, func.sum(Tally.value))
        .join(Series, Series.id == Tally.series)
        .join(Edition, (Edition.id == Series.edition) & (Edition.state == "active"))
        .where(Series.metric == metric, Series.per == "week", Series.starts == 0, Tally.period.in_(mondays))
        .where(Tally.holder > 0)
        .group_by(Series.id, Tally.period)
        .order_by(Series.id)
    )
    found = {first: int(value) for first, value in db.session.execute(query)}  # the latest meaning stands
    if not found or not people:
        return [(monday, None) for monday in mondays]
    return [(monday, (2 * found.get(monday, 0) + people) // (2 * people)) for monday in mondays]
