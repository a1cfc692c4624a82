"""Points and money of awards in the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import ledger
from adoption.awards.rows import LIVE
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.awards.rows import Row
    from adoption.due import Place
    from adoption.facts import Known
    from adoption.inforce import InForce


def book(  # noqa: PLR0913, PLR0917  # what was, what is
    connection: Connection,
    known: Known,
    force: InForce,
    before: Mapping[tuple[Place, int], Row],
    after: Mapping[tuple[Place, int], Row],
    now: int,
) -> None:
    """Post points and money of awards that became issued; reverse those that no longer are, or are something else."""
    titles = {paid.id: paid.version.incentive.title for line in force.versions.values() for paid in line}
    were = [(before[key], row) for key, row in after.items() if key in before and before[key].status in LIVE]
    over = [row.cause for _, row in were if row.status not in LIVE]
    swapped = [row.cause for old, row in were if row.status in LIVE and old.reward != row.reward]
    postings = [one for row in after.values() for one in _worth(known, row, titles.get(row.version))]
    if over:
        ledger.reverse(connection, over, "no longer due", now)
    if swapped:
        ledger.reverse(connection, swapped, "another reward instead", now)
    if postings:
        ledger.post(connection, postings, now)


def _worth(known: Known, row: Row, title: str | None) -> list[ledger.Posting]:
    """Return what an award is worth in the ledger, if anything."""
    reward = known.book.rewards.get(row.reward or "")
    if row.status not in LIVE or reward is None or reward.amount is None or reward.kind not in {"points", "money"}:
        return []
    unit = "points" if reward.kind == "points" else (reward.currency or "")
    return [ledger.Posting(*row.cause, unit, int(reward.amount * UNIT), title or reward.title)]
