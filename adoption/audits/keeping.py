"""Audits as they are kept: taken from a file, confirmed, found again, shared, and deleted on their last day.

A list that somebody uploads for themselves is seen by nobody else until they share it, and no journal tells of it.
"""

from __future__ import annotations

import hashlib
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
from adoption.audits import checking
from adoption.audits import reading
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import AuditFile
from adoption.models import AuditRow
from adoption.models import StoredActivity
from adoption.models import storable
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.audits.reading import Grid
    from adoption.journal import By

COLUMNS, WAITING, COMPARING, OPEN, FAILED = "columns", "waiting", "comparing", "open", "failed"
DAYS_SHARED, DAYS_OWN = 90, 30  # that an audit of the organisation, and a list of one's own, are kept
DAYS_DONE = 14  # that it is kept once nothing is to do any more
DAYS_UNCONFIRMED = 1  # that a file is kept of which nobody said what its columns are
NAME_LENGTH = 120
SAMPLES, SAMPLE = 3, 60  # cells of a column that are shown, and characters of each
ROWS_OF_HEADINGS = 20  # among which the headings are looked for
SHEET, CONTACTS = "sheet", "contacts"
ACTIVITIES, LIST = "activities", "list"
WHO = frozenset({"name", "last_name", "company", "email", "phone"})  # of which a sheet needs one


class NoColumnError(RefusedError):
    """Say which column holds the name, the company, the e-mail address or the telephone number."""


class NoContactsError(RefusedError):
    """The CRM has told of no contact yet; upload a list of its contacts, too."""


class WrongContactsError(RefusedError):
    """The list of contacts cannot be read."""

    def __init__(self, error: Exception) -> None:
        """Pass on what is wrong with it."""
        super().__init__(str(error))
        self.fault = getattr(error, "fault", type(error).__name__)
        self.about = getattr(error, "about", "")


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


# --- taking a file


def look(grid: Grid, at: int | None = None) -> tuple[int, dict[str, int], dict[str, Any]]:
    """Return where the headings stand, which columns are recognised, and what is shown of the file."""
    at = columns.heading_row(grid.rows) if at is None else min(at, len(grid.rows) - 1)
    below = grid.rows[at + 1 :]
    places = {part: guess.column for part, guess in columns.recognised(grid.rows[at], below).items()}
    cells = [
        [cell[:SAMPLE] for cell in dict.fromkeys(row[place] for row in below[:200] if row[place])][:SAMPLES]
        for place in range(len(grid.rows[at]))
    ]
    seen = {
        "headings": [heading[:SAMPLE] for heading in grid.rows[at]],
        "samples": cells,
        "rows": len(below),
        "notes": [list(note[:2]) for note in grid.notes],
    }
    return at, places, seen


def take(  # noqa: PLR0913  # what an audit begins with
    raw: bytes, name: str, *, contacts: bytes | None, by: By, shared: bool, country: str, now: int
) -> int:
    """Keep a sheet until its columns are confirmed; return the audit's number.  The caller commits.

    Raises:
        UnreadableSheetError: the file is no table.
        WrongContactsError: the list of contacts is none.
    """
    at, places, seen = look(reading.read(raw))
    if contacts is not None:
        check_contacts(contacts)
    row = {
        "name": storable(" ".join(name.split()))[:NAME_LENGTH] or "list",
        "digest": hashlib.sha256(raw).hexdigest(),
        "participant": by.participant,
        "shared": shared,
        "counts": False,
        "state": COLUMNS,
        "message": "",
        "seen": json.dumps(seen),
        "mapping": json.dumps(places),
        "heading": at,
        "country": country,
        "known_by": LIST if contacts is not None else ACTIVITIES,
        "created": now,
        "until": facts.current().today(now) + DAYS_UNCONFIRMED,
    }
    connection = begin_write()  # reading the facts is forgotten
    number = int(connection.execute(insert(Audit).values(row).returning(Audit.id)).scalar_one())
    keep_file(connection, number, SHEET, raw)
    if contacts is not None:
        keep_file(connection, number, CONTACTS, contacts)
    return number


