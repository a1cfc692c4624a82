"""What somebody has earned: what is ready, what waits for a choice or for budget, what was collected, and all of it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select

from adoption import awards
from adoption import facts
from adoption import inforce
from adoption.awards import Name
from adoption.awards import Row
from adoption.extensions import db
from adoption.models import Award
from adoption.models import LedgerEntry
from adoption.models import PublishedVersion
from adoption.models import Redemption
from adoption.models import bucket_of
from adoption.rewards import choosing
from adoption.rewards import terms
from adoption.rewards import uses
from adoption.rewards.counter import holder_name
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.awards import Waits
    from adoption.facts import Known
    from adoption.rewards.uses import Used
    from rules.incentive import Incentive
    from rules.incentive import Reward

PIECE = 30  # lines of the history that are shown at once
OPEN_MOST = 200  # open awards that are listed; nobody has so many


@dataclass(frozen=True, slots=True)
class Item:
    """An award as its holder sees it: its incentive's title and kind of period, what it gives and how it was used.

    Days are local; ``until`` is the last one on which it can be used, ``choice`` says that it may be chosen (again).

    ``status`` is the award's, but ``expired`` also when that has happened today and no job has noted it yet.
    """

    award: Row
    title: str
    per: str | None
    status: str
    reward: Reward | None
    until: int | None
    used: Used | None
    team: str | None
    choice: bool
    waits: Waits | None = None  # why it waits, if it does
    before: int | None = None  # how many stand before it in the line, where that was asked
    incentive: Incentive | None = None  # as it was in force when the award was earned

    @property
    def name(self) -> Name:
        """What makes the award one of its kind."""
        return self.award.name


class Badge(NamedTuple):
    """A badge and how often it was earned."""

    reward: Reward
    times: int


class Collected(NamedTuple):
    """What is simply had: units of the ledger in ten-thousandths (points, then currencies), and badges."""

    units: Mapping[str, int]
    badges: Sequence[Badge]


class History(NamedTuple):
    """A piece of all awards, the newest first, and whether there are older ones."""

    items: list[Item]
    more: bool


def one(name: Name, now: int, *, language: str = "en") -> Item | None:
    """Return one award as its holder sees it."""
    connection = db.session.connection()
    award = awards.find(connection, name)
    if award is None:
        return None
    found = _items(connection, [award], now, language)[0]
    if found.waits is None or found.waits.why in {"paused", "gone"}:
        return found
    return replace(found, before=awards.before(connection, facts.current(), award))


def ready(holders: Iterable[int], now: int, *, language: str = "en") -> list[Item]:
    """Return what these holders can still use, choose or expect, and time off that is still to come.

    What can be used for the shortest time comes first.
    """
    connection = db.session.connection()
    known = facts.current()
    usable = terms.current(connection, known).usable()
    open_ones = or_(Award.status.in_(("choosing", "waiting")), and_(Award.status == "issued", Award.reward.in_(usable)))
    query = _of(holders).where(or_(open_ones, _coming(known.today(now)))).limit(OPEN_MOST)
    rows = [Row(*row[1:]) for row in connection.execute(query)]
    found = _items(connection, rows, now, language)
    return sorted(found, key=lambda item: (item.until is None, item.until or 0, item.award.granted, item.name))


def lately(holders: Collection[int], since: int, now: int) -> dict[int, list[Item]]:
    """Return, of each of these holders, what they can still use or choose and what they were granted since a moment.

    A constant number of queries, however many they are.
    """
    connection = db.session.connection()
    usable = terms.current(connection, facts.current()).usable()
    open_ones = or_(Award.status == "choosing", and_(Award.status == "issued", Award.reward.in_(usable)))
    fresh = and_(Award.granted >= since, Award.status.in_(("issued", "redeemed", "waiting")))
    rows = [Row(*row[1:]) for row in connection.execute(_of(holders).where(or_(open_ones, fresh)))]
    found: dict[int, list[Item]] = {one: [] for one in holders}
    ordered = sorted(rows, key=lambda row: (-row.granted, -row.period, row.version, row.ordinal))
    for item in _items(connection, ordered, now, "en"):
        found[item.award.holder].append(item)
    return found


def history(holders: Iterable[int], now: int, *, language: str = "en", piece: int = 0) -> History:
    """Return a piece of all awards of these holders, the newest first."""
    connection = db.session.connection()
    table = Award.__table__.c
    newest = (table.granted.desc(), table.period.desc(), table.version, table.holder, table.ordinal)
    query = _of(holders).order_by(*newest).limit(PIECE + 1).offset(piece * PIECE)
    rows = [Row(*row[1:]) for row in connection.execute(query)]
    return History(_items(connection, rows[:PIECE], now, language), len(rows) > PIECE)


def collected(holder: int) -> Collected:
    """Return what a holder has: points and money by the ledger, badges by the awards; two queries."""
    connection = db.session.connection()
    ledger = select(LedgerEntry.unit, func.sum(LedgerEntry.amount)).where(
        LedgerEntry.bucket == bucket_of(holder), LedgerEntry.holder == holder
    )
    units = {unit: int(amount) for unit, amount in connection.execute(ledger.group_by(LedgerEntry.unit)) if amount}
    found = terms.current(connection, facts.current())
    badges = [key for key in found.lines if found.lines[key][-1][1].kind == "badge"]
    counts = select(Award.reward, func.count()).where(
        Award.bucket == bucket_of(holder), Award.holder == holder, Award.status == "issued", Award.reward.in_(badges)
    )
    had = dict(connection.execute(counts.group_by(Award.reward)).all())
    ordered = dict(sorted(units.items(), key=lambda pair: (pair[0] != "points", pair[0])))
    return Collected(ordered, [Badge(found.lines[key][-1][1], had[key]) for key in badges if key in had])


def _of(holders: Iterable[int]) -> Any:
    wanted = sorted(set(holders))
    buckets = sorted({bucket_of(holder) for holder in wanted})
    return select(Award.__table__).where(Award.bucket.in_(buckets), Award.holder.in_(wanted))


def _coming(today: int) -> ColumnElement[bool]:
    """Return the condition of time off that was taken and whose day is not over."""
    parts = ("version", "holder", "period", "ordinal")
    its = [getattr(Redemption, part) == getattr(Award, part) for part in parts]
    live = (Redemption.undone.is_(None), Redemption.device.is_(None), Redemption.day >= today)
    return and_(Award.status == "redeemed", select(Redemption.id).where(*its, *live).exists())


def _items(connection: Connection, rows: Sequence[Row], now: int, language: str) -> list[Item]:
    """Tell awards in words that do not depend on how many there are; a constant number of queries."""
    known = facts.current()
    found = terms.current(connection, known)
    used = uses.of_all(connection, [row.name for row in rows if row.status in {"redeemed", "corrected"}])
    waits = awards.reasons(connection, known, rows)
    force = inforce.current() if rows else None
    bodies = _bodies(connection, known, {row.version for row in rows})
    items = []
    for row in rows:
        reward = found.of(row.reward, row.changed)
        issued = reward is not None and row.status in {"issued", "redeemed", "expired"}
        until = found.valid_until(reward, row.changed) if reward is not None and issued else None
        over = row.status == "issued" and until is not None and until < known.today(now)
        key, body = bodies.get(row.version, ("", None))
        title, per = wording.title_of(body, key, language), body.per if body else None
        team = holder_name(known, row.holder) if row.holder < 0 else None
        choice = force is not None and choosing.may_choose(known, force, row) and not over
        status = "expired" if over else row.status
        after = (used.get(row.name), team, choice, waits.get(row.name))
        items.append(Item(row, title, per, status, reward, until, *after, incentive=body))
    return items


def _bodies(connection: Connection, known: Known, versions: set[int]) -> dict[int, tuple[str, Incentive | None]]:
    """Return the key and the incentive of each version; a replaced one has that of its successor."""
    if not versions:
        return {}
    table = PublishedVersion
    rows = connection.execute(select(table.id, table.incentive, table.starts).where(table.id.in_(sorted(versions))))
    found: dict[int, tuple[str, Incentive | None]] = {}
    for number, key, starts in rows:
        line = known.timelines.incentives.get(key, ())
        body = next((part.body for part in line if part.starts <= starts < part.ends), line[-1].body if line else None)
        found[number] = key, body
    return found
