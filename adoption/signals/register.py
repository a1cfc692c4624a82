"""The register of customer workbooks: anybody proposes, somebody who leads decides.  The caller commits.

Each step is in the journal, as ``workbook/<number>``.  Only what is registered counts, and only from that moment on;
what is taken out is no evidence any more, of any day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Signal
from adoption.models import Workbook
from rules.reliance import workbooks

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.journal import By

LONGEST = 200  # characters of a title
LONGEST_NOTE = 500
FEWEST = 5  # people of whom a number may be told
# decision → the states it leads from; it is called as the state it leads to
DECISIONS: Mapping[str, tuple[str, ...]] = {
    "registered": ("proposed", "declined", "unregistered"),
    "declined": ("proposed",),
    "unregistered": ("registered",),
}
REASONED = ("declined", "unregistered")  # which need a reason


class UnknownWorkbookError(NotFoundError):
    """There is no such workbook in the register."""


class DecidedError(ConflictError):
    """Somebody has decided about this workbook in the meantime."""


class WrongRuleError(RefusedError):
    """This rule can mean no workbook."""

    def __init__(self, field: str, code: str) -> None:
        """Keep what is wrong with which field: ``title``, ``value``, ``note`` or ``reason``."""
        super().__init__(f"{field}: {code}")
        self.field = field
        self.code = code  # ``rules.reliance.workbooks.fault``


class Line(NamedTuple):
    """A line of the register.  Times are UTC microseconds."""

    id: int
    title: str
    rule: str
    value: str
    state: str
    proposed: int
    proposed_by: int | None
    note: str
    registered: int | None
    decided: int | None
    decided_by: int | None
    reason: str


def listed(states: Collection[str] | None = None, *, by: Collection[int] | None = None) -> list[Line]:
    """List the register, what waits longest first; in these states, and proposed by these participants, if given."""
    query = select(*_columns()).order_by(Workbook.proposed, Workbook.id)
    if states is not None:
        query = query.where(Workbook.state.in_(states))
    if by is not None:
        query = query.where(Workbook.proposed_by.in_(by))
    return [Line(*row) for row in db.session.execute(query)]


def get(number: int) -> Line:
    """Return a line of the register.

    Raises:
        UnknownWorkbookError: there is none of this number.
    """
    row = db.session.execute(select(*_columns()).where(Workbook.id == number)).first()
    if row is None:
        raise UnknownWorkbookError
    return Line(*row)


def _columns() -> list[Any]:
    return [getattr(Workbook, name) for name in Line._fields]


def editors() -> dict[int, int]:
    """Return how many people each workbook was edited by lately; of fewer than five nothing is said."""
    people = select(Signal.workbook, Signal.participant, Signal.actor).where(Signal.workbook.is_not(None)).distinct()
    found = people.subquery()
    query = select(found.c.workbook, func.count()).group_by(found.c.workbook).having(func.count() >= FEWEST)
    return dict(db.session.execute(query).all())


def propose(  # noqa: PLR0913  # what a line of the register is
    title: str, rule: str, value: str, note: str = "", *, by: By, now: int
) -> int:
    """Propose a workbook and return its number; the same rule again is the line that is there.

    Raises:
        WrongRuleError: with the first thing that is wrong.
    """
    found = _checked(title, rule, value, note)
    connection = begin_write()
    journal.take_turn(connection)  # of two who propose the same at the same moment, one line comes
    same = _same(connection, found)
    return _enter(connection, found, by, now) if same is None else same.id


def enrol(title: str, rule: str, value: str, note: str = "", *, by: By, now: int) -> int:  # noqa: PLR0913  # as above
    """Register a workbook at once and return its number; one that was proposed with the same rule is that one.

    Raises:
        WrongRuleError: with the first thing that is wrong.
    """
    found = _checked(title, rule, value, note)
    connection = begin_write()
    journal.take_turn(connection)
    same = _same(connection, found)
    number = _enter(connection, found, by, now) if same is None else same.id
    if same is None or same.state != "registered":
        _decide(connection, number, "registered", "", by, now)
    return number


class _Entry(NamedTuple):
    title: str
    rule: str
    value: str
    note: str


def _checked(title: str, rule: str, value: str, note: str) -> _Entry:
    found = _Entry(title.strip(), rule, value.strip(), note.strip())
    if not found.title or len(found.title) > LONGEST:
        raise WrongRuleError(field="title", code="long" if found.title else "empty")
    wrong = workbooks.fault(rule, found.value)
    if wrong is not None:
        raise WrongRuleError(field="value", code=wrong)
    if len(found.note) > LONGEST_NOTE:
        raise WrongRuleError(field="note", code="long")
    return found


def _same(connection: Connection, entry: _Entry) -> Line | None:
    """Return the line that has this rule already and waits or counts."""
    query = select(*_columns()).where(Workbook.rule == entry.rule, Workbook.value == entry.value)
    row = connection.execute(query.where(Workbook.state.in_(("proposed", "registered")))).first()
    return None if row is None else Line(*row)


def _enter(connection: Connection, entry: _Entry, by: By, now: int) -> int:
    row = {**entry._asdict(), "state": "proposed", "proposed": now, "proposed_by": by.participant, "reason": ""}
    number = int(connection.execute(insert(Workbook).values(row).returning(Workbook.id)).scalar_one())
    told = {"title": entry.title, "rule": entry.rule, "value": entry.value}
    journal.write(connection, by, "proposed", f"workbook/{number}", now=now, after=told, why=entry.note)
    return number


def decide(number: int, decision: str, reason: str = "", *, by: By, now: int) -> None:
    """Register, decline or unregister a workbook.

    Raises:
        WrongRuleError: a decision that needs a reason has none, or one that is too long.
        DecidedError: it is not in a state from which this decision leads.
    """
    reason = reason.strip()
    if len(reason) > LONGEST_NOTE or (not reason and decision in REASONED):
        raise WrongRuleError(field="reason", code="long" if reason else "empty")
    connection = begin_write()
    journal.take_turn(connection)  # before the line itself, as ``enrol`` does: nobody waits in a circle
    _decide(connection, number, decision, reason, by, now)


def _decide(  # noqa: PLR0913, PLR0917  # what, which, why, who, when
    connection: Connection, number: int, decision: str, reason: str, by: By, now: int
) -> None:
    found = connection.execute(select(*_columns()).where(Workbook.id == number).with_for_update()).first()
    if found is None:
        raise UnknownWorkbookError
    before = Line(*found)
    if before.state not in DECISIONS[decision]:
        raise DecidedError
    values = {"state": decision, "decided": now, "decided_by": by.participant, "reason": reason}
    if decision == "registered":
        values["registered"] = now
    connection.execute(update(Workbook).where(Workbook.id == number).values(values))
    was, after = ({"title": before.title, "state": state} for state in (before.state, decision))
    journal.write(connection, by, decision, f"workbook/{number}", now=now, before=was, after=after, why=reason)
