"""The contacts of the CRM, as a file of them says or as their activities do."""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from sqlalchemy import select

from adoption.audits import checking
from adoption.audits.matching import Card
from adoption.models import StoredActivity
from adoption.wire import data_of
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from sqlalchemy import Connection

    from adoption.audits.reading import Grid

RECORDS = ("contact/", "lead/", "customer/")  # whose activities tell of customers
FETCH = 5_000  # rows read at once


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
    query = select(table.subject, table.type, table.data).where(table.type.is_not(None), table.retracted == 0)
    for record in RECORDS:
        own = query.where(table.subject >= record, table.subject < record[:-1] + chr(ord("/") + 1))
        rows = connection.execute(
            own.order_by(table.subject, table.time, table.source, table.id), execution_options={"yield_per": FETCH}
        )
        for subject, told in groupby(rows, key=attrgetter("subject")):
            card = _card(subject, told)
            if card is not None:
                yield card


def _card(subject: str, told: Iterable[Any]) -> Card | None:
    """Put together what activities said of a record; ``None`` if it was deleted, or nothing says who it is."""
    parts: dict[str, str] = {}
    gone = False
    for row in told:
        gone = row.type.endswith((".deleted", ".merged"))
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
