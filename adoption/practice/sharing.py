"""What somebody chose about their practice, and what colleagues see of it: at once, and gone at once."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import journal
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.journal import By
from adoption.models import PracticeCommon
from adoption.models import PracticePerson
from adoption.models import storable
from adoption.practice import gathering
from adoption.practice.gathering import Common
from rules.rollout import practice
from rules.rollout.practice import CHOICES
from rules.rollout.practice import NAMED
from rules.rollout.practice import NO
from rules.rollout.practice import UNNAMED
from rules.rollout.practice import Pattern

if TYPE_CHECKING:
    from sqlalchemy import Connection

LONGEST = 500  # characters of a tip
SOMEBODY = By(None, "somebody")  # who is asked is nobody else's business, so the journal does not tell

_pattern = msgspec.json.Decoder(Pattern)
_common = msgspec.json.Decoder(Common)


class ChoiceError(RefusedError):
    """Choose one of the three; a tip has at most 500 characters."""


class Mine(NamedTuple):
    """Whether somebody is asked, what they chose and when (UTC microseconds), and their tip."""

    asked: bool
    choice: str | None
    chosen: int | None
    tip: str


class Shared(NamedTuple):
    """A pattern that colleagues may see: of whom (nobody, if without a name), and their tip."""

    participant: int | None
    pattern: Pattern
    tip: str


def mine(me: int) -> Mine | None:
    """Return what somebody is asked and chose; ``None`` if nobody ever asked."""
    table = PracticePerson
    query = select(table.asked, table.choice, table.chosen, table.tip).where(table.participant == me)
    row = db.session.execute(query).first()
    return None if row is None else Mine(*row)


def is_asked(me: int) -> bool:
    """Say whether somebody is asked and has not answered."""
    found = mine(me)
    return found is not None and found.asked and found.choice is None


def choose(connection: Connection, me: int, choice: str, tip: str, *, now: int) -> None:
    """Keep what somebody chose; without consent nothing else stays.  The caller commits.

    The journal has the date; the name stands there if the person wants to be named, and else does not.

    Raises:
        NotFoundError: nobody asks them.
        ChoiceError: there is no such choice, or the tip is too long.
    """
    said = storable(" ".join(tip.split()))
    if choice not in CHOICES or len(said) > LONGEST:
        raise ChoiceError
    held = select(PracticePerson.participant).where(PracticePerson.participant == me)
    connection.execute(held.with_for_update())  # a double click is one answer
    before = mine(me)
    if before is None or (not before.asked and before.choice is None):
        raise NotFoundError
    known = facts.current()
    found = None if choice == NO else gathering.own(connection, known, me, now, practice.LEAST)
    values = {
        "choice": choice,
        "chosen": now if choice != before.choice else before.chosen,
        "tip": "" if choice == NO else said,
        "pattern": None if found is None else gathering.text(found),
    }
    connection.execute(update(PracticePerson).where(PracticePerson.participant == me).values(values))
    if choice != before.choice:
        by = By(me, known.people[me].name) if choice == NAMED else SOMEBODY
        journal.write(connection, by, "answered", "practice", after={"choice": choice}, now=now)


def common() -> Common:
    """Return what five people or more have in common, as of the last night."""
    found = db.session.scalar(select(PracticeCommon.found))
    return Common() if found is None else _common.decode(found)


def shared(now: int) -> list[Shared]:
    """Return what colleagues may see: by name, then those without, whom five or more could be.  Two queries.

    Whoever has no name stands in the order of what is shown, so that their place tells nothing.
    """
    known = facts.current()
    today = known.today(now)
    table = PracticePerson
    rows = db.session.execute(select(table.participant, table.asked, table.choice, table.tip, table.pattern)).all()
    rows = [row for row in rows if row.participant in known.people and known.people[row.participant].here(today)]
    told = [row for row in rows if row.pattern is not None and row.choice in {UNNAMED, NAMED}]
    by_name = [row for row in told if row.choice == NAMED]
    found = [
        Shared(row.participant, _pattern.decode(row.pattern), row.tip)
        for row in sorted(by_name, key=lambda row: (known.people[row.participant].name, row.participant))
    ]
    asked = [row.participant for row in rows if row.asked]
    if not practice.hidden_among(asked, [row.participant for row in rows if row.choice == NAMED]):
        return found
    steps = common().steps
    hidden = [
        Shared(None, practice.without_name(_pattern.decode(row.pattern), steps), row.tip)
        for row in told
        if row.choice == UNNAMED
    ]
    return found + sorted(hidden, key=lambda one: (one.pattern, one.tip))
