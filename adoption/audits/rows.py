"""The rows of an audit: lists of them, steps that people take, and whom they are given to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import case
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption import mail
from adoption.audits import comparing
from adoption.errors import ConflictError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import Deed
from adoption.models import Audit
from adoption.models import AuditRow
from rules.audit import closing

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.audits.keeping import Kept
    from adoption.facts import Known
    from adoption.journal import By

_OPEN = AuditRow.state == "open"
# The lists in which the rows are looked at, in the order in which they are offered.
LISTS: Mapping[str, ColumnElement[bool]] = {
    "missing": and_(_OPEN, AuditRow.verdict == "missing"),
    "probable": and_(_OPEN, AuditRow.verdict == "probable"),
    "nobodys": and_(_OPEN, AuditRow.verdict == "missing", AuditRow.owner == "", AuditRow.assigned.is_(None)),
    "changed": and_(AuditRow.state == "found", AuditRow.changed != ""),
    "twice": AuditRow.state == "twice",
    "put_off": AuditRow.state == "put_off",
    "closed": AuditRow.state.in_(closing.CLOSED),
    "all": AuditRow.state != "",
}
LONGEST = 100  # characters of a search
NOBODY = 0  # rows that were given to nobody


class MovedOnError(ConflictError):
    """This row has moved on in the meantime; look at it again."""


class Counts(NamedTuple):
    """How many rows an audit has in each list, how many were ever to do, and how many of these are closed."""

    lists: Mapping[str, int]
    rows: int
    todo: int
    closed: int
    found: int

    @property
    def ever(self) -> int:
        """How many were or are to do."""
        return self.todo + self.closed


def counts(number: int) -> Counts:
    """Count the rows of an audit; one query."""
    row = AuditRow
    query = select(
        row.state,
        row.verdict,
        func.count(),
        func.sum(_one(row.changed != "")),
        func.sum(_one(and_(row.owner == "", row.assigned.is_(None)))),
    ).where(row.audit == number)
    lists = dict.fromkeys(LISTS, 0)
    by_state: dict[str, int] = dict.fromkeys(closing.STATES, 0)
    for state, verdict, count, changed, nobodys in db.session.execute(query.group_by(row.state, row.verdict)):
        by_state[state] += count
        if state == "open":
            lists[verdict if verdict in lists else "probable"] += count
            lists["nobodys"] += nobodys if verdict == "missing" else 0
        lists["changed"] += changed if state == "found" else 0
    lists |= {
        "twice": by_state["twice"],
        "put_off": by_state["put_off"],
        "closed": sum(by_state[state] for state in closing.CLOSED),
        "all": sum(by_state.values()),
    }
    todo = sum(by_state[state] for state in closing.TODO)
    return Counts(lists, lists["all"], todo, lists["closed"], by_state["found"] + by_state["agreed"])


def _one(condition: ColumnElement[bool]) -> Any:
    return case((condition, 1), else_=0)


def matching(number: int, which: str, *, who: int | None = None, search: str = "") -> list[ColumnElement[bool]]:
    """Return the conditions of a list: of one person (``NOBODY``: given to none), and what is searched for."""
    conditions = [AuditRow.audit == number, LISTS[which]]
    if who is not None:
        conditions.append(AuditRow.assigned.is_(None) if who == NOBODY else AuditRow.assigned == who)
    words = search.casefold()[:LONGEST].split()
    return [*conditions, *(AuditRow.sought.contains(word, autoescape=True) for word in words)]


def at(lines: Collection[int]) -> ColumnElement[bool]:
    """Return the condition of rows by their lines."""
    return AuditRow.line.in_(list(lines))


def number_of(conditions: Sequence[ColumnElement[bool]]) -> int:
    """Count the rows of a list."""
    return db.session.scalar(select(func.count()).select_from(AuditRow).where(*conditions)) or 0


def page(conditions: Sequence[ColumnElement[bool]], *, first: int, size: int) -> list[Row[Any]]:
    """Return some rows of a list, the most important first."""
    query = select(AuditRow.__table__).where(*conditions).order_by(AuditRow.rank).offset(first).limit(size)
    return list(db.session.execute(query))


def one(number: int, line: int) -> Row[Any] | None:
    """Return a row; ``None`` if there is none."""
    return db.session.execute(select(AuditRow.__table__).where(AuditRow.audit == number, AuditRow.line == line)).first()


def days(number: int) -> list[tuple[int, int]]:
    """Return how many rows were closed on which local day, in order."""
    query = select(AuditRow.closed_day, func.count()).where(
        AuditRow.audit == number, AuditRow.state.in_(closing.CLOSED), AuditRow.closed_day.is_not(None)
    )
    return [(day, count) for day, count in db.session.execute(query.group_by(AuditRow.closed_day)).all() if day]


def helpers(number: int) -> list[tuple[int, int, int]]:
    """Return to whom rows were given: participant, how many are to do, how many closed."""
    done = _one(AuditRow.state.in_(closing.CLOSED))
    todo = _one(AuditRow.state.in_(closing.TODO))
    query = select(AuditRow.assigned, func.sum(todo), func.sum(done)).where(
        AuditRow.audit == number, AuditRow.assigned.is_not(None)
    )
    found = [
        (int(who), int(left), int(gone)) for who, left, gone in db.session.execute(query.group_by(AuditRow.assigned))
    ]
    return sorted(found, key=lambda row: (-row[1], -row[2], row[0]))


# --- of one person


def _mine(who: int) -> list[ColumnElement[bool]]:
    return [AuditRow.assigned == who, Audit.id == AuditRow.audit, Audit.shared.is_(True)]


def mine(who: int, *, states: Collection[str] = ("open",), first: int = 0, size: int = 50) -> list[Row[Any]]:
    """Return rows that were given to somebody, the most important first; ``sheet`` is what their file is called."""
    query = select(*AuditRow.__table__.columns, Audit.name.label("sheet"), Audit.counts, Audit.country)
    query = query.where(*_mine(who), AuditRow.state.in_(states))
    return list(db.session.execute(query.order_by(AuditRow.rank, AuditRow.audit).offset(first).limit(size)))


def mine_counted(who: int) -> dict[str, int]:
    """Return how many of somebody's rows are in which state; one query."""
    query = select(AuditRow.state, func.count()).where(*_mine(who)).group_by(AuditRow.state)
    return {row[0]: row[1] for row in db.session.execute(query)}


