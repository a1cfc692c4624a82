"""What a tally earns: awards due, the steps of an award's life, progress and what is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from decimal import Decimal

HOLDERS = ("participant", "team")
REWARD_KINDS = ("voucher", "time_off", "points", "badge", "money")
MOST_AWARDS = 10_000  # of one holder in one period, whatever a book says: "every = 1" of a sum could mean billions
WHEN_SPENT = ("stop", "ask", "continue")  # what happens to further awards once a budget is spent
DAY_MET = UNIT  # a day of a streak is met by a tally of at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much of a reward there is: money or pieces, per period; and what happens when that is spent.

    ``stop``: further awards wait for the next period, or until there is more.  ``ask``: likewise, and HR is asked.
    ``continue``: they are issued all the same, and count as overspent.
    """

    amount: Decimal
    per: str = "month"
    when_spent: str = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """What can be earned.  ``amount`` is the points, the money or the minutes of time off that it consists of."""

    key: str
    kind: str
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language
    amount: Decimal | None = None
    costs: Decimal | None = None
    currency: str | None = None
    valid_days: int | None = None
    budget: Budget | None = None
    stock: int | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """To whom an incentive is offered; an empty tuple asks nothing."""

    team: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    wave: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Say whether anything is asked at all."""
        return bool(self.team or self.role or self.wave)

    def includes(self, teams: Iterable[str], role: str | None, waves: Iterable[str]) -> bool:
        """Say whether somebody with these teams, role and waves on one day is meant."""
        return (
            (not self.team or any(team in self.team for team in teams))
            and (not self.role or role in self.role)
            and (not self.wave or any(wave in self.wave for wave in waves))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incentive:
    """A metric, a target and a period, and what meeting the target earns.

    Exactly one of ``every``, ``reach`` (in ten-thousandths) and ``in_a_row`` (working days) is set.  ``starts`` and
    ``ends`` are local days, half-open.
    """

    key: str
    metric: str
    per: str
    earns: tuple[str, ...]
    every: int | None = None
    reach: int | None = None
    in_a_row: int | None = None
    at_most: int | None = None
    holder: str = "participant"
    who: Who = Who()
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language
    starts: int | None = field(default=None, compare=False)
    ends: int | None = field(default=None, compare=False)
    examples: tuple[tuple[int, int], ...] = field(default=(), compare=False)  # (tally, awards)

    @property
    def limit(self) -> int:
        """The most awards a holder can have in one period; a target that is reached is reached once."""
        most = MOST_AWARDS if self.reach is None else 1
        return most if self.at_most is None else min(most, self.at_most)

    def due(self, tally: int) -> int:
        """Return how many awards a tally of a period earns by itself."""
        if self.every is not None:
            earned = max(0, tally // self.every)
        elif self.reach is not None:
            earned = int(tally >= self.reach)
        else:
            earned = max(0, tally // UNIT)  # in a row: the tally counts blocks
        return self.within_limit(earned)

    def within_limit(self, earned: int, taken: int = 0) -> int:
        """Cap what is earned by what earlier versions have left of the limit."""
        return max(0, min(earned, self.limit - taken))

    def target(self, tally: int) -> int:
        """Return the tally (in ten-thousandths) at which the next award is due."""
        if self.every is not None:
            return (max(0, tally // self.every) + 1) * self.every
        return self.reach or UNIT


def share(versions: Sequence[Incentive], earned: Sequence[int]) -> list[int]:
    """Return what is due to each version of one incentive in one period, earlier versions first."""
    due: list[int] = []
    for version, raw in zip(versions, earned, strict=True):
        due.append(version.within_limit(raw, taken=sum(due)))
    return due


def blocks(met: Iterable[int], length: int, works: Callable[[int], bool], kind: str) -> Counter[int]:
    """Count the blocks of ``length`` consecutive met working days, by the period in which each ends.

    ``met`` are local days whose tally is at least one.  Days that are no working days neither help nor hurt.  Each
    maximal run of L days holds floor(L / length) blocks, from its first day on.
    """
    ends: Counter[int] = Counter()
    for run in runs(met, works):
        ends.update(period.start(kind, day) for day in run[length - 1 :: length])
    return ends


def runs(met: Iterable[int], works: Callable[[int], bool]) -> Iterator[list[int]]:
    """Yield the maximal runs of met working days between which no working day was missed."""
    run: list[int] = []
    for day in sorted(set(met)):
        if not works(day):
            continue
        if run and any(works(between) for between in range(run[-1] + 1, day)):
            yield run
            run = []
        run.append(day)
    if run:
        yield run


def begins_as(*, chosen: bool, stopped: bool) -> str:
    """Return the status with which an award begins that has become due.

    While its incentive is stopped it waits, whatever it earns; nothing that was earned is lost.
    """
    if stopped:
        return "waiting"
    return "issued" if chosen else "choosing"


class Held(NamedTuple):
    """An award that exists: its ordinal, its status and the reward chosen, if any."""

    ordinal: int
    status: str
    reward: str | None


class Step(NamedTuple):
    """One change that brings the awards of a holder and period in line with what is due.

    ``use_of`` names the ordinal whose use (redemption, choice, voucher) moves here.
    """

    ordinal: int
    does: str  # grant | reopen | void | correct | take_over
    use_of: int | None = None


def settle(held: Sequence[Held], due: int) -> list[Step]:
    """Decide what to do when ``due`` awards are due and these exist.

    Falling: the highest ordinals are voided; if a used one is among them, its use moves to the highest unused due
    ordinal, and only without one it becomes corrected.  Rising: the same ordinals reopen before new ones are granted.
    """
    by_ordinal = {award.ordinal: award for award in held}
    steps: list[Step] = []
    unused = sorted(a.ordinal for a in held if a.ordinal <= due and a.status in {"waiting", "choosing", "issued"})
    for award in sorted(held, reverse=True):
        if award.ordinal <= due or award.status in {"voided", "corrected"}:
            continue
        if award.status != "redeemed":
            steps.append(Step(award.ordinal, "void"))
        elif unused:
            steps.append(Step(unused.pop(), "take_over", use_of=award.ordinal))
            steps.append(Step(award.ordinal, "void"))
        else:
            steps.append(Step(award.ordinal, "correct"))
    for ordinal in range(1, due + 1):
        known = by_ordinal.get(ordinal)
        if known is None:
            steps.append(Step(ordinal, "grant"))
        elif known.status in {"voided", "corrected"}:
            steps.append(Step(ordinal, "reopen"))
    return steps
