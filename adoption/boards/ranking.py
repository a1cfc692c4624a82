"""What a board ranks, and how: SQL over the tallies that people see."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import bindparam
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import text

from adoption.inforce import Window
from adoption.models import Edition
from adoption.models import Series
from adoption.models import Tally
from rules import period as periods
from rules import standing
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy import Row
    from sqlalchemy import TextClause

    from adoption.facts import Known
    from rules.book import Board

LARGE = 5_000  # holders; a board with more is read from a snapshot

# Positions have a total order; ranks do not (equals share one).  ``gone``: who left by that day is not shown.
RANKED = """
SELECT t.holder, t.value, RANK() OVER (ORDER BY t.value DESC) AS rank,
       ROW_NUMBER() OVER (ORDER BY t.value DESC, n.name, t.holder) AS position
FROM (SELECT holder, CAST(SUM(value) AS BIGINT) AS value FROM tally
      WHERE series IN :series AND period = :first AND holder {side} 0 GROUP BY holder) AS t
JOIN {names} WHERE t.value > 0
"""
SIDES = (
    {"side": ">", "names": "participant AS n ON n.id = t.holder AND (n.left_on IS NULL OR n.left_on > :gone)"},
    {"side": "<", "names": "team AS n ON n.id = -t.holder AND :gone >= 0"},
)
LIVE = """
WITH ranked AS ({ranked}), mine AS (SELECT position FROM ranked WHERE holder = :me)
SELECT holder, value, rank, position, (SELECT COUNT(*) FROM ranked) AS size FROM ranked
WHERE position <= :top
   OR position BETWEEN (SELECT position FROM mine) - :around AND (SELECT position FROM mine) + :around
"""


class Ground(NamedTuple):
    """What a board ranks: the tallies of these series in the period that starts on ``first``."""

    series: tuple[int, ...]
    first: int
    teams: bool
    gone: int  # who left on this day or before is not shown; 0 in a period that is over

    @property
    def key(self) -> dict[str, int]:
        """The key of its snapshot: of several series the newest stands for all."""
        return {"key": max(self.series), "first": self.first, "teams": int(self.teams)}


def ground_of(connection: Connection, known: Known, board: Board, first: int, today: int) -> Ground | None:
    """Return what a board ranks: the metric's tally in the whole period, and the clipped ones where it changed.

    Reading makes no series: one that the edition lacks has no tallies yet.
    """
    last = periods.end(board.per, first)
    wanted = set()
    for span in metric_versions(board.metric, known.timelines):
        if span.starts < last and first < span.ends:
            clip = Window(board.per, span.starts, span.ends).clip(first)
            wanted.add((meaning((span.metric, span.milestones)), *clip))
    query = select(Series.meaning, Series.starts, Series.ends, Series.id).join(Edition, Edition.id == Series.edition)
    query = query.where(Edition.state == "active", Series.metric == board.metric, Series.per == board.per)
    series = sorted(row.id for row in connection.execute(query) if tuple(row[:3]) in wanted)
    if not series:
        return None
    return Ground(tuple(series), first, board.holder == "team", today if first <= today < last else 0)


def live(connection: Connection, ground: Ground, top: int, me: int | None) -> list[Row[Any]]:
    """Rank a board now; return the top and the neighbourhood, each row with the ``size`` of the board."""
    seen = {"top": top, "me": me, "around": standing.AROUND}
    return list(connection.execute(prepared(LIVE, ground), parameters(ground) | seen))


def is_large(connection: Connection, ground: Ground) -> bool:
    """Say whether a board has too many holders to be ranked for each reader; counts no further than needed."""
    side = Tally.holder < 0 if ground.teams else Tally.holder > 0
    some = select(Tally.holder).where(Tally.series.in_(ground.series), Tally.period == ground.first, side)
    counted = select(func.count()).select_from(some.limit(LARGE + 1).subquery())
    return bool(connection.execute(counted).scalar_one() > LARGE)


def prepared(sql: str, ground: Ground) -> TextClause:
    """Return a statement in which ``{ranked}`` stands for the ranked holders of a board."""
    ranked = RANKED.format(**SIDES[ground.teams])
    return text(sql.format(ranked=ranked)).bindparams(bindparam("series", expanding=True))


def parameters(ground: Ground) -> dict[str, object]:
    """Return what ``RANKED`` asks for."""
    return {"series": list(ground.series), "first": ground.first, "gone": ground.gone}
