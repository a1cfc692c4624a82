"""The only writer of awards: what tallies make due is granted, what is no longer due is taken back.

``rules.incentive`` decides how many are due and what happens to each award; this module gathers the facts in bulk and
stores the answer.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from zlib import crc32

from sqlalchemy import select
from sqlalchemy import text

from adoption import ledger
from adoption import statements
from adoption.inforce import window_of
from adoption.models import Award
from adoption.models import Tally
from adoption.models import bucket_of
from rules import incentive as rule
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import Change
    from adoption.inforce import InForce
    from adoption.inforce import Paid
    from rules.incentive import Incentive
    from rules.incentive import Reward

KEY = ("bucket", "version", "holder", "period", "ordinal")
VALUES = ("status", "reward", "allotment", "granted", "changed", "redeemed")
LIVE = ("issued", "redeemed", "expired", "corrected")  # what has drawn on a budget
Place = tuple[int, int, int]  # version, holder, first day of the period
AWARDS_LOCK = 0x5350_4F01  # class of advisory locks: a holder's awards of one incentive
BUDGET_LOCK = 0x5350_4F02  # class of advisory locks: a reward's budget period


@dataclass(frozen=True, slots=True)
class Row:
    """An award as stored (see ``models.Award``)."""

    version: int
    holder: int
    period: int
    ordinal: int
    status: str
    reward: str | None
    allotment: int | None
    granted: int
    changed: int
    redeemed: int | None

    @property
    def cause(self) -> ledger.Cause:
        """The cause of its ledger entries."""
        return self.holder, f"award:{self.version}/{self.period}/{self.ordinal}"


def follow(connection: Connection, known: Known, force: InForce, changes: Iterable[Change], now: int) -> None:
    """Bring awards in line with tallies that changed."""
    values = {}
    periods: set[tuple[str, int, int]] = set()  # incentive, holder, first day
    streaks: set[tuple[str, int]] = set()
    for change in changes:
        values[change.series, change.holder, change.period] = change.value
        before = change.value - change.delta
        for paid in force.paid.get(change.series, ()):
            incentive = paid.version.incentive
            if not _concerns(force, paid, change.series, change.holder, change.period):
                continue
            if incentive.in_a_row is not None:
                if (before >= rule.DAY_MET) != (change.value >= rule.DAY_MET):
                    streaks.add((incentive.key, change.holder))
            elif incentive.due(before) != incentive.due(change.value):
                periods.add((incentive.key, change.holder, change.period))
    if periods or streaks:
        due = _due(connection, known, force, periods, streaks, values)
        held = _held(connection, due, force, streaks)
        _bring(connection, known, force, due, held, now)


def settle_bucket(connection: Connection, known: Known, force: InForce, bucket: int, now: int) -> int:
    """Bring all awards of the holders of one bucket in line with the tallies; return how many rows were looked at.

    The same as ``follow``, from scratch.
    """
    table = Tally.__table__.c
    paying = sorted(force.paid)
    query = select(table.series, table.holder, table.period, table.value)
    values = {
        (series, holder, first): value
        for series, holder, first, value in connection.execute(
            query.where(table.bucket == bucket, table.series.in_(paying))
        )
    }
    periods: set[tuple[str, int, int]] = set()
    streaks: set[tuple[str, int]] = set()
    for series, holder, first in values:
        for paid in force.paid[series]:
            if _concerns(force, paid, series, holder, first):
                key = paid.version.incentive.key
                if paid.version.incentive.in_a_row is None:
                    periods.add((key, holder, first))
                else:
                    streaks.add((key, holder))
    due = _due(connection, known, force, periods, streaks, values)
    rows: Iterable[Any] = connection.execute(select(Award.__table__).where(Award.bucket == bucket))
    held: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        held[row[1], row[2], row[3]].append(Row(*row[1:]))
    for place in held:
        due.setdefault(place, 0)
    _bring(connection, known, force, due, held, now)
    return len(values) + len(held)


def _concerns(force: InForce, paid: Paid, series: int, holder: int, first: int) -> bool:
    """Say whether this tally is the one that the version looks at in that period."""
    if (holder > 0) != (paid.version.incentive.holder == "participant"):
        return False
    window = window_of(paid.version)
    if paid.version.incentive.in_a_row is not None:
        return window.starts <= first < window.ends
    return window.clip(first) == force.clips[series]


def _due(  # noqa: PLR0913, PLR0917  # the facts of one decision
    connection: Connection,
    known: Known,
    force: InForce,
    periods: Iterable[tuple[str, int, int]],
    streaks: Iterable[tuple[str, int]],
    values: Mapping[tuple[int, int, int], int],
) -> dict[Place, int]:
    """Return how many awards are due at each place."""
    sharing = [(key, holder) for key, holder, _ in periods if len(force.versions[key]) > 1]
    _lock(connection, AWARDS_LOCK, {*sharing, *streaks})
    due = _due_by_period(connection, known, force, periods, values)
    due.update(_due_by_streak(connection, known, force, streaks))
    return due


def _due_by_period(
    connection: Connection,
    known: Known,
    force: InForce,
    periods: Iterable[tuple[str, int, int]],
    values: Mapping[tuple[int, int, int], int],
) -> dict[Place, int]:
    looked_at: dict[tuple[str, int, int], list[tuple[Paid, int]]] = {}
    for key, holder, first in periods:
        last = period.end(force.versions[key][0].version.incentive.per, first)
        looked_at[key, holder, first] = [
            (paid, force.series_of(paid, first))
            for paid in force.versions[key]
            if paid.version.incentive.in_a_row is None
            and period.start(paid.version.incentive.per, first) == first
            and period.end(paid.version.incentive.per, first) == last
            and paid.version.starts < last
            and first < paid.version.ends
        ]
    tallies = _tallies(connection, looked_at, values)
    due: dict[Place, int] = {}
    for (_, holder, first), looks in looked_at.items():
        offered = [paid.version.incentive for paid, _ in looks]
        earned = [
            one.due(tallies.get((series, holder, first), 0)) if eligible(known, one, holder, first) else 0
            for one, (_, series) in zip(offered, looks, strict=True)
        ]
        for (paid, _), count in zip(looks, rule.share(offered, earned), strict=True):
            due[paid.id, holder, first] = count
    return due


def _tallies(
    connection: Connection,
    looked_at: Mapping[tuple[str, int, int], Sequence[tuple[Paid, int]]],
    values: Mapping[tuple[int, int, int], int],
) -> Mapping[tuple[int, int, int], int]:
    """Return the tallies that are looked at: those known already, and the others from the table."""
    wanted = {(series, holder, first) for (_, holder, first), looks in looked_at.items() for _, series in looks}
    unknown = sorted((bucket_of(holder), series, holder, first) for series, holder, first in wanted - values.keys())
    key = ("bucket", "series", "holder", "period")
    found = statements.find(connection, "tally", key, (*key[1:], "value"), unknown)
    return {**values, **{(row[0], row[1], row[2]): row[3] for row in found}}


def _due_by_streak(
    connection: Connection, known: Known, force: InForce, streaks: Iterable[tuple[str, int]]
) -> dict[Place, int]:
    """Count blocks of met working days, over all periods of each holder."""
    streaks = sorted(streaks)
    wanted = {
        (bucket_of(holder), force.series_of(paid, paid.version.starts), holder)
        for key, holder in streaks
        for paid in force.versions[key]
        if paid.version.incentive.in_a_row is not None
    }
    met: dict[tuple[int, int], list[int]] = defaultdict(list)
    key_columns = ("bucket", "series", "holder")
    rows = statements.find(connection, "tally", key_columns, ("series", "holder", "period", "value"), sorted(wanted))
    for series, holder, day, value in rows:
        if value >= rule.DAY_MET:
            met[series, holder].append(day)
    due: dict[Place, int] = {}
    for key, holder in streaks:
        earned: list[tuple[Paid, Mapping[int, int]]] = []
        for paid in force.versions[key]:
            version = paid.version
            if version.incentive.in_a_row is None:
                continue
            days = met[force.series_of(paid, version.starts), holder]
            inside = [day for day in days if version.starts <= day < version.ends]
            works = _works(known, holder)
            earned.append((paid, rule.blocks(inside, version.incentive.in_a_row, works, version.incentive.per)))
        offered = [paid.version.incentive for paid, _ in earned]
        for first in {day for _, found in earned for day in found}:
            raw = [
                one.within_limit(found.get(first, 0)) if eligible(known, one, holder, first) else 0
                for one, (_, found) in zip(offered, earned, strict=True)
            ]
            for (paid, _), count in zip(earned, rule.share(offered, raw), strict=True):
                due[paid.id, holder, first] = count
    return due


def _works(known: Known, holder: int) -> Callable[[int], bool]:
    return lambda day: known.works(holder, day)


def eligible(known: Known, incentive: Incentive, holder: int, first: int) -> bool:
    """Say whether the incentive is offered to the holder on at least one day of the period.

    Teams and waves change on known days, so looking at these days of the period, and at its first, is enough.
    """
    who = incentive.who
    if not who:
        return True
    last = period.end(incentive.per, first)
    teams = [-holder] if holder < 0 else [team for _, _, team in known.memberships.get(holder, ())]
    changes = {starts for starts, _, _ in known.memberships.get(holder, ())}
    changes |= {starts for team in teams for starts, _, _ in known.waves.get(team, ())}
    role = known.people[holder].role if holder > 0 else None
    for day in sorted({first, *(one for one in changes if first < one < last)}):
        inside = (-holder,) if holder < 0 else known.teams_on(holder, day)
        names = [known.teams[team] for team in inside]
        if who.includes(names, role, known.waves_on(inside, day)):
            return True
    return False


def _held(
    connection: Connection, due: dict[Place, int], force: InForce, streaks: Iterable[tuple[str, int]]
) -> dict[Place, list[Row]]:
    """Return the awards that exist at these places, and everywhere a streak may have had one."""
    columns = (*KEY[1:], *VALUES)
    keys = sorted((bucket_of(holder), version, holder, first) for version, holder, first in due)
    rows = list(statements.find(connection, "award", KEY[:4], columns, keys))
    everywhere = sorted((bucket_of(holder), paid.id, holder) for key, holder in streaks for paid in force.versions[key])
    rows.extend(statements.find(connection, "award", KEY[:3], columns, everywhere))
    held: dict[Place, dict[int, Row]] = defaultdict(dict)
    for row in rows:
        held[row[0], row[1], row[2]][row[3]] = Row(*row)
    for place in held:
        due.setdefault(place, 0)
    return {place: list(found.values()) for place, found in held.items()}


def _bring(  # noqa: PLR0913, PLR0917  # the facts of one decision
    connection: Connection,
    known: Known,
    force: InForce,
    due: Mapping[Place, int],
    held: Mapping[Place, Sequence[Row]],
    now: int,
) -> None:
    """Carry out what ``rules.incentive.settle`` decides for each place."""
    incentives = {paid.id: paid.version.incentive for line in force.versions.values() for paid in line}
    before: dict[tuple[Place, int], Row] = {}
    after: dict[tuple[Place, int], Row] = {}
    for place, count in sorted(due.items()):
        rows = {row.ordinal: row for row in held.get(place, ())}
        steps = rule.settle([rule.Held(row.ordinal, row.status, row.reward) for row in rows.values()], count)
        for step in steps:
            old = after.get((place, step.ordinal)) or rows.get(step.ordinal)
            used = rows[step.use_of] if step.use_of is not None else None
            after[place, step.ordinal] = _stepped(place, step, old, used, incentives.get(place[0]), now)
        before.update({(place, row.ordinal): row for row in rows.values()})
    _draw(connection, known, after)
    stored = [row for key, row in after.items() if row != before.get(key)]
    store(connection, stored)
    _book(connection, known, force, before, after, now)


def store(connection: Connection, rows: Iterable[Row]) -> None:
    """Write these awards."""
    given = sorted(
        (
            bucket_of(r.holder), r.version, r.holder, r.period, r.ordinal,
            r.status, r.reward, r.allotment, r.granted, r.changed, r.redeemed,
        )
        for r in rows
    )  # fmt: skip  # one line of the key, one of the values
    statements.put(connection, "award", KEY, VALUES, given)


def _stepped(  # noqa: PLR0913, PLR0917  # one award, one step
    place: Place, step: rule.Step, old: Row | None, used: Row | None, incentive: Incentive | None, now: int
) -> Row:
    """Return the award after one step."""
    if old is None:
        earns = incentive.earns if incentive else ()
        reward = earns[0] if len(earns) == 1 else None
        return Row(*place, step.ordinal, "issued" if reward else "choosing", reward, None, now, now, None)
    if step.does == "reopen":
        if old.status == "corrected":
            return replace(old, status="redeemed", changed=now)
        return replace(old, status="issued" if old.reward else "choosing", changed=now)
    if step.does == "take_over" and used is not None:
        return replace(
            old, status="redeemed", reward=used.reward, allotment=used.allotment, redeemed=used.redeemed, changed=now
        )
    status = "corrected" if step.does == "correct" else "voided"
    return replace(old, status=status, redeemed=old.redeemed if status == "corrected" else None, changed=now)


def _draw(connection: Connection, known: Known, after: dict[tuple[Place, int], Row]) -> None:
    """Let newly issued awards draw on budget and stock, in order of their keys; what finds none left waits."""
    asking: dict[tuple[str, int], list[tuple[Place, int]]] = defaultdict(list)
    for key, row in after.items():
        reward = known.book.rewards.get(row.reward or "")
        if row.status == "issued" and reward is not None and (reward.budget or reward.stock is not None):
            asking[reward.key, allotment(reward, row.period)].append(key)
    if not asking:
        return
    _lock(connection, BUDGET_LOCK, asking)
    for (name, first), keys in sorted(asking.items()):
        reward = known.book.rewards[name]
        left = room(reward) - drawn(connection, name, first, leaving=set(after))
        for key in sorted(keys):
            status = "issued" if left >= 1 else "waiting"
            left -= status == "issued"
            after[key] = replace(after[key], status=status, allotment=first)


def allotment(reward: Reward, first: int) -> int:
    """Return the first day of the budget period on which an award of the period starting on ``first`` draws."""
    return period.start(reward.budget.per, first) if reward.budget else 0


def room(reward: Reward) -> int:
    """Return how many of a reward its budget and stock allow in one budget period."""
    limits = [] if reward.stock is None else [reward.stock]
    if reward.budget is not None:
        limits.append(int(reward.budget.amount // (reward.costs or 1)))
    return min(limits)


def drawn(connection: Connection, reward: str, first: int, *, leaving: set[tuple[Place, int]] = frozenset()) -> int:  # type: ignore[assignment]  # the empty set
    """Return how many awards draw on this budget period already, less those that are about to change."""
    table = Award.__table__.c
    rows = connection.execute(
        select(table.version, table.holder, table.period, table.ordinal).where(
            table.reward == reward, table.allotment == first, table.status.in_(LIVE)
        )
    )
    return sum(((row[0], row[1], row[2]), row[3]) not in leaving for row in rows)


def _book(  # noqa: PLR0913, PLR0917  # what was, what is
    connection: Connection,
    known: Known,
    force: InForce,
    before: Mapping[tuple[Place, int], Row],
    after: Mapping[tuple[Place, int], Row],
    now: int,
) -> None:
    """Post points and money of awards that became issued; reverse those that no longer are."""
    titles = {paid.id: paid.version.incentive.title for line in force.versions.values() for paid in line}
    postings, reversals = [], []
    for key, row in after.items():
        reward = known.book.rewards.get(row.reward or "")
        old = before.get(key)
        if row.status in LIVE:
            if reward is not None and reward.amount is not None and reward.kind in {"points", "money"}:
                unit = "points" if reward.kind == "points" else (reward.currency or "")
                reason = titles.get(row.version, reward.title)
                postings.append(ledger.Posting(*row.cause, unit, int(reward.amount * UNIT), reason))
        elif old is not None and old.status in LIVE:
            reversals.append(row.cause)
    if reversals:
        ledger.reverse(connection, reversals, "no longer due", now)
    if postings:
        ledger.post(connection, postings, now)


def _lock(connection: Connection, kind: int, keys: Iterable[tuple[str, int]]) -> None:
    """Take turns where rows alone do not make writers wait for each other (SQLite has one writer anyway)."""
    wanted = sorted({crc32(f"{name}/{number}".encode()) >> 1 for name, number in keys})
    if wanted and not statements.is_sqlite(connection):
        sql = text("SELECT pg_advisory_xact_lock(:kind, n) FROM unnest(CAST(:numbers AS integer[])) AS t(n)")
        connection.execute(sql, {"kind": kind, "numbers": wanted})
