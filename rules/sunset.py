"""When to remind of a rule that ends: fourteen days before, and three."""

from __future__ import annotations

NOTICE = (14, 3)  # days before the end


def notice(ends: int, today: int) -> int | None:
    """Return which notice is due of a rule whose first day without force is ``ends``; ``None`` where none is.

    Of both that have come, the nearer: a rule that is given an end two days ahead is told of once.
    """
    left = ends - today
    if left <= 0:
        return None
    came = [days for days in NOTICE if left <= days]
    return min(came) if came else None
