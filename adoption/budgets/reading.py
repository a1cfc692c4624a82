"""How every budget stands: counted in two queries, however many awards and rewards there are."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption.awards import LIVE
from adoption.extensions import db
from adoption.models import Award
from adoption.models import PublishedVersion
from rules import budget as rule
from rules import forecast
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.forecast import Outlook
    from rules.incentive import Reward

USED_ONCE = ("voucher", "time_off")  # kinds that are used some time after they are issued; others are had at once
FULL = 100  # per cent
PAST = 12  # budget periods before the running one that are shown
FEW = 5  # of so many in stock, the last one is few …
SOON = 14  # … and so are those that are gone in so many days
QUARTER = 900 * period.SECOND  # offsets of zones change at whole quarters of an hour
DAY = 86_400 * period.SECOND


@dataclass(slots=True)
class Pool:
    """One budget period of a reward, in pieces.

    ``first`` is its first day (0 where only a stock limits the reward).  ``pieces`` is how many its budget pays for
    (``None``: it has none), ``allowed`` what HR allowed beyond.  Of what was issued, ``reserved`` may still be used and
    ``spent`` was used, has expired, or was had at once.  ``waiting`` wait for room, ``paused`` for their incentive.
    """

    reward: Reward
    first: int
    ends: int
    pieces: int | None
    allowed: int = 0
    spent: int = 0
    reserved: int = 0
    waiting: int = 0
    paused: int = 0

    @property
    def drawn(self) -> int:
        """How many were issued."""
        return self.spent + self.reserved

    @property
    def left(self) -> int | None:
        """How many the budget still pays for."""
        return None if self.pieces is None else max(0, self.pieces + self.allowed - self.drawn)

    @property
    def overspent(self) -> int:
        """How many were issued beyond the budget."""
        return rule.overspent(self.reward, rule.Drawn(self.drawn))

    @property
    def share(self) -> int | None:
        """How much of the budget is drawn, in whole per cent; ``None`` without one.

        One that does not pay for another piece is spent, whatever small change is left of it.
        """
        if self.reward.budget is None:
            return None
        drawn = self.drawn * (self.reward.costs or 1) * FULL
        share = int(drawn // self.reward.budget.amount) if self.reward.budget.amount else FULL
        return max(share, FULL) if self.pieces is not None and self.drawn >= self.pieces else share


@dataclass(slots=True)
class Shelf:
    """A reward of the book: its running budget period, those before, its stock, and the incentives that earn it.

    ``open`` may still be used, of all periods; ``ever`` were issued in all.  ``by_incentive`` says how many of the
    running period each incentive drew.
    """

    reward: Reward
    running: Pool
    past: list[Pool] = field(default_factory=list)
    open: int = 0
    ever: int = 0
    outlook: Outlook | None = None
    stock_outlook: Outlook | None = None
    incentives: list[str] = field(default_factory=list)
    by_incentive: Counter[str] = field(default_factory=Counter)

    @property
    def key(self) -> str:
        """The reward's key."""
        return self.reward.key

    @property
    def budgeted(self) -> bool:
        """Whether it has a budget."""
        return self.reward.budget is not None

    @property
    def stock_left(self) -> int | None:
        """How many lie in stock; ``None`` where nothing says so."""
        return None if self.reward.stock is None else max(0, self.reward.stock - self.ever)

    def low(self, today: int) -> bool:
        """Say whether the stock comes to its end on a local day."""
        if self.stock_left is None or self.reward.stock is None:
            return False
        lasts = self.stock_outlook.lasts if self.stock_outlook else None
        return self.stock_left * FEW <= self.reward.stock or (lasts is not None and lasts < today + SOON)

    @property
    def waits(self) -> int:
        """How many wait for room, of all periods."""
        return self.running.waiting + sum(pool.waiting for pool in self.past)


class Overview(NamedTuple):
    """Every reward of the book, in its order, on a local day."""

    today: int
    shelves: Mapping[str, Shelf]


class _Counts(NamedTuple):
    """Awards of one reward, budget period, version and status; ``first`` granted at that moment."""

    reward: str
    allotment: int | None
    version: int
    status: str
    number: int
    granted: int


