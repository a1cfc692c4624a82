"""Records on which somebody may go on: begun by them, and still lacking something."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption import statements
from adoption.explain import done
from adoption.extensions import db
from adoption.models import bucket_of
from adoption.scoring.milestones import KEY
from adoption.scoring.milestones import read_state
from rules import milestone as rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.milestone import Need
    from rules.version import Version

    Named = Callable[[int | None], bool]  # may the reader know of a record that is this participant's?

SHOWN = 20
LOOKED_AT = 200  # records with the latest activity of a holder
BACK = 30  # days
LATELY = 90  # days in which somebody looks for one of their records
MOST = 600  # days times participants: of a large team fewer days are looked at


class Lacking(NamedTuple):
    """A record and the needs it lacks, in the book's order; who did the latest of what it has, and when."""

    record: str
    needs: Sequence[Need]
    who: int | None = None
    latest: int = 0  # UTC microseconds


def anybodys(_who: int | None) -> bool:
    """Say that a record may be named, whosever it is."""
    return True


def of(  # noqa: PLR0913, PLR0917  # what, whose, and for whom
    connection: Connection,
    known: Known,
    version: Version,
    holder: int,
    day: int,
    named: Named = anybodys,
    most: int = SHOWN,
) -> list[Lacking]:
    """Return the open records of a holder: fewest missing first, then those with the latest activity.

    A record is theirs if they did the latest of what it has so far; of a team's those are left out that are not
    ``named`` to the reader, by who did that; ``most`` of them at most.  Looks at the records they did something about
    lately, so that the answer costs the same in a large house.
    """
    milestones = version.counted.milestones
    tracks = done.tracks_of(connection, milestones)
    if not tracks:
        return []
    records = _touched(connection, known, holder, day, {kind for one in milestones for kind in one.types})
    wanted = [
        (bucket_of(record), number, record)
        for number, milestone in tracks.items()
        for record in records
        if record.startswith(f"{milestone.record}/")
    ]
    found: list[tuple[int, int, Lacking]] = []
    for row in statements.find(connection, "record_progress", KEY, ("track", "record", "state"), sorted(wanted)):
        if not row.state:
            continue
        progress = read_state(row.state).progress
        missing = rule.missing(tracks[row.track], progress)
        latest = max((mark for mark in progress.marks if mark), key=lambda mark: mark[:3], default=None)
        if not missing or latest is None:
            continue
        who = known.participant_of(latest.source, latest.actor)
        if _is_of(known, who, holder, day) and named(who):
            found.append((len(missing), -latest.time, Lacking(row.record, missing, who, latest.time)))
    return [one for _, _, one in sorted(found, key=lambda it: (it[0], it[1], it[2].record))[:most]]


def lately(who: int, day: int) -> list[str]:
    """Return the records about which a participant did anything that rules look at, the latest first."""
    known = facts.current()
    milestones = [line[-1].body for line in known.timelines.milestones.values() if line]
    counted = {kind for line in known.timelines.metrics.values() for part in line for kind in part.body.counts}
    types = counted.union(*(one.types for one in milestones))
    return _touched(db.session.connection(), known, who, day, types, back=LATELY)


def _touched(  # noqa: PLR0913, PLR0917  # what, by whom, and when
    connection: Connection, known: Known, holder: int, day: int, types: Iterable[str], back: int = BACK
) -> list[str]:
    """Return the records about which a holder did something lately, the latest first."""
    people = 1 if holder > 0 else sum(-holder in known.teams_on(who, day) for who in known.memberships)
    back = max(1, min(back, MOST // max(1, people)))
    days = done.days_of(connection, known, holder, day - back + 1, day + 1)
    acted = done.activities(connection, known, days, types)
    return list(dict.fromkeys(one.subject for one in reversed(acted) if one.subject))[:LOOKED_AT]


def _is_of(known: Known, who: int | None, holder: int, day: int) -> bool:
    if holder > 0 or who is None:
        return who == holder
    return -holder in known.teams_on(who, day)
