"""What regular letters count with: the metric a week is told by, the goal, tallies by week, and how fresh data is.

Nothing of evidence, flags or scores is read here: a letter about one's own week stands on this alone.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import feed
from adoption.extensions import db
from adoption.models import Letter
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import bucket_of
from rules import period
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Select

    from adoption.facts import Known
    from adoption.inforce import InForce
    from adoption.inforce import Paid

WEEK = 7
REMEMBERED = 5  # letters before this one that are looked at
HOUR = 3_600  # seconds


class Goal(NamedTuple):
    """The goal that letters show: its key, and its version in each of the weeks (``None``: not in force)."""

    key: str
    versions: Sequence[Paid | None]


def mondays(week: int, weeks: int) -> list[int]:
    """Return the first days of so many weeks, the one that begins on ``week`` last."""
    return [week - WEEK * back for back in range(weeks - 1, -1, -1)]


def metric_of(known: Known, force: InForce) -> str | None:
    """Return the metric that a week is told by: that of the main board of people, else the first weekly one.

    The same that Home compares weeks by; the main board is the first one by the week, else the first.
    """
    weekly = [key for key, kept in force.shown.items() if any(kind == "week" for _, kind in kept)]
    boards = [one for one in known.book.boards.values() if one.holder == "participant"]
    main = next((one for one in boards if one.per == "week"), boards[0] if boards else None)
    ordered = [*([main.metric] if main else ()), *known.book.metrics]
    return next((key for key in ordered if key in weekly), None)


def goal_of(known: Known, force: InForce, mondays: Sequence[int]) -> Goal | None:
    """Return the goal that letters show: the first of the book that people can reach within a week."""
    for key, incentive in known.book.incentives.items():
        if incentive.per == "week" and incentive.holder == "participant" and incentive.in_a_row is None:
            line = [_in_force(force.versions.get(key, ()), monday) for monday in mondays]
            if line[-1] is not None:
                return Goal(key, line)
    return None


def _in_force(line: Iterable[Paid], monday: int) -> Paid | None:
    """Return the version that held last in a week, if it was one for a week of people."""
    last: Paid | None = None
    for paid in line:
        if paid.version.starts < monday + WEEK and monday < paid.version.ends:
            last = paid
    fits = last is not None and last.version.incentive.per == "week" and last.version.incentive.in_a_row is None
    return last if fits else None


def work(
    force: InForce, metric: str | None, mondays: Sequence[int], people: Collection[int] | None = None
) -> dict[int, dict[int, int]]:
    """Return what everybody, or these people, did for a metric, by holder and week; one query."""
    series = [number for number, kind in force.shown.get(metric or "", ()) if kind == "week"]
    query = select(Tally.holder, Tally.period, func.sum(Tally.value)).where(Tally.series.in_(series), Tally.holder > 0)
    if people is not None:
        buckets = sorted({bucket_of(one) for one in people})
        query = query.where(Tally.bucket.in_(buckets), Tally.holder.in_(sorted(people)))
    return _by_holder(query.where(Tally.period.in_(mondays)).group_by(Tally.holder, Tally.period))


def had(force: InForce, goal: Goal | None, mondays: Sequence[int]) -> dict[int, dict[int, int]]:
    """Return what the goal's versions look at, by holder and week; one query."""
    looks = [
        and_(Tally.series == force.series_of(paid, monday), Tally.period == monday)
        for paid, monday in zip(goal.versions, mondays, strict=True)
        if paid is not None
    ] if goal else []  # fmt: skip  # one line each
    if not looks:
        return {}
    return _by_holder(select(Tally.holder, Tally.period, Tally.value).where(or_(*looks), Tally.holder > 0))


def _by_holder(query: Select[*tuple[Any, ...]]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for holder, monday, value in db.session.execute(query):
        found[holder][monday] = int(value)
    return found


def first_day() -> int | None:
    """Return the first local day of which anything was ever recorded."""
    return db.session.scalar(select(func.min(StoredActivity.day)).where(StoredActivity.day > 0))


def begun(known: Known, first: int | None, people: Iterable[int], day: int) -> int | None:
    """Return the day from which people can have done something: ``first`` of the data, or of their teams' waves."""
    teams = {team for one in people for team in known.teams_on(one, day)}
    waves = [starts for team in teams for starts, _, _ in known.waves.get(team, ())]
    return None if first is None else max(first, min(waves, default=0))


def late(fed: feed.Feed) -> int | None:
    """Return for how many whole hours of working time data is late; ``None``: it is not."""
    return max(1, int(fed.late.total_seconds()) // HOUR) if fed.late else None


def stale(fed: feed.Feed) -> bool:
    """Say whether nothing came for a whole working day, so that a letter would mislead."""
    return fed.late is not None and fed.late >= feed.CLOSES - feed.OPENS


def as_of(fed: feed.Feed) -> int | None:
    """Return when activities last came, in UTC microseconds."""
    return period.microseconds(fed.as_of) if fed.as_of else None


def titles(thing: object, key: str) -> dict[str, str]:
    """Return the title of something of the book in every language."""
    return {code: wording.title_of(thing, key, code) for code in wording.LANGUAGES}  # type: ignore[arg-type]  # any definition


def midnight(known: Known, day: int) -> int:
    """Return when a local day begins, in UTC microseconds."""
    return period.microseconds(datetime.fromordinal(day).replace(tzinfo=known.zone))


class Said(NamedTuple):
    """What an earlier letter thanked for and suggested."""

    thanks: Sequence[int]
    suggestion: str | None


def history(kind: str, readers: Collection[int], week: int) -> Mapping[int, Sequence[Said]]:
    """Return what the last letters of a kind said to these readers, the newest first; one query."""
    query = select(Letter.participant, Letter.facts).where(Letter.kind == kind, Letter.state != "skipped")
    query = query.where(Letter.week >= week - REMEMBERED * WEEK, Letter.week < week)
    query = query.where(Letter.participant.in_(sorted(readers)))
    found: dict[int, list[Said]] = defaultdict(list)
    for reader, told in db.session.execute(query.order_by(Letter.week.desc())):
        kept = msgspec.json.decode(told)
        found[reader or 0].append(Said(kept.get("thanks", ()), kept.get("suggestion")))
    return found
