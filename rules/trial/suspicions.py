"""What a trial warns of before a rule is promised: codes with values; the pages put them into words, with a remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.trial.model import Warned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.trial.model import Budgeted
    from rules.trial.model import Concentration

MUCH = 20  # per cent of all awards for one holder
FEW = 10  # holders: among fewer, one takes a large part without anything being odd
AWARDS = 5  # of fewer nobody can say who takes most
LOOPS = 3  # records that one person made and deleted again
MINUTES = 5  # within which many activities of one type by one actor are no work of hands
BULK = 30  # activities in that time
CODES = ("nobody-earns", "one-takes-much", "over-budget", "loops", "bulk", "never")


class Loop(NamedTuple):
    """Records that one person created and deleted again, or counted activities they took back themselves."""

    holder: int
    times: int


class Bulk(NamedTuple):
    """Activities of one type that came in one rush of an actor, and the largest rush."""

    type: str
    actors: int
    activities: int
    largest: int


class Seen(NamedTuple):
    """What the history shows of a draft."""

    awards: Concentration
    top: int  # the holder with most awards
    among: int
    budgets: Sequence[Budgeted]
    never: int
    metrics: Sequence[str]  # what the draft's incentives count
    loops: Sequence[Loop]
    bulks: Sequence[Bulk]


def warnings(seen: Seen) -> tuple[Warned, ...]:
    """Return what should be looked at, in a fixed order."""
    found: list[Warned] = []
    awards = seen.awards.awards
    if not awards:
        found.append(Warned("nobody-earns"))
    if seen.among >= FEW and awards >= AWARDS and 100 * seen.awards.top > MUCH * awards:
        found.append(_warned("one-takes-much", holder=seen.top, awards=seen.awards.top, of=awards))
    for one in seen.budgets:
        over = one.others + one.draft.likely - one.budget
        if over > 0:
            found.append(
                _warned("over-budget", reward=one.reward, per=one.per, first=one.first, over=over, unit=one.unit)
            )
    loops = sorted((one for one in seen.loops if one.times >= LOOPS), key=lambda one: (-one.times, one.holder))
    if loops:
        found.append(_warned("loops", holder=loops[0].holder, times=loops[0].times, others=len(loops) - 1))
    found += [_warned("bulk", **rush._asdict()) for rush in sorted(seen.bulks)]
    if seen.never:
        of = {"metric": seen.metrics[0]} if len(seen.metrics) == 1 else {}
        found.append(_warned("never", holders=seen.never, of=seen.among, **of))
    return tuple(found)


def _warned(code: str, **values: int | str) -> Warned:
    return Warned(code, tuple(values.items()))
