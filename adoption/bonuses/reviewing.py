"""What a reviewer reads of a run: what it costs, what stands out, how pay is spread, whose statements there are.

Everything is summed by the database, in a constant number of queries however many take part.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import literal
from sqlalchemy import select

from adoption import statements as tables
from adoption.bonuses.noticing import NOTICES
from adoption.bonuses.outcome import MOST_BARS
from adoption.bonuses.outcome import Bar
from adoption.bonuses.outcome import round_up
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import BonusAdjustment
from adoption.models import BonusInput
from adoption.models import BonusLine
from adoption.models import BonusRun
from adoption.models import BonusStatement
from adoption.models import Dispute
from adoption.models import Participant
from adoption.models import PayrollExport
from adoption.models import StoredActivity

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Row

PAGE = 25  # statements of one page
NEWEST = 20  # late activities that are named


class Cost(NamedTuple):
    """What a run comes to: its statements, their sum, the least and the most of them, in cents."""

    people: int
    total: int
    least: int = 0
    most: int = 0


class Part(NamedTuple):
    """What the lines of one kind and key come to, in cents, and how many participants have one that is not zero."""

    kind: str
    key: str
    total: int
    people: int


class One(NamedTuple):
    """One participant's statement in a list: cents, and what stands out."""

    participant: int
    name: str
    email: str
    total: int
    notices: tuple[str, ...]
    before: int | None  # what the run before paid them


class Listed(NamedTuple):
    """One page of statements, of how many."""

    people: Sequence[One]
    page: int
    pages: int
    number: int


def frozen(run: int) -> int:
    """Return for how many participants inputs are frozen."""
    return int(db.session.scalar(select(func.count()).where(BonusInput.run == run)) or 0)


def costs(runs: Collection[int]) -> dict[int, Cost]:
    """Return what each of some runs comes to; those without statements are left out."""
    table = BonusStatement
    ends = (func.min(table.total), func.max(table.total))
    query = select(table.run, func.count(), func.sum(table.total), *ends).where(table.run.in_(sorted(runs)))
    rows = db.session.execute(query.group_by(table.run))
    return {run: Cost(people, int(total), least, most) for run, people, total, least, most in rows}


def before(row: Row[Any]) -> Row[Any] | None:
    """Return the run of the same plan for the period before that has one."""
    query = select(BonusRun.__table__).where(BonusRun.plan == row.plan, BonusRun.first < row.first)
    return db.session.execute(query.order_by(BonusRun.first.desc()).limit(1)).first()


def parts(runs: Collection[int]) -> dict[int, list[Part]]:
    """Return what the lines of each run come to by kind and key, in the order in which statements have them."""
    table = BonusLine
    key = case((table.kind == "adjustment", ""), else_=table.key)  # each amount by hand has a key of its own
    somebody = func.sum(case((table.amount != 0, 1), else_=0))
    query = select(table.run, table.kind, key, func.sum(table.amount), somebody, func.min(table.place))
    rows = db.session.execute(query.where(table.run.in_(sorted(runs))).group_by(table.run, table.kind, key)).all()
    found: dict[int, list[Part]] = {run: [] for run in runs}
    kinds = ("component", "rounding", "cap", "floor", "correction", "adjustment")
    for run, kind, key, total, people, _ in sorted(rows, key=lambda row: (kinds.index(row[1]), row[5], row[2])):
        found[run].append(Part(kind, key, int(total), int(people)))
    return found


def notices(run: int) -> dict[str, int]:
    """Return of how many statements each notice is, in the order in which they are looked at."""
    table = BonusStatement
    query = select(table.notices, func.count()).where(table.run == run, table.notices != "").group_by(table.notices)
    found: Counter[str] = Counter()
    for written, number in db.session.execute(query):
        for name in written.split():
            found[name] += number
    return {name: found[name] for name in NOTICES if found[name]}


