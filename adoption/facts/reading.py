"""The facts read in bulk from the tables: people, teams, days, and the definitions that were ever in force."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from adoption.facts.known import Known
from adoption.facts.known import Person
from adoption.models import Absence
from adoption.models import Holiday
from adoption.models import Identity
from adoption.models import IncentiveStop
from adoption.models import Management
from adoption.models import Membership
from adoption.models import Participant
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.models import Team
from adoption.models import Wave
from rules import book as books
from rules import period
from rules.version import Segment
from rules.version import Timelines
from rules.version import promised

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from rules.bonus.plan import Plan
    from rules.book import Book
    from rules.incentive import Reward

KINDS = ("milestone", "metric", "incentive", "plan")  # of definitions with a timeline, in the order of ``Timelines``
NO_BOOK = books.Book(milestones={}, metrics={}, rewards={}, incentives={}, boards={})


def day_of() -> Callable[[int], int]:
    """Return the function from UTC microseconds to the organisation's local day; touches no table."""
    kept = current_app.extensions.get("day_of")
    if kept is None:
        kept = current_app.extensions["day_of"] = period.local_day(current_app.extensions["settings"].organisation_zone)
    return kept


def read(connection: Connection, version: int) -> Known:
    """Return the facts as the tables hold them now, as this version."""
    settings = current_app.extensions["settings"]
    people = {
        row.id: Person(row.id, row.email, row.name, row.role, row.hired_on, row.left_on)
        for row in connection.execute(select(Participant.__table__))
    }
    identities = connection.execute(select(Identity.source, Identity.id, Identity.participant))
    holidays = frozenset(connection.scalars(select(Holiday.day)))
    definitions = _definitions(connection)
    return Known(
        version=version,
        zone=settings.organisation_zone,
        day_of=day_of(),
        calendar=period.Calendar(settings.working_days, holidays),
        people=people,
        teams=dict(connection.execute(select(Team.id, Team.name)).all()),
        identities={(source, name): who for source, name, who in identities},
        memberships=_grouped(
            connection.execute(select(Membership.participant, Membership.starts, Membership.ends, Membership.team))
        ),
        managers=_grouped(
            connection.execute(select(Management.participant, Management.starts, Management.ends, Management.manager))
        ),
        absences=_grouped(connection.execute(select(Absence.participant, Absence.starts, Absence.ends))),
        waves=_grouped(connection.execute(select(Wave.team, Wave.starts, Wave.ends, Wave.name))),
        **definitions._asdict(),
        stopped=dict(
            connection.execute(
                select(IncentiveStop.incentive, IncentiveStop.stopped).where(IncentiveStop.resumed.is_(None))
            ).all()
        ),
        _emails={person.email.casefold(): person.id for person in people.values()},
    )


def _grouped(rows: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    groups: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for first, *rest in rows:
        groups[first].append(tuple(rest))
    return {key: tuple(sorted(spans)) for key, spans in groups.items()}


@lru_cache(maxsize=64)
def parsed(text_of_book: str) -> Book:
    """Read a published book again; its text was checked when it was published."""
    return books.load(text_of_book)


class _Definitions(NamedTuple):
    """What ``Known`` holds of the published books."""

    timelines: Timelines
    book: Book
    left_out: frozenset[str]
    plans: dict[str, Plan]


def _definitions(connection: Connection) -> _Definitions:
    texts = dict(connection.execute(select(PublishedBook.id, PublishedBook.text).order_by(PublishedBook.id)).all())
    lines: dict[str, dict[str, list[Any]]] = {kind: {} for kind in KINDS}
    table = PublishedDefinition
    for row in connection.execute(select(table.__table__).order_by(table.kind, table.key, table.starts)):
        book = parsed(texts[row.book])
        body = getattr(book, f"{row.kind}s")[row.key]
        lines[row.kind].setdefault(row.key, []).append(Segment(row.starts, row.ends, body))
    rewards: dict[str, Reward] = {}
    plans: dict[str, Plan] = {}
    for known in texts.values():  # a name that was ever a milestone's means it, also after it was cut to nothing
        rewards |= parsed(known).rewards
        plans |= parsed(known).plans
        for key in parsed(known).milestones:
            lines["milestone"].setdefault(key, [])
    timelines = Timelines(*(lines[kind] for kind in KINDS))
    newest = parsed(texts[max(texts)]) if texts else NO_BOOK
    left_out = {key: rewards[key] for key in promised(timelines) if key not in newest.rewards}
    book = replace(newest, rewards={**newest.rewards, **left_out})
    return _Definitions(timelines, book, frozenset(left_out), plans)
