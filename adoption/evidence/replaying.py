"""A past day judged again, to see that it comes to the same, byte for byte.

What was concluded is followed once more from the state in which the block began, through the facts that are kept of
each day.  The facts themselves are counted once more from the activities that had come in by then; where people or
absences were entered since, other facts are no fault, and are told apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.errors import NotFoundError
from adoption.evidence import gathering
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import people as persons
from adoption.evidence import walking
from adoption.evidence.judging import block_of
from adoption.extensions import db
from adoption.models import EvidenceDay
from adoption.models import Night

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.gathering import Entry
    from adoption.evidence.kept import DayFacts
    from adoption.facts import Known

    Report = Callable[[int, int], None]

SIZE = 1_000  # people that are judged again at once
COUNTED = (  # the facts that activities alone decide
    "live", "arrived", "typed", "densest", "actions", "kinds", "complete", "records", "doubles", "sources",
)  # fmt: skip  # a list of names
SCORE = ("value", "regularity", "timeliness", "quality", "breadth")


class NotJudgedError(NotFoundError):
    """That day was not judged, or nothing is kept of it any more."""


class Replay(NamedTuple):
    """What came of judging a day again: people, those for whom it came to something else, and other facts."""

    people: int
    differ: tuple[int, ...]  # participants whose day was concluded differently: a fault
    facts: int  # people whose activities are counted differently now
    changed: bool  # whether people, absences or the book changed since, which may be why
    missing: int  # people of whom the block's beginning is not kept any more


def replay(day: int, report: Report, *, size: int = SIZE) -> Replay:
    """Judge a past day again and compare; nothing is written.

    Raises:
        NotJudgedError: it was not judged, or nothing is kept of it.
    """
    connection = db.session.connection()
    night = connection.execute(select(Night.facts, Night.people).where(Night.day == day, Night.finished > 0)).first()
    who = list(
        connection.scalars(
            select(EvidenceDay.participant).where(EvidenceDay.day == day).order_by(EvidenceDay.participant)
        )
    )
    if night is None or not who:
        raise NotJudgedError
    known = facts.current()
    parts = gathering.Parts(who, size)
    differ: list[int] = []
    other = missing = 0
    try:
        gathering.gather(connection, known, day, parts)
        for number, begin in enumerate(range(0, len(who), size)):
            piece = who[begin : begin + size]
            again = _Again(connection, known, day, piece)
            found, lost = again.concluded()
            differ += found
            missing += lost
            other += again.counted(parts.of(number))
            report(begin + len(piece), len(who))
    finally:
        parts.close()
    return Replay(len(who), tuple(differ), other, night.facts != known.version, missing)


class _Again:
    """Some people's day, judged again."""

    def __init__(self, connection: Connection, known: Known, day: int, people: Sequence[int]) -> None:
        self._connection = connection
        self._known = known
        self._day = day
        self._people = people
        self._days = walking.days_of(connection, people, range(block_of(day), day + 1))

    def concluded(self) -> tuple[list[int], int]:
        """Return whose day comes to something else than is kept, and of how many it cannot be said."""
        block = block_of(self._day)
        columns = ("participant", "since", "role", "usual", "begins")
        keys = [(who, block) for who in self._people]
        rows = statements.find(self._connection, "habit_block", ("participant", "block"), columns, keys)
        blocks = {row[0]: row[1:] for row in rows}
        scores, accounts = self._kept()
        calendar = walking.Calendar(self._connection)
        differ, missing = [], 0
        for who in self._people:
            days = self._days[who]
            if who not in blocks or days[0][0] != blocks[who][0]:
                missing += 1
                continue
            _, role, usual, begins = blocks[who]
            begun = walking.Begun(role, kept.usual_of(usual), kept.state_of(begins))
            *_, last = walking.walk(who, begun, ((day, found) for day, found, _, _ in days), calendar)
            written = kept.text(last.after)
            same = (
                days[-1][2:] == (judging.micro(last.after.account), kept.mark(written))
                and scores.get(who) == (last.score and last.score[2:])
                and accounts.get(who, written) == written
            )
            differ += [] if same else [who]
        return differ, missing

    def _kept(self) -> tuple[dict[int, tuple[int, ...]], dict[int, str]]:
        """Return the scores of the day, and the accounts that have followed it last, as they are kept."""
        keys = [(self._day, who) for who in self._people]
        rows = statements.find(
            self._connection, "adoption_score", ("day", "participant"), ("participant", *SCORE), keys
        )
        scores = {row[0]: tuple(row[1:]) for row in rows}
        keyed = [(who,) for who in self._people]
        accounts = statements.find(
            self._connection, "reliance_account", ("participant",), ("participant", "day", "state"), keyed
        )
        return scores, {who: state for who, day, state in accounts if day == self._day}

    def counted(self, entries: dict[int, list[Entry]]) -> int:
        """Return of how many people the activities are counted differently now."""
        working = persons.Working(self._known)
        return sum(
            _decided(gathering.facts(entries.get(who, ()), working.after(who))) != _decided(self._days[who][-1][1])
            for who in self._people
        )


def _decided(found: DayFacts) -> DayFacts:
    """Return what activities alone decide of a day's facts."""
    return msgspec.convert({name: getattr(found, name) for name in COUNTED}, type(found))
