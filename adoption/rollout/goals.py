"""What the CRM is brought in for: goals, each tied to a metric of the book, and how far they are."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import facts
from adoption import inforce
from adoption import journal
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import RolloutGoal
from adoption.models import Tally
from rules import period
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By

WEEK = 7
MOST = 12  # goals
LONGEST = 200  # characters of a title


class NoTitleError(RefusedError):
    """Say in a few words what the CRM is brought in for."""


class NoMetricError(RefusedError):
    """Choose a metric of the book in force: without one nobody can see whether the goal comes true."""


class TooManyError(RefusedError):
    """Twelve goals are there already; whoever wants everything gets nothing."""


class SameTitleError(RefusedError):
    """There is a goal of these words already."""


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
        SameTitleError: one is called that already.
    """
    said = " ".join(title.split())[:LONGEST]
    if not said:
        raise NoTitleError
    if metric not in facts.current().book.metrics:
        raise NoMetricError
    journal.take_turn(connection)  # of two who add one at the same moment, the second sees the first
    there = goals()
    if len(there) >= MOST:
        raise TooManyError
    if any(one.title == said for one in there):
        raise SameTitleError
    values = {"title": said, "metric": metric, "target": target, "until": until}
    query = insert(RolloutGoal).values(values | {"chosen": now}).returning(RolloutGoal.id)
    number = int(connection.execute(query).scalar_one())
    after = _written(Goal(number, said, metric, target, until))
    journal.write(connection, by, "created", f"rollout-goal/{number}", after=after, now=now)
    return number


def drop(connection: Connection, number: int, *, by: By, now: int) -> None:
    """Take a goal away; what it was stays in the journal.  The caller commits.

    Raises:
        NotFoundError: there is none of this number.
    """
    journal.take_turn(connection)
    goal = next((one for one in goals() if one.id == number), None)
    if goal is None:
        raise NotFoundError
    connection.execute(delete(RolloutGoal).where(RolloutGoal.id == number))
    journal.write(connection, by, "removed", f"rollout-goal/{number}", before=_written(goal), now=now)


def _written(goal: Goal) -> dict[str, object]:
    """Return a goal as the journal keeps it."""
    return {
        "title": goal.title,
        "metric": goal.metric,
        "target": None if goal.target is None else text_of_units(goal.target),
        "until": None if goal.until is None else period.text("day", goal.until),
    }


def last_week(metrics: Collection[str], now: int) -> dict[str, int]:
    """Return what metrics came to per person in the last whole week, in ten-thousandths; one query.

    A metric is missing where it is not counted by weeks: no rule that is in force asks for that.
    """
    known = facts.current()
    monday = period.start("week", known.today(now)) - WEEK
    people = _people(known, monday + WEEK - 1)
    weekly = {
        metric: [number for number, per in inforce.current().shown.get(metric, ()) if per == "week"]
        for metric in metrics
    }
    every = {number for series in weekly.values() for number in series}
    query = select(Tally.series, func.sum(Tally.value)).where(Tally.series.in_(sorted(every)), Tally.holder > 0)
    rows = db.session.execute(query.where(Tally.period == monday).group_by(Tally.series))
    sums = {series: int(value) for series, value in rows}
    found = {metric: sum(sums.get(one, 0) for one in series) for metric, series in weekly.items() if series}
    return {metric: (2 * value + people) // (2 * people) for metric, value in found.items()} if people else {}


def _people(known: Known, day: int) -> int:
    """Count who works in a team on a day, as vital signs do; where there are no teams, everybody who works here.

    Who stands at a counter or runs this service works in none, and would make everybody else's week look smaller.
    """
    here = [one for one, person in known.people.items() if person.here(day)]
    return sum(known.team_of(one, day) is not None for one in here) or len(here)
