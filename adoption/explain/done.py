"""What somebody did: the activities and reached milestones that are credited to some participants on some days."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import statements
from adoption import wire
from adoption.explain import spellings
from adoption.models import Edition
from adoption.models import StoredActivity
from adoption.models import Track
from adoption.scoring.milestones import read_state
from rules import milestone as rule
from rules.activity import Activity
from rules.version import meaning

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Row

    from adoption.facts import Known
    from rules.milestone import Milestone

MOST_DAYS = 4_000  # days times participants; beyond, the days are read whole
MOST_RANGES = 40_000  # ranges of the index that are looked at
MOST_SPELLINGS = 64  # beginnings of one address: six letters or so, as telling as eight where names are common
# Each given row is looked up in the index.  PostgreSQL has to be told so: it cannot guess how short the ranges are.
_LOOK = {
    "sqlite": "{given} AS g CROSS JOIN {table} AS t WHERE {where}",
    "postgresql": (
        "{given} AS g CROSS JOIN LATERAL (SELECT t.* FROM {table} AS t WHERE {where} OFFSET 0) AS t WHERE true"
    ),
}
_ACTIVITIES = (
    "SELECT t.source, t.id, t.type, t.time, t.day, t.subject, t.actor, t.recorded, t.retracts, t.data FROM {look}"
    " AND t.retracted = 0 AND t.retracts IS NULL AND t.type IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM unscored AS u WHERE u.bucket = t.bucket AND u.source = t.source AND u.id = t.id)"
)
_WITHDRAWN = (
    "SELECT t.source, t.id, t.type, t.time, t.day, t.subject, t.actor FROM {look}"
    " AND t.retracted = 1 AND t.retracts IS NULL AND t.type IS NOT NULL"
)
_RECORDS = "SELECT t.track, t.record, t.day, t.state FROM {look}"
_EXACT = "t.day = g.day AND t.actor = g.actor"
_RANGE = f"t.day = g.day AND t.actor >= g.actor AND t.actor <= g.actor || '{spellings.LAST}'"


class Counting(NamedTuple):
    """An activity that counts, perhaps a reached milestone, and the name of the real one behind it."""

    activity: Activity
    source: str
    id: str


class Days(NamedTuple):
    """Whose days are looked at: for each participant the local days on which what they do counts."""

    by_participant: Mapping[int, Sequence[int]]

    @property
    def number(self) -> int:
        """How many pairs there are."""
        return sum(len(days) for days in self.by_participant.values())

    @property
    def all(self) -> list[int]:
        """The days, each once."""
        return sorted({day for days in self.by_participant.values() for day in days})

    def has(self, who: int | None, day: int) -> bool:
        """Say whether a day of somebody is looked at."""
        days = self.by_participant.get(who or 0, ())
        return bool(days) and day in days


def days_of(connection: Connection, known: Known, holder: int, starts: int, ends: int) -> Days:
    """Return the days from ``starts`` to before ``ends`` on which activities may count for a holder.

    Days before the first and after the last stored activity are left out.
    """
    day = StoredActivity.day
    first = select(func.min(day)).where(day > 0).scalar_subquery()  # stubs lie on day 0
    edges = connection.execute(select(first, select(func.max(day)).scalar_subquery())).one()
    low, high = max(starts, edges[0] or 1), min(ends, (edges[1] or 0) + 1)
    if holder > 0:
        return Days({holder: range(low, high)})
    return Days({
        who: sorted({
            day for begins, until, team in spans if team == -holder for day in range(max(low, begins), min(high, until))
        })
        for who, spans in known.memberships.items()
        if any(team == -holder and begins < high and low < until for begins, until, team in spans)
    })  # fmt: skip


def activities(connection: Connection, known: Known, days: Days, types: Iterable[str]) -> list[Activity]:
    """Return the activities of these types that count and that these participants did on these days, in order."""
    wanted = set(types)
    found: dict[tuple[str, str], Activity] = {}
    for look in _looks(known, days) if wanted else ():
        for row in _look(connection, "activity", _ACTIVITIES, look):
            if row.type in wanted and days.has(known.participant_of(row.source, row.actor), row.day):
                found[row.source, row.id] = Activity._make((*row[:9], wire.data_of(row.data)))
    return sorted(found.values(), key=lambda one: (one.time, one.source, one.id))


def withdrawn(connection: Connection, known: Known, days: Days) -> list[Activity]:
    """Return what these participants did on these days and what does not count, since it was retracted; in order."""
    found: dict[tuple[str, str], Activity] = {}
    for look in _looks(known, days):
        for row in _look(connection, "activity", _WITHDRAWN, look):
            if days.has(known.participant_of(row.source, row.actor), row.day):
                found[row.source, row.id] = Activity._make((*row, None, None, {}))
    return sorted(found.values(), key=lambda one: (one.time, one.source, one.id))


def reached(connection: Connection, known: Known, days: Days, milestones: Iterable[Milestone]) -> list[Counting]:
    """Return the milestones that count for these participants on these days."""
    tracks = tracks_of(connection, milestones)
    found: dict[tuple[int, str], Counting] = {}
    for look in _looks(known, days) if tracks else ():
        for row in _look(connection, "record_progress", _RECORDS, look):
            if row.track not in tracks:
                continue
            result = read_state(row.state).outcome
            if result is None:
                continue
            one = rule.derived(tracks[row.track], row.record, row.day, result)
            if days.has(known.participant_of(*result.credited), row.day):
                found[row.track, row.record] = Counting(one, result.source, result.id)
    return list(found.values())


def tracks_of(connection: Connection, milestones: Iterable[Milestone]) -> dict[int, Milestone]:
    """Return the tracks on which the records of these milestones are followed for what people see now."""
    wanted = {meaning(one): one for one in milestones}
    if not wanted:
        return {}
    query = select(Track.id, Track.meaning).join(Edition, Edition.id == Track.edition)
    rows = connection.execute(query.where(Edition.state == "active", Track.meaning.in_(sorted(wanted))))
    return {number: wanted[means] for number, means in rows}


class _Look(NamedTuple):
    """Where to look in an index on day and actor: a condition, and the columns and rows that it is given."""

    where: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def _look(connection: Connection, table: str, sql: str, look: _Look) -> Iterable[Row[Any]]:
    found = _LOOK[connection.dialect.name].replace("{table}", table).replace("{where}", look.where)
    rows: Iterable[Row[Any]] = statements.run(connection, table, look.columns, look.rows, sql.replace("{look}", found))
    return rows


def _looks(known: Known, days: Days) -> list[_Look]:
    """Return where to look for what some people did.  What is found there may belong to others, and be found twice."""
    if not days.number:
        return []
    if days.number > MOST_DAYS:
        return [_Look("t.day = g.day", ("day",), [(day,) for day in days.all])]
    names: dict[int, list[str]] = defaultdict(list)
    for (_, name), who in known.identities.items():
        if who in days.by_participant:
            names[who].append(name)
    most = max(1, min(MOST_SPELLINGS, MOST_RANGES // days.number))
    exact: set[tuple[object, ...]] = set()
    ranges: set[tuple[object, ...]] = set()
    for who, listed in days.by_participant.items():
        begun = spellings.prefixes(known.people[who].email, most)
        for day in listed:
            exact.update((day, name) for name in names[who])
            ranges.update((day, prefix) for prefix in begun)
    looks = [_Look(_EXACT, ("day", "actor"), list(exact)), _Look(_RANGE, ("day", "actor"), list(ranges))]
    return [look for look in looks if look.rows]
