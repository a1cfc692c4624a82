"""What the CRM was told on a day, participant by participant: one pass over what came in, and bounded memory.

An activity belongs to the day on which it was *recorded*.  Where its source does not say when that was, it is the day
on which it came in; a file says nothing about it, so that the day on which it happened stands for it, and nobody is
late.  What comes after the day is judged counts for nobody, neither for nor against.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import date
from datetime import datetime
from datetime import time
from itertools import groupby
from operator import attrgetter
from typing import IO
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy import text

from adoption.evidence.kept import UNIT
from adoption.evidence.kept import DayFacts
from adoption.models import Night
from adoption.wire import data_of
from rules import adoption
from rules import period
from rules import sample
from rules.reliance.seen import Recorded
from rules.reliance.seen import counted
from rules.value import filled

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.condition import Condition

WAITS = 2  # days after which a day is judged: office suites are late
EARLY = 86_400 * period.SECOND  # by how much a source's clock may be ahead of ours
REMEMBERED = 14  # days for which it is remembered which sources told something
FILE = "file"  # the door of files
CREATED = ".created"  # ends the type of what creates a record
PROGRAMS = ("api", "import", "automation", "integration", "bulk", "system")  # channels by which nobody types
UNSAID = ("owner", "channel")  # fields that say nothing about a record
HELD = 1 << 18  # bytes of a part that stay in memory
ROWS = 500  # entries that are written at once
GONE, MERGED = 1, 2  # what became of an activity before its day was judged


class Entry(NamedTuple):
    """An activity as the evidence needs it; moments are UTC microseconds, days are local."""

    who: int
    day: int  # of recording
    kind: str
    recorded: int
    occurred: int | None
    occurred_day: int | None
    typed: bool  # by hand
    record: str
    complete: float | None  # share of the required fields, of a record that was created
    gone: int
    source: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Entry])
# SQLite is led by the moments of receipt to the batches, PostgreSQL by the range of batches to the activities' blocks.
_CAME = f"""
SELECT a.source, a.id, a.type, a.time, a.day, a.subject, a.actor, a.recorded, a.data, b.received, b.door,
  CASE WHEN a.retracted = 1 THEN (
    SELECT MIN(r.type) FROM activity AS r JOIN batch AS rb ON rb.id = r.batch
    WHERE r.retracts = a.id AND r.source = a.source AND rb.received < :until
  ) END AS gone
FROM batch AS b CROSS JOIN activity AS a
WHERE a.batch = b.id AND b.received >= :since AND b.received < :until AND b.door <> '{sample.DOOR}'
  AND a.batch BETWEEN :first AND :last AND a.type IS NOT NULL AND a.retracts IS NULL AND a.actor IS NOT NULL
