"""The codes of vouchers: made when one is first looked at, found when one is shown."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import statements
from adoption.awards import Name
from adoption.errors import UnavailableError
from adoption.models import Voucher
from rules import voucher as rule

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

COLUMNS = ("code", "secret", "version", "holder", "period", "ordinal", "made")
TRIES = 20  # codes drawn before we give up: one that is taken is rarer than a lottery's first prize
SECRET = 20  # random bytes


class Ticket(NamedTuple):
    """A voucher: its printed number, its code, the secret of its tokens, and the award it stands for."""

    number: int
    code: str
    secret: str
    name: Name

    def token(self, now: int) -> str:
        """Return what its QR code holds at a moment (UTC microseconds)."""
        return rule.token(self.code, self.secret, rule.step_of(now))


class NoCodeLeftError(UnavailableError):
    """No code was free; trying again finds one."""


def _number() -> int:
    return secrets.randbelow(rule.SPACE)


def ticket_of(connection: Connection, name: Name) -> Ticket | None:
    """Return the voucher of an award, if it has one yet."""
    return _found(connection, *(getattr(Voucher, part) == value for part, value in name._asdict().items()))


def by_code(connection: Connection, code: str) -> Ticket | None:
    """Return the voucher with that code."""
    return _found(connection, Voucher.code == code)


def make_ticket(connection: Connection, name: Name, now: int, *, draw: Callable[[], int] = _number) -> Ticket:
    """Return the voucher of an award; whoever asks first makes it.  The caller commits.

    Raises:
        NoCodeLeftError: every code that was drawn belongs to another award.
    """
    for _ in range(TRIES):
        row = (rule.code_of(draw()), secrets.token_hex(SECRET), *name, now)
        statements.insert_new(connection, "voucher", COLUMNS, [row])
        found = ticket_of(connection, name)
        if found is not None:
            return found
    raise NoCodeLeftError


def _found(connection: Connection, *which: ColumnElement[bool]) -> Ticket | None:
    table = Voucher
    query = select(table.id, table.code, table.secret, table.version, table.holder, table.period, table.ordinal)
    row = connection.execute(query.where(*which)).first()
    return Ticket(*row[:3], Name(*row[3:])) if row else None
