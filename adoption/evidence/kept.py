"""How facts, states and what is usual are kept: JSON whose bytes are a function of what is said."""

from __future__ import annotations

import hashlib
from typing import Any
from typing import NamedTuple

import msgspec

from rules import adoption
from rules.reliance import BEGIN
from rules.reliance import Account
from rules.reliance import Arrived
from rules.reliance import Seen
from rules.reliance.checkin import Use
from rules.reliance.usual import Habit
from rules.reliance.usual import Usual

VERSION = 1  # of the rules: raised with every change of what they conclude
UNIT = 10_000  # of what is complete


class DayFacts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The facts of a participant's day: counts, never contents.

    ``away``: a working day on which they were absent, or of which the feed told nothing.  ``actions`` are those that
    pass the door of the score, ``kinds`` what they were; ``complete`` sums the shares (ten-thousandths) of required
    fields over ``records`` that were created, ``doubles`` of which were there already.
    """

    expected: bool = False
    away: bool = False
    live: int = 0
    present: bool = False
    arrived: tuple[Arrived, ...] = ()
    typed: int = 0
    densest: int = 0
    edited: bool | None = None
    trips: int = 0
    imports: int = 0
    exempt: bool = False
    actions: int = 0
    kinds: tuple[tuple[str, int], ...] = ()
    complete: int = 0
    records: int = 0
    doubles: int = 0
    sources: tuple[str, ...] = ()

    def seen(self, day: int, *, exempt: bool = False) -> Seen:
        """Return the day as the account follows it."""
        return Seen(
            day=day,
            expected=self.expected,
            live=self.live,
            present=self.present,
            arrived=self.arrived,
            typed=self.typed,
            densest=self.densest,
            edited=self.edited,
            trips=self.trips,
            imports=self.imports,
            exempt=self.exempt or exempt,
        )


class Recent(NamedTuple):
    """An expected day as the score looks at it; records about a day are positive if on time, negative if late."""

    day: int
    actions: int
    arrived: tuple[int, ...]
    complete: int
    records: int
    doubles: int

    def scored(self) -> adoption.Day:
        """Return it as the score takes it."""
        return adoption.Day(self.actions, tuple((abs(one), one > 0) for one in self.arrived))


class State(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What is remembered of a participant from one day to the next.

    ``kinds``: of each kind of action the last day and how many there were in this block; ``sources``: those by which
    something of theirs was last heard.
    """

    account: Account = BEGIN
    use: Use = Use()
    recent: tuple[Recent, ...] = ()
    kinds: dict[str, tuple[int, int]] = {}
    sources: tuple[str, ...] = ()


class RoleScore(msgspec.Struct, frozen=True, kw_only=True):
    """What the score of a role is measured by."""

    regularity: float = 0.8
    timeliness: float = 0.92
    quality: float = 0.9
    kinds: tuple[str, ...] = ()

    def of(self, live: float) -> adoption.Role:
        """Return it as the score takes it, for so many usual actions a day."""
        return adoption.Role(
            live=live,
            regularity=self.regularity,
            timeliness=self.timeliness,
            quality=self.quality,
            kinds=frozenset(self.kinds),
        )


_encoder = msgspec.json.Encoder(order="deterministic")
_facts = msgspec.json.Decoder(DayFacts)
_state = msgspec.json.Decoder(State)
_usual = msgspec.json.Decoder(Usual)
_habit = msgspec.json.Decoder(Habit)
_role = msgspec.json.Decoder(RoleScore)
NO_HABIT = _encoder.encode(Habit()).decode()


def text(value: Any) -> str:
    """Write a value: the same one always as the same text."""
    return _encoder.encode(value).decode()


def mark(state: str) -> str:
    """Return the hash of a written state by which a replay is compared."""
    return hashlib.blake2b(state.encode(), digest_size=8).hexdigest()


def facts_of(written: str) -> DayFacts:
    """Read the facts of a day."""
    return _facts.decode(written)


def state_of(written: str) -> State:
    """Read a state."""
    return _state.decode(written)


def usual_of(written: str) -> Usual:
    """Read what is usual."""
    return _usual.decode(written)


def habit_of(written: str) -> Habit:
    """Read what was counted."""
    return _habit.decode(written)


def role_of(written: str) -> RoleScore:
    """Read what a role's score is measured by."""
    return _role.decode(written)
