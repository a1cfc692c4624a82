"""New activities bring what was missing: rows close by themselves, with the activity that did it, and open again.

Only what is beyond doubt closes a row: the same address, the same name at the same company, or a number of somebody
whose name is alike.  What is likely is shown to a person.  A row opens again when its contact is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import and_
from sqlalchemy import bindparam
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import statements
from adoption.audits import checking
from adoption.audits import comparing
from adoption.audits import contacts
from adoption.audits import crediting
from adoption.audits import keeping
from adoption.audits.matching import Sheet
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditRow
from adoption.models import Batch
from adoption.models import StoredActivity
from adoption.models import bucket_of
from rules.audit import closing
from rules.audit import verdict

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Row

    from adoption.audits.contacts import Told
    from adoption.audits.matching import Match
    from adoption.facts import Known

CHUNK = 5_000  # records looked at in one transaction
SURE = frozenset({"same_mail", "same_name_and_firm"})
ARRIVED = ("found", "imported", "confirmed", "agreed")  # states of rows whose customer is in the CRM


class Watched(NamedTuple):
    """What became of rows: how many closed by themselves, opened again, and may have been found."""

    closed: int = 0
    reopened: int = 0
    likely: int = 0


def needed() -> bool:
    """Say whether there may be something to do."""
    newest = select(func.max(Batch.id)).scalar_subquery()
    behind = select(Audit.id).where(Audit.state == keeping.OPEN, Audit.watched < newest)
    return bool(db.session.scalar(select(exists(behind)))) or crediting.needed()


def watch(now: int, report: Callable[[int, int], None] = lambda _done, _all: None) -> Watched:
    """Look at the contacts that new activities tell of, for every audit, and commit."""
    crediting.settle(now)
    total = Watched()
    behind = select(Audit.id).where(Audit.state == keeping.OPEN).order_by(Audit.id)
    numbers = list(db.session.scalars(behind))
    for done, number in enumerate(numbers, start=1):
        try:
            found = _one(number, now)
        except NotFoundError:  # somebody deleted it meanwhile
            db.session.rollback()
            found = Watched()
        total = Watched(*map(sum, zip(total, found, strict=True)))
        report(done, len(numbers))
    crediting.settle(now)
    return total


def _one(number: int, now: int) -> Watched:
    kept = keeping.find(number)
    top = db.session.scalar(select(func.max(Batch.id))) or 0
    subjects, undone = _touched(kept.watched, top) if top > kept.watched else (set(), set())
    total = Watched()
    ordered = sorted(subjects)
    for begin in range(0, len(ordered), CHUNK):
        told = contacts.of_subjects(db.session.connection(), ordered[begin : begin + CHUNK], kept.watched)
        found = _followed(kept, told, undone, now)
        total = Watched(*map(sum, zip(total, found, strict=True)))
    if top > kept.watched:
        begin_write().execute(update(Audit).where(Audit.id == number).values(watched=top))
        db.session.commit()
    db.session.rollback()
    return total


def _touched(after: int, top: int) -> tuple[set[str], set[tuple[str, str]]]:
    """Return the records that activities of these batches are about, and the activities that they took back."""
    table = StoredActivity
    new = select(table.source, table.subject, table.retracts).where(
        table.batch > after, table.batch <= top, table.type.is_not(None), table.source != closing.SOURCE
    )
    about = [and_(table.subject >= one, table.subject < one[:-1] + "0") for one in contacts.RECORDS]  # 0 is behind /
    subjects: set[str] = set()
    undone: set[tuple[str, str]] = set()
    for source, subject, retracts in db.session.execute(new.where(or_(*about, table.retracts.is_not(None)))):
        if retracts is not None:
            undone.add((source, retracts))
        elif subject is not None:
            subjects.add(subject)
    keys = [(bucket_of(*key), *key) for key in sorted(undone)]
    gone = statements.find(db.session.connection(), "activity", statements.ACTIVITY_KEY, ("subject",), keys)
    subjects |= {row[0] for row in gone if row[0] is not None and row[0].startswith(contacts.RECORDS)}
    return subjects, undone


def _followed(kept: keeping.Kept, told: Mapping[str, Told], undone: set[tuple[str, str]], now: int) -> Watched:
    """Bring the rows of an audit in line with what is told of some records, in one transaction."""
    known = facts.current()
    connection = begin_write()
    connection.execute(select(Audit.id).where(Audit.id == kept.id).with_for_update())
    reopened = _reopen(kept.id, told, undone)
    rows = list(db.session.execute(_todo(kept.id)))
    matches = _matches(kept, rows, told)
    closed = [_closed(kept, row, match, told, known) for row, match in matches if _sure(match)]
    unsure = [(row, match) for row, match in matches if not _sure(match)]
    likely = [_found(kept, row, match, "probable") for row, match in unsure if row.verdict == "missing"]
    for values in (closed, likely):
        if values:
            _write(kept.id, values)
    comparing.finish(connection, kept.id, known.today(now))
    db.session.commit()
    return Watched(len(closed), reopened, len(likely))


def _todo(number: int) -> Any:
    """Return rows that may close; not one whose activity is still to be taken back."""
    settled = AuditRow.credit.not_like("audit/%")
    return select(AuditRow.__table__).where(AuditRow.audit == number, AuditRow.state.in_(closing.TODO), settled)


def _reopen(number: int, told: Mapping[str, Told], undone: set[tuple[str, str]]) -> int:
    """Open rows whose contact is gone, or that an activity had closed which was taken back since."""
    query = select(AuditRow.line, AuditRow.contact, AuditRow.closed_source, AuditRow.closed_id, AuditRow.state).where(
        AuditRow.audit == number, AuditRow.state.in_(ARRIVED), AuditRow.contact != ""
    )
    gone = [
        row.line
        for row in db.session.execute(query)
        if (row.contact in told and told[row.contact].card is None)
        or (row.state == "imported" and (row.closed_source, row.closed_id) in undone)
    ]
    empty = {f"contact_{part}": "" for part in ("name", "company", "email", "phone")}
    gone_again = {"state": "open", "verdict": "missing", "why": "gone_again", "contact": "", "changed": ""}
    values = {**gone_again, **empty, **comparing.NOT_CLOSED}
    for begin in range(0, len(gone), CHUNK):
        here = update(AuditRow).where(AuditRow.audit == number, AuditRow.line.in_(gone[begin : begin + CHUNK]))
        db.session.connection().execute(here.values(values))
    return len(gone)


def _matches(kept: keeping.Kept, rows: Sequence[Row[Any]], told: Mapping[str, Told]) -> list[tuple[Row[Any], Match]]:
    """Return the rows that these contacts are, or may be."""
    cards = [one.card for one in told.values() if one.card is not None]
    if not rows or not cards:
        return []
    sheet = Sheet([comparing.customer_of(row).card for row in rows], kept.country)
    sheet.refuse({place: row.refused.split("\n") for place, row in enumerate(rows) if row.refused})
    sheet.pass_by(cards)
    return [
        (row, match)
        for row, match in zip(rows, sheet.matches(), strict=True)
        if match.verdict != "missing" and match.contact is not None
    ]


def _sure(match: Match) -> bool:
    """Say whether it is beyond doubt: how many others share a number is not known here."""
    return match.verdict == "found" and (match.why in SURE or match.likeness >= verdict.LIKE_NAME)


def _closed(kept: keeping.Kept, row: Row[Any], match: Match, told: Mapping[str, Told], known: Known) -> dict[str, Any]:
    """Return the values of a row that an activity closed."""
    found = _found(kept, row, match, "found")
    deed = told[found["contact"]].deed
    return {
        **found,
        "state": "imported",
        "closed": deed.time,
        "closed_day": deed.day,
        "closed_by": known.participant_of(deed.source, deed.actor),
        "closed_how": "activity",
        "closed_source": deed.source,
        "closed_id": deed.id,
        "closings": row.closings + 1,
        "credit": "",
    }


def _found(kept: keeping.Kept, row: Row[Any], match: Match, said: str) -> dict[str, Any]:
    """Return what a row says of the contact that it is, or may be."""
    customer = comparing.customer_of(row)
    judged = match._replace(verdict=said)
    outcome = checking.Outcome(customer, judged, checking.changed(customer.card, judged, kept.country), None)
    return {"line": row.line, "verdict": said, "why": match.why, **comparing.contact_of(outcome)}


def _write(number: int, rows: Sequence[dict[str, Any]]) -> None:
    """Update rows, all with the same columns, by one statement."""
    named: dict[str, Any] = {name: bindparam(f"new_{name}") for name in rows[0] if name != "line"}
    table: Any = AuditRow.__table__  # plain: each row has values of its own
    here = update(table).where(table.c.audit == number, table.c.line == bindparam("at")).values(named)
    given = [
        {f"new_{name}": value for name, value in row.items() if name != "line"} | {"at": row["line"]} for row in rows
    ]
    db.session.connection().execute(here, given)
