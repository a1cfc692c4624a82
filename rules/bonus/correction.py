"""What later facts change in periods that are closed: the difference to what was posted, in the period that is open.

A closed statement never changes.  Its period is reckoned again with the facts of today; each component's new amount
less all that was posted for it so far is a line of the open period.  So after any sequence of changes as much is
posted as if everything had been known at first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.bonus.statement import Correction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.bonus.statement import Statement

TOGETHER = "total"  # the key of what belongs to no component: cap, floor, rounding of the total
OWN = {"component"}
OUTSIDE = {"adjustment", "correction"}  # lines that were posted for their own reason


def by_component(statement: Statement) -> dict[str, int]:
    """Return what a statement posts for its own period, in cents, by component; bounds of the whole together."""
    found: dict[str, int] = {}
    for line in statement.lines:
        if line.kind not in OUTSIDE:
            key = line.key if line.kind in OWN else TOGETHER
            found[key] = found.get(key, 0) + line.amount
    return found


def corrections(period: str, posted: Mapping[str, int], again: Statement) -> tuple[Correction, ...]:
    """Return what is to be posted now for an earlier period.

    ``posted``: all that was posted for it so far, by component: its statement and every correction since.
    """
    new = by_component(again)
    keys = sorted(posted.keys() | new.keys())
    differences = ((key, new.get(key, 0) - posted.get(key, 0)) for key in keys)
    return tuple(Correction(period, key, amount) for key, amount in differences if amount)
