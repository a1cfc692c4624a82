"""Activities about records → progress → derived activities that begin or cease to count."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec

from adoption import statements
from adoption import wire
from adoption.models import bucket_of
from rules import milestone as rule
from rules.activity import Activity
from rules.activity import Mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.inforce import InForce
    from rules.milestone import Milestone

KEY = ("bucket", "track", "record")
record_bucket = lru_cache(maxsize=500_000)(bucket_of)
Place = tuple[int, int, str]  # bucket, track, record
COLUMNS = ("bucket", "source", "id", "type", "time", "day", "subject", "actor", "recorded", "retracts", "data")


class State(NamedTuple):
    """What is stored of a record on a track: its progress, and the outcome that counts now."""

    progress: rule.Progress
    outcome: rule.Outcome | None


class Derived(NamedTuple):
    """A derived activity on a track: it begins (1) or ceases (-1) to count."""

    track: int
    sign: int
    activity: Activity
    credited: tuple[str, str | None]  # source and actor


@dataclass(frozen=True, slots=True)
class Touched:
    """What a batch brings to one record on one track."""

    new: list[Activity]
    anew: bool  # something was retracted: gather the progress again


class _Stored(msgspec.Struct, array_like=True):
    marks: list[Mark | None]
    creator: Mark | None
    undone: bool
    outcome: rule.Outcome | None


_decoder = msgspec.json.Decoder(_Stored)
_encoder = msgspec.json.Encoder()


def follow(  # noqa: PLR0913, PLR0917  # the facts of one step
    connection: Connection, known: Known, force: InForce, new: Sequence[Activity], gone: Sequence[Activity], until: int
) -> list[Derived]:
    """Bring the progress of every touched record up to date; return what begins and what ceases to count.

    ``until`` is the last bucket whose activities belong to the edition.
    """
    touched = _touched(force, new, gone) if force.tracks else {}
    if not touched:
        return []
    milestones = dict(force.tracks)
    before = _load(connection, sorted(touched), milestones)
    forward = _changed(milestones, touched, before)
    asked = {place[2] for place, progress in forward.items() if progress is None}
    history = about(connection, asked, until) if asked else {}
    derived: list[Derived] = []
    rows: list[tuple[Any, ...]] = []
    for place, moved in forward.items():
        milestone, old, own = milestones[place[1]], before[place], history.get(place[2], ())
        if moved is None:
            progress = rule.gather(milestone, own)
            result = rule.outcome(milestone, progress, own)
        else:
            progress = moved
            result = old.outcome if rule.asks_history(milestone, progress) else rule.outcome(milestone, progress)
        if progress == old.progress and result == old.outcome:
            continue
        rows.append((*place, *_row(progress, result, known.day_of)))
        if result != old.outcome:
            for sign, one in ((-1, old.outcome), (1, result)):
                if one is not None:
                    counted = rule.derived(milestone, place[2], known.day_of(one.time), one)
                    derived.append(Derived(place[1], sign, counted, one.credited))
    statements.put(connection, "record_progress", KEY, ("state", "day", "actor"), rows)
    return derived


def _changed(
    milestones: Mapping[int, Milestone], touched: Mapping[Place, Touched], before: Mapping[Place, State]
) -> dict[Place, rule.Progress | None]:
    """Return the new progress of each record that moved; ``None`` where its own activities must be read to decide."""
    forward: dict[Place, rule.Progress | None] = {}
    for place, old in before.items():
        milestone, brought = milestones[place[1]], touched[place]
        progress = old.progress
        for activity in brought.new:
            progress = rule.after(milestone, progress, activity)
        if brought.anew or _asks(milestone, brought, old, progress):
            forward[place] = None
        elif progress is not old.progress:
            forward[place] = progress
    return forward


def _touched(force: InForce, new: Iterable[Activity], gone: Iterable[Activity]) -> dict[Place, Touched]:
    """Group what concerns a milestone by record and track."""
    touched: dict[Place, Touched] = {}
    for activity in gone:
        for place in _places(force, activity):
            touched[place] = Touched([], anew=True)
    for activity in new:
        for place in _places(force, activity):
            held = touched.get(place)
            if held is None:
                held = touched[place] = Touched([], anew=False)
            held.new.append(activity)
    return touched


def _places(force: InForce, activity: Activity) -> list[Place]:
    """List the records and tracks that an activity concerns."""
    subject = activity.subject
    if subject is None:
        return []
    tracks: Iterable[tuple[int, str]] = force.followed.get(activity.type, ())
    if force.owned and rule.names_owner(activity):
        tracks = {*tracks, *force.owned}
    return [(record_bucket(subject), number, subject) for number, prefix in tracks if subject.startswith(prefix)]


def _asks(milestone: Milestone, touched: Touched, old: State, progress: rule.Progress) -> bool:
    """Say whether the record's own activities must be read to decide.

    They need not be while nothing that came can change the answer: the record is not reached, or it was reached as
    before and what came neither undoes it nor names an owner early enough.
    """
    if not (progress.undone or milestone.credit == "owner") or not rule.asks_history(milestone, progress):
        return False
    reached = progress.reached
    if reached is None or old.progress.reached != reached:
        return True
    return any(
        rule.undoes(milestone, reached.time, one)
        or (milestone.credit == "owner" and one.time <= reached.time and rule.names_owner(one))
        for one in touched.new
    )


def about(connection: Connection, records: Iterable[str], until: int = 255) -> Mapping[str, list[Activity]]:
    """Return the activities about these records that were not retracted and retract nothing, by record."""
    found: dict[str, list[Activity]] = defaultdict(list)
    for row in statements.about(connection, COLUMNS[1:], sorted(records), until):
        found[row[5]].append(Activity._make((*row[:9], wire.data_of(row[9]))))
    return found


def activities_of(rows: Iterable[Sequence[Any]]) -> list[Activity]:
    """Return rows of ``COLUMNS`` as activities."""
    return [Activity._make((*row[1:10], wire.data_of(row[10]))) for row in rows]


def _load(connection: Connection, places: Sequence[Place], milestones: Mapping[int, Milestone]) -> dict[Place, State]:
    """Read, and on PostgreSQL lock, the state of these records; unknown ones begin with nothing."""
    if not statements.is_sqlite(connection):
        # First every row is made, then every row is locked, each in order: so no two writers wait in a circle.
        known = {tuple(row) for row in statements.find(connection, "record_progress", KEY, KEY, places)}
        rows = [(*place, "", None, None) for place in places if place not in known]
        statements.insert_new(connection, "record_progress", (*KEY, "state", "day", "actor"), rows)
    found = statements.find(connection, "record_progress", KEY, (*KEY, "state"), places, lock=True)
    states = {(bucket, track, record): read_state(state) for bucket, track, record, state in found if state}
    return {place: states.get(place) or State(rule.nothing_yet(milestones[place[1]]), None) for place in places}


def read_state(stored: str) -> State:
    """Read a stored state."""
    found = _decoder.decode(stored)
    return State(rule.Progress(tuple(found.marks), found.creator, found.undone), found.outcome)


def _row(
    progress: rule.Progress, result: rule.Outcome | None, day_of: Callable[[int], int]
) -> tuple[str, int | None, str | None]:
    stored = _encoder.encode((progress.marks, progress.creator, progress.undone, result)).decode()
    if result is None:
        return stored, None, None
    return stored, day_of(result.time), result.actor
