"""What came out of a simulation: who gets how much by the plan in force and by a changed one, added up and compared."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.sheets import safe
from rules.bonus.exact import money_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.facts import Known
    from rules.bonus import Plan

MOST_BARS = 10
HEADINGS = ("email", "name", "period", "now", "then", "difference", "currency")


@dataclass(slots=True)
class Pays:
    """What one participant gets by the plan in force and by the changed one, in cents, over all periods."""

    now: int = 0
    then: int = 0

    @property
    def more(self) -> int:
        """Return what the change adds."""
        return self.then - self.now


class Bar(NamedTuple):
    """How many participants get at least ``low`` and less than ``high`` cents (the last: at most), now and then."""

    low: int
    high: int
    now: int
    then: int


class TeamPays(NamedTuple):
    """What a team's members get together, in cents."""

    team: int
    people: int
    now: int
    then: int


@dataclass(frozen=True, slots=True)
class Simulation:
    """A changed plan beside the one in force, over the periods that begin on ``firsts``."""

    before: Plan
    after: Plan
    firsts: tuple[int, ...]
    pays: Mapping[int, Pays]
    teams: tuple[TeamPays, ...]

    @property
    def now(self) -> int:
        """Return what the plan in force cost."""
        return sum(one.now for one in self.pays.values())

    @property
    def then(self) -> int:
        """Return what the changed plan would have cost."""
        return sum(one.then for one in self.pays.values())

    def winners(self) -> list[tuple[int, Pays]]:
        """Return who would get more, the largest difference first."""
        found = [(who, one) for who, one in self.pays.items() if one.more > 0]
        return sorted(found, key=lambda pair: (-pair[1].more, pair[0]))

    def losers(self) -> list[tuple[int, Pays]]:
        """Return who would get less, the largest difference first."""
        found = [(who, one) for who, one in self.pays.items() if one.more < 0]
        return sorted(found, key=lambda pair: (pair[1].more, pair[0]))

    def bars(self) -> list[Bar]:
        """Return how the pay is distributed, now and then, in at most ten bars of one round width."""
        amounts = [amount for one in self.pays.values() for amount in (one.now, one.then)]
        if not amounts:
            return []
        low, high = min(amounts), max(amounts)
        width = round_up(max(1, -(-(high - low) // MOST_BARS)))
        begin = low // width * width
        number = (high - begin) // width + 1
        counts = [[0, 0] for _ in range(number)]
        for one in self.pays.values():
            counts[(one.now - begin) // width][0] += 1
            counts[(one.then - begin) // width][1] += 1
        edges = [begin + width * place for place in range(number)]
        return [Bar(edge, edge + width, now, then) for edge, (now, then) in zip(edges, counts, strict=True)]


def round_up(width: int) -> int:
    """Return the next round width: 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        for first in (1, 2, 5):
            if first * power >= width:
                return first * power
        power *= 10


def as_csv(found: Simulation, known: Known, span: str) -> str:
    """Write a simulation as CSV, a line for each participant, the largest gain first."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    for who, one in sorted(found.pays.items(), key=lambda pair: (-pair[1].more, pair[0])):
        person = known.people[who]
        amounts = [money_text(one.now), money_text(one.then), money_text(one.more)]
        writer.writerow([safe(person.email), safe(person.name), span, *amounts, found.after.currency])
    return text.getvalue()
