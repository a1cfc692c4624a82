"""Everything that tallies and awards say, line by line, in a constant number of queries.

Lines come sorted: by metric or incentive, then by the holder's name (bytewise), then by period.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select

from adoption import facts
from adoption.extensions import db
from adoption.inforce import WHOLE
from adoption.inforce import Window
from adoption.models import Award
from adoption.models import Edition
from adoption.models import Facts
from adoption.models import Participant
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from adoption.models import Series
from adoption.models import Tally
from adoption.models import Team
from rules import period
from rules.version import MetricVersion
from rules.version import Version
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import ColumnElement
    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.book import Book

FETCH = 2_000  # rows held at once


class TallyLine(NamedTuple):
    """What a metric is for a holder in a period, in ten-thousandths."""

    metric: str
    holder: str
    period: str
    value: int


class AwardLine(NamedTuple):
    """An award; ``reward`` is ``None`` while its holder has not chosen one."""

    incentive: str
    holder: str
    period: str
    ordinal: int
    status: str
    reward: str | None


def behind() -> bool:
    """Say whether facts have changed in a way that the tallies do not follow yet."""
    return bool(db.session.execute(select(Facts.rescored < Facts.version)).scalar())


def kept() -> dict[str, set[str]]:
    """Return by which kinds of period each metric is kept."""
    query = select(Series.metric, Series.per).join(Edition, Edition.id == Series.edition)
    pairs = db.session.execute(query.where(Edition.state == "active").distinct()).all()
    metrics = facts.current().timelines.metrics
    return {key: {per for metric, per in pairs if metric == key} for key in metrics}


def tallies(metrics: set[str], per: str | None) -> Iterator[TallyLine]:
    """Yield the tallies of these metrics, by one kind of period or all that are kept; zero ones are left out."""
    rank = case({kind: number for number, kind in enumerate(period.KINDS)}, value=Series.per)
    holder, total = _holder(), func.sum(Tally.value)
    query = (
        select(Series.metric, holder, Series.per, Tally.period, total)
        .join(Series, Series.id == Tally.series)
        .outerjoin(Participant, Participant.id == Tally.holder)
        .outerjoin(Team, Team.id == -Tally.holder)
        .where(Tally.series.in_(series_of(metrics, per)))
        .group_by(Series.metric, holder, Series.per, Tally.period)
        .having(total != 0)
        .order_by(Series.metric, holder, rank, Tally.period)
    )
    for metric, name, kind, first, value in db.session.execute(query, execution_options={"yield_per": FETCH}):
        yield TallyLine(metric, name, period.text(kind, first), int(value))


def series_of(metrics: Collection[str], per: str | None) -> list[int]:
    """Return the series whose sum is a metric: the whole periods, and those that its own versions cut.

    An incentive that begins within a period has a series of its own, whose days the metric's series count already.
    """
    timelines = facts.current().timelines
    versions = {key: metric_versions(key, timelines) for key in metrics}
    query = select(Series.__table__).join(Edition, Edition.id == Series.edition)
    found = db.session.execute(query.where(Edition.state == "active")).all()
    return [
        row.id
        for row in found
        if per in {None, row.per} and any(_belongs(row, version) for version in versions.get(row.metric, ()))
    ]


def _belongs(series: Row[Any], version: MetricVersion) -> bool:
    if series.meaning != meaning((version.metric, version.milestones)):
        return False
    clip = series.starts, series.ends
    window = Window(series.per, version.starts, version.ends)
    return clip == WHOLE or clip == window.clip(period.start(series.per, series.starts))


def awards(incentive: str | None) -> Iterator[AwardLine]:
    """Yield all awards, whatever became of them, or those of one incentive."""
    kinds = _kinds(facts.current())
    holder = _holder()
    query = (
        select(
            PublishedVersion.incentive, holder, Award.version, Award.period, Award.ordinal, Award.status, Award.reward
        )
        .join(PublishedVersion, PublishedVersion.id == Award.version)
        .outerjoin(Participant, Participant.id == Award.holder)
        .outerjoin(Team, Team.id == -Award.holder)
        .order_by(PublishedVersion.incentive, holder, Award.period, PublishedVersion.number, Award.ordinal)
    )
    if incentive is not None:
        query = query.where(PublishedVersion.incentive == incentive)
    for key, name, version, first, ordinal, status, reward in db.session.execute(
        query, execution_options={"yield_per": FETCH}
    ):
        yield AwardLine(key, name, period.text(kinds[version], first), ordinal, status, reward)


def _holder() -> ColumnElement[str]:
    """Return the holder's name, of whichever of the two joined tables has it."""
    return func.coalesce(Participant.email, literal("team:") + Team.name)


def _kinds(known: Known) -> Mapping[int, str]:
    """Return by which kind of period each version of an incentive counts."""
    kinds: dict[int, str] = {}
    replaced: list[Row[Any]] = []
    for row in db.session.execute(select(PublishedVersion.__table__)):
        line = known.timelines.incentives.get(row.incentive, ())
        body = next((part.body for part in line if part.starts <= row.starts < part.ends), None)
        if body is not None and row.starts < row.ends:
            kinds[row.id] = body.per
        else:
            replaced.append(row)
    if replaced:
        texts = db.session.scalars(select(PublishedBook.text).order_by(PublishedBook.id.desc()))
        books = [facts.parsed(text) for text in texts]
        kinds.update({row.id: _kind_of_replaced(row, books) for row in replaced})
    return kinds


def _kind_of_replaced(row: Row[Any], books: list[Book]) -> str:
    """Look for a version that was replaced before it began in the book that had it, by its meaning."""
    having = [book for book in books if row.incentive in book.incentives]
    for book in having:
        incentive = book.incentives[row.incentive]
        metric = book.metrics[incentive.metric]
        milestones = tuple(book.milestones[kind] for kind in metric.counts if kind in book.milestones)
        if meaning(Version(incentive, MetricVersion(metric, milestones, 0, 0), 0, 0)) == row.meaning:
            return incentive.per
    return having[0].incentives[row.incentive].per
