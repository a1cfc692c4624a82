"""How many people of each team use a feature: counted by night, in one pass, and kept of five people or more."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import case
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Participant
from adoption.models import QuestChoice
from adoption.models import QuestUse
from adoption.models import StoredActivity
from adoption.quests import offering
from adoption.wire import data_of
from rules.rollout import quests
from rules.rollout.quests import LATELY
from rules.rollout.quests import Use
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.rollout.quests import Feature

FETCH = 5_000  # rows read at once
KEPT = 366  # days for which a choice is kept


def count(now: int) -> int:
    """Count for each feature how many people of each team used it in the last four weeks; return how many rows.

    Counted is before anything is locked, in one query; keeping it begins a transaction that writes, which the caller
    commits.
    """
    known = facts.current()
    today = known.today(now)
    team_of = {number: known.team_of(number, today) for number, one in known.people.items() if one.here(today)}
    sizes: dict[int, int] = defaultdict(int)
    for team in team_of.values():
        if team is not None:
            sizes[team] += 1
    features = [one.feature for one in offering.all_of()]
    found: dict[tuple[str, int], set[int]] = defaultdict(set)
    for who, keys in _used(db.session.connection(), known, features, today).items():
        team = team_of.get(who)
        if team is not None:
            for key in keys:
                found[key, team].add(who)
    rows = [
        (one.key, team, len(found[one.key, team]), size, today)
        for one in features
        for team, size in sorted(sizes.items())
        if size >= SMALLEST_GROUP
    ]
    connection = begin_write()
    connection.execute(delete(QuestUse))
    statements.put(connection, "quest_use", ("quest", "team"), ("part", "whole", "day"), rows)
    return len(rows)


def _used(connection: Connection, known: Known, features: Sequence[Feature], today: int) -> dict[int, set[str]]:
    """Return which features everybody used in the last four weeks.  Data is read only where a feature asks about it."""
    types = {kind for one in features for kind in one.on}
    asked = {kind for one in features if one.where is not None for kind in one.on}
    table = StoredActivity
    data = case((table.type.in_(sorted(asked)), table.data), else_="{}").label("data")
    query = (
        select(table.source, table.actor, table.type, data)
        .where(table.day.between(today - LATELY + 1, today), table.type.in_(sorted(types)))
        .where(table.retracted == 0, table.retracts.is_(None), table.actor.is_not(None))
        .distinct()
        .execution_options(yield_per=FETCH)
    )
    by_type: dict[str, list[Feature]] = defaultdict(list)
    for one in features:
        for kind in one.on:
            by_type[kind].append(one)
    found: dict[int, set[str]] = defaultdict(set)
    for source, actor, kind, text in connection.execute(query):
        who = known.participant_of(source, actor)
        if who is not None:
            found[who] |= quests.used(by_type[kind], [(kind, data_of(text))])
    return found


def counted_on() -> int | None:
    """Return the local day on which was counted last."""
    return db.session.scalar(select(func.max(QuestUse.day)))


def teams() -> Mapping[str, Mapping[int, Use]]:
    """Return by feature and team how many people use it; one query."""
    table = QuestUse
    found: dict[str, dict[int, Use]] = defaultdict(dict)
    for row in db.session.execute(select(table.quest, table.team, table.part, table.whole)):
        found[row.quest][row.team] = Use(row.part, row.whole)
    return found


def sweep(connection: Connection, now: int) -> int:
    """Delete choices that are a year old, and of those who have left; return how many.  The caller commits."""
    today = facts.current().today(now)
    left = select(Participant.id).where(Participant.left_on <= today)
    old = (QuestChoice.day <= today - KEPT) | QuestChoice.participant.in_(left)
    return int(connection.execute(delete(QuestChoice).where(old)).rowcount)