"""  # noqa: S608  # our own name of a door


class Parts:
    """Entries by part of the people, in files that are deleted with the process; small ones stay in memory."""

    def __init__(self, people: Sequence[int], size: int) -> None:
        self._part_of = {who: number // size for number, who in enumerate(people)}
        self._waiting: defaultdict[int, list[Entry]] = defaultdict(list)
        self._files: dict[int, IO[bytes]] = {}

    def __contains__(self, who: int) -> bool:
        """Say whether somebody is judged at all."""
        return who in self._part_of

    def add(self, entry: Entry) -> None:
        """Keep an entry."""
        part = self._part_of[entry.who]
        waiting = self._waiting[part]
        waiting.append(entry)
        if len(waiting) >= ROWS:
            self._write(part)

    def _write(self, part: int) -> None:
        if part not in self._files:
            self._files[part] = tempfile.SpooledTemporaryFile(max_size=HELD)  # noqa: SIM115  # closed in ``close``
        self._files[part].write(_encoder.encode(self._waiting.pop(part)) + b"\n")

    def of(self, part: int) -> dict[int, list[Entry]]:
        """Return the entries of a part by participant, in the order of their moments whatever came first."""
        found: defaultdict[int, list[Entry]] = defaultdict(list)
        for entry in self._waiting.get(part, ()):
            found[entry.who].append(entry)
        file = self._files.get(part)
        if file is not None:
            file.seek(0)
            for line in file:
                for entry in _decoder.decode(line):
                    found[entry.who].append(entry)
        for entries in found.values():
            entries.sort(key=lambda one: (one.recorded, one.kind, one.record, one.occurred or 0, one.typed, one.gone))
        return found

    def close(self) -> None:
        """Delete the files."""
        for file in self._files.values():
            file.close()


def midnight(known: Known, day: int) -> int:
    """Return the moment at which a local day begins, in UTC microseconds."""
    return period.microseconds(datetime.combine(date.fromordinal(day), time(0), known.zone))


def gather(connection: Connection, known: Known, day: int, parts: Parts) -> frozenset[str]:
    """Read what came in of a day into the parts; return the sources that told something of it.  One pass."""
    until = midnight(known, day + WAITS)
    heard_before = _remembered(connection, day)
    required = _required(known)
    heard: set[str] = set()
    for row in _came(connection, midnight(known, day) - EARLY, until):
        recorded, dated, said = _recorded(row)
        if known.day_of(recorded) != day:
            continue
        heard.add(row.source)
        if dated and not said and not _was_there(row, day, heard_before, known):
            continue  # brought in after a gap: when it was recorded is not known
        who = known.participant_of(row.source, row.actor)
        if who is None or who not in parts:
            continue
        data = _data(row)
        entry = Entry(
            who=who,
            day=day,
            kind=row.type,
            recorded=recorded,
            occurred=row.time if dated else None,
            occurred_day=row.day if dated else None,
            typed=data.get("channel") not in PROGRAMS,
            record=row.subject or row.id,
            complete=_complete(row.type, data, required),
            gone=0 if row.gone is None else MERGED if row.gone.endswith(".merged") else GONE,
            source=row.source,
        )
        parts.add(entry)
    return frozenset(heard)


def _came(connection: Connection, since: int, until: int) -> Iterator[Any]:
    """Yield what came in between two moments, a few thousand rows at a time."""
    within = "SELECT MIN(id), MAX(id) FROM batch WHERE received >= :since AND received < :until"
    moments = {"since": since, "until": until}
    first, last = connection.execute(text(within), moments).one()
    if first is not None:
        ends = {"first": first, "last": last}
        yield from connection.execute(text(_CAME), moments | ends, execution_options={"yield_per": 5_000})


def _recorded(row: Any) -> tuple[int, bool, bool]:
    """Return when it was recorded, whether it is known when it happened, and whether the source said the first."""
    if row.recorded is not None:
        return row.recorded, True, True
    return (row.time, False, False) if row.door == FILE else (row.received, True, False)


def _remembered(connection: Connection, day: int) -> dict[int, set[str]]:
    """Return which sources told something on the days before, as those nights found."""
    query = select(Night.day, Night.heard).where(Night.day >= day - REMEMBERED, Night.day < day)
    return {night: set(msgspec.json.decode(heard, type=list[str])) for night, heard in connection.execute(query)}


def _was_there(row: Any, day: int, heard: dict[int, set[str]], known: Known) -> bool:
    """Say whether a source told something on each working day since what it tells of happened."""
    between = (one for one in range(row.day, day) if known.calendar.works(one))
    return row.day >= day - REMEMBERED and all(row.source in heard.get(one, ()) for one in between)


def _data(row: Any) -> dict[str, Any]:
    """Return the data of a row where anything in it is looked at."""
    wanted = row.type.endswith(CREATED) or '"channel"' in row.data
    return data_of(row.data) if wanted else {}


def _required(known: Known) -> dict[str, list[Condition]]:
    """Return what the book asks to be filled in when a record is created: the conditions of needs, by type."""
    required: dict[str, list[Condition]] = defaultdict(list)
    for milestone in known.book.milestones.values():
        for need in milestone.needs:
            if need.where is not None:
                for kind in need.on:
                    required[kind].append(need.where)
    return required


def _complete(kind: str, data: dict[str, Any], required: dict[str, list[Condition]]) -> float | None:
    """Return the share of the required fields of a record that was created; unknown where no field is told.

    Of fields that are told and are all empty the share is nothing, also where the book asks for none of them.
    """
    told = [value for name, value in data.items() if name not in UNSAID]
    if not kind.endswith(CREATED) or not told:
        return None
    if not any(map(filled, told)):
        return 0.0
    asked = required.get(kind, ())
    return sum(one.holds(data) for one in asked) / len(asked) if asked else 1.0


def facts(entries: Iterable[Entry], next_working: Callable[[int], int]) -> DayFacts:
    """Return what a participant's entries of one day of recording say; they come in the order of their moments."""
    known = list(entries)
    standing = [one for one in known if not one.gone]
    records = [
        Recorded(one.kind, one.recorded, one.day, one.occurred, one.occurred_day) for one in standing if one.typed
    ]
    live, arrived, typed, densest = counted(records, next_working)
    counts = adoption.door(_action(one) for one in known if one.typed)
    kinds = sorted((kind, len(list(found))) for kind, found in groupby(sorted(one.kind for one in counts)))
    made = [one.complete for one in standing if one.complete is not None and one.typed]
    doubles = sum(one.gone == MERGED and one.kind.endswith(CREATED) for one in known)
    return DayFacts(
        live=live,
        present=bool(typed),
        arrived=arrived,
        typed=typed,
        densest=densest,
        actions=len(counts),
        kinds=tuple(kinds),
        complete=round(sum(made) * UNIT),
        records=len(made) + doubles,
        doubles=doubles,
        sources=tuple(sorted(set(map(attrgetter("source"), known)))),
    )


def _action(entry: Entry) -> adoption.Action:
    return adoption.Action(
        entry.record,
        entry.kind,
        entry.recorded,
        entry.day,
        1.0 if entry.complete is None else entry.complete,
        undone=entry.gone == GONE,
        duplicate=entry.gone == MERGED,
    )
