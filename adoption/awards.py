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

from sqlalchemy import select

from adoption import due
from adoption import ledger
from adoption import statements
from adoption.models import Award
from adoption.models import bucket_of
from rules import incentive as rule
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.due import Place
    from adoption.facts import Known
    from adoption.inforce import Change
    from adoption.inforce import InForce
    from rules.incentive import Incentive
    from rules.incentive import Reward

KEY = ("bucket", "version", "holder", "period", "ordinal")
VALUES = ("status", "reward", "allotment", "granted", "changed", "redeemed")
LIVE = ("issued", "redeemed", "expired", "corrected")  # what has drawn on a budget
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
    asked = due.touched(force, changes)
    if asked.periods or asked.streaks:
        due.take_turns(connection, force, asked)
        held = _of_streaks(connection, force, asked)
        counts = due.counts(connection, known, force, asked, held)
        _bring(connection, known, force, counts, held | _held(connection, counts.keys() - held.keys()), now)


def settle_bucket(connection: Connection, known: Known, force: InForce, bucket: int, now: int) -> int:
    """Bring all awards of the holders of one bucket in line with the tallies; return how many rows were looked at.

    The same as ``follow``, from scratch.
    """
    asked = due.everything(connection, force, bucket)
    held: dict[Place, list[Row]] = defaultdict(list)
    rows: Iterable[Any] = connection.execute(select(Award.__table__).where(Award.bucket == bucket))
    for row in rows:
        held[row[1], row[2], row[3]].append(Row(*row[1:]))
    counts = due.counts(connection, known, force, asked, held)
    _bring(connection, known, force, counts, held, now)
    return len(asked.values) + len(held)


def _of_streaks(connection: Connection, force: InForce, asked: due.Asked) -> dict[Place, list[Row]]:
    """Return the awards that touched streaks have anywhere: a changed day may move any of them."""
    keys = sorted((bucket_of(holder), paid.id, holder) for key, holder in asked.streaks for paid in force.versions[key])
    return _grouped(statements.find(connection, "award", KEY[:3], (*KEY[1:], *VALUES), keys))


def _held(connection: Connection, places: Iterable[Place]) -> dict[Place, list[Row]]:
    """Return the awards that exist at these places."""
    keys = sorted((bucket_of(holder), version, holder, first) for version, holder, first in places)
    return _grouped(statements.find(connection, "award", KEY[:4], (*KEY[1:], *VALUES), keys))


def _grouped(rows: Iterable[Any]) -> dict[Place, list[Row]]:
    held: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        held[row[0], row[1], row[2]].append(Row(*row))
    return dict(held)


def _bring(  # noqa: PLR0913, PLR0917  # the facts of one decision
    connection: Connection,
    known: Known,
    force: InForce,
    counts: Mapping[Place, int],
    held: Mapping[Place, Sequence[Row]],
    now: int,
) -> None:
    """Carry out what ``rules.incentive.settle`` decides for each place."""
    incentives = {paid.id: paid.version.incentive for line in force.versions.values() for paid in line}
    before: dict[tuple[Place, int], Row] = {}
    after: dict[tuple[Place, int], Row] = {}
    for place, count in sorted(counts.items()):
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
    book(connection, known, force, before, after, now)


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
    due.lock(connection, BUDGET_LOCK, asking)
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


def book(  # noqa: PLR0913, PLR0917  # what was, what is
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
