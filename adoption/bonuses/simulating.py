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

from adoption import facts
from adoption import inforce
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses import sharing
from adoption.bonuses.outcome import Pays
from adoption.bonuses.outcome import Simulation
from adoption.bonuses.outcome import TeamPays
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
from rules.book.faults import Fault
from rules.book.faults import place

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
ZERO = Fraction(0)


class TooManyError(RefusedError):
    """There are too many participants for a page to wait for."""


def unlike(before: Plan, after: Plan) -> list[Fault]:
    """Say why two plans cannot be compared: another period, another currency, or what is not counted by the period."""
    found = []
    if before.per != after.per:
        message = f'a simulation compares the same periods; write "{before.per}", not "{after.per}"'
        found.append(Fault(place("plan", after.key, "per"), message))
    if before.currency != after.currency:
        message = f'a simulation compares the same currency; write "{before.currency}", not "{after.currency}"'
        found.append(Fault(place("plan", after.key, "currency"), message))
    shown = inforce.current().shown
    for index, one in enumerate(after.components):
        per = "day" if one.starts is not None or one.ends is not None else after.per
        for name in sorted(one.quantities()):
            if not name.startswith((FIGURE, AWARD)) and per not in {kind for _, kind in shown.get(name, ())}:
                message = f"{name} was not counted by the {per}, so its past is not known; publish a board of it"
                remedy = f'with per = "{per}", wait until it is counted, and simulate again'
                found.append(Fault(place("plan", after.key, "components", index), f"{message} {remedy}"))
    return found


def firsts_of(per: str, kind: str, first: int) -> tuple[int, ...]:
    """Return the first days of the plan's periods within a period of a kind; none if it is shorter than one."""
    found, at, last = [], first, periods.end(kind, first)
    while at < last and periods.end(per, at) <= last and periods.start(per, at) == at:
        found.append(at)
        at = periods.end(per, at)
    return tuple(found)


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
        shared = sharing.shared(self.connection, ground, self.handed)
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
    shared = sharing.shared(connection, ground, before)
    whole = carrying.add_to(shared.add_to(inputs, participant), before, participant)
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
