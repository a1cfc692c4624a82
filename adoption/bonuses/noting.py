"""What people do with bonuses, for the journal: by whom, about which run or statement, amounts as people write them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from adoption import facts
from adoption import journal
from adoption.extensions import db
from adoption.journal import By

if TYPE_CHECKING:
    from collections.abc import Mapping

COMMAND = "flask bonuses"
DONE: Mapping[str, str] = {
    "send": "sent",
    "take back": "took back",
    "approve": "approved",
    "close": "closed",
    "export": "exported",
    "freeze": "froze",
}  # steps of a run, as the journal has them


def by(who: int | None) -> By:
    """Return who it is in the journal; nobody is a command."""
    person = None if who is None else facts.current().people.get(who)
    return By(None, COMMAND) if person is None else By(person.id, person.email)


def note(  # noqa: PLR0913  # who, what, to what, before, after, why, when
    who: int | None,
    action: str,
    thing: str,
    *,
    now: int,
    before: object = None,
    after: object = None,
    why: str = "",
) -> None:
    """Write it in the running transaction, last."""
    journal.write(db.session.connection(), by(who), action, thing, before=before, after=after, why=why, now=now)


def money(cents: int) -> str:
    """Write an amount exactly."""
    return f"{Decimal(cents) / 100:.2f}"
