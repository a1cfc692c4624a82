"""Audits as they are kept: found, shared, and deleted on their last day.

A list that somebody uploads for themselves is seen by nobody else until they share it, and no journal tells of it.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditFile
from adoption.models import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.journal import By

COLUMNS, WAITING, COMPARING, OPEN, FAILED = "columns", "waiting", "comparing", "open", "failed"
DAYS_SHARED, DAYS_OWN = 90, 30  # that an audit of the organisation, and a list of one's own, are kept
DAYS_DONE = 14  # that it is kept once nothing is to do any more
SHEET, CONTACTS = "sheet", "contacts"
ACTIVITIES, LIST = "activities", "list"


class NotNowError(ConflictError):
    """This audit is not at that point any more; look at it again."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An audit as it stands.  ``seen`` is what its file looks like, ``mapping`` part → place of the column."""

    id: int
    name: str
    digest: str
    participant: int | None
    shared: bool
    counts: bool
    state: str
    message: str
    done: int
    seen: Mapping[str, Any]
    mapping: Mapping[str, int]
    heading: int
    country: str
    known_by: str
    contacts: int
    watched: int
    created: int
    compared: int | None
    until: int

    @property
    def thing(self) -> str:
        """What the journal calls it."""
        return f"audit/{self.id}"


def _kept(row: Row[Any]) -> Kept:
    values = row._asdict()
    return Kept(**values | {"seen": json.loads(values["seen"]), "mapping": json.loads(values["mapping"])})


# --- finding


def find(number: int) -> Kept:
    """Return an audit.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = db.session.execute(select(Audit.__table__).where(Audit.id == number)).first()
    if row is None:
        raise NotFoundError
    return _kept(row)


def opened(number: int, participant: int, *, leads: bool) -> Kept:
    """Return an audit that somebody may open: their own, or, for who looks after them, one of the organisation.

    Raises:
        NotFoundError: there is none, or it is somebody's own: nobody learns which.
    """
    kept = find(number)
    if not (kept.participant == participant or (kept.shared and leads)):
        raise NotFoundError
    return kept


def of(participant: int) -> list[Kept]:
    """Return the audits that somebody began, the newest first."""
    return _all(Audit.participant == participant)


def shared() -> list[Kept]:
    """Return the audits of the organisation, the newest first."""
    return _all(Audit.shared.is_(True))


def _all(*conditions: Any) -> list[Kept]:
    query = select(Audit.__table__).where(*conditions).order_by(Audit.id.desc())
    return [_kept(row) for row in db.session.execute(query)]


def counted(numbers: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return for these audits how many rows are in which state; one query."""
    query = select(AuditRow.audit, AuditRow.state, func.count()).where(AuditRow.audit.in_(numbers))
    found: dict[int, dict[str, int]] = {number: {} for number in numbers}
    for audit, state, count in db.session.execute(query.group_by(AuditRow.audit, AuditRow.state)):
        found[audit][state] = count
    return found


# --- its files


def keep_file(connection: Connection, number: int, part: str, raw: bytes) -> None:
    """Keep a file of an audit in place of the one before."""
    connection.execute(delete(AuditFile).where(AuditFile.audit == number, AuditFile.part == part))
    connection.execute(insert(AuditFile).values(audit=number, part=part, body=zlib.compress(raw, 1)))


def file_of(number: int, part: str) -> bytes | None:
    """Return a file that waits."""
    body = db.session.scalar(select(AuditFile.body).where(AuditFile.audit == number, AuditFile.part == part))
    return None if body is None else zlib.decompress(body)


# --- whose it is, and how long


def share(kept: Kept, by: By, now: int) -> None:
    """Let the adoption lead and HR see a list, too.  The caller commits.

    Raises:
        NotNowError: it is shared already, or gone.
    """
    until = facts.current().today(now) + DAYS_SHARED
    connection = begin_write()
    own = update(Audit).where(Audit.id == kept.id, Audit.shared.is_(False))
    if not connection.execute(own.values(shared=True, until=until)).rowcount:
        raise NotNowError
    journal.write(connection, by, "shared", kept.thing, after={"file": kept.name}, now=now)


def keep_longer(kept: Kept, by: By, now: int) -> None:
    """Keep an audit for as long again, from today on.  The caller commits."""
    until = facts.current().today(now) + (DAYS_SHARED if kept.shared else DAYS_OWN)
    connection = begin_write()
    connection.execute(update(Audit).where(Audit.id == kept.id).values(until=until))
    if kept.shared:
        journal.write(
            connection, by, "changed", kept.thing, before={"until": kept.until}, after={"until": until}, now=now
        )


def remove(kept: Kept, by: By, now: int) -> None:
    """Delete an audit with all its rows and files.  The caller commits."""
    connection = begin_write()
    _delete(connection, Audit.id == kept.id)
    if kept.shared:
        journal.write(connection, by, "removed", kept.thing, before={"file": kept.name}, now=now)


def sweep(now: int, report: Callable[[int, int], None]) -> int:
    """Delete the audits whose last day is over, one after the other; return how many."""
    today = facts.current().today(now)
    over = list(db.session.scalars(select(Audit.id).where(Audit.until < today).order_by(Audit.id)))
    for done, number in enumerate(over, start=1):
        _delete(begin_write(), Audit.id == number)
        db.session.commit()
        report(done, len(over))
    return len(over)


def _delete(connection: Connection, which: Any) -> None:
    # Whoever compares it at this moment is waited for: the rows that come of that go, too.
    connection.execute(select(Audit.id).where(which).with_for_update())
    numbers = select(Audit.id).where(which)
    connection.execute(delete(AuditRow).where(AuditRow.audit.in_(numbers)))
    connection.execute(delete(AuditFile).where(AuditFile.audit.in_(numbers)))
    connection.execute(delete(Audit).where(which))


def waiting() -> list[int]:
    """Return the audits that nobody has compared yet; one that still says ``comparing`` may have been left."""
    query = select(Audit.id).where(or_(Audit.state == WAITING, Audit.state == COMPARING)).order_by(Audit.id)
    return list(db.session.scalars(query))
