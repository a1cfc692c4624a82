"""Questions to the whole history: tallies, milestones and awards, found anew from the archived activities."""

from __future__ import annotations

from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption import facts
from adoption.history import archive as archives
from adoption.history import earning
from adoption.history import engine as engines
from adoption.history import expressions
from adoption.history import manifest
from adoption.history import milestones as records
from adoption.history import relations
from adoption.history.archive import COLUMNS
from adoption.history.expressions import col
from rules import period
from rules.version import meaning
from rules.version import metric_versions
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.facts import Known
    from adoption.history.engine import Engine
    from adoption.history.manifest import Archive
    from rules.milestone import Milestone
    from rules.version import MetricVersion
    from rules.version import Version

ROWS_PER_MB = 31_250  # not all of DuckDB's work can spill to disk, so a larger archive gets more memory


class Due(NamedTuple):
    """Where the awards due to one version of an incentive are: a relation of holder, per, period, due."""

    incentive: str
    version: Version
    relation: str


class Reached(NamedTuple):
    """A milestone that a record has reached: when (UTC microseconds, local day), and who is credited, if anybody is."""

    milestone: str
    record: str
    time: int
    day: int
    actor_source: str | None
    actor: str | None


class Kept(dict[tuple[str, str], str]):
    """The relations that answers were kept in, by kind and meaning; the one used last comes last.

    ``seen`` are answers that are small enough to be kept as they are.
    """

    def __init__(self) -> None:
        """Begin with none."""
        super().__init__()
        self.seen: dict[tuple[object, ...], Sequence[Any]] = {}
        self._numbers = count()

    def fresh(self, kind: str) -> str:
        """Return a name that no relation has had yet."""
        return f"{kind}_{next(self._numbers)}"


class History:
    """All activities of an archive, seen with some facts; answers are kept for as long as it is open."""

    def __init__(
        self, engine: Engine, known: Known, days: tuple[int, int] | None = None, kept: Kept | None = None
    ) -> None:
        """Take an engine that is ``prepared``, and what others with the same facts have kept in it.

        ``days`` leaves out what counts on other days than ``[starts, ends)``.
        """
        self.engine = engine
        self.known = known
        self.days = days
        self.kept = Kept() if kept is None else kept
        self.derived = 0  # relations that had to be found anew for this

    def outcomes(self, milestone: Milestone) -> str:
        """Return the relation of the records that reached a milestone (see ``records.outcomes``)."""
        return self._keep("outcome", meaning(milestone), lambda: records.outcomes(milestone))

    def daily(self, counted: MetricVersion) -> str:
        """Return the relation of what a metric counts by holder and day (see ``expressions.by_day``)."""

        def query() -> exp.Query:
            return expressions.by_day(counted.metric, self.activities(counted))

        days = "" if self.days is None else f"_{self.days[0]}_{self.days[1]}"
        return self._keep("daily", meaning((counted.metric, counted.milestones)) + days, query)

    def activities(self, counted: MetricVersion, *, named: bool = False) -> exp.Query:
        """Return what a metric counts, one by one (see ``expressions.counted``)."""
        derived = {milestone.key: self.outcomes(milestone) for milestone in counted.milestones}
        types = [kind for kind in counted.metric.counts if kind not in derived]
        return expressions.counted(counted.metric, types, derived, self.days, named=named)

    def version_tallies(self, counted: MetricVersion, per: str, starts: int, ends: int) -> exp.Select:
        """Return holder, period, value of a metric on the days ``[starts, ends)``."""
        return expressions.tallies(counted.metric, self.daily(counted), per, starts, ends)

    def metric_tallies(self, key: str, per: str) -> exp.Select:
        """Return holder, period, value of a metric: the sum over its versions, without zeros."""
        parts = [
            self.version_tallies(one, per, one.starts, one.ends) for one in metric_versions(key, self.known.timelines)
        ]
        if not parts:
            return select("holder", "period", "value").from_(_no_tallies().subquery("none"))
        every = parts[0] if len(parts) == 1 else union(*parts, distinct=False)
        value = exp.Sum(this=col("value"))
        return (
            select("holder", "period", exp.alias_(value, "value"))
            .from_(every.subquery("parts"))
            .group_by("holder", "period")
            .having(exp.NEQ(this=value.copy(), expression=expressions.num(0)))
        )

    def due(self, incentive: str) -> list[Due]:
        """Return the awards due to each version of an incentive, earlier versions first."""
        return self.due_to(versions(incentive, self.known.timelines))

    def due_to(self, line: Iterable[Version]) -> list[Due]:
        """Return the awards due to each of these versions of one incentive, which come in order of time."""
        found: list[Due] = []
        for version in line:
            name = self.kept.fresh("due")
            self.kept["due", name] = self.engine.keep(name, self._due(version, found))
            found.append(Due(version.incentive.key, version, name))
        return found

    def _due(self, version: Version, earlier: list[Due]) -> exp.Query:
        incentive, counted = version.incentive, version.counted
        if incentive.in_a_row is None:
            values: exp.Query = self.version_tallies(counted, incentive.per, version.starts, version.ends)
        else:
            values = earning.streaks(incentive, self.version_tallies(counted, "day", version.starts, version.ends))
        earned: exp.Query = earning.earned(incentive, values)
        if incentive.who:
            spans = self._offers(version)
            earned = earning.offered(earned, incentive.per, spans)
        before = [select("holder", "per", "period", "due").from_(one.relation) for one in earlier]
        taken = union(*before, distinct=False) if len(before) > 1 else (before[0] if before else None)
        return earning.shared(incentive, earned, incentive.per, taken)

    def _offers(self, version: Version) -> str:
        key = ("offer", repr(version.incentive.who))
        if key not in self.kept:
            name = self.kept.fresh("offer")
            self.engine.feed(name, relations.INTEGERS, relations.offers(self.known, version.incentive.who))
            self.kept[key] = name
        return self.kept[key]

    def _keep(self, kind: str, means: str, query: Callable[[], exp.Query]) -> str:
        key = (kind, means)
        if key in self.kept:
            self.kept[key] = self.kept.pop(key)  # used last
        else:
            self.kept[key] = self.engine.keep(f"{kind}_{means}", query())
            self.derived += 1
        return self.kept[key]


