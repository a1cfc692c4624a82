"""What explanations look like: frozen records that the API writes out and pages show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from adoption.awards import Waits
    from rules.incentive import Reward


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """How far a holder is towards one incentive in one period.  Numbers are plain decimals."""

    incentive: str
    title: str
    sentence: str
    period: str
    tally: str
    target: str
    due: int
    missing: str


@dataclass(frozen=True, slots=True)
class AwardLine:
    """One award.  ``id`` names it for ever and is safe in a URL.

    ``rewards`` is the reward, or those among which may be chosen.  ``waits`` says why it waits, if it does, and
    ``before`` how many stand before it in the line, where that was asked.
    """

    id: str
    incentive: str
    title: str
    period: str
    ordinal: int
    status: str
    reward: str | None
    granted: datetime
    changed: datetime
    rewards: tuple[Reward, ...]
    waits: Waits | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """An activity that was counted, and what it adds to the tally (the shares of all add up to it).

    Of a reached milestone ``milestone`` is the title, and the rest is of the activity that closed it.  ``who`` did it,
    where that is known.  ``id`` is left out where a reader may not know of the record.
    """

    source: str
    id: str | None
    type: str
    time: datetime
    subject: str | None
    adds: str
    units: int
    milestone: str | None
    received: datetime | None
    who: int | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why an award was granted: the rule of that time, the arithmetic, and everything that was counted.

    ``due`` of ``limit`` awards are due in the period (``None``: as many as one likes).  The version is in force on the
    local days from ``starts`` to before ``ends``.
    """

    award: AwardLine
    holder: str
    sentence: str
    version: int
    in_force: str
    starts: int
    ends: int
    arithmetic: str
    tally: str
    activities: list[Counted]
    measure: str
    metric: str
    due: int
    limit: int | None
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: an amount in ten-thousandths of a unit (points, or a currency), and when it was booked."""

    unit: str
    amount: int
    posted: datetime
    reversal: bool


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record and what it lacks, in words, in the book's order."""

    record: str
    missing: list[str]


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why the next award is not due yet: how far, how much more, and which records lack what."""

    sentence: str
    tally: str
    target: str
    missing: str
    records: list[OpenRecord]


@dataclass(frozen=True, slots=True)
class Met:
    """An activity as a record's story tells it; ``who`` is the participant, if anybody knows who that actor is."""

    source: str
    id: str
    type: str
    time: datetime
    actor: str | None
    who: int | None


@dataclass(frozen=True, slots=True)
class NeedStory:
    """One need of a milestone, and the earliest activity that met it; ``None`` while it is missing."""

    key: str
    title: str
    met: Met | None


@dataclass(frozen=True, slots=True)
class MilestoneStory:
    """How a record fares with one milestone.

    ``reached`` is when the last need was met.  ``credited`` is the participant's e-mail address, or the actor's own
    name while nobody knows who that is.  ``undone`` is the activity that took the milestone back, if one did.
    """

    milestone: str
    title: str
    sentence: str
    needs: list[NeedStory]
    reached: datetime | None
    credited: str | None
    credited_to: int | None
    undone: Met | None


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done about a record: the metrics that count it, and those whose condition it does not meet.

    A condition is a clause (``“outcome” is one of …``).
    """

    met: Met
    counts: list[str]
    misses: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RecordStory:
    """What became of one record, milestone by milestone, and what was done about it, the newest first.

    ``people`` are the participants who did something about it, or are credited with it.
    """

    record: str
    milestones: list[MilestoneStory]
    acts: list[Act]
    people: frozenset[int]
