"""The two sides of a verification: the live tables through one connection, and the history of the same moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select as from_table
from sqlglot import exp
from sqlglot import select

from adoption.history.conditions import every
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.models import Edition

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.history.questions import History

EXAMPLES = 10  # of each kind of difference, in words


class Sides:
    """Live tables, read through one connection, against the history of the same moment."""

    def __init__(self, connection: Connection, history: History, report: Callable[[str, int, list[str]], None]) -> None:
        """Take both sides; ``report`` is told kind, number and examples of differences."""
        self.connection = connection
        self.history = history
        self.engine = history.engine
        self.known = history.known
        self.report = report
        active = connection.execute(from_table(Edition.id).where(Edition.state == "active")).scalar()
        self.edition = -1 if active is None else int(active)

    def set_against(self, expected: str, live: exp.Query, places: Sequence[str], value: str) -> None:
        """Keep as ``differing`` where the two sides do not have the same value; none is zero."""
        same = every([col(name, "e").eq(col(name, "l")) for name in places])
        sides = [exp.func("COALESCE", col(value, side), num(0)) for side in ("e", "l")]
        query = (
            select(*(exp.alias_(exp.func("COALESCE", col(n, "e"), col(n, "l")), n) for n in places))
            .select(exp.alias_(sides[0], "expected"), exp.alias_(sides[1], "actual"))
            .from_(exp.alias_(exp.to_table(expected), "e", table=True))
            .join(live.subquery("l"), on=same, join_type="full")
            .where(exp.NEQ(this=sides[0].copy(), expression=sides[1].copy()))
        )
        self.engine.keep("differing", query)

    def differ(self, kind: str, rows: exp.Select, order: Sequence[str], say: Callable[..., str]) -> None:
        """Report how many rows there are, and say the first of them."""
        count = self.engine.all(select(exp.Count(this=exp.Star())).from_(rows.subquery("rows")))[0][0]
        if count:
            first = self.engine.all(rows.order_by(*order).limit(EXAMPLES))
            self.report(kind, int(count), [say(*row) for row in first])

    def count(self, name: str, *also: str) -> int:
        """Return how many rows a relation has, and drop it if more are named, with these."""
        count = int(self.engine.all(select(exp.Count(this=exp.Star())).from_(name))[0][0])
        if also:
            self.engine.drop(name, *also)
        return count
