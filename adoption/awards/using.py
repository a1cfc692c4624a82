"""What a holder does with an award: choose a reward, use it, take the use back; and what time does: let it expire.

Each change is one conditional UPDATE that names the state it was decided on, so that of two who want the same thing one
gets it.  ``changed`` stays the moment from which an award may be used; using it does not touch it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import exists
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption.awards.booking import book
from adoption.awards.budgets import draw
from adoption.awards.rows import KEY
from adoption.awards.rows import Name
from adoption.awards.rows import Row
from adoption.awards.rows import locked
from adoption.awards.rows import store
from adoption.models import Award
from adoption.models import Redemption

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import InForce

OPEN = ("choosing", "waiting", "issued")  # what may still be chosen


class Use(NamedTuple):
    """How an award is used: on which local day, and at which device or by which participant, where that is known."""

    day: int
    device: int | None = None
    participant: int | None = None


def find(connection: Connection, name: Name) -> Row | None:
    """Return an award as it is now, to look at."""
    table = Award.__table__
    row = connection.execute(select(*(table.c[column] for column in Row.__slots__)).where(*_at(name))).first()
    return Row(*row) if row else None


def redeem(connection: Connection, seen: Row, use: Use, now: int) -> int | None:
    """Use an award that was ``seen`` as issued; return the number of the redemption.

    ``None``: it is something else by now, and nothing was done.
    """
    same = (*_at(seen.name), Award.status == "issued", Award.reward == seen.reward, Award.changed == seen.changed)
    changed = connection.execute(update(Award).where(*same).values(status="redeemed", redeemed=now))
    if changed.rowcount != 1:
        return None
    values = {**seen.name._asdict(), **use._asdict(), "redeemed": now}
    return connection.execute(insert(Redemption).values(values).returning(Redemption.id)).scalar_one()


def undo(connection: Connection, number: int, allowed: Iterable[ColumnElement[bool]], now: int) -> Name | None:
    """Take back a redemption, if it is ``allowed`` (conditions on ``Redemption``); return the award, issued again.

    The award is changed first and the redemption after it, as everybody else does: nobody waits in a circle.
    ``None``: it may not be, or was taken back already, or the award is no longer due.
    """
    query = select(Redemption.version, Redemption.holder, Redemption.period, Redemption.ordinal)
    row = connection.execute(query.where(Redemption.id == number)).first()
    if row is None:
        return None
    name = Name(*row)
    its = [getattr(Redemption, part) == value for part, value in name._asdict().items()]
    live = (Redemption.id == number, Redemption.undone.is_(None), Redemption.redeemed == Award.redeemed, *its, *allowed)
    used = (*_at(name), Award.status == "redeemed", exists(select(Redemption.id).where(*live)))
    changed = connection.execute(update(Award).where(*used).values(status="issued", redeemed=None))
    if changed.rowcount != 1:
        return None
    mine = (Redemption.id == number, Redemption.undone.is_(None))
    connection.execute(update(Redemption).where(*mine).values(undone=now))
    return name


def choose(connection: Connection, known: Known, force: InForce, chosen: tuple[Row, str], now: int) -> Row | None:
    """Let an award that was seen (the first of ``chosen``) earn this reward; return it as it is now.

    It is issued, or waits where the budget is used up; what another reward had drawn is given back.  The facts are held
    still by the caller.  ``None``: it is something else by now, and nothing was done.
    """
    seen, reward = chosen
    old = locked(connection, [seen.name]).get(seen.name)
    if old != seen or old.status not in OPEN or (old.reward == reward and old.status != "choosing"):
        return None
    key = seen.name[:3], seen.ordinal
    issued = old.changed if old.status == "issued" else now  # choosing again does not begin the days again
    after = {key: replace(old, status="issued", reward=reward, allotment=None, changed=issued)}
    draw(connection, known, after)
    if after[key].status == "waiting":
        after[key] = replace(after[key], changed=now)
    store(connection, after.values())
    book(connection, known, force, {key: old}, after, now)
    return after[key]


def expire(connection: Connection, seen: Iterable[Row]) -> int:
    """Let awards that were seen as issued expire; return how many still were."""
    rows = {row.name: row for row in seen}
    over = [row for name, row in locked(connection, rows).items() if row == rows[name] and row.status == "issued"]
    store(connection, [replace(row, status="expired") for row in over])
    return len(over)


def _at(name: Name) -> list[ColumnElement[bool]]:
    """Return the conditions that name one award."""
    return [Award.__table__.c[part] == value for part, value in zip(KEY, name.key, strict=True)]
