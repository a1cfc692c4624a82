"""What one period hands on to the next: units left over below a full N, and what the year has paid so far."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func
from sqlalchemy import select

from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import BonusStatement
from rules import period as periods
from rules.bonus.closing import FINAL
from rules.bonus.exact import money
from rules.bonus.exact import number
from rules.bonus.plan import PerN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from rules.bonus import Inputs
    from rules.bonus import Plan

Before = tuple["Mapping[int, Mapping[str, Fraction]]", "Mapping[int, Mapping[str, Fraction]]"]
Own = dict[int, dict[str, Fraction]]  # participant → component → number


def before(connection: Connection, row: Row[Any], plan: Plan, only: int | None = None) -> Before:
    """Return what everybody carries over from the period before, and what the year has paid them, by component.

    ``only``: of one participant alone.
    """
    yearly = yearly_of(plan)
    carried = _carried(connection, row, plan, only) if _carries(plan) else {}
    return carried, _paid(connection, row, plan.per, yearly, only) if yearly else {}


def yearly_of(plan: Plan) -> list[str]:
    """Return the components that are reckoned on the year so far, less what it has paid."""
    return [one.key for one in plan.components if one.basis == "year"]


def hands_on(plan: Plan) -> bool:
    """Say whether what a period comes to hangs on the ones before it."""
    return bool(yearly_of(plan)) or _carries(plan)


def closed_since(connection: Connection, row: Row[Any]) -> bool:
    """Say whether a period before a run was closed after the run's freeze, so that it hands on what the run lacks."""
    table = BonusRun
    query = select(table.id).where(table.plan == row.plan, table.first < row.first, table.closed > row.as_of)
    return connection.execute(query.limit(1)).first() is not None


def _carries(plan: Plan) -> bool:
    return any(isinstance(one.terms, PerN) and one.terms.carry for one in plan.components)


def add_to(inputs: Inputs, found: Before, who: int) -> Inputs:
    """Return the inputs with what somebody brings from before."""
    carried, paid = found
    own, earlier = carried.get(who, {}), paid.get(who, {})
    if not own and not earlier:
        return inputs
    given = {
        key: replace(one, carried=own.get(key, one.carried), paid=earlier.get(key, one.paid))
        for key, one in inputs.given.items()
    }
    return replace(inputs, given=given)


def _carried(connection: Connection, row: Row[Any], plan: Plan, only: int | None) -> Own:
    first = periods.start(plan.per, row.first - 1)
    table = BonusStatement
    query = select(table.participant, table.document).join(BonusRun, BonusRun.id == table.run)
    query = query.where(BonusRun.plan == row.plan, BonusRun.first == first, BonusRun.state.in_(FINAL))
    if only is not None:
        query = query.where(table.participant == only)
    found: Own = {}
    for who, document in connection.execute(query.execution_options(yield_per=1000)):
        carried = json.loads(document)["carried"]
        if carried:
            found[who] = {key: number(value) for key, value in carried.items()}
    return found


def _paid(connection: Connection, row: Row[Any], per: str, components: list[str], only: int | None) -> Own:
    """Return what was posted for the periods of this year before a run's, corrections of them included."""
    year = first = periods.start("year", row.first)
    texts = []
    while first < row.first:
        texts.append(periods.text(per, first))
        first = periods.end(per, first)
    table = BonusLine
    own = (table.kind == "component") & (BonusRun.first >= year) & (BonusRun.first < row.first)
    about = (table.kind == "correction") & table.note.in_(texts)
    query = select(table.participant, table.key, func.sum(table.amount)).join(BonusRun, BonusRun.id == table.run)
    query = query.where(BonusRun.plan == row.plan, BonusRun.state.in_(FINAL), table.key.in_(components), own | about)
    if only is not None:
        query = query.where(table.participant == only)
    found: Own = {}
    for who, key, amount in connection.execute(query.group_by(table.participant, table.key)):
        found.setdefault(who, {})[key] = money(int(amount))
    return found