def _no_tallies() -> exp.Select:
    nothing = {name: exp.cast(exp.null(), "BIGINT") for name in ("holder", "period", "value")}
    return select(*(exp.alias_(value, name) for name, value in nothing.items())).where(exp.false())


@contextmanager
def attached(archive: Archive, known: Known) -> Iterator[History]:
    """Give the history of an archive, seen with these facts.

    Raises:
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    with prepared(archive, known) as engine:
        yield History(engine, known)


@contextmanager
def prepared(archive: Archive, known: Known, *, owners: bool = False) -> Iterator[Engine]:
    """Give an engine that holds an archive and these facts; ``owners`` says that owners of records are credited, too.

    Raises:
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    manifest.check(archive)
    with engines.opened(archive.folder, memory=engines.MEMORY + archive.rows // ROWS_PER_MB) as engine:
        if archive.files:
            engine.connection.read_parquet(archive.paths()).create_view("activity")
        else:
            engine.feed("activity", COLUMNS, ())
        first, last = engine.all(select(exp.Min(this=col("day")), exp.Max(this=col("day"))).from_("activity"))[0]
        relations.feed(engine, known, range(first or 0, (last or -1) + 1), owners=owners)
        yield engine


@contextmanager
def opened() -> Iterator[History]:
    """Give the history as it is now: the archive brought up to date, seen with the facts in force."""
    with archives.snapshot() as (connection, horizon):
        known = facts.of(connection)
        with attached(archives.extend(connection, horizon), known) as history:
            yield history


def tallies(metric: str, per: str) -> Iterator[tuple[int, int, int]]:
    """Yield holder, first day of the period and value (ten-thousandths) of a metric by any kind of period."""
    if per not in period.KINDS:
        msg = f"{per!r} is no kind of period; there are {', '.join(period.KINDS)}"
        raise ValueError(msg)
    with opened() as history:
        query = history.metric_tallies(metric, per).order_by("period", "holder")
        for holder, first, value in history.engine.rows(query):
            yield holder, first, int(value)


def awards(incentive: str) -> Iterator[tuple[Version, int, int, int]]:
    """Yield version, holder, first day of the period and how many awards are due, for one incentive."""
    with opened() as history:
        for due in history.due(incentive):
            query = select("holder", "period", "due").from_(due.relation).order_by("period", "holder")
            for holder, first, count in history.engine.rows(query):
                yield due.version, holder, first, int(count)


def milestones(key: str) -> Iterator[Reached]:
    """Yield the records that reached a milestone on a day on which it was in force."""
    with opened() as history:
        for segment in history.known.timelines.milestones.get(key, ()):
            inside = expressions.within(col("day"), expressions.num(segment.starts), expressions.num(segment.ends))
            query = select("subject", "time", "day", "actor_source", "actor").from_(history.outcomes(segment.body))
            for row in history.engine.rows(query.where(inside).order_by("time", "subject")):
                yield Reached(key, *row)
