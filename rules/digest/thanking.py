"""Whom to thank, and for which deed: concrete, by turns, and never by who did least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules import period
from rules.digest.record import Thanks
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rules.digest.facts import Facts
    from rules.digest.facts import Report

SHOWN = 3
RESTS = 2  # letters after which somebody who was thanked comes before others again
STEADY = 3  # weeks
LONG = 8  # weeks in which what is reached for the first time is called so
WEEK = 7
AT_LEAST = 2 * UNIT  # a smaller rise is chance
DEEDS = ("first", "improved", "reached", "steady")  # the more telling first


def choose(facts: Facts) -> tuple[Thanks, ...]:
    """Return up to three thanks, the most improved among them, those first who were not thanked lately.

    Somebody who did more is not thanked before somebody who did less: whose turn it is goes by the letters before.
    """
    best: dict[int, Thanks] = {}
    weeks = _known(facts)
    for one in facts.reports:
        for thanks in _deeds(one, weeks):
            best.setdefault(one.number, thanks)
    improved = _most_improved(facts) if weeks > 1 else None
    chosen = [improved] if improved else []
    if improved:
        best.pop(improved.number, None)
    turns = sorted(
        best.values(), key=lambda one: (_turn(facts, one.number), DEEDS.index(one.deed), one.name, one.number)
    )
    found = (chosen + turns)[:SHOWN]
    return tuple(sorted(found, key=lambda one: (DEEDS.index(one.deed), one.name.casefold(), one.number)))


def _turn(facts: Facts, number: int) -> int:
    """Return how much longer somebody rests: 0 is nobody's letter lately."""
    ago = facts.thanked.get(number)
    return 0 if ago is None or ago > RESTS else RESTS + 1 - ago


def _known(facts: Facts) -> int:
    """Return of how many weeks in a row up to the letter's own something is known: zero before is no comparison."""
    return 0 if facts.begun is None else (facts.week - period.start("week", facts.begun)) // WEEK + 1


def _deeds(one: Report, weeks: int) -> Iterator[Thanks]:
    """Yield what somebody can be thanked for, the most telling first."""
    if one.reached(-1):
        earlier = [one.reached(-back) for back in range(2, min(len(one.targets), weeks) + 1)]
        first = True not in earlier and earlier.count(False) >= LONG - 1
        yield Thanks(one.number, one.name, "first" if first else "reached", one.had[-1], one.targets[-1] or 0)
    if min(len(one.work), weeks) > STEADY and all(
        one.work[-back] > one.work[-back - 1] for back in range(1, STEADY + 1)
    ):
        yield Thanks(one.number, one.name, "steady", one.work[-1], one.work[-STEADY - 1])


def _most_improved(facts: Facts) -> Thanks | None:
    """Return who improved most against the own week before; whoever was so in the last letter lets others be."""
    rises = [
        (one.work[-1] - one.work[-2], one)
        for one in facts.reports
        if len(one.work) > 1 and one.work[-1] - one.work[-2] >= AT_LEAST and one.away[0] < one.days[0]
    ]
    fresh = [pair for pair in rises if facts.thanked.get(pair[1].number) != 1] or rises
    if not fresh:
        return None
    _, one = min(fresh, key=lambda pair: (-pair[0], pair[1].name, pair[1].number))
    return Thanks(one.number, one.name, "improved", one.work[-1], one.work[-2])