def check_contacts(raw: bytes) -> None:
    """Look whether a file is a list of contacts.

    Raises:
        WrongContactsError: it is none; the message says why.
    """
    try:
        checking.columns_of(reading.read(raw))
    except (reading.UnreadableSheetError, checking.NoCustomersError) as error:
        raise WrongContactsError(error) from None


def keep_file(connection: Connection, number: int, part: str, raw: bytes) -> None:
    """Keep a file of an audit in place of the one before."""
    connection.execute(delete(AuditFile).where(AuditFile.audit == number, AuditFile.part == part))
    connection.execute(insert(AuditFile).values(audit=number, part=part, body=zlib.compress(raw, 1)))


def file_of(number: int, part: str) -> bytes | None:
    """Return a file that waits."""
    body = db.session.scalar(select(AuditFile.body).where(AuditFile.audit == number, AuditFile.part == part))
    return None if body is None else zlib.decompress(body)


def told_since() -> int | None:
    """Return the first local day of which activities tell; ``None`` if there are none."""
    return db.session.scalar(select(func.min(StoredActivity.day)).where(StoredActivity.type.is_not(None)))


def confirm(  # noqa: PLR0913  # what is confirmed
    kept: Kept, mapping: Mapping[str, int], *, country: str, counts: bool, by: By, now: int
) -> None:
    """Let an audit wait for being compared, by these columns.  The caller commits.

    Raises:
        NoColumnError: none of them says who somebody is.
        NotNowError: it was confirmed before.
    """
    if not WHO & mapping.keys():
        raise NoColumnError
    days = DAYS_SHARED if kept.shared else DAYS_OWN
    values = {
        "mapping": json.dumps(dict(mapping)),
        "country": country,
        "counts": counts and kept.shared,
        "until": facts.current().today(now) + days,
        "state": WAITING,
        "done": 0,
        "message": "",
    }
    connection = begin_write()
    here = update(Audit).where(Audit.id == kept.id, Audit.state.in_((COLUMNS, FAILED)))
    if not connection.execute(here.values(values)).rowcount:
        raise NotNowError
    if kept.shared:
        told = {"file": kept.name, "sha256": kept.digest[:16], "columns": sorted(mapping), "rewards": values["counts"]}
        journal.write(connection, by, "uploaded", kept.thing, after=told, now=now)


def read_again(kept: Kept, at: int) -> None:
    """Take another row for that of the headings.  The caller commits.

    Raises:
        NotNowError: the columns are confirmed already.
    """
    raw = file_of(kept.id, SHEET)
    if raw is None or kept.state not in {COLUMNS, FAILED}:
        raise NotNowError
    at, places, seen = look(reading.read(raw), at)
    values = {"heading": at, "mapping": json.dumps(places), "seen": json.dumps(seen)}
    begin_write().execute(update(Audit).where(Audit.id == kept.id).values(values))


def again(kept: Kept, contacts: bytes | None) -> None:
    """Let an audit be compared once more, with a list of contacts or with what activities tell.  The caller commits.

    Raises:
        WrongContactsError: the list is none.
        NotNowError: it is being compared already.
    """
    if contacts is not None:
        check_contacts(contacts)
    connection = begin_write()
    here = update(Audit).where(Audit.id == kept.id, Audit.state == OPEN)
    if not connection.execute(here.values(state=WAITING, done=0, message="")).rowcount:
        raise NotNowError
    if contacts is not None:
        keep_file(connection, kept.id, CONTACTS, contacts)


# --- whose it is, and how long


def share(kept: Kept, by: By, now: int) -> None:
    """Let the adoption lead and HR see a list, too.  The caller commits."""
    until = facts.current().today(now) + DAYS_SHARED
    connection = begin_write()
    connection.execute(update(Audit).where(Audit.id == kept.id).values(shared=True, until=until))
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
    numbers = select(Audit.id).where(which)
    connection.execute(delete(AuditRow).where(AuditRow.audit.in_(numbers)))
    connection.execute(delete(AuditFile).where(AuditFile.audit.in_(numbers)))
    connection.execute(delete(Audit).where(which))


def waiting() -> list[int]:
    """Return the audits that nobody has compared yet; one that still says ``comparing`` may have been left."""
    query = select(Audit.id).where(or_(Audit.state == WAITING, Audit.state == COMPARING)).order_by(Audit.id)
    return list(db.session.scalars(query))
