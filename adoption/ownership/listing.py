"""Gaps and decisions as pages show them: filtered to whom one may decide about, the most important first."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import true

from adoption import facts
from adoption import statements
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from adoption.ownership.deciding import within
from rules import ownership
from rules.ownership import Fact

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from adoption.facts import Known

MOST = 500  # records of a leaver that are decided at once


class Asked(NamedTuple):
    """Which gaps: in these states, of a kind, of a team (a number); nothing for any."""

    states: tuple[str, ...] = ("open",)
    kind: str = ""
    team: int | None = None
    does: tuple[str, ...] = ()


class Gap(NamedTuple):
    """A gap as it is stored; ``facts`` and ``evidence`` are read."""

    id: int
    record: str
    kind: str
    state: str
    reason: str
    since: int
    opened: int
    changed: int
    about: int | None
    other: int | None
    facts: tuple[Fact, ...]
    evidence: tuple[tuple[str, str], ...]
    amount: int | None
    currency: str
    due: int | None
    suggested: int | None
    suggested_why: str
    suggested_day: int | None
    suggested_number: int
    decision: int | None
    does: str | None
    assigned: int | None
    arbiter: int | None
    decided: int | None
    shown_source: str | None
    shown_id: str | None


class Leaver(NamedTuple):
    """Somebody who has left, and how many records of theirs are open."""

    who: int
    number: int


class Counts(NamedTuple):
    """How many gaps are open, by kind, and how many are decided and not yet in the CRM."""

    open: Mapping[str, int]
    decided: int

    @property
    def total(self) -> int:
        """How many are open."""
        return sum(self.open.values())


class Decision(NamedTuple):
    """A decision as it was written, and what became of the gap."""

    id: int
    gap: int
    record: str
    kind: str
    name: str | None
    link: str | None
    about: int | None
    other: int | None
    does: str
    assigned: int | None
    decided: int
    decided_by: int | None
    decided_name: str
    why: str
    state: str | None
    reason: str | None
    holds: bool


_COLUMNS = tuple(getattr(OwnershipGap, name) for name in Gap._fields)


def _in_scope(table: Any, scope: Collection[int] | None) -> ColumnElement[bool]:
    if scope is None:
        return true()
    return or_(*(statements.among(db.session.connection(), one, scope) for one in (table.about, table.other)))


def _where(asked: Asked, scope: Collection[int] | None) -> list[ColumnElement[bool]]:
    table = OwnershipGap
    where = [table.state.in_(asked.states), _in_scope(table, scope)]
    if asked.kind:
        where.append(table.kind == asked.kind)
    if asked.does:
        where.append(table.does.in_(asked.does))
    if asked.team is not None:
        where.append(_in_scope(table, team_people(facts.current(), asked.team)))
    return where


def team_people(known: Known, team: int) -> set[int]:
    """Return who was in a team last: today, or on the last day in any."""
    found = set()
    for who, spans in known.memberships.items():
        end = max((ends for _, ends, _ in spans), default=0)
        if any(ends == end and one == team for _, ends, one in spans):
            found.add(who)
    return found


def listed(asked: Asked, scope: Collection[int] | None, *, size: int, piece: int) -> tuple[list[Gap], int]:
    """Return a piece of the gaps, the most important first, and how many there are in all."""
    table, where = OwnershipGap, _where(asked, scope)
    total = db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0
    order = (table.amount.is_(None), table.amount.desc(), table.due.is_(None), table.due, table.since, table.id)
    rows = db.session.execute(select(*_COLUMNS).where(*where).order_by(*order).limit(size).offset(size * piece))
    return [_gap(row) for row in rows], total


def _gap(row: Any) -> Gap:
    found = Gap(*row)
    read = [Fact(*one) for one in json.loads(row.facts)]
    return found._replace(facts=tuple(read), evidence=tuple(tuple(one) for one in json.loads(row.evidence)))


def get(number: int, scope: Collection[int] | None) -> Gap:
    """Return a gap.

    Raises:
        NotFoundError: it is not theirs to decide, or there is none.
    """
    row = db.session.execute(select(*_COLUMNS).where(OwnershipGap.id == number)).first()
    if row is None or not within(row, scope):
        raise NotFoundError
    return _gap(row)


def waiting(scope: Collection[int] | None) -> dict[str, int]:
    """Count what is open, and what is decided and not yet in the CRM; what is left as it is waits for nothing."""
    table = OwnershipGap
    waits = or_(table.state == ownership.OPEN, and_(table.state == ownership.DECIDED, table.does != ownership.LEAVE))
    query = select(table.state, func.count()).where(_in_scope(table, scope), waits).group_by(table.state)
    found = dict(db.session.execute(query).all())
    return {state: found.get(state, 0) for state in (ownership.OPEN, ownership.DECIDED)}


def leavers(scope: Collection[int] | None) -> list[Leaver]:
    """Return who has left records, whoever left most first."""
    table = OwnershipGap
    where = (table.kind == "left", table.state == "open", table.about.is_not(None), _in_scope(table, scope))
    number = func.count()
    query = select(table.about, number).where(*where).group_by(table.about).order_by(number.desc(), table.about)
    return [Leaver(who or 0, found) for who, found in db.session.execute(query)]


def of_leaver(who: int, scope: Collection[int] | None) -> Sequence[Gap]:
    """Return the open records that somebody left, 500 at most, the most important first."""
    table = OwnershipGap
    where = (table.kind == "left", table.state == "open", table.about == who, _in_scope(table, scope))
    order = (table.amount.is_(None), table.amount.desc(), table.due.is_(None), table.due, table.since, table.id)
    return [_gap(row) for row in db.session.execute(select(*_COLUMNS).where(*where).order_by(*order).limit(MOST))]


def counts(team: int | None = None) -> Counts:
    """Count what is open and decided about records of a team's people, or of everybody."""
    table = OwnershipGap
    scope = None if team is None else team_people(facts.current(), team)
    query = select(table.kind, func.count()).where(_in_scope(table, scope), table.state == ownership.OPEN)
    found = dict(db.session.execute(query.group_by(table.kind)).all())
    return Counts(found, waiting(scope)[ownership.DECIDED])


