"""An audit is compared: at once where that is quick, else by a job; its rows are stored in bulk."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import locks
from adoption import statements
from adoption.audits import checking
from adoption.audits import contacts
from adoption.audits import keeping
from adoption.audits import reading
from adoption.audits.checking import Customer
from adoption.audits.matching import Card
from adoption.errors import AdoptionError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditFile
from adoption.models import AuditRow
from adoption.models import Batch
from adoption.models import Receipt
from adoption.models import storable
from rules.audit import closing
from rules.audit import keys

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.audits.checking import Outcome
    from adoption.audits.keeping import Kept

QUICK_ROWS, QUICK_ACTIVITIES, QUICK_BYTES = 3_000, 100_000, 3_000_000  # for which a page may wait
BROKEN = "broken"  # the message of an audit that a fault of ours stopped
LOCKS = 8  # so many are compared at the same time at most
COLUMNS = tuple(column.name for column in AuditRow.__table__.columns)
# What people decided, and who they gave a row to: kept when it is compared again.
LASTING = (
    "refused", "state", "assigned", "assigned_by", "assigned_at", "closed", "closed_day", "closed_by", "closed_how",
    "closed_source", "closed_id", "closings", "credit",
)  # fmt: skip  # columns
NEW: Mapping[str, Any] = dict.fromkeys(LASTING) | {
    "refused": "", "closed_how": "", "closings": 0, "credit": "",
}  # fmt: skip  # of a row that was never stored
NOT_CLOSED: Mapping[str, Any] = {
    "closed": None, "closed_day": None, "closed_by": None, "closed_how": "", "closed_source": None, "closed_id": None,
}  # fmt: skip  # of a row that is to do


class NoContactsError(RefusedError):
    """The CRM has told of no contact yet; upload a list of its contacts, too."""


def quick(kept: Kept) -> bool:
    """Say whether an audit is small enough for a page to wait for it."""
    if kept.seen.get("rows", 0) > QUICK_ROWS:
        return False
    waits = keeping.file_of(kept.id, keeping.CONTACTS)
    if waits is not None:
        return len(waits) <= QUICK_BYTES
    return int(db.session.scalar(select(func.coalesce(func.sum(Receipt.accepted), 0))) or 0) <= QUICK_ACTIVITIES


def compare(number: int, now: Callable[[], int], report: Callable[[int, int], None] = lambda _done, _all: None) -> bool:
    """Compare an audit that waits, store what became of its rows, and commit; say whether that was done.

    Another process that compares the same audit is not disturbed.
    """
    with locks.held(f"audit-{number % LOCKS}") as ours:
        if ours is None or not _note(number, state=keeping.COMPARING):
            return False
        kept = keeping.find(number)
        try:
            _compared(kept, now, report)
        except AdoptionError as error:
            fault = getattr(error, "fault", type(error).__name__)
        except (StoppedError, SQLAlchemyError):
            raise  # not the sheet's fault
        except Exception:  # whatever is wrong with it, the others come next
            current_app.logger.exception("The audit %s cannot be compared.", number)
            fault = BROKEN
        else:
            return True
        db.session.rollback()
        _note(number, state=keeping.OPEN if kept.compared else keeping.FAILED, message=fault)
        return False


def compare_waiting(now: Callable[[], int], report: Callable[[int, int], None]) -> int:
    """Compare what waits, one after the other; return how many were done."""
    return sum(compare(number, now, report) for number in keeping.waiting())


def _note(number: int, **values: object) -> bool:
    """Write how far an audit is, in a transaction of its own, unless it is gone."""
    db.session.rollback()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        going = update(Audit).where(Audit.id == number, Audit.state.in_((keeping.WAITING, keeping.COMPARING)))
        return connection.execute(going.values(values)).rowcount > 0


def _compared(kept: Kept, now: Callable[[], int], report: Callable[[int, int], None]) -> None:
    top = db.session.scalar(select(func.max(Batch.id))) or 0
    raw = keeping.file_of(kept.id, keeping.SHEET)
    rows = list(of_file(raw, kept) if raw is not None else of_rows(kept.id))
    refused = _refused(kept.id)
    known_by, cards = _contacts(kept)
    counted = _Counted(cards)

    def told(done: int) -> None:
        _progress(kept.id, done)
        report(done, done)

    outcomes = checking.check(rows, counted, country=kept.country, report=told, refused=refused)
    if not counted.number:
        raise NoContactsError
    whole = known_by == keeping.LIST or kept.known_by == keeping.ACTIVITIES
    moment = now()
    day = facts.current().today(moment)
    connection = begin_write()
    if connection.execute(select(Audit.id).where(Audit.id == kept.id).with_for_update()).first() is None:
        raise NotFoundError  # somebody deleted it meanwhile
    store(connection, kept.id, outcomes, now=moment, day=day, whole=whole)
    connection.execute(delete(AuditFile).where(AuditFile.audit == kept.id))
    values = {
        "state": keeping.OPEN,
        "message": "",
        "seen": json.dumps({"rows": len(rows)}),
        "contacts": counted.number,
        "watched": top,
        "compared": moment,
        "known_by": kept.known_by if not whole else known_by,
    }
    connection.execute(update(Audit).where(Audit.id == kept.id).values(values))
    finish(connection, kept.id, day)
    db.session.commit()


class _Counted:
    """Cards as they pass, and how many there were."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.number = 0
        self._cards = cards

    def __iter__(self) -> Iterator[Card]:
        for card in self._cards:
            self.number += 1
            yield card


