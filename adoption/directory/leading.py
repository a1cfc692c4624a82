"""Who leads whom, day by day: what a row of a list makes of it, and circles, which nobody may be in.  Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.directory import spans

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.directory.spans import Span
    from adoption.directory.stored import Person
    from adoption.people_csv import PersonRow

    Managers = Mapping[int, Sequence[Span]]  # participant → (manager, first day, first day no more)


class Circle(NamedTuple):
    """People of whom each is led by the next, and the last by the first, and the local day from which they are."""

    day: int
    people: list[int]


def after(  # noqa: PLR0913, PLR0917  # what a row is read with
    row: PersonRow,
    columns: frozenset[str],
    known: Person | None,
    former: Sequence[Span],
    manager: int | None,
    on: int,
) -> tuple[Span, ...]:
    """Return who leads somebody once a list has named them; ``known`` is ``None`` for whoever is new.

    ``manager`` is the number of the listed one, who counts from the local day ``on``; for whoever is new, always.
    """
    listed = None if "manager" not in columns else [] if manager is None else [manager]
    hired = row.hired_on if known is None or "hired_on" in columns else known.hired_on
    left = row.left_on if known is None or "left_on" in columns else known.left_on
    stay = spans.stay(hired, left)
    if known is None:
        return spans.begun(stay, listed or ())
    return spans.led(former, spans.stay(known.hired_on, known.left_on), stay, listed, on)


def circles(managers: Managers) -> list[Circle]:
    """Return every circle of people who lead each other on one day, as of its first day.

    Only those are followed day by day who would be in a circle if all days were one; mostly there is nobody.
    """
    suspects = _suspects(managers)
    spans_of = {one: [span for span in managers[one] if span[0] in suspects] for one in sorted(suspects)}
    found: dict[frozenset[int], Circle] = {}
    for day in sorted({span[1] for line in spans_of.values() for span in line}):
        above = {one: span[0] for one, line in spans_of.items() for span in line if span[1] <= day < span[2]}
        for people in _closed(above):
            found.setdefault(frozenset(people), Circle(day, people))
    return list(found.values())


def _suspects(managers: Managers) -> set[int]:
    """Return those from whom one comes back to them, if any span holds on every day, or who stand between such."""
    above = {one: {span[0] for span in line} for one, line in managers.items() if line}
    below: dict[int, set[int]] = defaultdict(set)
    for one, leaders in above.items():
        for leader in leaders:
            below[leader].add(one)
    return _left(_left(below.keys() | above.keys(), above, below), below, above)


def _left(people: Collection[int], ahead: Mapping[int, set[int]], behind: Mapping[int, set[int]]) -> set[int]:
    """Take out who has nobody ahead, then who has nobody ahead any more, and so on; return the rest."""
    left = set(people)
    count = {one: len(ahead.get(one, set()) & left) for one in left}
    ends = [one for one in left if not count[one]]
    while ends:
        gone = ends.pop()
        left.discard(gone)
        for one in behind.get(gone, ()):
            if one in left:
                count[one] -= 1
                if not count[one]:
                    ends.append(one)
    return left


def _closed(above: Mapping[int, int]) -> list[list[int]]:
    """Follow managers from everybody; return each circle once."""
    found: list[list[int]] = []
    done: set[int] = set()
    for start in above:
        places: dict[int, int] = {}
        at: int | None = start
        while at is not None and at not in done and at not in places:
            places[at] = len(places)
            at = above.get(at)
        done.update(places)
        if at in places:
            found.append(list(places)[places[at] :])
    return found
