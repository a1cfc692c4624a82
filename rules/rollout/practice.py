"""Best practice: how people who win many deals run one, as a pattern without customers and without amounts.

Whoever belongs to the top quarter is asked whether colleagues may see theirs.  What all have in common is told of five
people or more.  Everything is a function of the set of activities, whatever their order.
"""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from statistics import median_low
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.rollout.vital import WHOLE
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

SINCE = 182  # days: half a year
LEAST = 10  # won deals of somebody who is compared
QUARTER = 4
PROMPT = 2  # days after a conversation within which a next step belongs to it
WEEK = 7
WON, LOST, STAGE = "deal.won", "deal.lost", "deal.stage_changed"
TALK = "talk"
TALKS = frozenset({"call.completed", "meeting.completed", "email.sent"})
NEXT = frozenset({"task.created", "meeting.scheduled"})
STEPS = TALKS | NEXT | {"deal.created", "offer.sent", STAGE, WON}
GONE = (".deleted", ".merged")
NO, UNNAMED, NAMED = "no", "unnamed", "named"
CHOICES = (NO, UNNAMED, NAMED)


class Deed(NamedTuple):
    """An activity about a deal: type, local day, who did it, and the stage, amount and currency that it tells."""

    type: str
    day: int
    who: int | None
    stage: str = ""
    worth: int | None = None  # ten-thousandths
    currency: str = ""


class Deal(NamedTuple):
    """A deal that was won: by whom, for how much, the first day of each step, and its conversations."""

    who: int
    worth: int | None
    currency: str
    steps: tuple[tuple[str, int], ...]  # in order of their first day; the last is that it was won
    talks: int
    followed: int  # of these, with a next step within two days

    @property
    def days(self) -> int:
        """How many days passed from the first touch to the end, both counted."""
        return self.steps[-1][1] - self.steps[0][1] + 1


class Step(NamedTuple):
    """A step of the usual chain and the working days since the one before.

    It is a type of activity, ``talk`` for any conversation, or ``deal.stage_changed:`` and the stage.
    """

    name: str
    days: int | None


class Pattern(NamedTuple):
    """How somebody runs a deal: the usual steps, working days from first to last, and how they keep in touch."""

    steps: tuple[Step, ...]
    days: int  # working days, the middle of all deals
    touches: int  # tenths of conversations a week
    following: int  # thousandths of conversations with a next step


class Middle(NamedTuple):
    """The middle of all who won enough deals; five people or more."""

    people: int
    days: int
    touches: int
    following: int


def deal(deeds: Iterable[Deed], since: int) -> Deal | None:
    """Return a deal that was won since a local day, from its activities in order of time; ``None`` for any other."""
    known = list(deeds)
    ends = [one for one in known if one.type in {WON, LOST} or one.type.endswith(GONE)]
    if not ends or ends[-1].type != WON or ends[-1].day < since or ends[-1].who is None:
        return None
    won = ends[-1]
    before = known[: len(known) - known[::-1].index(won) - 1]
    steps: dict[str, int] = {}
    for one in before:
        if one.type in STEPS and one.type != WON:
            steps.setdefault(_step(one), one.day)
    talks = [one.day for one in before if one.type in TALKS]
    nexts = [one.day for one in before if one.type in NEXT]
    followed = sum(any(day <= after <= day + PROMPT for after in nexts) for day in talks)
    told = next((one for one in reversed(known) if one.worth is not None), won)
    return Deal(won.who or 0, told.worth, told.currency, (*steps.items(), (WON, won.day)), len(talks), followed)


def _step(one: Deed) -> str:
    """Return a deed as a step: by which way people talk differs too much for a chain."""
    if one.type in TALKS:
        return TALK
    return f"{STAGE}:{one.stage}" if one.type == STAGE and one.stage else one.type


def pattern(deals: Sequence[Deal], works: Callable[[int], bool], least: int = LEAST) -> Pattern | None:
    """Return the pattern of somebody's won deals; ``None`` for fewer than ``least``."""
    if not deals or len(deals) < least:
        return None
    often = Counter(name for one in deals for name, _ in one.steps)
    chains = Counter(tuple(name for name, _ in one.steps if 2 * often[name] >= len(deals)) for one in deals)
    chain = min(chains, key=lambda names: (-chains[names], -len(names), names))  # the most common one
    steps = [Step(name, _between(deals, chain[at - 1], name, works) if at else None) for at, name in enumerate(chain)]
    talks = sum(one.talks for one in deals)
    return Pattern(
        tuple(steps),
        median_low(_working(one.steps[0][1], one.steps[-1][1], works) for one in deals),
        _rounded(10 * WEEK * talks, sum(max(WEEK, one.days) for one in deals)),
        _rounded(WHOLE * sum(one.followed for one in deals), talks) if talks else 0,
    )


def _between(deals: Iterable[Deal], before: str, after: str, works: Callable[[int], bool]) -> int | None:
    """Return the middle number of working days from one step to another, of the deals that have both in this order."""
    found = []
    for one in deals:
        days = dict(one.steps)
        if before in days and after in days and days[before] <= days[after]:
            found.append(_working(days[before], days[after], works))
    return median_low(found) if found else None


def _working(first: int, last: int, works: Callable[[int], bool]) -> int:
    return sum(works(day) for day in range(first + 1, last + 1))


def _rounded(part: int, whole: int) -> int:
    return (2 * part + whole) // (2 * whole)


# --- who is asked


def top(deals: Mapping[int, Sequence[Deal]]) -> set[int]:
    """Return who belongs to the top quarter by number, or by worth in one currency, of all who won enough deals.

    Nobody does where fewer than five people won enough.
    """
    enough = {who: own for who, own in deals.items() if len(own) >= LEAST}
    found = _quarter({who: len(own) for who, own in enough.items()})
    worth: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for who, own in enough.items():
        for one in own:
            if one.worth is not None and one.worth > 0:
                worth[one.currency][who] += one.worth
    return found.union(*map(_quarter, worth.values()))


def _quarter(values: Mapping[int, int]) -> set[int]:
    if len(values) < SMALLEST_GROUP:
        return set()
    bound = sorted(values.values(), reverse=True)[max(1, len(values) // QUARTER) - 1]
    return {who for who, value in values.items() if value >= bound}


# --- what is told of all


def middle(patterns: Collection[Pattern]) -> Middle | None:
    """Return the middle of all patterns; ``None`` of fewer than five."""
    if len(patterns) < SMALLEST_GROUP:
        return None
    return Middle(
        len(patterns),
        median_low(one.days for one in patterns),
        median_low(one.touches for one in patterns),
        median_low(one.following for one in patterns),
    )


def common(patterns: Iterable[Pattern]) -> set[str]:
    """Return the steps that are in the chains of five people or more."""
    counts = Counter(step.name for one in patterns for step in one.steps)
    return {name for name, number in counts.items() if number >= SMALLEST_GROUP}


def without_name(found: Pattern, shared: Collection[str]) -> Pattern:
    """Return a pattern as it is shown without a name: a stage that fewer than five people use is told as any stage."""
    steps = (
        step if step.name in shared or not step.name.startswith(f"{STAGE}:") else step._replace(name=STAGE)
        for step in found.steps
    )
    return found._replace(steps=tuple(steps))


def hidden_among(people: Collection[int], named: Collection[int]) -> bool:
    """Say whether somebody may be shown without a name: five people or more could be it."""
    return len(set(people) - set(named)) >= SMALLEST_GROUP
