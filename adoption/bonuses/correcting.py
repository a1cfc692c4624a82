"""Later facts about closed periods: worked out again; the difference to what was posted goes into the open period."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import or_
from sqlalchemy import select

from adoption import facts
from adoption.bonuses import carrying
from adoption.bonuses import gathering
from adoption.bonuses import runs
from adoption.bonuses import sharing
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import StoredActivity
from adoption.models import bucket_of
from rules import period as periods
from rules.bonus import Inputs
from rules.bonus import corrections
from rules.bonus import reckon
from rules.bonus.closing import FINAL
from rules.bonus.correction import OUTSIDE as FOR_THEMSELVES
from rules.bonus.correction import OWN
from rules.bonus.correction import TOGETHER
from rules.bonus.exact import money

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.bonuses.carrying import Before
    from adoption.bonuses.carrying import Own
    from adoption.bonuses.gathering import Ground
    from adoption.bonuses.sharing import Shared
    from rules.bonus import Plan
    from rules.bonus import Statement
    from rules.bonus.statement import Correction

ZERO = Fraction(0)
OUTSIDE = Inputs(days=(0, 1))  # of somebody who takes no part
BACK = 13  # periods that are looked at again
Posted = dict[int, dict[str, int]]  # participant → component → cents


def since(per: str, first: int) -> int:
    """Return the first day of the earliest period that a run of the period beginning on ``first`` looks at again."""
    for _ in range(BACK):
        first = periods.start(per, first - 1)
    return first


class Later(NamedTuple):
    """What is posted now for earlier periods, by participant, and what these hand on to the period that is open."""

    corrections: Mapping[int, Sequence[Correction]]
    before: Before


def of_earlier(connection: Connection, row: Row[Any], plan: Plan) -> Later:
    """Work out again the closed periods before a run about which anything may have changed since they were frozen."""
    query = select(BonusRun.__table__).where(BonusRun.plan == row.plan, BonusRun.first < row.first)
    query = query.where(BonusRun.state.in_(FINAL)).order_by(BonusRun.first.desc()).limit(BACK)
    chain = _Chain(connection)
    for past in reversed(connection.execute(query).all()):
        chain.follow(past)
    return Later({who: tuple(sorted(ones)) for who, ones in chain.found.items() if ones}, chain.before(row, plan))


class _Chain:
    """Closed periods worked out again, the oldest first: each with what the one before it hands on by now."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.found: dict[int, list[Correction]] = defaultdict(list)
        self.carried: dict[int, Own] = {}  # by the first day of the period that left it over

    def follow(self, past: Row[Any]) -> None:
        """Go on to a period: it may have changed itself, or bring more or less from one that has."""
        known = facts.current()
        plan = runs.plan_of(known, past)
        hangs = bool(self.carried) and carrying.hands_on(plan)
        if not hangs and not _changed(self.connection, past, plan, known.version):
            return
        posted = _posted(self.connection, past, periods.text(plan.per, past.first))
        if not posted and runs.settles(known, past.plan, past.first, past.version):
            gone_on = runs.plan_in(known, past.plan, past.first)  # an ended plan may go on after all
            if gone_on is None:
                return  # nobody took part
            plan = gone_on
        ground = gathering.ground_of(self.connection, plan, past.first)
        before = self.before(past, plan)
        shared = sharing.shared(self.connection, ground, before)
        left: Own = {}
        for bucket in sorted({*ground.people, *map(bucket_of, posted)}):
            for who, again in self._again(ground, bucket, shared, before).items():
                self._correct(ground, who, posted.pop(who, {}), again)
                if again.carried:
                    left[who] = dict(again.carried)
        nothing = reckon(plan, OUTSIDE)
        for who, own in posted.items():  # no longer in the plan of that time: what was posted is taken back
            self._correct(ground, who, own, nothing)
        self.carried[past.first] = left

    def before(self, row: Row[Any], plan: Plan) -> Before:
        """Return what a period is handed on, with all that was found about the ones before it."""
        carried, paid = carrying.before(self.connection, row, plan)
        carried = self.carried.get(periods.start(plan.per, row.first - 1), carried) if carrying.hands_on(plan) else {}
        whole = {who: dict(own) for who, own in paid.items()}
        yearly, year = carrying.yearly_of(plan), periods.start("year", row.first)
        for who, ones in self.found.items() if yearly else ():
            for one in ones:
                if one.component in yearly and year <= periods.parse(one.period)[1] < row.first:
                    own = whole.setdefault(who, {})
                    own[one.component] = own.get(one.component, ZERO) + money(one.amount)
        return carried, whole

    def _again(self, ground: Ground, bucket: int, shared: Shared, before: Before) -> dict[int, Statement]:
        """Work out a bucket's statements with the facts of today, without what was adjusted by hand."""
        return {
            who: reckon(ground.plan, replace(carrying.add_to(shared.add_to(one, who), before, who), adjustments=()))
            for who, one in gathering.inputs_of(self.connection, ground, bucket).items()
        }

    def _correct(self, ground: Ground, who: int, posted: Mapping[str, int], again: Statement) -> None:
        found = corrections(periods.text(ground.plan.per, ground.first), posted, again)
        if found:
            self.found[who] += found


def _changed(connection: Connection, past: Row[Any], plan: Plan, version: int) -> bool:
    """Say whether anything may be different: directory or book, figures, what it is handed, activities of its days."""
    if version != past.facts or gathering.entered_since(connection, past.plan, past.first, past.as_of):
        return True
    if carrying.hands_on(plan) and carrying.closed_since(connection, past):
        return True
    last = periods.end(plan.per, past.first)
    table = StoredActivity
    came = select(table.batch).where(table.batch > past.batch)
    of_its_days = or_((table.day >= past.first) & (table.day < last), table.retracts.is_not(None))
    return connection.execute(came.where(of_its_days).limit(1)).first() is not None


def _posted(connection: Connection, past: Row[Any], period: str) -> Posted:
    """Return all that was posted for a closed period so far: its own lines, and corrections in later closed runs."""
    table = BonusLine
    query = select(table.participant, table.kind, table.key, table.amount, table.run)
    query = query.join(BonusRun, BonusRun.id == table.run).where(BonusRun.plan == past.plan, BonusRun.state.in_(FINAL))
    about = (table.kind == "correction") & (table.note == period)
    found: Posted = defaultdict(lambda: defaultdict(int))
    for who, kind, key, amount, run in connection.execute(query.where(or_(table.run == past.id, about))):
        if kind == "correction" and run != past.id:
            found[who][key] += amount
        elif kind not in FOR_THEMSELVES:
            found[who][key if kind in OWN else TOGETHER] += amount
    return found


def add_to(inputs: Inputs, found: Sequence[Correction]) -> Inputs:
    """Return the inputs with corrections."""
    return replace(inputs, corrections=tuple(found)) if found else inputs
