"""The contacts of the CRM, as a file of them says or as their activities do."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption import statements
from adoption.audits import checking
from adoption.audits.matching import Card
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules.audit import closing
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.audits.reading import Grid

RECORDS = ("contact/", "lead/", "customer/")  # whose activities tell of customers
FETCH = 5_000  # rows read at once
GONE = (".deleted", ".merged")  # how types end after which there is no such record
MADE = (".created", ".imported")
_ABOUT = """
SELECT t.subject, t.type, t.data, t.batch, t.time, t.day, t.source, t.id, t.actor
FROM {given} AS g CROSS JOIN activity AS t
WHERE t.subject = g.subject AND t.type IS NOT NULL AND t.retracted = 0 AND t.retracts IS NULL
ORDER BY t.subject, t.time, t.source, t.id
"""


class Told(NamedTuple):
    """What activities told of a record: who it is (``None``: gone, or unknown), and by which it came to be known."""

    card: Card | None
    deed: Any


def of_grid(grid: Grid) -> Iterator[Card]:
    """Yield the contacts of an exported list.

    Raises:
        NoCustomersError: it is no such list.
    """
    at, places = checking.columns_of(grid)
    return (customer.card for customer in checking.customers(grid, at, places))


def of_activities(connection: Connection) -> Iterator[Card]:
    """Yield the contacts that activities have told of, each with the latest that was said, without deleted ones.

    The database sorts, so that one contact is held at a time.
    """
    table = StoredActivity
    query = select(table.subject, table.type, table.data).where(
        table.type.is_not(None), table.retracted == 0, table.source != closing.SOURCE
    )
    for record in RECORDS:
        own = query.where(table.subject >= record, table.subject < record[:-1] + chr(ord("/") + 1))
        rows = connection.execute(
            own.order_by(table.subject, table.time, table.source, table.id), execution_options={"yield_per": FETCH}
        )
        for subject, told in groupby(rows, key=attrgetter("subject")):
            card = _card(subject, told)
            if card is not None:
                yield card


def of_subjects(connection: Connection, subjects: Sequence[str], after: int) -> dict[str, Told]:
    """Return what activities told of these records; their deed is one that came in a batch behind ``after``.

    The one that made the record is preferred, else it is the newest: by that it can be recognised.
    """
    found = {subject: Told(None, None) for subject in subjects}
    rows = statements.run(connection, "activity", ("subject",), [(one,) for one in subjects], _ABOUT)
    for subject, group in groupby(rows, key=attrgetter("subject")):
        told = [row for row in group if row.source != closing.SOURCE]
        if told:
            new = [row for row in told if row.batch > after] or told
            made = next((row for row in new if row.type.endswith(MADE)), new[-1])
            found[subject] = Told(_card(subject, told), made)
    return found


def _card(subject: str, told: Iterable[Any]) -> Card | None:
    """Put together what activities said of a record; ``None`` if it was deleted, or nothing says who it is."""
    parts: dict[str, str] = {}
    gone = False
    for row in told:
        gone = row.type.endswith(GONE)
        parts.update(_said(data_of(row.data)))
    name = parts.get("name") or " ".join(filter(None, (parts.get("first_name"), parts.get("last_name"))))
    card = Card(subject, name, parts.get("company", ""), parts.get("email", ""), parts.get("phone", ""))
    return card if not gone and any(card[1:]) else None


def _said(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the parts of a contact that the data of an activity names."""
    fields = [(name, value) for name, value in data.items() if isinstance(value, str) and value.strip()]
    found = columns.recognised([name for name, _ in fields], [[value for _, value in fields]])
    for part, guess in found.items():
        yield part, fields[guess.column][1]