def open_by_team(team_of: Mapping[int, int | None]) -> dict[int, int]:
    """Count the open gaps about the people of each team; a record of two people counts in the team of the first.

    ``team_of`` gives whoever has left the team in which they were last.
    """
    table = OwnershipGap
    query = select(func.coalesce(table.about, table.other), func.count()).where(table.state == ownership.OPEN)
    found: Counter[int] = Counter()
    for participant, number in db.session.execute(query.group_by(func.coalesce(table.about, table.other))):
        team = team_of.get(participant)
        if team is not None:
            found[team] += number
    return found


def decisions(
    scope: Collection[int] | None, *, size: int, piece: int = 0, gaps: Collection[int] | None = None
) -> tuple[list[Decision], int]:
    """Return a piece of all decisions, the newest first, and how many there are."""
    table = OwnershipDecision
    where = [_in_scope(table, scope)]
    if gaps is not None:
        where.append(table.gap.in_(sorted(gaps)))
    total = db.session.scalar(select(func.count()).select_from(table).where(*where)) or 0
    columns = [getattr(table, name) for name in Decision._fields[:-3]]
    joined = select(*columns, OwnershipGap.state, OwnershipGap.reason, OwnershipGap.decision).outerjoin(
        OwnershipGap, OwnershipGap.id == table.gap
    )
    rows = db.session.execute(joined.where(*where).order_by(table.id.desc()).limit(size).offset(size * piece))
    return [Decision(*[*row[:-1], row.decision == row.id]) for row in rows], total


def reasons(numbers: Iterable[int | None]) -> dict[int, str]:
    """Return why decisions were made, by number."""
    wanted = sorted({number for number in numbers if number is not None})
    table = OwnershipDecision
    found = statements.find(
        db.session.connection(), table.__tablename__, ("id",), ("id", "why"), [(number,) for number in wanted]
    )
    return {row.id: row.why for row in found}
