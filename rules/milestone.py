"""When a record counts as done: its needs, who is credited, and what undoes it.

The state of one record is its ``Progress``: per need the earliest activity that met it.  A minimum commutes, so any
order of arrival leads to the same progress; after a retraction the progress is gathered anew from the record's
activities.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules import value
from rules.activity import Activity
from rules.activity import Mark
from rules.activity import earlier
from rules.activity import mark

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from rules.condition import Condition

CREDITS = ("last", "owner", "creator")
OWNER = "owner"  # the field of ``data`` that names a record's owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing a record lacks until an activity of these types meets the condition."""

    key: str
    on: tuple[str, ...]
    where: Condition | None = None
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """When a record is done.  ``holds_for`` is in microseconds; ``None`` means for ever."""

    key: str
    record: str
    needs: tuple[Need, ...]
    credit: str = "last"
    undone_by: tuple[str, ...] = ()
    holds_for: int | None = None
    title: str = field(default="", compare=False)
    titles: Mapping[str, str] = field(default_factory=dict, compare=False)  # by language
    starts: int | None = field(default=None, compare=False)
    ends: int | None = field(default=None, compare=False)
    by_type: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)  # type → needs it may meet

    def __post_init__(self) -> None:
        """Index the needs by activity type."""
        types = {kind for need in self.needs for kind in need.on}
        index = {kind: tuple(i for i, need in enumerate(self.needs) if kind in need.on) for kind in types}
        object.__setattr__(self, "by_type", index)

    @property
    def types(self) -> frozenset[str]:
        """The activity types that can change this milestone (beside any that names an owner)."""
        created = {self.created} if self.credit == "creator" else set()
        return frozenset(t for need in self.needs for t in need.on) | created | frozenset(self.undone_by)

    @property
    def created(self) -> str:
        """The type that says who created a record of this kind."""
        return f"{self.record}.created"


class Progress(NamedTuple):
    """What a record has done so far towards one milestone.

    ``marks`` has one place per need.  ``undone`` says that an activity which may undo it was seen, so that the record's
    activities are to be asked.
    """

    marks: tuple[Mark | None, ...]
    creator: Mark | None = None
    undone: bool = False

    @property
    def reached(self) -> Mark | None:
        """The latest of the marks, once every need is met."""
        met = [m for m in self.marks if m is not None]
        return max(met, key=lambda m: m[:3]) if len(met) == len(self.marks) else None


class Outcome(NamedTuple):
    """A milestone that a record has reached and not lost: the derived activity's time, key and actor."""

    time: int
    source: str
    id: str
    actor_source: str | None
    actor: str | None

    @property
    def credited(self) -> tuple[str, str | None]:
        """Who is credited: the source that knows them, and the name it knows them by."""
        return self.source if self.actor_source is None else self.actor_source, self.actor


def nothing_yet(milestone: Milestone) -> Progress:
    """Return the progress of a record about which nothing is known."""
    return Progress((None,) * len(milestone.needs))


def after(milestone: Milestone, progress: Progress, activity: Activity) -> Progress:
    """Return the progress once ``activity`` (about the record, not retracted) is known too."""
    marks, creator, undone = progress
    kind = activity.type
    for index in milestone.by_type.get(kind, ()):
        held = marks[index]
        if held is not None and held[:3] <= (activity.time, activity.source, activity.id):
            continue
        where = milestone.needs[index].where
        if where is None or where.holds(activity.data):
            marks = (*marks[:index], mark(activity), *marks[index + 1 :])
    if milestone.credit == "creator" and kind == milestone.created:
        creator = earlier(creator, mark(activity))
    undone = undone or kind in milestone.undone_by
    if marks is progress.marks and creator is progress.creator and undone is progress.undone:
        return progress
    return Progress(marks, creator, undone)


def gather(milestone: Milestone, activities: Iterable[Activity]) -> Progress:
    """Return the progress that these activities about one record make."""
    progress = nothing_yet(milestone)
    for activity in activities:
        progress = after(milestone, progress, activity)
    return progress


def asks_history(milestone: Milestone, progress: Progress) -> bool:
    """Say whether the record's own activities are needed to decide (undone? who was the owner then?)."""
    return progress.reached is not None and (progress.undone or milestone.credit == "owner")


def outcome(milestone: Milestone, progress: Progress, about: Iterable[Activity] = ()) -> Outcome | None:
    """Decide whether the record has reached the milestone, and who is credited.

    ``about`` holds the record's unretracted activities; it is read only where ``asks_history`` says so.
    """
    done = progress.reached
    if done is None:
        return None
    known = tuple(about)
    if progress.undone and any(undoes(milestone, done.time, one) for one in known):
        return None
    if milestone.credit == "last":
        credited: tuple[str | None, str | None] = (done.source, done.actor)
    elif milestone.credit == "creator":
        maker = progress.creator
        credited = (maker.source, maker.actor) if maker else (None, None)
    else:
        credited = owner_at(done.time, known)
    return Outcome(done.time, done.source, done.id, *credited)


def undoes(milestone: Milestone, reached: int, activity: Activity) -> bool:
    """Say whether the activity takes back a milestone reached at that time."""
    if activity.type not in milestone.undone_by or activity.time < reached:
        return False
    return milestone.holds_for is None or activity.time <= reached + milestone.holds_for


def owner_at(time: int, activities: Iterable[Activity]) -> tuple[str | None, str | None]:
    """Return (source, owner) of the latest activity up to ``time`` that names an owner."""
    named = [a for a in activities if a.time <= time and names_owner(a)]
    if not named:
        return None, None
    last = max(named, key=lambda a: (a.time, a.source, a.id))
    return last.source, value.text(last.data[OWNER])


def names_owner(activity: Activity) -> bool:
    """Say whether the activity tells who owns its record."""
    return value.filled(activity.data.get(OWNER))


def derived(milestone: Milestone, subject: str, day: int, result: Outcome) -> Activity:
    """Return the activity as which a reached milestone counts; source and id are those of the closing activity.

    The actor may be known to another source (an owner, a creator): look them up by ``result.credited``.
    """
    return Activity(result.source, result.id, milestone.key, result.time, day, subject, result.actor, None, None, {})


def missing(milestone: Milestone, progress: Progress) -> tuple[Need, ...]:
    """List the needs that are still open, in the book's order."""
    return tuple(need for need, met in zip(milestone.needs, progress.marks, strict=True) if met is None)