def statements(
    run: int,
    *,
    notice: str | None = None,
    only: Collection[int] | None = None,
    page: int = 1,
    earlier: int | None = None,
) -> Listed:
    """List the statements of a run by name, a page at a time: those with a notice, or ``only`` some participants'.

    ``earlier`` is the run with which they are compared.
    """
    table, person = BonusStatement, Participant
    which: list[ColumnElement[bool]] = [table.run == run]
    if notice is not None:
        which.append((literal(" ") + table.notices + literal(" ")).contains(f" {notice} ", autoescape=True))
    if only is not None:
        which.append(table.participant.in_(sorted(only)))
    number = int(db.session.scalar(select(func.count()).select_from(table).where(*which)) or 0)
    pages = max(1, -(-number // PAGE))
    page = min(max(1, page), pages)
    past = table.__table__.alias("past")
    query = select(table.participant, person.name, person.email, table.total, table.notices, past.c.total)
    query = query.join(person, person.id == table.participant)
    query = query.outerjoin(past, (past.c.run == (earlier or 0)) & (past.c.participant == table.participant))
    query = query.where(*which).order_by(person.name, table.participant).limit(PAGE).offset((page - 1) * PAGE)
    rows = db.session.execute(query).all()
    people = [One(who, name, mail, total, tuple(seen.split()), past) for who, name, mail, total, seen, past in rows]
    return Listed(people, page, pages, number)


def spread(run: int, earlier: int | None, found: Mapping[int, Cost]) -> list[Bar]:
    """Return how pay is spread, beside the run before, in at most ten bars of one round width; one query."""
    table = BonusStatement
    both = [run] if earlier is None else [run, earlier]
    shown = [found[one] for one in both if one in found]
    if not shown:
        return []
    low, high = min(one.least for one in shown), max(one.most for one in shown)
    width = round_up(max(1, -(-(high - low) // (MOST_BARS - 1))))
    begin = low // width * width
    place = (table.total - begin) // width
    query = select(table.run, place.label("place"), func.count()).where(table.run.in_(both))
    counts = {(of, int(at)): number for of, at, number in db.session.execute(query.group_by(table.run, place))}
    places = range((high - begin) // width + 1)
    return [
        Bar(begin + width * at, begin + width * (at + 1), counts.get((earlier or 0, at), 0), counts.get((run, at), 0))
        for at in places
    ]


class Late(NamedTuple):
    """An activity of a run's period that came after its freeze."""

    source: str
    type: str
    day: int
    subject: str | None
    actor: str | None
    received: int  # UTC microseconds


def late(row: Row[Any], last: int) -> tuple[int, Sequence[Late]]:
    """Return how many activities of a run's period (up to before the day ``last``) came after its freeze, and some.

    The newest come first.
    """
    table = StoredActivity
    which = (table.batch > row.batch, table.day >= row.first, table.day < last, table.type.is_not(None))
    number = int(db.session.scalar(select(func.count()).select_from(table).where(*which)) or 0)
    query = select(table.source, table.type, table.day, table.subject, table.actor, Batch.received)
    query = query.join(Batch, Batch.id == table.batch).where(*which)
    rows = db.session.execute(query.order_by(table.batch.desc(), table.time.desc(), table.id).limit(NEWEST))
    return number, [Late(one[0], one[1] or "", one[2], one[3], one[4], one[5]) for one in rows]


class ByHand(NamedTuple):
    """An amount given by hand, in cents: to whom, why, by whom and when."""

    id: int
    participant: int
    amount: int
    reason: str
    entered: int
    entered_by: int | None
    withdrawn: int | None
    dispute: int | None  # the question that it answers


def by_hand(plan: str, first: int) -> Sequence[ByHand]:
    """List what was added or taken by hand for a period, the latest first, those that were withdrawn last."""
    table = BonusAdjustment
    query = select(
        table.id, table.participant, table.amount, table.reason, table.entered, table.entered_by, table.withdrawn,
        Dispute.id,
    )  # fmt: skip  # one line
    query = query.outerjoin(Dispute, Dispute.adjustment == table.id)
    query = query.where(table.plan == plan, table.first == first)
    rows = db.session.execute(query.order_by(table.withdrawn.is_not(None), table.entered.desc(), table.id.desc()))
    return [ByHand(*row) for row in rows]


def questions(runs: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return for each of some runs how many questions about its lines are open, and how many there are."""
    is_open = func.sum(case((Dispute.state == "open", 1), else_=0))
    query = select(Dispute.run, is_open, func.count()).where(Dispute.run.in_(sorted(runs))).group_by(Dispute.run)
    return {run: (int(waiting), int(number)) for run, waiting, number in db.session.execute(query)}


def exports(run: int) -> Sequence[Row[Any]]:
    """List what a run was handed to payroll as, the latest first."""
    query = select(PayrollExport.__table__).where(PayrollExport.run == run).order_by(PayrollExport.id.desc())
    return db.session.execute(query).all()


def document(run: int, participant: int) -> tuple[str, tuple[str, ...]] | None:
    """Return somebody's statement of a run as its document, and what stands out; ``None`` if there is none."""
    table = BonusStatement
    query = select(table.document, table.notices).where(table.run == run, table.participant == participant)
    found = db.session.execute(query).first()
    return None if found is None else (found[0], tuple(found[1].split()))


def documents(wanted: Sequence[tuple[int, int]]) -> dict[tuple[int, int], str]:
    """Return the statements of some (run, participant) as documents; one query."""
    key = ("run", "participant")
    connection = db.session.connection()
    rows = tables.find(connection, "bonus_statement", key, (*key, "document"), sorted(set(wanted)))
    return {(run, who): document for run, who, document in rows}
