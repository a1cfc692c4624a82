"""Figures and weights that HR uploads: a file is read and compared with what is stored, shown, and only then written.

Numbers are exact.  One that can be read in two ways is refused with both of them: ``1,500`` is a thousand and a half to
some and one and a half to others, and a bonus hangs on it.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from dataclasses import field
from fractions import Fraction
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.bonuses import entering
from adoption.bonuses import gathering
from adoption.bonuses import noting
from adoption.bonuses import runs
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import BonusRun
from adoption.models import Figure
from adoption.models import Weight
from adoption.people_csv import headings
from adoption.people_csv import table
from adoption.people_csv.people import LAYOUT
from rules import period as periods
from rules.bonus.closing import STEPS
from rules.bonus.exact import number
from rules.bonus.exact import text
from rules.bonus.plan import FIGURE
from rules.bonus.plan import Pool

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.people_csv import Fault
    from rules.bonus import Plan

COLUMNS = headings.Layout(
    {
        "email": LAYOUT.columns["email"],
        "value": (
            *("value", "figure", "amount", "number", "quota", "target", "weight", "share", "percent"),
            *("значение", "сумма", "число", "план", "квота", "цель", "вес", "доля", "процент"),
            *("数值", "值", "金额", "目标", "指标", "配额", "权重", "比例"),
            *("wert", "betrag", "zahl", "ziel", "quote", "gewicht", "anteil"),
        ),
    },
    frozenset({"email", "value"}),
)
WHOLES = (Fraction(100), Fraction(1))  # what weights add up to
LARGEST = 10**12  # a figure is smaller than this
MOST_TOLD = 200  # of what stands out in a file
_BLANKS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?:\D|$))")  # between thousands
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,12})?|[+-]?\d{1,15}/\d{1,15}", re.ASCII)
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)


class ClosedError(ConflictError):
    """The figures of this period cannot be changed now: a run that uses them is under review, or closed."""


class OutdatedError(ConflictError):
    """What is stored has changed since the file was compared with it."""


class Target(NamedTuple):
    """What a file is for: the values of a ``figure``, or the ``weight``s of a component that is split."""

    kind: str
    key: str


class Problem(NamedTuple):
    """Why a line cannot be used: unknown, twice, number, two ways, negative, large or blank; ``said`` is its cell."""

    line: int
    what: str
    said: str
    other: str = ""


class Change(NamedTuple):
    """Somebody's value before and after, as they are stored; ``None``: there is none."""

    participant: int
    before: str | None
    after: str


@dataclass(slots=True)
class Preview:
    """What a file would change.

    ``missing`` take part and would have no value; ``outside`` have one and do not take part.  ``differs`` is by how
    much weights miss their whole.
    """

    target: Target
    values: dict[int, Fraction] = field(default_factory=dict)
    stored: Mapping[int, str] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    same: int = 0
    missing: list[int] = field(default_factory=list)
    outside: list[int] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    differs: Fraction = Fraction(0)
    total: Fraction = Fraction(0)

    @property
    def good(self) -> bool:
        """Say whether it can be written."""
        return bool(self.values) and not (self.problems or self.faults or self.differs)

    @property
    def seen(self) -> str:
        """Return a mark of what it was compared with."""
        return hashlib.sha256(json.dumps([[one.participant, one.before] for one in self.changes]).encode()).hexdigest()


def targets(plan: Plan) -> list[Target]:
    """Return what a plan needs HR to upload, in the order of its components."""
    found = []
    for one in plan.components:
        found += [
            Target("figure", name.removeprefix(FIGURE)) for name in sorted(one.quantities()) if name.startswith(FIGURE)
        ]
        if one.share and not isinstance(one.terms, Pool):
            found.append(Target("weight", one.key))
    return list(dict.fromkeys(found))


def target_of(plan: Plan, kind: str, key: str) -> Target:
    """Return the target of that name.

    Raises:
        NotFoundError: the plan needs no such thing.
    """
    found = Target(kind, key)
    if found not in targets(plan):
        msg = "This plan asks for no such figure."
        raise NotFoundError(msg)
    return found


def amount(cell: str, kind: str) -> Fraction | str:
    """Read a number; else say what is wrong with it: ``blank``, ``number``, ``two ways``, ``negative`` or ``large``.

    Both a point and a comma stand before decimals, blanks between thousands.  Weights may be written with a %.
    """
    written = _BLANKS.sub("", cell.strip()).replace("\N{MINUS SIGN}", "-")
    if kind == "weight":
        written = written.removesuffix("%").rstrip()
    if not written:
        return "blank"
    if not _NUMBER.fullmatch(written):
        return "number"
    if kind == "figure" and _TWO_WAYS.fullmatch(written):
        return "two ways"
    try:
        value = number(written.replace(",", "."))
    except (ValueError, ZeroDivisionError):
        return "number"
    if kind == "weight" and value < 0:
        return "negative"
    return value if abs(value) < LARGEST else "large"


def both(cell: str) -> tuple[str, str]:
    """Return the two numbers that ``1,500`` may be: 1500, and 1.5."""
    whole, decimals = re.split("[.,]", cell.strip().replace("\N{MINUS SIGN}", "-"))
    return whole + decimals, text(number(f"{whole}.{decimals}"))


