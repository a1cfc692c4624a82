"""How sources fare: when something last came, how much in each hour, how late it is, whom nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import select

from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Delivery
from adoption.models import Receipt
from adoption.models import Stranger
from adoption.sources import verdicts
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.sources.registry import Connected

HOUR = 3_600 * SECOND
HOURS = 24


class Hour(NamedTuple):
    """One hour: when it begins (UTC microseconds), and how many activities came, and were refused."""

    begins: int
    accepted: int
    refused: int


class Fare(NamedTuple):
    """How a source is.  ``lag`` is the mean of what lies between the newest activity of a delivery and its arrival.

    ``strangers`` are actors whom no identity names; ``open`` are deliveries of the last ones with something refused.
    """

    last: int | None
    hours: Sequence[Hour]
    lag: int | None
    strangers: int
    open: int

    @property
    def accepted(self) -> int:
        """How many activities came in these hours."""
        return sum(one.accepted for one in self.hours)


def fares(sources: Sequence[Connected], now: int) -> Mapping[str, Fare]:
    """Return how each source is, by its key; three queries, whatever their number."""
    names = {one.name for one in sources}
    lines = _hours(names, now)
    strangers = dict(
        db.session.execute(
            select(Stranger.source, func.count()).where(Stranger.source.in_(names)).group_by(Stranger.source)
        ).all()
    )
    proven = (Delivery.source.in_([one.key for one in sources]), Delivery.proof != "")
    again = func.sum(case((Delivery.verdict.in_(verdicts.AGAIN), 1), else_=0))
    rows = select(Delivery.source, func.max(Delivery.latest), again).where(*proven).group_by(Delivery.source)
    came = {key: (last, number) for key, last, number in db.session.execute(rows)}
    return {
        one.key: Fare(
            came.get(one.key, (None, 0))[0],
            *lines.get(one.name, _quiet(now)),
            strangers.get(one.name, 0),
            int(came.get(one.key, (None, 0))[1]),
        )
        for one in sources
    }


def _hours(names: set[str], now: int) -> dict[str, tuple[Sequence[Hour], int | None]]:
    """Return what came from each source in each of the last hours, and how late it was on average."""
    first = _first(now)
    number = ((Batch.received - first) // HOUR).label("number")
    late = Batch.received - Receipt.newest
    columns = (func.sum(Receipt.accepted), func.sum(Receipt.refused), func.sum(late), func.count(Receipt.newest))
    rows = db.session.execute(
        select(Receipt.source, number, *columns)
        .join(Batch, Batch.id == Receipt.batch)
        .where(Batch.received >= first, Batch.received <= now, Receipt.source.in_(names))
        .group_by(Receipt.source, number)
    )
    found: dict[str, dict[int, tuple[int, ...]]] = {}
    for source, hour, *sums in rows:
        found.setdefault(source, {})[int(hour)] = tuple(int(one or 0) for one in sums)
    return {source: (_filled(hours, first), _mean(hours)) for source, hours in found.items()}


def _first(now: int) -> int:
    """Return when the first of the hours begins: the last one is the running one."""
    return now // HOUR * HOUR - (HOURS - 1) * HOUR


def _filled(hours: Mapping[int, tuple[int, ...]], first: int) -> list[Hour]:
    return [Hour(first + at * HOUR, *hours.get(at, (0, 0))[:2]) for at in range(HOURS)]


def _mean(hours: Mapping[int, tuple[int, ...]]) -> int | None:
    batches = sum(one[3] for one in hours.values())
    return max(0, sum(one[2] for one in hours.values()) // batches) if batches else None


def _quiet(now: int) -> tuple[Sequence[Hour], int | None]:
    return _filled({}, _first(now)), None
