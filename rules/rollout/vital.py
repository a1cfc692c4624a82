"""The vital signs of a group in a week: each a share of a whole, in thousandths, or not measured."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

WHOLE = 1_000  # thousandths
HELP = "help"


class Vital(NamedTuple):
    """A sign: its name, whether more of it is better, and from how many of its whole on it says anything."""

    name: str
    more: bool  # is better
    least: int = 1  # of the whole: fewer are too few to tell


VITALS: tuple[Vital, ...] = (
    Vital("activation", more=True, least=SMALLEST_GROUP),  # people who did anything that counts, of the people
    Vital("breadth", more=True, least=SMALLEST_GROUP),  # kinds of work that people use, of those that their role has
    Vital("depth", more=True, least=10),  # records that met all their needs, of those that were worked on
    Vital("frequency", more=True, least=SMALLEST_GROUP),  # days with live work, of the expected ones
    Vital("lateness", more=False, least=10),  # days recorded late, of those about which something was recorded
    Vital("quality", more=True, least=10),  # required fields that are filled in, of all
    Vital("gaps", more=False, least=10),  # records that are nobody's, of those that are known
    Vital(HELP, more=False, least=SMALLEST_GROUP),  # people who are being helped, of the people
    Vital("rewards", more=True, least=SMALLEST_GROUP),  # rewards that were used, of those that were earned and could be
)
BY_NAME: Mapping[str, Vital] = {one.name: one for one in VITALS}


class Count(NamedTuple):
    """A part of a whole."""

    part: int
    whole: int


class Week(NamedTuple):
    """What is known of a group's week: its Monday, its people, and the signs that were measured."""

    monday: int
    people: int
    counts: Mapping[str, Count]

    def value(self, name: str) -> int | None:
        """Return a sign in thousandths, rounded to the nearest; ``None`` if it was not measured, or of too few."""
        found = self.counts.get(name)
        if found is None or self.people < SMALLEST_GROUP or found.whole < BY_NAME[name].least:
            return None
        return (2 * WHOLE * found.part + found.whole) // (2 * found.whole)


def together(monday: int, weeks: Iterable[Week]) -> Week:
    """Return several groups as one: their parts and their wholes added up.

    Groups of fewer than five are left out, so that nobody is found by taking one group from the whole.  That nobody is
    helped is said only if each group says so: of one that says nothing, it may be one to four.
    """
    people, untold = 0, False
    counts: dict[str, Count] = {}
    for one in weeks:
        if one.people < SMALLEST_GROUP:
            continue
        people += one.people
        untold = untold or HELP not in one.counts
        for name, (part, whole) in one.counts.items():
            before = counts.get(name, Count(0, 0))
            counts[name] = Count(before.part + part, before.whole + whole)
    if untold and HELP in counts and not counts[HELP].part:
        del counts[HELP]
    return Week(monday, people, counts)


def last(weeks: Sequence[Week], name: str, count: int) -> list[int | None]:
    """Return a sign's values in the last weeks, the oldest first; weeks that are not there were not measured."""
    found = [one.value(name) for one in weeks[-count:]]
    return [None] * (count - len(found)) + found


def better(name: str, before: int | None, after: int | None) -> int | None:
    """Return by how many thousandths a sign has become better; negative: worse."""
    if before is None or after is None:
        return None
    return after - before if BY_NAME[name].more else before - after
