"""Awards as they are stored, how they are read, and how they are locked."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import ledger
from adoption import statements
from adoption.models import bucket_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.due import Place

KEY = ("bucket", "version", "holder", "period", "ordinal")
VALUES = ("status", "reward", "allotment", "granted", "changed", "redeemed")
LIVE = ("issued", "redeemed", "expired", "corrected")  # what has drawn on a budget


class Name(NamedTuple):
    """What makes an award one of its kind; a holder is a participant, or a team as a negative number."""

    version: int
    holder: int
    period: int
    ordinal: int

    @property
    def key(self) -> tuple[int, int, int, int, int]:
        """The key of its row."""
        return bucket_of(self.holder), *self


@dataclass(frozen=True, slots=True)
class Row:
    """An award as stored (see ``models.Award``)."""

    version: int
    holder: int
    period: int
    ordinal: int
    status: str
    reward: str | None
    allotment: int | None
    granted: int
    changed: int
    redeemed: int | None

    @property
    def name(self) -> Name:
        """What makes it one of its kind."""
        return Name(self.version, self.holder, self.period, self.ordinal)

    @property
    def cause(self) -> ledger.Cause:
        """The cause of its ledger entries."""
        return self.holder, f"award:{self.version}/{self.period}/{self.ordinal}"


def locked(connection: Connection, names: Iterable[Name]) -> dict[Name, Row]:
    """Return these awards as they are now; nobody else changes them until the transaction ends."""
    keys = sorted(name.key for name in names)
    rows = statements.find(connection, "award", KEY, (*KEY[1:], *VALUES), keys, lock=True)
    return {Name(*row[:4]): Row(*row) for row in rows}


def locked_at(connection: Connection, places: Iterable[Place]) -> dict[Place, list[Row]]:
    """Return the awards that exist at these places, locked likewise."""
    keys = sorted((bucket_of(holder), version, holder, first) for version, holder, first in places)
    return grouped(statements.find(connection, "award", KEY[:4], (*KEY[1:], *VALUES), keys, lock=True))


def places_of(connection: Connection, holders: Iterable[tuple[int, int]]) -> set[Place]:
    """Return the places at which these (version, holder) have awards."""
    keys = sorted((bucket_of(holder), version, holder) for version, holder in holders)
    return {(row[0], row[1], row[2]) for row in statements.find(connection, "award", KEY[:3], KEY[1:4], keys)}


def grouped(rows: Iterable[Any]) -> dict[Place, list[Row]]:
    """Return awards (columns of the key less the bucket, then values) by their place."""
    held: dict[Place, list[Row]] = defaultdict(list)
    for row in rows:
        held[row[0], row[1], row[2]].append(Row(*row))
    return dict(held)


def store(connection: Connection, rows: Iterable[Row]) -> None:
    """Write these awards."""
    given = sorted(
        (*r.name.key, r.status, r.reward, r.allotment, r.granted, r.changed, r.redeemed)
        for r in rows
    )  # fmt: skip  # one line of columns
    statements.put(connection, "award", KEY, VALUES, given)
