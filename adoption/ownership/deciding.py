"""Decisions about whose records are: written once, in the journal, told by letter; the CRM is changed by people."""

from __future__ import annotations

from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption import mail
from adoption import records
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.models import OwnershipDecision
from adoption.models import OwnershipGap
from rules import ownership
from rules import period

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.facts import Known
    from adoption.journal import By

LETTERS = 17  # o'clock: what was decided since yesterday is told in one letter
KIND = "ownership"


class ChoiceError(RefusedError):
    """Choose what is to be done: assign it, leave it as it is, or (where two work on it) ask both."""


class AssigneeError(RefusedError):
    """Name somebody who works here and whom you lead."""


class SettledError(ConflictError):
    """This is settled already: the CRM shows whose it is, or there is nothing to decide any more."""


class Choice(NamedTuple):
    """What somebody decides about a gap: ``assign`` it to somebody, ``leave`` it with a reason, or ``ask`` both."""

    does: str
    to: int | None = None


def decide(  # noqa: PLR0913  # what, about whose, on what ground, why, by whom, when
    choices: Mapping[int, Choice],
    *,
    scope: Collection[int] | None,
    why: str,
    by: By,
    now: int,
    seen: Mapping[int, int] | None = None,
) -> int:
    """Write what somebody decides about gaps (number → choice); return how many.  All or none; the caller commits.

    ``scope`` holds the people about whose records they may decide (``None``: everybody's).  ``seen`` is for some gaps
    the number of the decision that held when they were looked at (0: none).

    Raises:
        NotFoundError: one of them is not theirs to decide, or there is none of that number.
        SettledError: one of them is settled, or somebody has decided about it since.
        ChoiceError, AssigneeError: likewise.
        journal.NoReasonError: leaving it as it is needs a reason; none is longer than 500 characters.
    """
    asks_why = bool(why.strip()) or any(one.does == ownership.LEAVE for one in choices.values())
    reason = journal.reason(why) if asks_why else ""
    connection = begin_write()
    known = facts.current()
    query = select(OwnershipGap.__table__).where(OwnershipGap.id.in_(sorted(choices)))
    rows = {row.id: row for row in connection.execute(query.order_by(OwnershipGap.id).with_for_update())}
    if rows.keys() != choices.keys() or not all(within(row, scope) for row in rows.values()):
        raise NotFoundError
    if any(last != (rows[number].decision or 0) for number, last in (seen or {}).items() if number in rows):
        raise SettledError
    for number, choice in choices.items():
        _check(known, rows[number], choice, scope, by, known.today(now))
    _write(connection, [(rows[number], choices[number]) for number in sorted(choices)], reason, by, now)
    _tell(connection, known, [(rows[number], choices[number]) for number in choices], by, now)
    deeds = [_deed(known, rows[number], choices[number]) for number in sorted(choices)]
    journal.write_all(connection, by, deeds, now=now, why=reason)
    return len(choices)


def within(row: Any, scope: Collection[int] | None) -> bool:
    """Say whether a gap is about somebody in a scope."""
    return scope is None or row.about in scope or row.other in scope


def takers(known: Known, scope: Collection[int] | None, me: int | None, today: int) -> Iterator[int]:
    """Yield who may be given a record by somebody who decides about those in the scope: whoever works here of these."""
    for number, one in known.people.items():
        if one.here(today) and (scope is None or number in scope or number == me):
            yield number


def _check(  # noqa: PLR0913, PLR0917  # a decision, and what it is checked against
    known: Known, row: Row[Any], choice: Choice, scope: Collection[int] | None, by: By, today: int
) -> None:
    if row.state not in {ownership.OPEN, ownership.DECIDED}:
        raise SettledError
    if choice.does not in ownership.DECISIONS or (choice.does == ownership.ASK and row.kind != ownership.TWO):
        raise ChoiceError
    if choice.does == ownership.ASSIGN:
        may = set(takers(known, scope, by.participant, today))
        if row.suggested in set(takers(known, None, None, today)):
            may.add(row.suggested)
        if choice.to not in may:
            raise AssigneeError


def _write(connection: Connection, pairs: list[tuple[Row[Any], Choice]], reason: str, by: By, now: int) -> None:
    cards = records.cards(row.record for row, _ in pairs)
    common = {"decided": now, "decided_by": by.participant, "decided_name": by.name, "why": reason}
    rows = [
        {name: getattr(row, name) for name in ("record", "kind", "about", "other")}
        | {"gap": row.id, "name": cards[row.record].name, "link": cards[row.record].link}
        | {"does": choice.does, "assigned": choice.to if choice.does == ownership.ASSIGN else None}
        | common
        for row, choice in pairs
    ]
    connection.execute(insert(OwnershipDecision), rows)
    table, decided = OwnershipDecision, OwnershipGap
    newest = select(table.id).where(table.gap == decided.id).order_by(table.id.desc()).limit(1).scalar_subquery()
    state = {"state": ownership.DECIDED, "reason": "decided", "changed": now, "arbiter": by.participant, "decided": now}
    state |= {"shown_source": None, "shown_id": None, "decision": newest}
    for does, to in sorted({(row["does"], row["assigned"] or 0) for row in rows}):
        gaps = [row["gap"] for row in rows if (row["does"], row["assigned"] or 0) == (does, to)]
        values = state | {"does": does, "assigned": to or None}
        connection.execute(update(decided).where(decided.id.in_(gaps)).values(values))


# --- who is told


def concerned(kind: str, does: str, people: tuple[int | None, int | None], to: int | None) -> set[int]:
    """Return whom a decision concerns: who gets a record, and who had it or works on it; of two, both."""
    if does == ownership.LEAVE and kind != ownership.TWO:
        return set()
    return {one for one in (*people, to) if one is not None}


def _tell(connection: Connection, known: Known, pairs: list[tuple[Row[Any], Choice]], by: By, now: int) -> None:
    """Plan the letters of the day; whoever gets one already gets no other."""
    today = known.today(now)
    people: set[int] = set()
    for row, choice in pairs:
        people |= concerned(row.kind, choice.does, (row.about, row.other), choice.to)
    due, since, day = post(known, now)
    for number in sorted(people - {by.participant or 0}):
        person = known.people[number]
        if not person.has_left(today):
            mail.plan(
                connection,
                KIND,
                address=person.email,
                participant=number,
                occasion=period.text("day", day),
                facts={"since": since, "until": due},
                now=now,
                due=due,
            )


def post(known: Known, now: int) -> tuple[int, int, int]:
    """Return when the next letter goes out, since when it tells (UTC microseconds), and its local day."""
    day = known.today(now)
    due = _evening(known, day)
    if now > due:
        day += 1
        due = _evening(known, day)
    return due, _evening(known, day - 1), day


def _evening(known: Known, day: int) -> int:
    return period.microseconds(datetime.combine(date.fromordinal(day), time(LETTERS), known.zone))


def _deed(known: Known, row: Row[Any], choice: Choice) -> journal.Deed:
    told: dict[str, object] = {"does": choice.does, "kind": row.kind}
    if choice.does == ownership.ASSIGN:
        told["owner"] = known.people[choice.to or 0].email
    before = {"owner": known.people[row.about].email} if row.about in known.people else None
    return journal.Deed("decided", f"record/{row.record}", before, told)
