"""What a trial says: plain records, whole numbers, everything in a stated order, so that it is written in one way only.

Amounts are ten-thousandths of a unit: ``points``, ``minutes`` of time off, or a currency.  Days are local ordinals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

Offer = tuple[str, ...]  # rewards of which an award is one; more than one: the holder chooses
PEOPLE, TEAMS = "participant", "team"


@dataclass(frozen=True, slots=True)
class Worth:
    """What awards are worth in one unit: at least, at most, and by the choices people made so far."""

    unit: str
    least: int
    most: int
    likely: int


@dataclass(frozen=True, slots=True)
class Earned:
    """Awards, and what they are worth by unit."""

    awards: int = 0
    worth: tuple[Worth, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One holder: where they stand at the end of the range, what they did, and what they earn by either book."""

    holder: int
    name: str
    team: str
    role: str
    tally: int
    quartile: int  # 1 is the highest
    today: Earned
    draft: Earned


@dataclass(frozen=True, slots=True)
class Group:
    """All holders of one team, role or quartile; ``name`` is empty for those without."""

    by: str  # team, role or quartile
    name: str
    holders: int
    earn_today: int
    earn_draft: int
    today: Earned
    draft: Earned


@dataclass(frozen=True, slots=True)
class Rewarded:
    """How many of one reward are handed out: at least, at most, and by the choices people made so far."""

    reward: str
    today: tuple[int, int, int]
    draft: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Budgeted:
    """A reward's budget in one of its periods, what others really drew on it, and what either book would draw.

    ``unit`` is the currency of what a piece costs, or empty where the budget counts pieces.
    """

    reward: str
    per: str
    first: int
    unit: str
    budget: int
    others: int
    today: Worth
    draft: Worth


@dataclass(frozen=True, slots=True)
class Concentration:
    """Who takes how much: awards in all, of the holder with most, and of the tenth (rounded up) with most."""

    awards: int
    top: int
    tenth: int  # awards of
    tenth_holders: int  # so many


@dataclass(frozen=True, slots=True)
class Share:
    """How often a reward was chosen so far where there is a choice; ``of`` 0 means that nobody has chosen yet."""

    offer: Offer
    reward: str
    chosen: int
    of: int


@dataclass(frozen=True, slots=True)
class Step:
    """An activity that made an award, and who did it: what it added, and the running total (ten-thousandths)."""

    day: int
    time: int
    source: str
    id: str
    type: str
    subject: str
    who: int
    adds: int
    total: int


@dataclass(frozen=True, slots=True)
class Sample:
    """One award of the draft and what made it; ``before`` counts the activities of its period that came before."""

    incentive: str
    holder: int
    per: str
    first: int
    ordinal: int
    target: int
    before: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Warned:
    """Something HR should look at before publishing; the values fill the sentence that the code stands for."""

    code: str
    values: tuple[tuple[str, int | str], ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a draft would have done on the days ``[first, last)``, beside what was in force then."""

    incentives: tuple[str, ...]
    first: int
    last: int
    holder: str
    metric: str
    audience: int  # holders to whom the draft is offered on one of these days
    earn_today: int
    earn_draft: int
    today: Earned
    draft: Earned
    rewards: tuple[Rewarded, ...]
    budgets: tuple[Budgeted, ...]
    shares: tuple[Share, ...]
    concentration_today: Concentration
    concentration: Concentration
    lines: tuple[Line, ...]  # everybody of the audience, and whoever earns, by name
    groups: tuple[Group, ...]
    never: tuple[int, ...]  # holders of the audience with nothing counted
    samples: tuple[Sample, ...]
    warnings: tuple[Warned, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """The same in short, of the draft alone: what the builder shows while one writes."""

    incentives: tuple[str, ...]
    first: int
    last: int
    holder: str
    audience: int
    earn: int
    earned: Earned
    budgets: tuple[Budgeted, ...]
    spread: tuple[tuple[int, int], ...]  # (awards, holders of the audience who have so many), fewest awards first
    median: int  # awards of the middle one of those who earn (the lower of two)
    top: int
    warnings: tuple[Warned, ...] = ()
    waiting: bool = False  # something that would be warned of could not be looked for in time


class Counts(NamedTuple):
    """How many awards the history counts for one version of an incentive: by holder, and by first day of the period."""

    by_holder: Mapping[int, int]
    by_period: Mapping[int, int]
