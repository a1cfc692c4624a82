"""What explanations look like: frozen records that the API writes out and pages show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

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

    ``rewards`` is the reward, or those among which may be chosen.
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


@dataclass(frozen=True, slots=True)
class Counted:
    """An activity that was counted, and what it adds to the tally (the shares of all add up to it)."""

    source: str
    id: str
    type: str
    time: datetime
    subject: str | None
    adds: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why an award was granted: the rule of that time, the arithmetic, and everything that was counted."""

    award: AwardLine
    holder: str
    sentence: str
    version: int
    in_force: str
    arithmetic: str
    tally: str
    activities: list[Counted]


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
    """An activity as a record's story tells it."""

    source: str
    id: str
    type: str
    time: datetime
    actor: str | None


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
    undone: Met | None


@dataclass(frozen=True, slots=True)
class RecordStory:
    """What became of one record, milestone by milestone."""

    record: str
    milestones: list[MilestoneStory]
