"""Records that are one step from done, of many people at once: what waits, by what is missing."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import statements
from adoption.explain import done
from adoption.extensions import db
from adoption.models import bucket_of
from adoption.scoring.milestones import KEY
from adoption.scoring.milestones import read_state
from rules import milestone as rule
from rules import period
from rules import wording
from rules.digest import Open

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.facts import Known
    from rules.activity import Mark
    from rules.milestone import Milestone
    from rules.milestone import Need

BACK = 21  # days before the end of the week in which somebody did something about the record
WEEK = 7
HOUR = 3_600 * period.SECOND
RESTED = 24 * HOUR  # what was worked on just now does not wait


class Waits(NamedTuple):
    """Somebody's records of a kind that lack one thing: since when they rest (UTC microseconds), and which they are."""

    kind: str
    need: str
    title: Mapping[str, str]
    records: Sequence[tuple[int, str]]


def of(known: Known, people: Collection[int], week: int, now: int) -> dict[int, list[Waits]]:
    """Return for each of these people their records that lack one thing and rested for a day, by what that is.

    A record is theirs if they did the latest of what it has so far.
    """
    connection = db.session.connection()
    milestones = [line[-1].body for line in known.timelines.milestones.values() if line]
    tracks = done.tracks_of(connection, milestones)
    if not tracks or not people:
        return {}
    last = week + WEEK
    days = done.Days({one: range(last - BACK, last) for one in people})
    types = {kind for one in tracks.values() for kind in one.types}
    records = {one.subject for one in done.activities(connection, known, days, types) if one.subject}
    wanted = sorted(
        (bucket_of(record), number, record)
        for number, milestone in tracks.items()
        for record in records
        if record.startswith(f"{milestone.record}/")
    )
    found: dict[tuple[int, str, str], list[tuple[int, str]]] = defaultdict(list)
    needs: dict[tuple[str, str], Mapping[str, str]] = {}
    for row in statements.find(connection, "record_progress", KEY, ("track", "record", "state"), wanted):
        milestone = tracks[row.track]
        lacks = _lacks(milestone, row.state)
        if lacks is None or lacks[1].time > now - RESTED:
            continue
        need, latest = lacks
        who = known.participant_of(latest.source, latest.actor)
        if who in people and who is not None:
            found[who, milestone.record, need.key].append((latest.time, row.record))
            needs[milestone.record, need.key] = {code: wording.need_title(need, code) for code in wording.LANGUAGES}
    mine: dict[int, list[Waits]] = defaultdict(list)
    for (who, kind, key), waits in found.items():
        mine[who].append(Waits(kind, key, needs[kind, key], waits))
    return mine


def _lacks(milestone: Milestone, state: str) -> tuple[Need, Mark] | None:
    """Return the one thing that a record lacks, and the latest of what it has; ``None`` for all others."""
    if not state:
        return None
    progress = read_state(state).progress
    missing = rule.missing(milestone, progress)
    latest = max((mark for mark in progress.marks if mark), key=lambda mark: mark[:3], default=None)
    return None if len(missing) != 1 or latest is None else (missing[0], latest)


def joined(found: Iterable[Sequence[Waits]]) -> list[Open]:
    """Put what several people's records lack together, by what that is; the longest wait first."""
    waiting: dict[tuple[str, str], set[tuple[int, str]]] = defaultdict(set)
    titles: dict[tuple[str, str], Mapping[str, str]] = {}
    for line in found:
        for one in line:
            waiting[one.kind, one.need].update(one.records)
            titles[one.kind, one.need] = one.title
    return [
        Open(kind=kind, need=need, title=titles[kind, need], records=[record for _, record in sorted(records)])
        for (kind, need), records in sorted(waiting.items())
    ]
