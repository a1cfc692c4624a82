"""How the service is: whether it can work, and its numbers for Prometheus.

Totals come from the database, so that every process tells the same; durations of requests are each process's own
(``PROMETHEUS_MULTIPROC_DIR`` sums them over the processes of one server).
"""

from __future__ import annotations

import os
import time
from collections import Counter as Totals
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client import CollectorRegistry
from prometheus_client import Counter
from prometheus_client import Histogram
from prometheus_client import generate_latest
from prometheus_client import multiprocess
from prometheus_client.core import CounterMetricFamily
from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.mail import looking
from adoption.mail import outbox
from adoption.models import Batch
from adoption.models import Facts
from adoption.models import JobRun
from adoption.models import Receipt
from adoption.models import Stranger
from adoption.models import Unscored
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric
    from sqlalchemy import Connection

CONTENT_TYPE = CONTENT_TYPE_LATEST
OUTCOMES = ("accepted", "duplicates", "refused", "unreadable")
SETTLED = 10_000  # batches: older ones than that are all committed, and summed once
_registry = CollectorRegistry()
_durations = Histogram(
    "spoonful_request_duration_seconds",
    "How long requests took",
    ("route", "method", "status"),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_registry,
)
_unmapped = Counter(
    "spoonful_unmapped", "Items of deliveries that no activity could be made of", ("source",), registry=_registry
)


def unmapped(source: str, items: int) -> None:
    """Count the items of a delivery that the source's mapping could not read."""
    if items:
        _unmapped.labels(source).inc(items)


def observe(route: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    _durations.labels(route, method, f"{status // 100}xx").observe(seconds)


def faults() -> list[str]:
    """Say what keeps the service from working; nothing, if it can."""
    try:
        connection = db.session.connection()
        found = set(MigrationContext.configure(connection).get_current_heads())
    except SQLAlchemyError:
        return ["the database cannot be reached"]
    if found != _heads():
        return [f"the database is at migration {', '.join(found) or 'none'}: run `flask db upgrade`"]
    try:
        facts.current()
    except AdoptionError as error:
        return [str(error)]
    except SQLAlchemyError:
        return ["the facts cannot be read"]
    return []


@lru_cache(maxsize=1)
def _heads() -> set[str]:
    return set(ScriptDirectory(str(Path(__file__).parent.parent / "migrations")).get_heads())


def metrics() -> bytes:
    """Write all numbers as Prometheus reads them."""
    registry = _registry
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry) + generate_latest(_Stored(time.time()))


class _Stored:
    """What the database tells, in a constant number of queries."""

    def __init__(self, now: float) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Yield every family of numbers."""
        connection = db.session.connection()
        yield from self._sources(connection)
        yield from _waiting(connection)
        yield from _jobs(connection)
        yield from _letters(int(self.now * period.SECOND))

    def _sources(self, connection: Connection) -> Iterator[Metric]:
        totals, newest = _receipts(connection)
        activities = CounterMetricFamily(
            "spoonful_activities", "Activities by source and what became of them", labels=("source", "outcome")
        )
        unreadable = CounterMetricFamily("spoonful_unreadable_values", "Values no sum could read", labels=("source",))
        age = GaugeMetricFamily(
            "spoonful_last_activity_age_seconds", "How long ago the latest activity happened", labels=("source",)
        )
        for source, outcome in sorted(totals):
            if outcome == "unreadable":
                unreadable.add_metric((source,), totals[source, outcome])
            else:
                activities.add_metric((source, outcome), totals[source, outcome])
        for source, moment in sorted(newest.items()):
            age.add_metric((source,), self.now - moment / period.SECOND)
        yield from (activities, unreadable, age)


def _receipts(connection: Connection) -> tuple[Totals[tuple[str, str]], dict[str, int]]:
    """Sum the receipts by source; sums of old batches are kept by the process, since they no longer change."""
    kept = current_app.extensions.setdefault("receipts", {"upto": 0, "totals": Totals(), "newest": {}})
    upto = kept["upto"]
    settled = max(upto, (connection.scalar(select(func.max(Batch.id))) or 0) - SETTLED)
    old = Receipt.batch <= settled
    rows = connection.execute(
        select(Receipt.source, old, func.max(Receipt.newest), *(func.sum(getattr(Receipt, name)) for name in OUTCOMES))
        .where(Receipt.batch > upto)
        .group_by(Receipt.source, old)
    ).all()
    totals, newest = Totals(kept["totals"]), dict(kept["newest"])
    for source, is_old, latest, *numbers in rows:
        counts = {(source, name): int(number) for name, number in zip(OUTCOMES, numbers, strict=True)}
        for sums, moments in ((totals, newest), (kept["totals"], kept["newest"]))[: 2 if is_old else 1]:
            sums.update(counts)
            moments[source] = max(moments.get(source, 0), latest or 0)
    kept["upto"] = settled
    return totals, {source: moment for source, moment in newest.items() if moment}


def _waiting(connection: Connection) -> Iterator[Metric]:
    row: Any = connection.execute(
        select(
            select(func.count()).select_from(Unscored).scalar_subquery().label("unscored"),
            select(func.count())
            .select_from(Stranger)
            .where(Stranger.aside.is_(None))
            .scalar_subquery()
            .label("strangers"),
            select(Facts.version - Facts.rescored).scalar_subquery().label("behind"),
        )
    ).one()
    yield GaugeMetricFamily("spoonful_unscored", "Activities stored but not scored yet", value=row.unscored)
    yield GaugeMetricFamily("spoonful_strangers", "Actors whom no identity names", value=row.strangers)
    behind = "Changes of facts that the tallies do not follow yet"
    yield GaugeMetricFamily("spoonful_rescoring_behind", behind, value=row.behind or 0)


def _jobs(connection: Connection) -> Iterator[Metric]:
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    state = GaugeMetricFamily("spoonful_job_state", "The last run of each job: 1 in its state", labels=("job", "state"))
    started = GaugeMetricFamily("spoonful_job_started_seconds", "When each job last started", labels=("job",))
    rows = connection.execute(select(JobRun.job, JobRun.state, JobRun.started).where(JobRun.id.in_(last)))
    for row in rows:
        state.add_metric((row.job, row.state), 1)
        started.add_metric((row.job,), row.started / period.SECOND)
    yield from (state, started)


def _letters(now: int) -> Iterator[Metric]:
    """Tell what became of letters, and for how long the oldest has waited that should be on its way."""
    letters = GaugeMetricFamily("spoonful_letters", "Letters of the last 90 days by state", labels=("state",))
    for state, count in sorted((dict.fromkeys(looking.GROUPS, 0) | looking.counts(now)).items()):
        letters.add_metric((state,), count)
    overdue = "How long the oldest letter has waited that is due"
    yield letters
    yield GaugeMetricFamily("spoonful_letters_overdue_seconds", overdue, value=outbox.overdue(now) / period.SECOND)
