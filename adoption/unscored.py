"""Activities that were stored but could not be scored: each is tried again alone, so that none holds up the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import InterfaceError
from sqlalchemy.exc import OperationalError

from adoption import awards
from adoption import facts
from adoption import scoring
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Unscored
from adoption.scoring import milestones
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from rules.activity import Activity

KEY = ("bucket", "source", "id")
REST = 60 * SECOND  # after so long for the first time, then after twice, four times, … as long
LARGEST_REST = 20  # doublings; from then on every two years, or when somebody asks
MOST = 10_000  # tried in one run
Key = tuple[int, str, str]


class Retried(NamedTuple):
    """How many were scored, were no longer wanted, and failed again."""

    scored: int
    dropped: int
    failed: int


def due(now: int, *, every: bool = False) -> list[Key]:
    """Return which activities are to be tried, oldest first: those that rested long enough, or all of them."""
    table = Unscored.__table__.c
    query = select(*(table[name] for name in KEY), table.since, table.tries).order_by(
        table.since, table.source, table.id
    )
    rows = db.session.execute(query.limit(MOST)).all()
    db.session.rollback()
    return [(row.bucket, row.source, row.id) for row in rows if every or now >= row.since + _rest(row.tries)]


def _rest(tries: int) -> int:
    return REST * ((1 << min(tries, LARGEST_REST)) - 1)


def retry(keys: Sequence[Key], now: int, report: Callable[[int, int], None]) -> Retried:
    """Try these activities, each in a transaction of its own."""
    outcomes = {True: 0, None: 0, False: 0}
    for number, key in enumerate(keys, start=1):
        outcomes[_retry(key, now)] += 1
        report(number, len(keys))
    return Retried(outcomes[True], outcomes[None], outcomes[False])


def _retry(key: Key, now: int) -> bool | None:
    """Try one activity; ``None`` if there was nothing to score.

    The activity's row is locked before the list is looked at: whoever retracts it waits there, and afterwards sees that
    it is listed no more.
    """
    connection = begin_write()
    facts.shared(connection)
    columns = (*milestones.COLUMNS, "retracted")
    rows = statements.find(connection, "activity", KEY, columns, [key], lock=True)
    listed = statements.find(connection, "unscored", KEY, KEY, [key], lock=True)
    wanted = bool(rows) and bool(listed) and not rows[0].retracted
    try:
        if wanted:
            with connection.begin_nested():
                _score(connection, key[0], milestones.activities_of([row[:-1] for row in rows]), now)
    except (OperationalError, InterfaceError):
        db.session.rollback()
        raise  # the database's own trouble, not the activity's
    except Exception as error:  # noqa: BLE001  # whatever is wrong with it, the others come next
        current_app.logger.warning("Activity %s of %s could not be scored again: %s", key[2], key[1], error)
        _note(connection, key, error)
        db.session.commit()
        return False
    statements.delete(connection, "unscored", KEY, [key])
    db.session.commit()
    return True if wanted else None


def _score(connection: Connection, bucket: int, activities: list[Activity], now: int) -> None:
    """Score in every edition the activity belongs to, as intake does; here a fault is raised."""
    stage = scoring.prepare(connection)
    notes = scoring.Notes()
    for force, until, active in stage.editions:
        if bucket <= until:
            changes = scoring.apply(connection, stage.known, force, activities, [], until, notes, now)
            if active:
                awards.follow(connection, stage.known, force, changes, now)


def _note(connection: Connection, key: Key, error: Exception) -> None:
    bucket, source, name = key
    row = update(Unscored).where(Unscored.bucket == bucket, Unscored.source == source, Unscored.id == name)
    reason = f"{type(error).__name__}: {error}"[:1000]
    connection.execute(row.values(tries=Unscored.tries + 1, reason=reason))
