"""One thing to try this week, that follows from the letter itself; never the same twice in a row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.digest.record import Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from rules.digest.facts import Facts
    from rules.digest.record import Line
    from rules.digest.record import Obstacle
    from rules.digest.record import Thanks

NEAR = 70  # per cent of a goal at which it is near
FULL = 100


def choose(facts: Facts, obstacles: Sequence[Obstacle], lines: Sequence[Line], thanks: Sequence[Thanks]) -> Suggestion:
    """Return the first suggestion that fits, other than the one of the letter before."""
    return next(one for one in _fitting(facts, obstacles, lines, thanks) if one.name != facts.said)


def _fitting(
    facts: Facts, obstacles: Sequence[Obstacle], lines: Sequence[Line], thanks: Sequence[Thanks]
) -> Iterator[Suggestion]:
    """Yield what fits, the most concrete first; the last two always do."""
    if obstacles and obstacles[0].count > 1:
        yield Suggestion("finish", obstacles[0].count, obstacles[0].title, obstacles[0].kind)
    near = sum(
        one.target is not None and not one.reached and not one.away and one.have * FULL >= one.target * NEAR
        for one in lines
    )
    if near:
        yield Suggestion("near", near)
    if any(one.deed in {"improved", "first", "steady"} for one in thanks) and len(facts.reports) > 1:
        yield Suggestion("share")
    if facts.waiting:
        yield Suggestion("vouchers", facts.waiting)
    yield Suggestion("ask")
    yield Suggestion("together")
