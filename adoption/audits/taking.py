"""How an audit begins: a file is taken, its columns are recognised and confirmed, and it waits for being compared."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption.audits import checking
from adoption.audits import keeping
from adoption.audits import reading
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Audit
from adoption.models import StoredActivity
from adoption.models import storable
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.audits.keeping import Kept
    from adoption.audits.reading import Grid
    from adoption.journal import By

DAYS_UNCONFIRMED = 1  # that a file is kept of which nobody said what its columns are
NAME_LENGTH = 120
SAMPLES, SAMPLE = 3, 60  # cells of a column that are shown, and characters of each


class NoColumnError(RefusedError):
    """Say which column holds the name, the company, the e-mail address or the telephone number."""


class WrongContactsError(RefusedError):
    """The list of contacts cannot be read."""

    def __init__(self, error: Exception) -> None:
        """Pass on what is wrong with it."""
        super().__init__(str(error))
        self.fault = getattr(error, "fault", type(error).__name__)
        self.about = getattr(error, "about", "")


def look(grid: Grid, at: int | None = None) -> tuple[int, dict[str, int], dict[str, Any]]:
    """Return where the headings stand, which columns are recognised, and what is shown of the file."""
    at = columns.heading_row(grid.rows) if at is None else min(at, len(grid.rows) - 1)
    headings, below = columns.headings(grid.rows, at), grid.rows[at + 1 :]
    places = {part: guess.column for part, guess in columns.recognised(headings, below).items()}
    cells = [
        [cell[:SAMPLE] for cell in dict.fromkeys(row[place] for row in below[:200] if row[place])][:SAMPLES]
        for place in range(len(headings))
    ]
    seen = {
        "headings": [heading[:SAMPLE] for heading in headings],
        "samples": cells,
        "rows": len(below),
        "lines": list(grid.lines[: columns.ROWS_OF_HEADINGS]),
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
        "state": keeping.COLUMNS,
        "message": "",
        "seen": json.dumps(seen),
        "mapping": json.dumps(places),
        "heading": at,
        "country": country,
        "known_by": keeping.LIST if contacts is not None else keeping.ACTIVITIES,
        "created": now,
        "until": facts.current().today(now) + DAYS_UNCONFIRMED,
    }
    connection = begin_write()  # reading the facts is forgotten
    number = int(connection.execute(insert(Audit).values(row).returning(Audit.id)).scalar_one())
    keeping.keep_file(connection, number, keeping.SHEET, raw)
    if contacts is not None:
        keeping.keep_file(connection, number, keeping.CONTACTS, contacts)
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
    if not columns.WHO & mapping.keys():
        raise NoColumnError
    days = keeping.DAYS_SHARED if kept.shared else keeping.DAYS_OWN
    values = {
        "mapping": json.dumps(dict(mapping)),
        "country": country,
        "counts": counts and kept.shared,
        "until": facts.current().today(now) + days,
        "state": keeping.WAITING,
        "done": 0,
        "message": "",
    }
    connection = begin_write()
    here = update(Audit).where(Audit.id == kept.id, Audit.state.in_((keeping.COLUMNS, keeping.FAILED)))
    if not connection.execute(here.values(values)).rowcount:
        raise keeping.NotNowError
    if kept.shared:
        told = {"file": kept.name, "sha256": kept.digest[:16], "columns": sorted(mapping), "rewards": values["counts"]}
        journal.write(connection, by, "uploaded", kept.thing, after=told, now=now)


def read_again(kept: Kept, at: int) -> None:
    """Take another row for that of the headings.  The caller commits.

    Raises:
        NotNowError: the columns are confirmed already.
    """
    raw = keeping.file_of(kept.id, keeping.SHEET)
    if raw is None or kept.state not in {keeping.COLUMNS, keeping.FAILED}:
        raise keeping.NotNowError
    at, places, seen = look(reading.read(raw), at)
    values = {"heading": at, "mapping": json.dumps(places), "seen": json.dumps(seen)}
    here = update(Audit).where(Audit.id == kept.id, Audit.state.in_((keeping.COLUMNS, keeping.FAILED)))
    if not begin_write().execute(here.values(values)).rowcount:  # confirmed while the file was read
        raise keeping.NotNowError


def again(kept: Kept, contacts: bytes | None) -> None:
    """Let an audit be compared once more, with a list of contacts or with what activities tell.  The caller commits.

    Raises:
        WrongContactsError: the list is none.
        NotNowError: it is being compared already.
    """
    if contacts is not None:
        check_contacts(contacts)
    connection = begin_write()
    here = update(Audit).where(Audit.id == kept.id, Audit.state == keeping.OPEN)
    if not connection.execute(here.values(state=keeping.WAITING, done=0, message="")).rowcount:
        raise keeping.NotNowError
    if contacts is not None:
        keeping.keep_file(connection, kept.id, keeping.CONTACTS, contacts)
