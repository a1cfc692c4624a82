"""What tallies make due is granted, what is no longer due is taken back.

``rules.incentive`` decides how many are due and what happens to each award; this module gathers the facts in bulk and
stores the answer.  Awards are locked before they are decided on: a voucher may be redeemed at the same moment, and is
redeemed before or after, never in between.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import select
from sqlalchemy import update

from adoption import due
from adoption.awards.booking import book
from adoption.awards.budgets import draw
from adoption.awards.rows import Row
from adoption.awards.rows import grouped
from adoption.awards.rows import locked_at
from adoption.awards.rows import places_of
from adoption.awards.rows import store
from adoption.models import Award
from adoption.models import Redemption
from adoption.models import Voucher
from rules import incentive as rule

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


def follow(connection: Connection, known: Known, force: InForce, changes: Iterable[Change], now: int) -> None:
    """Bring awards in line with tallies that changed."""
    asked = due.touched(force, changes)
    if asked.periods or asked.streaks:
        due.take_turns(connection, force, asked)
        counts = due.counts(connection, known, force, asked, _of_streaks(connection, force, asked))
        _bring(connection, known, force, counts, locked_at(connection, counts), now)


def settle_bucket(connection: Connection, known: Known, force: InForce, bucket: int, now: int) -> int:
    """Bring all awards of the holders of one bucket in line with the tallies; return how many rows were looked at.

    The same as ``follow``, from scratch.  Only what has to change is locked: nobody at a counter waits for the rest.
    """
    asked = due.everything(connection, force, bucket)
    rows: Iterable[Any] = connection.execute(select(Award.__table__).where(Award.bucket == bucket))
    held = grouped(row[1:] for row in rows)
    counts = due.counts(connection, known, force, asked, held)
    moving = {place: count for place, count in counts.items() if rule.settle(_held(held.get(place, ())), count)}
    _bring(connection, known, force, moving, locked_at(connection, moving), now)
    return len(asked.values) + len(held)


def _of_streaks(connection: Connection, force: InForce, asked: due.Asked) -> set[Place]:
    """Return the places at which touched streaks have awards: a changed day may move any of them."""
    return places_of(connection, [(paid.id, holder) for key, holder in asked.streaks for paid in force.versions[key]])


def _held(rows: Iterable[Row]) -> list[rule.Held]:
    return [rule.Held(row.ordinal, row.status, row.reward) for row in rows]


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
    moved: list[tuple[Place, int, int]] = []
    for place, count in sorted(counts.items()):
        rows = {row.ordinal: row for row in held.get(place, ())}
        for step in rule.settle(_held(rows.values()), count):
            old = after.get((place, step.ordinal)) or rows.get(step.ordinal)
            used = rows[step.use_of] if step.use_of is not None else None
            offer = incentives.get(place[0])
            stopped = offer is not None and offer.key in known.stopped
            after[place, step.ordinal] = _stepped(place, step, (old, used), (offer, stopped), now)
            if used is not None:
                moved.append((place, used.ordinal, step.ordinal))
        before.update({(place, row.ordinal): row for row in rows.values()})
    draw(connection, known, after)
    store(connection, [row for key, row in after.items() if row != before.get(key)])
    book(connection, known, force, before, after, now)
    _move_uses(connection, moved)


def _stepped(
    place: Place, step: rule.Step, was: tuple[Row | None, Row | None], by: tuple[Incentive | None, bool], now: int
) -> Row:
    """Return the award after one step; it ``was`` this, and that is the one whose use it takes over.

    ``by`` is what earns it, and whether that is stopped.
    """
    (old, used), (incentive, stopped) = was, by
    if old is None:
        earns = incentive.earns if incentive else ()
        reward = earns[0] if len(earns) == 1 else None
        begins = rule.begins_as(chosen=reward is not None, stopped=stopped)
        return Row(*place, step.ordinal, begins, reward, None, now, now, None)
    if step.does == "reopen":
        if old.status == "corrected":
            return replace(old, status="redeemed", changed=now)
        return replace(old, status=rule.begins_as(chosen=bool(old.reward), stopped=stopped), changed=now)
    if step.does == "take_over" and used is not None:
        return replace(
            old,
            status="redeemed",
            reward=used.reward,
            allotment=used.allotment,
            redeemed=used.redeemed,
            changed=used.changed,
        )
    status = "corrected" if step.does == "correct" else "voided"
    return replace(old, status=status, redeemed=old.redeemed if status == "corrected" else None, changed=now)


def _move_uses(connection: Connection, moved: Sequence[tuple[Place, int, int]]) -> None:
    """Let the redemption of an award go where its use went, and let the two vouchers change places.

    Whoever scans the used voucher once more is told that it was used, and the other one is no longer due.
    """
    if not moved:
        return
    for table in (Redemption, Voucher):
        _exchange(connection, table, [(place, one, -other) for place, one, other in moved])
        if table is Voucher:
            _exchange(connection, table, [(place, other, one) for place, one, other in moved])
        _exchange(connection, table, [(place, -other, other) for place, _, other in moved])


def _exchange(
    connection: Connection, table: type[Redemption | Voucher], moves: Sequence[tuple[Place, int, int]]
) -> None:
    """Give rows of ordinals new ordinals; negative ones are a place in between, since two never may be equal."""
    at = [getattr(table, name) == bindparam(f"its_{name}") for name in ("version", "holder", "period", "ordinal")]
    if table is Redemption:
        at.append(Redemption.undone.is_(None))
    rows = [
        {"its_version": version, "its_holder": holder, "its_period": first, "its_ordinal": one, "goes": other}
        for (version, holder, first), one, other in moves
    ]
    connection.execute(update(table).where(*at).values(ordinal=bindparam("goes")), rows)
