"""Who reads a question: the champion, then the supporter, then those who lead the adoption; never who leads the asker.

A question lies with the first of them that there is.  After every two working days without a word, and while all who
have it are away, the next one sees it as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

CHAMPION, SUPPORTER, DESK = STEPS = range(3)  # the desk: adoption leads and human resources
PATIENCE = 2  # working days
MOST = PATIENCE * DESK  # working days after which everybody who may has seen it


class Line(NamedTuple):
    """Who can be asked in a wave: participants, or ``None`` where there is nobody who may read the question."""

    champion: int | None = None
    supporter: int | None = None

    def at(self, step: int) -> int | None:
        """Return who stands at a step; the desk is nobody's alone."""
        return (self.champion, self.supporter, None)[step]

    @property
    def steps(self) -> tuple[int, ...]:
        """The steps at which there is somebody, the first first."""
        return tuple(step for step in STEPS if step == DESK or self.at(step) is not None)


class Asked(NamedTuple):
    """A question as far as its readers depend on it: the first step it may lie with, and the working days it waited."""

    passed: int = CHAMPION
    waited: int = 0


def line(cares: Iterable[tuple[int | None, int | None]], may: Callable[[int], bool]) -> Line:
    """Return the first champion and the first supporter of these waves who may read; ``may`` says of one whether."""
    pairs = list(cares)
    champion = next((one for one, _ in pairs if one is not None and may(one)), None)
    supporter = next((one for _, one in pairs if one is not None and one != champion and may(one)), None)
    return Line(champion, supporter)


def seen_by(line: Line, asked: Asked, away: Callable[[int], bool]) -> tuple[int, ...]:
    """Return the steps that see a question today, the first first; ``away`` says of somebody whether they are today."""
    there = [step for step in line.steps if step >= asked.passed]
    many = 1 + min(asked.waited, MOST) // PATIENCE
    while many < len(there) and all(_away(line, step, away) for step in there[:many]):
        many += 1
    return tuple(there[:many])


def _away(line: Line, step: int, away: Callable[[int], bool]) -> bool:
    who = line.at(step)
    return who is not None and away(who)


def waited(since: int, today: int, works: Callable[[int], bool]) -> int:
    """Return how many working days came after a local day, until and with another; ``MOST`` at most."""
    found = 0
    for day in range(since + 1, today + 1):
        found += works(day)
        if found == MOST:
            break
    return found
