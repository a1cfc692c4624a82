"""How long answers took, of five questions or more: fewer say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection

LEAST = 5  # questions
NINE_TENTHS = 9, 10


class Taken(NamedTuple):
    """A question: working time until its first answer (microseconds; ``None``: none yet), and what became of it."""

    time: int | None
    waits: bool = False
    help: bool = False


class Measured(NamedTuple):
    """What is told of some questions: how many, how long the half and nine tenths of the answered waited at most.

    Of fewer than five questions there is their number alone, of fewer than five answers no times.
    """

    asked: int
    median: int | None = None
    tenth: int | None = None
    waiting: int | None = None
    help: int | None = None


def measured(questions: Collection[Taken]) -> Measured:
    """Return what is told of questions."""
    if len(questions) < LEAST:
        return Measured(len(questions))
    times = sorted(one.time for one in questions if one.time is not None)
    told = len(times) >= LEAST
    return Measured(
        len(questions),
        _at(times, 1, 2) if told else None,
        _at(times, *NINE_TENTHS) if told else None,
        sum(one.waits for one in questions),
        sum(one.help for one in questions),
    )


def _at(times: list[int], part: int, whole: int) -> int:
    """Return the least time within which at least this part of the answers came."""
    return times[-(-len(times) * part // whole) - 1]