def preview(plan: Plan, first: int, target: Target, raw: bytes) -> Preview:
    """Read a file and compare it with what is stored."""
    found = Preview(target)
    read = table.read(raw, COLUMNS)
    found.faults, found.notes = read.faults, read.notes
    known = facts.current()
    lines: dict[int, int] = {}
    for line, cells in read.records:
        mail = cells["email"].strip()
        who = None if mail.startswith("team:") else known.holder_of(mail)
        value = amount(cells["value"], target.kind)
        if who is None:
            found.problems.append(Problem(line, "unknown", mail))
        elif who in lines:
            found.problems.append(Problem(line, "twice", mail, str(lines[who])))
        elif isinstance(value, str):
            lines[who] = line
            found.problems.append(Problem(line, value, cells["value"].strip()))
        else:
            lines[who] = line
            found.values[who] = value
    return compared(plan, first, found)


def compared(plan: Plan, first: int, found: Preview) -> Preview:
    """Compare values with what is stored; weights are the whole list, so whom it does not name has none afterwards."""
    connection = db.session.connection()
    stored = found.stored = _stored(connection, plan, first, found.target)
    after = {who: text(value) for who, value in sorted(found.values.items())}
    if found.target.kind == "weight":
        after |= {who: "0" for who, value in sorted(stored.items()) if who not in after and value != "0"}
        found.total = sum(found.values.values(), Fraction(0))
        if found.values and not found.problems and found.total not in WHOLES:
            nearest = min(WHOLES, key=lambda whole: abs(found.total - whole))
            found.differs = found.total - nearest
    found.changes = [Change(who, stored.get(who), value) for who, value in after.items() if stored.get(who) != value]
    found.same = len(after) - len(found.changes)
    everybody = gathering.ground_of(connection, plan, first).everybody
    if found.target.kind == "figure":
        found.missing = [who for who in everybody if who not in after and who not in stored]
    found.outside = sorted(found.values.keys() - set(everybody))
    return found


def _stored(connection: Connection, plan: Plan, first: int, target: Target) -> Mapping[int, str]:
    if target.kind == "figure":
        query = select(Figure.participant, Figure.value).where(Figure.name == target.key, Figure.first == first)
    else:
        query = select(Weight.participant, Weight.value).where(
            Weight.plan == plan.key, Weight.component == target.key, Weight.first == first
        )
    return {who: value for who, value in connection.execute(query)}  # noqa: C416  # rows are typed by being taken apart


def write(  # noqa: PLR0913  # what, for when, on what ground, by whom
    plan: Plan, first: int, target: Target, values: Mapping[int, Fraction], *, seen: str, who: int | None, now: int
) -> int:
    """Store what a preview showed; return how many values changed.  The caller commits.

    Raises:
        ClosedError: a run that uses them is under review, or closed.
        OutdatedError: what is stored is not what the preview was compared with.
    """
    connection = begin_write()
    held = entering.hold(connection, _users(plan, first, target), first)
    if _closed(row.state for row in held):
        raise ClosedError
    at = entering.later(held, now)
    found = compared(plan, first, Preview(target, dict(values)))
    if found.seen != seen or found.differs:
        raise OutdatedError
    if target.kind == "figure":
        rows = [(target.key, first, one.participant, one.after, at, who) for one in found.changes]
        statements.put(connection, "figure", ("name", "first", "participant"), ("value", "entered", "entered_by"), rows)
    else:
        weights = [(plan.key, target.key, first, one.participant, one.after, at, who) for one in found.changes]
        key = ("plan", "component", "first", "participant")
        statements.put(connection, "weight", key, ("value", "entered", "entered_by"), weights)
    if found.changes:
        people = facts.current().people
        before = {people[one.participant].email: one.before for one in found.changes if one.before is not None}
        after = {people[one.participant].email: one.after for one in found.changes}
        name = target.key if target.kind == "figure" else f"{plan.key}/{target.key}"
        thing = f"{target.kind}/{name}/{periods.text(plan.per, first)}"
        noting.note(who, "uploaded", thing, before=before, after=after, now=now)
    return len(found.changes)


def locked(plan: Plan, first: int, target: Target) -> str | None:
    """Return the state that keeps values from being changed, of any plan that uses them; ``None`` if they may be."""
    query = select(BonusRun.state).where(BonusRun.plan.in_(_users(plan, first, target)), BonusRun.first == first)
    return _closed(db.session.scalars(query.order_by(BonusRun.id)))


def _closed(states: Iterable[str]) -> str | None:
    return next((state for state in states if state not in STEPS["calculate"].starts), None)


def _users(plan: Plan, first: int, target: Target) -> Collection[str]:
    """Return the plans that use a figure in the period that begins on ``first``; weights are one plan's own."""
    if target.kind == "weight":
        return [plan.key]
    known, found = facts.current(), {plan.key}
    for key in known.timelines.plans:
        body = runs.plan_in(known, key, first)
        if body is not None and f"{FIGURE}{target.key}" in body.quantities():
            found.add(key)
    return sorted(found)


def entered(plan: Plan, first: int) -> dict[Target, int]:
    """Return for each target how many have a value that is not zero."""
    connection = db.session.connection()
    return {one: sum(value != "0" for value in _stored(connection, plan, first, one).values()) for one in targets(plan)}