# --- steps


def take(kept: Kept, conditions: Sequence[ColumnElement[bool]], does: str, *, by: By, now: int) -> int:
    """Let somebody take a step with rows of an audit; return with how many it could be taken.  The caller commits."""
    day = facts.current().today(now)
    connection = begin_write()
    _lock(connection, kept.id)
    done = 0
    for (state, verdict, step), after in closing.STEPS.items():
        if step == does:
            here = [AuditRow.audit == kept.id, *conditions, AuditRow.state == state, AuditRow.verdict == verdict]
            values = _after(after, does, by=by, now=now, day=day)
            done += connection.execute(update(AuditRow).where(*here).values(values)).rowcount
    if done:
        comparing.finish(connection, kept.id, day)
        _told(connection, kept, by, Deed("changed", kept.thing, after={"rows": done, "step": does}), now)
    return done


def take_one(kept: Kept, line: int, does: str, *, by: By, now: int) -> None:
    """Let somebody take a step with a row.  The caller commits.

    Raises:
        MovedOnError: it cannot be taken with this row.
    """
    if not take(kept, [AuditRow.line == line], does, by=by, now=now):
        raise MovedOnError


def _lock(connection: Connection, number: int) -> None:
    """Let nobody else change this audit's rows until the caller commits."""
    connection.execute(select(Audit.id).where(Audit.id == number).with_for_update())


def _after(after: str, does: str, *, by: By, now: int, day: int) -> dict[str, Any]:
    """Return the values of rows that come into a state by what somebody does."""
    values: dict[str, Any] = {"state": after}
    if after in closing.CLOSED:
        values |= {"closed": now, "closed_day": day, "closed_by": by.participant, "closed_how": "hand"}
    elif after in closing.TODO:
        values |= comparing.NOT_CLOSED
    return values | _nobody() if does == "differs" else values


