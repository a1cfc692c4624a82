"""Low use of the CRM: a neutral question to the person alone, never a flag and never to anybody else by name.

It is the only thing that reaches somebody who never began, where no office suite is connected.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from rules.reliance.seen import Seen
    from rules.reliance.usual import Usual

SPAN, ENOUGH, DAYS = 20, 15, 5  # expected days: looked at, needed, in a row
ASKS, SETTLES = 0.25, 0.40  # of the usual actions


class Use(NamedTuple):
    """The last expected days (live actions, those usual), and for how many in a row they were few."""

    recent: tuple[tuple[int, float], ...] = ()
    low: int = 0
    asked: bool = False


def follow(use: Use, seen: Seen, usual: Usual) -> Use:
    """Return the use after one more day; only expected days count."""
    if not seen.expected:
        return use
    recent = (*use.recent, (seen.live, usual.live))[-SPAN:]
    share = sum(live for live, _ in recent) / (sum(norm for _, norm in recent) or 1.0)
    low = use.low + 1 if len(recent) >= ENOUGH and share < ASKS else 0
    return Use(recent, low, low >= DAYS or (use.asked and share < SETTLES))
