"""What a day weighs: for each family of evidence the logarithm of a likelihood ratio, spreadsheet work against none.

Natural logarithms, tempered since days are not independent, and capped so that no family can carry the whole question
and long good standing does not hide a change (docs/decisions/reliance.md).
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.reliance.usual import DENSE
from rules.reliance.usual import EXPECTED
from rules.reliance.usual import TYPED

if TYPE_CHECKING:
    from rules.reliance.seen import Seen
    from rules.reliance.usual import Usual


class Family(NamedTuple):
    """A family of evidence: how its weights are tempered, and between what its sum stays."""

    temper: float
    least: float
    most: float


FAMILIES: dict[str, Family] = {
    "activity": Family(0.75, -2.5, 1.6),
    "lateness": Family(0.75, -1.5, 3.0),
    "batch": Family(0.40, -0.6, 2.2),
    "round_trip": Family(0.70, -0.3, 2.2),
    "sheets": Family(0.75, -1.2, 3.5),
}
NAMES = tuple(FAMILIES)
KEEPS = 0.93  # of every sum, on each expected day: half of it is forgotten in 9.6 days
RHO, ALPHA = 0.22, 2.5  # actions that are left in the CRM, of those usual; dispersion of daily counts
LATE, BATCH = 0.62, 0.60  # shares of late days and of batch weeks in spreadsheet work
WORTH = 0.2  # of the usual actions: a week in which less was typed holds no week's work, in one hour or in many
FULL, BUSY = 0.6, 0.4  # of the usual actions: a day that weighs whole; a day with live work
EDITS, EDITS_BUSY = 0.65, 0.35  # share of days in a workbook, without and with live work
TRIP, TRIP_USUAL = 0.085, 0.010  # of an import after one's own export, a week
IMPORT, IMPORT_USUAL = 0.060, 0.012  # of an import alone, a week
WEEK = 5  # expected days
SILENT = 2  # silent days in a row that say anything, and only half


def activity(seen: Seen, usual: Usual, silent: int) -> float:
    """Weigh the number of live actions: negative binomial, at the usual rate or at what spreadsheets leave of it.

    ``silent`` is how many silent days came right before, without any sign of being there.
    """
    mu = usual.live
    y = min(float(seen.live), 2 * mu + 1)
    few, all_of = 1 + ALPHA * RHO * mu, 1 + ALPHA * mu
    weight = log(all_of / few) / ALPHA + y * log(RHO * all_of / few)
    if seen.there:
        return weight
    return weight / 2 if silent < SILENT else 0.0


def lateness(seen: Seen, usual: Usual) -> float:
    """Weigh how many of the days about which something was recorded were recorded late, each by how full it was."""
    weight = 0.0
    for one in seen.arrived:
        rate = usual.late_of(one.kind)
        if rate >= LATE - 0.1:
            continue  # a kind that everybody files late says nothing
        full = min(1.0, one.records / (FULL * usual.live))
        weight += full * (log(LATE / rate) if one.late else log((1 - LATE) / (1 - rate)))
    return weight


def batch(typed: int, densest: int, expected: int, usual: Usual) -> float | None:
    """Weigh a week: was most of it typed within one hour?  ``None`` where too little was typed to say."""
    if typed < max(TYPED, WORTH * usual.live * expected) or expected < EXPECTED:
        return None
    if densest >= DENSE * typed:
        return log(BATCH / usual.batch)
    return log((1 - BATCH) / (1 - usual.batch))


def round_trip(seen: Seen) -> float:
    """Weigh imports, the more so after an own export; a day without any speaks a little against."""
    if seen.exempt:
        return 0.0
    weight = seen.trips * log(TRIP / TRIP_USUAL) + seen.imports * log(IMPORT / IMPORT_USUAL)
    if weight or not seen.expected:
        return weight
    return log((1 - TRIP - IMPORT) / (1 - TRIP_USUAL - IMPORT_USUAL)) / WEEK


def sheets(seen: Seen, usual: Usual) -> float:
    """Weigh whether a registered workbook was edited; nothing where nobody would have told, or who was away."""
    if seen.edited is None or not seen.there:
        return 0.0
    share = EDITS_BUSY if seen.live >= BUSY * usual.live else EDITS
    if seen.edited:
        return log(share / usual.sheets)
    return log((1 - share) / (1 - usual.sheets))
