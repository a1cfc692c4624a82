"""What a day comes to: who was in a customer workbook, who moved records out and in, who was there at all."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import select

from adoption import facts
from adoption.models import Feed
from adoption.models import FeedDay
from adoption.models import FeedPerson
from adoption.models import Signal
from adoption.models import Workbook
from adoption.signals import rows
from rules.reliance import trips
from rules.reliance.trips import Moved

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy import Executable

    from adoption.facts import Known


@dataclass(frozen=True)
class Daily:
    """The signals of one local day by participant; whoever is absent from ``edited`` is unknown, never ``False``."""

    edited: dict[int, bool] = field(default_factory=dict)  # a registered workbook
    trips: Counter[int] = field(default_factory=Counter)  # imports within 14 days of an own export
    imports: Counter[int] = field(default_factory=Counter)  # other imports
    present: set[int] = field(default_factory=set)  # signed in, or looked at a report


def daily(connection: Connection, day: int) -> Daily:
    """Return what a local day comes to, by what is known now: at most six queries, however many people.

    A workbook counts if it stands in the register now; of a day that has been swept, or that its feed has not told
    whole, nothing is known about workbooks.
    """
    known = facts.current()
    found = Daily()
    editors: dict[int, set[str]] = defaultdict(set)
    moved: dict[int, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for who, row in _of(known, connection.execute(_signals(day))):
        if row.kind in rows.PRESENT:
            found.present.add(who)
        elif row.kind in rows.EDITS:
            editors[who].add(row.feed)
        elif row.kind == "import":
            moved[who][row.feed].append((row.id, row.moment))
    found.edited.update(_edited(connection, known, day, editors))
    if moved:
        exports = _exports(connection, known, day)
        for who, sources in moved.items():
            imports = [Moved(day, moment) for told in sources.values() for moment in _imports(told)]
            judged = trips.judged(imports, exports.get(who, []))
            found.trips[who] += judged.round
            found.imports[who] += judged.others
    return Daily(found.edited, +found.trips, +found.imports, found.present)


def _signals(day: int) -> Executable:
    """Return the signals of a day; those of workbooks that stand in the register alone."""
    columns = (Signal.feed, Signal.id, Signal.participant, Signal.actor, Signal.kind, Signal.moment)
    counts = Signal.kind.not_in(rows.EDITS) | (Workbook.state == "registered")
    return select(*columns).outerjoin(Workbook, Workbook.id == Signal.workbook).where(Signal.day == day, counts)


def _of(known: Known, found: Iterable[Any]) -> Iterable[tuple[int, Any]]:
    """Yield signals with their participants; whom nobody knows yet waits."""
    for row in found:
        who = row.participant if row.participant is not None else known.participant_of(row.feed, row.actor)
        if who is not None:
            yield who, row


def _imports(told: list[tuple[str, int]]) -> list[int]:
    """Return the moments of a day's imports into one CRM.

    One that is known only from the records it made is the same as one that the CRM told of, if it told of any.
    """
    said = [moment for number, moment in told if not number.startswith(rows.CREATED)]
    return said or [moment for _, moment in told]


def _exports(connection: Connection, known: Known, day: int) -> dict[int, list[Moved]]:
    columns = (Signal.feed, Signal.participant, Signal.actor, Signal.day, Signal.moment)
    query = select(*columns).where(Signal.day.between(day - trips.WITHIN, day), Signal.kind == "export")
    exports: dict[int, list[Moved]] = defaultdict(list)
    for who, row in _of(known, connection.execute(query)):
        exports[who].append(Moved(row.day, row.moment))
    return exports


def _edited(connection: Connection, known: Known, day: int, editors: Mapping[int, set[str]]) -> dict[int, bool]:
    """Return who edited a workbook, and who certainly did not: all their feeds have told the day whole."""
    whole = set(
        connection.scalars(
            select(FeedDay.feed).where(FeedDay.day == day, FeedDay.whole.is_not(None), FeedDay.swept.is_(None))
        )
    )
    if not whole:
        return {}
    covered: dict[int, set[str]] = defaultdict(set)
    known_by = select(FeedPerson.feed, FeedPerson.participant).where(FeedPerson.day <= day)
    for feed, who in connection.execute(known_by):
        covered[who].add(feed)
    feeds = set(connection.scalars(select(Feed.key)))
    for (source, _), who in known.identities.items():
        if source in feeds:
            covered[who].add(source)
    for who, by in editors.items():
        covered[who] |= by
    return {who: who in editors for who, by in covered.items() if (by & whole if who in editors else by <= whole)}
