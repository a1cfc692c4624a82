"""When and where awards were used."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import statements
from adoption.awards import Name
from adoption.models import Device

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

KEY = ("holder", "version", "period", "ordinal")
VALUES = ("version", "holder", "period", "ordinal", "id", "redeemed", "day", "device", "participant", "undone")


class Used(NamedTuple):
    """One use of an award that was not taken back: at a canteen, or (``canteen`` is none) as time off on ``day``."""

    id: int
    at: int  # UTC microseconds
    day: int
    canteen: str | None
    participant: int | None


def of(connection: Connection, name: Name) -> Used | None:
    """Return how an award was used, if it was."""
    return of_all(connection, [name]).get(name)


def of_all(connection: Connection, names: Iterable[Name]) -> dict[Name, Used]:
    """Return how awards were used, those that were; two queries."""
    keys = sorted((name.holder, name.version, name.period, name.ordinal) for name in names)
    found = [row for row in statements.find(connection, "redemption", KEY, VALUES, keys) if row[-1] is None]
    numbers = sorted({row[7] for row in found if row[7] is not None})
    canteens: dict[int, str] = {}
    if numbers:
        canteens = dict(connection.execute(select(Device.id, Device.canteen).where(Device.id.in_(numbers))).all())
    return {Name(*row[:4]): Used(row[4], row[5], row[6], canteens.get(row[7]), row[8]) for row in found}