def overview(now: int, only: str | None = None) -> Overview:
    """Return how all rewards stand at a moment (UTC microseconds), or ``only`` one; a constant number of queries."""
    known = facts.current()
    connection = db.session.connection()
    rewards = {key: one for key, one in known.book.rewards.items() if only in {None, key}}
    shelves = {key: Shelf(one, _pool(one, awards.running(known, one, now))) for key, one in rewards.items()}
    for key, incentive in known.book.incentives.items():
        for name in incentive.earns:
            if name in shelves:
                shelves[name].incentives.append(key)
    since = _count(connection, known, shelves)
    allowed = awards.allowed(connection, rewards)
    for shelf in shelves.values():
        for pool in (shelf.running, *shelf.past):
            pool.allowed = allowed.get((shelf.key, pool.first), 0)
    _look_ahead(connection, known, shelves, since, now)
    today = known.today(now)
    offered = known.offered(today)
    return Overview(today, {key: one for key, one in shelves.items() if key in offered or one.open or one.waits})


def _pool(reward: Reward, first: int) -> Pool:
    ends = period.end(reward.budget.per, first) if reward.budget else period.FOREVER
    return Pool(reward, first, ends, rule.pieces(reward))


def _count(connection: Connection, known: Known, shelves: Mapping[str, Shelf]) -> dict[str, int]:
    """Count all awards into their pools; return the moment at which each reward was first granted."""
    stopped = awards.stopped_versions(connection, known)
    names = _incentives(connection)
    pools: dict[str, dict[int, Pool]] = {key: {shelf.running.first: shelf.running} for key, shelf in shelves.items()}
    since: dict[str, int] = {}
    for row in _rows(connection, shelves):
        shelf, mine = shelves[row.reward], pools[row.reward]
        since[row.reward] = min(row.granted, since.get(row.reward, row.granted))
        first = row.allotment if shelf.budgeted and row.allotment else shelf.running.first
        if first not in mine:
            mine[first] = _pool(shelf.reward, first)
        _add(shelf, mine[first], row, paused=row.version in stopped)
        if first == shelf.running.first and row.status in LIVE:
            shelf.by_incentive[names.get(row.version, "")] += row.number
    for key, shelf in shelves.items():
        before = sorted((pool for first, pool in pools[key].items() if first < shelf.running.first), key=_newest)
        shelf.past = before[:PAST]
    return since


def _add(shelf: Shelf, pool: Pool, row: _Counts, *, paused: bool) -> None:
    if row.status == "waiting":
        pool.paused += row.number * paused
        pool.waiting += row.number * (not paused)
    elif row.status in LIVE:
        shelf.ever += row.number
        still = row.status == "issued" and shelf.reward.kind in USED_ONCE
        pool.reserved += row.number * still
        pool.spent += row.number * (not still)
        shelf.open += row.number * still


def _newest(pool: Pool) -> int:
    return -pool.first


def _rows(connection: Connection, rewards: Iterable[str]) -> Iterable[_Counts]:
    table = Award.__table__.c
    counted = (*LIVE, "waiting")
    group = (table.reward, table.allotment, table.version, table.status)
    query = select(*group, func.count(), func.min(table.granted))
    query = query.where(table.reward.in_(sorted(rewards)), table.status.in_(counted)).group_by(*group)
    return (_Counts(*row) for row in connection.execute(query))


def _incentives(connection: Connection) -> dict[int, str]:
    return dict(connection.execute(select(PublishedVersion.id, PublishedVersion.incentive)).all())


def _look_ahead(
    connection: Connection, known: Known, shelves: Mapping[str, Shelf], since: Mapping[str, int], now: int
) -> None:
    """Foretell how long budgets and stocks last."""
    limited = [key for key, shelf in shelves.items() if rule.limited(shelf.reward)]
    today = known.today(now)
    paces = _paces(connection, known, limited, now)
    for key in limited:
        shelf = shelves[key]
        if key not in since:
            continue
        first = known.day_of(since[key])
        if shelf.budgeted:
            left, ends = shelf.running.left, shelf.running.ends
            shelf.outlook = forecast.outlook(paces[key], today, ends, left, first)
        if shelf.stock_left is not None:
            shelf.stock_outlook = forecast.outlook(paces[key], today, period.FOREVER, shelf.stock_left, first)


def _paces(connection: Connection, known: Known, rewards: Iterable[str], now: int) -> dict[str, Counter[int]]:
    """Return how many of each reward were earned on each local day of the last weeks, given out or waiting."""
    table = Award.__table__.c
    begin = now - (forecast.WEEK * forecast.WEEKS + 2) * DAY
    quarter = table.granted // QUARTER
    query = select(table.reward, quarter, func.count()).where(
        table.reward.in_(sorted(rewards)), table.status.in_((*LIVE, "waiting")), table.granted >= begin
    )
    paces: dict[str, Counter[int]] = defaultdict(Counter)
    for name, number, count in connection.execute(query.group_by(table.reward, quarter)):
        paces[name][known.day_of(int(number) * QUARTER)] += count
    return paces
