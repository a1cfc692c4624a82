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
    carries = any(isinstance(one.terms, PerN) and one.terms.carry for one in plan.components)
    yearly = [one.key for one in plan.components if one.basis == "year"]
    carried = _carried(connection, row, plan, only) if carries else {}
    return carried, _paid(connection, row, yearly, only) if yearly else {}


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


def _paid(connection: Connection, row: Row[Any], components: list[str], only: int | None) -> Own:
    table = BonusLine
    query = select(table.participant, table.key, func.sum(table.amount)).join(BonusRun, BonusRun.id == table.run)
    query = query.where(
        BonusRun.plan == row.plan, BonusRun.first >= periods.start("year", row.first), BonusRun.first < row.first,
        BonusRun.state.in_(FINAL), table.key.in_(components), table.kind.in_(("component", "correction")),
    )  # fmt: skip  # a line for when, a line for what
    if only is not None:
        query = query.where(table.participant == only)
    found: Own = {}
    for who, key, amount in connection.execute(query.group_by(table.participant, table.key)):
        found.setdefault(who, {})[key] = money(int(amount))
    return found