def _progress(number: int, done: int) -> None:
    """Note on a connection of its own how many contacts were compared."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(update(Audit).where(Audit.id == number).values(done=done))


def _contacts(kept: Kept) -> tuple[str, Iterable[Card]]:
    raw = keeping.file_of(kept.id, keeping.CONTACTS)
    if raw is not None:
        return keeping.LIST, contacts.of_grid(reading.read(raw))
    return keeping.ACTIVITIES, contacts.of_activities(db.session.connection())


def _refused(number: int) -> dict[int, frozenset[str]]:
    query = select(AuditRow.line, AuditRow.refused).where(AuditRow.audit == number, AuditRow.refused != "")
    return {line: frozenset(keys.split("\n")) for line, keys in db.session.execute(query)}


# --- rows of the sheet


def of_file(raw: bytes, kept: Kept) -> Iterator[Customer]:
    """Yield the customers of a file, by the columns that were confirmed."""
    return checking.customers(reading.read(raw), kept.heading, kept.mapping)


def of_rows(number: int, *conditions: Any) -> Iterator[Customer]:
    """Yield the customers of an audit as they were stored, in the order of the sheet."""
    query = select(AuditRow.__table__).where(AuditRow.audit == number, *conditions).order_by(AuditRow.line)
    for row in db.session.execute(query, execution_options={"yield_per": contacts.FETCH}):
        yield customer_of(row)


def customer_of(row: Row[Any]) -> Customer:
    """Return the customer that a stored row describes."""
    card = Card(str(row.line), row.name, row.company, row.email, row.phone)
    names = row.first_name, row.last_name
    value = Decimal(row.value) if row.value else None
    return Customer(row.line, card, row.owner, value, row.last_contact, names, row.notes)


# --- what is stored


def store(  # noqa: PLR0913  # what is stored, and when
    connection: Connection, number: int, outcomes: Sequence[Outcome], *, now: int, day: int, whole: bool = True
) -> None:
    """Store what became of all rows of an audit, in place of what was; what people decided stays."""
    lasting = [getattr(AuditRow, name) for name in LASTING]
    before = {
        row[0]: dict(zip(LASTING, row[1:], strict=True))
        for row in connection.execute(select(AuditRow.line, *lasting).where(AuditRow.audit == number))
    }
    rows = [
        _row(number, rank, one, before.get(one.customer.line, NEW), now=now, day=day, whole=whole)
        for rank, one in enumerate(outcomes, start=1)
    ]
    connection.execute(delete(AuditRow).where(AuditRow.audit == number))
    statements.insert_long(connection, "audit_row", COLUMNS, [tuple(row[name] for name in COLUMNS) for row in rows])


def _row(  # noqa: PLR0913  # likewise
    number: int, rank: int, one: Outcome, before: Mapping[str, Any], *, now: int, day: int, whole: bool
) -> dict[str, Any]:
    customer, card = one.customer, one.customer.card
    state = closing.follow(before["state"], one.match.verdict, twice=one.twice is not None, whole=whole)
    row = {
        "audit": number,
        "line": customer.line,
        "rank": rank,
        "name": storable(card.name),
        "first_name": storable(customer.names[0]),
        "last_name": storable(customer.names[1]),
        "company": storable(card.company),
        "email": storable(card.email),
        "phone": storable(card.phone),
        "owner": storable(customer.owner),
        "value": "" if customer.value is None else f"{customer.value:f}",
        "last_contact": customer.last,
        "notes": storable(customer.notes),
        "sought": storable(sought(customer)),
        "verdict": one.match.verdict,
        "why": one.match.why,
        **contact_of(one),
        "twice": one.twice,
        **before,
        "state": state,
    }
    if state in closing.TODO and before["state"] not in {None, *closing.TODO}:
        row |= NOT_CLOSED
    if state == "imported" and before["state"] != "imported":
        row |= {"closed": now, "closed_day": day, "closed_how": "comparing"}
    return row


def contact_of(one: Outcome) -> dict[str, str]:
    """Return what is kept of the contact: all of it where people have to look at both, else its name in the CRM."""
    contact = one.match.contact if one.match.verdict != "missing" else None
    both = contact is not None and (one.match.verdict == "probable" or bool(one.changed))
    told = contact if contact is not None and both else Card("")
    return {
        "contact": storable(contact.key) if contact else "",
        "contact_name": storable(told.name),
        "contact_company": storable(told.company),
        "contact_email": storable(told.email),
        "contact_phone": storable(told.phone),
        "changed": " ".join(one.changed),
    }


def sought(customer: Customer) -> str:
    """Return the text in which a search finds a customer: as it is written, in Latin letters, and the bare number."""
    card = customer.card
    told = f"{card.name} {card.company} {card.email} {customer.owner}"
    digits = "".join(one for one in card.phone if one.isdigit())
    return f"{told.casefold()} {keys.plain(told)} {digits}"


def finish(connection: Connection, number: int, day: int) -> None:
    """Let an audit of which nothing is to do any more go earlier."""
    todo = select(AuditRow.line).where(AuditRow.audit == number, AuditRow.state.in_(closing.TODO)).limit(1)
    if connection.execute(todo).first() is None:
        soon = update(Audit).where(Audit.id == number, Audit.until > day + keeping.DAYS_DONE)
        connection.execute(soon.values(until=day + keeping.DAYS_DONE))
