"""What a changed plan would have paid in past periods, beside what the plan in force paid.  Nothing is written.

By the engine of the close (``gathering``, ``sharing``, ``carrying``, ``rules.bonus``), bucket by bucket: a constant
number of queries for each bucket, a dozen numbers kept for each participant.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption import inforce
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses import sharing
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import bucket_of
from rules import period as periods
from rules.bonus import reckon
from rules.bonus.exact import money
from rules.bonus.plan import AWARD
from rules.bonus.plan import FIGURE
from rules.bonus.plan import Pool

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.bonuses.gathering import Ground
    from adoption.bonuses.sharing import Shared
    from adoption.facts import Known
    from rules.bonus import Inputs
    from rules.bonus import Plan
    from rules.bonus import Statement

MOST_AT_ONCE = 5_000  # participants × periods for whom a page may wait
FEW = 5  # a team of fewer is not told apart
MOST_BARS = 10
ZERO = Fraction(0)


class TooManyError(RefusedError):
    """There are too many participants for a page to wait for."""


class Unlike(NamedTuple):
    """Why a changed plan cannot be compared: ``what`` is per, currency or metric, with its two words."""

    what: str
    name: str
    other: str


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
        width = _round_up(max(1, -(-(high - low) // MOST_BARS)))
        begin = low // width * width
        number = (high - begin) // width + 1
        counts = [[0, 0] for _ in range(number)]
        for one in self.pays.values():
            counts[(one.now - begin) // width][0] += 1
            counts[(one.then - begin) // width][1] += 1
        edges = [begin + width * place for place in range(number)]
        return [Bar(edge, edge + width, now, then) for edge, (now, then) in zip(edges, counts, strict=True)]


def _round_up(width: int) -> int:
    """Return the next round width: 1, 2, 5, 10, 20, 50 and so on."""
    power = 1
    while True:
        for first in (1, 2, 5):
            if first * power >= width:
                return first * power
        power *= 10


def unlike(before: Plan, after: Plan) -> list[Unlike]:
    """Return why two plans cannot be compared: another period, another currency, or what is not counted by period."""
    found = []
    if before.per != after.per:
        found.append(Unlike("per", before.per, after.per))
    if before.currency != after.currency:
        found.append(Unlike("currency", before.currency, after.currency))
    shown = inforce.current().shown
    for one in after.components:
        per = "day" if one.starts is not None or one.ends is not None else after.per
        for name in sorted(one.quantities()):
            kept = {kind for _, kind in shown.get(name, ())}
            if not name.startswith((FIGURE, AWARD)) and per not in kept and ("metric", name, per) not in found:
                found.append(Unlike("metric", name, per))
    return found


def simulate(
    key: str,
    after: Plan,
    firsts: Sequence[int],
    *,
    most: int | None = MOST_AT_ONCE,
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> Simulation:
    """Work out a changed plan and the one in force for the periods that begin on ``firsts``, in rising order.

    Units that are left over and what the year has paid go from one of these periods to the next as each plan has it;
    the first begins with what closed runs handed on.

    Raises:
        NotFoundError: the plan was not in force in one of the periods.
        TooManyError: there are more than ``most`` participants.
    """
    connection, known = db.session.connection(), facts.current()
    befores = [runs.segment_of(known, key, first).body for first in firsts]
    if not befores:
        raise NotFoundError
    pays: dict[int, Pays] = defaultdict(Pays)
    lines = (_Line(connection), _Line(connection))
    for number, (first, before) in enumerate(zip(firsts, befores, strict=True)):
        grounds = [gathering.ground_of(connection, plan, first) for plan in (before, after)]
        if most is not None and max(len(one.everybody) for one in grounds) * len(firsts) > most:
            raise TooManyError(most=most)
        for who, total in lines[0].totals(grounds[0]):
            pays[who].now += total
        for who, total in lines[1].totals(grounds[1]):
            pays[who].then += total
        report(number + 1, len(firsts))
    last = periods.end(befores[-1].per, firsts[-1]) - 1
    return Simulation(befores[-1], after, tuple(firsts), dict(pays), _teams(known, pays, last))


@dataclass(slots=True)
class _Line:
    """A plan through its periods, and what each hands on to the next."""

    connection: Connection
    handed: carrying.Before | None = None
    left: dict[int, dict[str, Fraction]] = field(default_factory=dict)
    paid: dict[int, dict[str, Fraction]] = field(default_factory=dict)

    def totals(self, ground: Ground) -> Iterator[tuple[int, int]]:
        """Yield the participants of one period with their total, in cents, bucket by bucket."""
        if self.handed is None:
            left, paid = carrying.before(self.connection, _asking(ground), ground.plan)
            self.left = {who: dict(own) for who, own in left.items()}
            self.paid = {who: dict(own) for who, own in paid.items()}
        self.handed = (self.left, self.paid)
        if periods.start("year", ground.first) == ground.first:
            self.paid.clear()  # a new year
        shared = sharing.shared(self.connection, ground)
        yearly = {one.key for one in ground.plan.components if one.basis == "year"}
        after: dict[int, dict[str, Fraction]] = {}
        for bucket in sorted(ground.people):
            for who, found in self._bucket(ground, bucket, shared):
                if found.carried:
                    after[who] = dict(found.carried)
                for line in found.lines:
                    if line.kind == "component" and line.key in yearly:
                        own = self.paid.setdefault(who, {})
                        own[line.key] = own.get(line.key, ZERO) + money(line.amount)
                yield who, found.total
        self.left.clear()
        self.left.update(after)

    def _bucket(self, ground: Ground, bucket: int, shared: Shared) -> Iterator[tuple[int, Statement]]:
        for who, inputs in gathering.inputs_of(self.connection, ground, bucket).items():
            yield who, reckon(ground.plan, _whole(inputs, shared, (self.left, self.paid), who))


@dataclass(frozen=True, slots=True)
class _Asking:
    """What ``carrying`` needs to know of a run that does not exist."""

    plan: str
    first: int


def _asking(ground: Ground) -> Row[tuple[object, ...]]:
    return _Asking(ground.plan.key, ground.first)  # type: ignore[return-value]  # it reads only these two


def _whole(inputs: Inputs, shared: Shared, before: carrying.Before, who: int) -> Inputs:
    """Return the inputs with shares and what comes from before; what is given by hand no plan decides."""
    return replace(carrying.add_to(shared.add_to(inputs, who), before, who), adjustments=())


def worked(plan: Plan, first: int, participant: int) -> tuple[Inputs, Statement] | None:
    """Return what one participant's statement is worked out from as of now, and the statement.

    ``None`` if they do not take part, or if so many share with them that a page cannot wait for it.
    """
    connection = db.session.connection()
    ground = gathering.ground_of(connection, plan, first)
    bucket = bucket_of(participant)
    alone = not any(isinstance(one.terms, Pool) or one.share or one.budget is not None for one in plan.components)
    if participant not in ground.people.get(bucket, ()) or not (alone or len(ground.everybody) <= MOST_AT_ONCE):
        return None
    inputs = gathering.inputs_of(connection, ground, bucket, only=(participant,))[participant]
    before = carrying.before(connection, _asking(ground), plan)
    whole = carrying.add_to(sharing.shared(connection, ground).add_to(inputs, participant), before, participant)
    return whole, reckon(plan, whole)


def _teams(known: Known, pays: Mapping[int, Pays], day: int) -> tuple[TeamPays, ...]:
    """Return what each team of at least five gets, by name of the team, as it is on a local day."""
    members: dict[int, list[Pays]] = defaultdict(list)
    for who, one in pays.items():
        for team in known.teams_on(who, day):
            members[team].append(one)
    found = [
        TeamPays(team, len(them), sum(one.now for one in them), sum(one.then for one in them))
        for team, them in members.items()
        if len(them) >= FEW
    ]
    return tuple(sorted(found, key=lambda one: known.teams[one.team]))
