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


def follow(
    connection: Connection,
    force: InForce,
    new: Sequence[Activity],
    gone: Sequence[Activity],
    *,
    until: int,
    day_of: Callable[[int], int],
) -> list[Derived]:
    """Bring the progress of every touched record up to date; return what begins and what ceases to count.

    ``until`` is the last bucket whose activities belong to the edition.
    """
    if not force.tracks:
        return []
    touched = _touched(force, new, gone)
    if not touched:
        return []
    places = sorted(touched)
    milestones = dict(force.tracks)
    before = _load(connection, places, milestones)
    progress: dict[Place, rule.Progress] = {}
    changed: list[Place] = []
    asked: set[str] = set()
    for place in places:
        milestone, old, brought = milestones[place[1]], before[place], touched[place]
        if brought.anew:
            asked.add(place[2])
        else:
            after = progress[place] = _forward(milestone, old.progress, brought.new)
            if _asks(milestone, brought, old, after):
                asked.add(place[2])
            elif after is old.progress:
                continue
        changed.append(place)
    history = about(connection, asked, until) if asked else {}
    derived: list[Derived] = []
    rows: list[tuple[Any, ...]] = []
    for place in changed:
        milestone, old, record = milestones[place[1]], before[place], place[2]
        own = history.get(record, ())
        state = progress.get(place) or rule.gather(milestone, own)
        result = _decide(milestone, old, state, own, asked=record in asked)
        if state == old.progress and result == old.outcome:
            continue
        rows.append((*place, *_row(state, result, day_of)))
        if result != old.outcome:
            for sign, one in ((-1, old.outcome), (1, result)):
                if one is not None:
                    derived.append(Derived(place[1], sign, rule.derived(milestone, record, day_of(one.time), one)))
    statements.put(connection, "record_progress", KEY, ("state", "day", "actor"), rows)
    return derived


def _touched(force: InForce, new: Iterable[Activity], gone: Iterable[Activity]) -> dict[Place, Touched]:
    """Group what concerns a milestone by record and track."""
    touched: dict[Place, Touched] = {}
    followed, owned = force.followed, force.owned
    for activities, anew in ((new, False), (gone, True)):
        for activity in activities:
            subject = activity[5]
            if subject is None:
                continue
            tracks = followed.get(activity[2], ())
            if owned and rule.names_owner(activity):
                tracks = {*tracks, *owned}
            for number, prefix in tracks:
                if not subject.startswith(prefix):
                    continue
                place = (record_bucket(subject), number, subject)
                held = touched.get(place)
                if held is None:
                    held = touched[place] = Touched([], anew)
                elif anew and not held.anew:
                    held = touched[place] = Touched(held.new, True)
                if not anew:
                    held.new.append(activity)
    return touched


def _forward(milestone: Milestone, progress: rule.Progress, new: Iterable[Activity]) -> rule.Progress:
    for activity in new:
        progress = rule.after(milestone, progress, activity)
    return progress


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


def _decide(
    milestone: Milestone, old: State, state: rule.Progress, own: Iterable[Activity], *, asked: bool
) -> rule.Outcome | None:
    """Decide anew, unless the answer needs history that was not asked for because it cannot have changed."""
    if asked or not rule.asks_history(milestone, state):
        return rule.outcome(milestone, state, own)
    return old.outcome


def about(connection: Connection, records: Iterable[str], until: int = 255) -> Mapping[str, list[Activity]]:
    """Return the activities about these records that were not retracted and retract nothing, by record."""
    found: dict[str, list[Activity]] = defaultdict(list)
    listed = ", ".join(f"t.{name}" for name in COLUMNS[1:])
    sql = (
        f"SELECT {listed} FROM {{given}} AS g CROSS JOIN activity AS t WHERE t.subject = g.subject"
        f" AND t.retracted = 0 AND t.retracts IS NULL AND t.type IS NOT NULL AND t.bucket <= {int(until)}"
    )
    rows = [(record,) for record in sorted(records)]
    for row in statements.run(connection, "activity", ("subject",), rows, sql):
        found[row[5]].append(Activity(*row[:9], wire.data_of(row[9])))
    return found


def activities_of(rows: Iterable[Sequence[Any]]) -> list[Activity]:
    """Return rows of ``COLUMNS`` as activities."""
    return [Activity(*row[1:10], wire.data_of(row[10])) for row in rows]


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