def _nobody() -> dict[str, Any]:
    """Return the values of a row that is not the contact it was taken for."""
    empty = {f"contact_{part}": "" for part in ("name", "company", "email", "phone")}
    refused = AuditRow.refused + AuditRow.contact + "\n"
    return {"verdict": "missing", "why": "not_the_same", "contact": "", "changed": "", "refused": refused, **empty}


def assign(kept: Kept, conditions: Sequence[ColumnElement[bool]], who: int | None, *, by: By, now: int) -> int:
    """Give the rows of a list that are to do to somebody, or to nobody; return how many.  The caller commits.

    They are told by one letter, the first time that they are given rows of this audit.
    """
    known = facts.current()
    connection = begin_write()
    _lock(connection, kept.id)
    done = _give(connection, conditions, who, by=by, now=now)
    if who is not None and done:
        _write_to(connection, kept, [who], known, by=by, now=now)
    _told(
        connection,
        kept,
        by,
        Deed("assigned", kept.thing, after={"rows": done, "to": known.people[who].email if who else None}),
        now,
    )
    return done


def assign_as_written(kept: Kept, *, by: By, now: int) -> tuple[int, int]:
    """Give the rows that nobody has to whom the sheet names; return how many, and to how many people.

    A name counts if exactly one person has it; an e-mail address always does.  The caller commits.
    """
    known = facts.current()
    names = people_by_name(known)
    free = [AuditRow.audit == kept.id, AuditRow.state.in_(closing.TODO), AuditRow.assigned.is_(None)]
    written = list(db.session.scalars(select(AuditRow.owner).where(*free, AuditRow.owner != "").distinct()))
    connection = begin_write()
    _lock(connection, kept.id)
    done, told = 0, set()
    for owner in written:
        who = person(known, names, owner)
        if who is not None:
            done += _give(connection, [*free, AuditRow.owner == owner], who, by=by, now=now)
            told.add(who)
    _write_to(connection, kept, sorted(told), known, by=by, now=now)
    _told(connection, kept, by, Deed("assigned", kept.thing, after={"rows": done, "people": len(told)}), now)
    return done, len(told)


def people_by_name(known: Known) -> dict[str, int | None]:
    """Return who is called so, in small letters; ``None`` where several are."""
    found: dict[str, int | None] = {}
    for who in known.people.values():
        name = " ".join(who.name.casefold().split())
        found[name] = None if name in found else who.id
    return found


def person(known: Known, names: Mapping[str, int | None], written: str) -> int | None:
    """Return who is meant by a name or an e-mail address and works here."""
    text = " ".join(written.casefold().split())
    holder = known.holder_of(text) if "@" in text else names.get(text)
    return holder if holder is not None and holder > 0 else None


def _give(
    connection: Connection, conditions: Sequence[ColumnElement[bool]], who: int | None, *, by: By, now: int
) -> int:
    values = {
        "assigned": who,
        "assigned_by": None if who is None else by.participant,
        "assigned_at": None if who is None else now,
    }
    other = or_(AuditRow.assigned.is_(None), AuditRow.assigned != who) if who else AuditRow.assigned.is_not(None)
    here = update(AuditRow).where(*conditions, AuditRow.state.in_(closing.TODO), other)
    return connection.execute(here.values(values)).rowcount


def _write_to(  # noqa: PLR0913  # a letter has these parts
    connection: Connection, kept: Kept, people: Sequence[int], known: Known, *, by: By, now: int
) -> None:
    for who in people:
        if who != by.participant:
            told = {"by": known.called(by.participant, by.name), "audit": kept.id, "rewards": kept.counts}
            mail.plan(
                connection,
                "audit-rows",
                address=known.people[who].email,
                participant=who,
                occasion=kept.thing,
                facts=told,
                now=now,
            )


def _told(connection: Connection, kept: Kept, by: By, deed: Deed, now: int) -> None:
    """Tell the journal, unless the list is somebody's own."""
    if kept.shared:
        journal.write_all(connection, by, [deed], now=now)
