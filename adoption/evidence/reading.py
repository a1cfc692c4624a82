"""What pages ask: the evidence of a participant and how it came about, their score, and check-ins as counts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import statements
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence.judging import Past
from adoption.models import AdoptionScore
from adoption.models import EvidenceDay
from adoption.models import HabitBlock
from adoption.models import RelianceAccount
from rules.reliance import BEGIN
from rules.reliance import DEFAULT
from rules.reliance import Account
from rules.reliance import Line
from rules.reliance import Usual
from rules.reliance import explained as explain
from rules.reliance.checkin import Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.evidence.kept import State
    from adoption.facts import Known

KEPT = 90  # days for which the facts of a day are kept


class Standing(NamedTuple):
    """The account of somebody, what is usual for them, and the last local day that was followed; 0: none yet."""

    account: Account = BEGIN
    usual: Usual = DEFAULT
    day: int = 0


class Explained(NamedTuple):
    """Why the evidence stands where it does: lines whose points (decibans) add up to the sum."""

    lines: list[Line]
    total: int
    day: int  # the last that was followed
    since: int  # the first of the days over which facts are counted
    hints: bool  # the participant is told
    asks: bool  # the question is raised


class CheckIn(NamedTuple):
    """How much somebody used the CRM of late: live actions, those usual, expected days; whether they are asked."""

    asked: bool
    live: int
    usual: float
    days: int


class CheckIns(NamedTuple):
    """How many people are asked whether they are away, or need access or help; and of how many that is known."""

    asked: int
    people: int


class OwnScore(NamedTuple):
    """Somebody's own score (0 to 100), its parts (0 to 1), and the facts they rest on."""

    value: float
    parts: dict[str, float]
    day: int
    days: int  # expected ones that it looks at
    actions: int  # that count
    usual: float  # actions a day, in the role
    on_time: int  # days about which something was recorded in time
    told: int  # … at all
    records: int  # created
    complete: float | None  # mean share of required fields; none: nothing was created
    doubles: int
    kinds: tuple[str, ...]  # used
    of_kinds: tuple[str, ...]  # that belong to the role
    before: float | None  # the score of four weeks ago


def account_of(connection: Connection, participant: int) -> Standing:
    """Return somebody's account as the last night left it; three look-ups."""
    found = state_of(connection, participant)
    if found is None:
        return Standing()
    day, state = found
    return Standing(state.account, usual_of(connection, participant, day), day)


def accounts_of(connection: Connection, participants: Iterable[int]) -> dict[int, Account]:
    """Return people's accounts as the last night left them, of those who have one; one look-up for all."""
    keys = [(one,) for one in participants]
    rows = statements.find(connection, "reliance_account", ("participant",), ("participant", "state"), keys)
    return {who: kept.state_of(state).account for who, state in rows}


def lines_of(connection: Connection, participants: Iterable[int]) -> dict[int, list[Line]]:
    """Return people's evidence as lines, of those who have an account; one look-up for all."""
    return {who: explain(account)[0] for who, account in accounts_of(connection, participants).items()}


def state_of(connection: Connection, participant: int, *, lock: bool = False) -> tuple[int, State] | None:
    """Return the last day that was followed and the state after it; ``None`` if nothing was."""
    wanted = ("day", "state")
    rows = statements.find(connection, "reliance_account", ("participant",), wanted, [(participant,)], lock=lock)
    return (rows[0][0], kept.state_of(rows[0][1])) if rows else None


def usual_of(connection: Connection, participant: int, day: int) -> Usual:
    """Return what is usual for somebody on a day, as it was learned."""
    table = HabitBlock
    query = select(table.usual).where(table.participant == participant, table.block <= day)
    written = connection.scalar(query.order_by(table.block.desc()).limit(1))
    return DEFAULT if written is None else kept.usual_of(written)


def explained(connection: Connection, participant: int) -> Explained:
    """Return somebody's evidence as lines, with the facts of the same days."""
    found = state_of(connection, participant)
    day, state = found or (0, kept.State())
    lines, total = explain(state.account)
    recent = state.recent[-len(state.account.recent) :] if state.account.recent else ()
    return Explained(lines, total, day, recent[0].day if recent else day, state.account.hints, state.account.asks)


def days_of(connection: Connection, participant: int, *, count: int = KEPT) -> list[Past]:
    """Return the facts of somebody's days as they are kept, the oldest first."""
    found = state_of(connection, participant)
    if found is None:
        return []
    last = found[0]
    return days_between(connection, participant, range(last - count + 1, last + 1))


def days_between(connection: Connection, participant: int, days: Iterable[int]) -> list[Past]:
    """Return the facts of these days, by day; each is looked up by its key."""
    table = EvidenceDay
    query = select(table.day, table.facts, table.level).where(table.participant == participant, table.day.in_(days))
    return sorted(Past(row.day, kept.facts_of(row.facts), row.level) for row in connection.execute(query))


def check_in_of(connection: Connection, participant: int) -> CheckIn:
    """Return whether somebody is asked the neutral question about low use, and how much they used the CRM."""
    found = state_of(connection, participant)
    use = found[1].use if found else Use()
    live, usual = sum(one for one, _ in use.recent), sum(norm for _, norm in use.recent)
    return CheckIn(use.asked, live, round(usual, 1), len(use.recent))


def check_ins(connection: Connection) -> CheckIns:
    """Return to how many people the question is open: counts, never names."""
    table = RelianceAccount
    asked, people = connection.execute(
        select(func.count().filter(table.asked == 1), func.count()).select_from(table)
    ).one()
    return CheckIns(asked, people)


def score_of(connection: Connection, known: Known, participant: int) -> OwnScore | None:
    """Return somebody's own score with the facts behind it; ``None`` while there is too little to say."""
    table = AdoptionScore
    found = state_of(connection, participant)
    person = known.people.get(participant)
    if found is None or person is None or not found[1].recent:
        return None
    state = found[1]
    last = state.recent[-1].day
    columns = (table.value, table.regularity, table.timeliness, table.quality, table.breadth)
    row = connection.execute(select(*columns).where(table.day == last, table.participant == participant)).first()
    if row is None:
        return None
    role = learning.role_on(connection, person.role, last)
    told = [one > 0 for day in state.recent for one in day.arrived]
    records = sum(day.records for day in state.recent)
    return OwnScore(
        value=row.value / 10,
        parts={name: getattr(row, name) / kept.UNIT for name in row._fields[1:]},
        day=last,
        days=len(state.recent),
        actions=sum(day.actions for day in state.recent),
        usual=learning.measured(role.usual, participant, person.role, persons.declared(connection, last)).live,
        on_time=sum(told),
        told=len(told),
        records=records,
        complete=sum(day.complete for day in state.recent) / kept.UNIT / records if records else None,
        doubles=sum(day.doubles for day in state.recent),
        kinds=tuple(judging.used(state)),
        of_kinds=role.kinds,
        before=_before(connection, participant, last),
    )


def _before(connection: Connection, participant: int, day: int) -> float | None:
    """Return the score of four weeks before a day, or of the last day before that within a week."""
    table = AdoptionScore
    then = day - judging.BLOCK
    days = range(then - 6, then + 1)
    query = select(table.value).where(table.participant == participant, table.day.in_(days))
    found = connection.scalar(query.order_by(table.day.desc()).limit(1))
    return None if found is None else found / 10
