"""The one door: store each activity once, then score what is new, in one transaction.

Every road (API, hooks, files, brokers) leads to ``accept``.  What it stores it scores; what it refuses it names.
Signals come by the same roads and are no activities: they are kept apart, and count for nothing (``adoption.signals``).
"""

from __future__ import annotations

import time
from collections import Counter
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError

from adoption import clock
from adoption import facts
from adoption import scoring
from adoption import signals
from adoption import statements
from adoption import wire
from adoption.errors import UnavailableError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Receipt as ReceiptRow
from adoption.models import bucket_of
from rules import sample
from rules.activity import Activity
from rules.audit import closing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

_BATCH = insert(Batch).returning(Batch.id)
_RECEIPT = insert(ReceiptRow)
Key = tuple[str, str]
Chosen = dict[Key, tuple[int, wire.Read]]
READ = ("source", "id", "type", "time", "day", "subject", "actor", "recorded", "retracts", "data")
STUB = (None, 0, 0, None, None, None, None, "{}")
TRIES = 8
SERIALIZATION = {"40001", "40P01"}  # PostgreSQL: serialization failure, deadlock
# Sources in whose name nobody may send but by their own door: what they are kept for.
RESERVED = {
    sample.SOURCE: (sample.DOOR, "sample data"),
    closing.SOURCE: (closing.DOOR, "what Spoonful itself has seen"),
}
CONFLICT = "conflict: another activity with this source and id, but other content, is stored already; use a new id"


class Refused(NamedTuple):
    """An item that was not stored: its place in the batch, the id it claims, and why."""

    index: int  # type: ignore[assignment]  # the API calls it so; nobody asks a refusal for tuple.index
    id: str | None
    fault: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a batch: ``accepted`` + ``duplicates`` + ``signals`` + the refused are all of it."""

    accepted: int
    duplicates: int
    refused: tuple[Refused, ...]
    signals: int = 0  # which are no activities


class Incoming(NamedTuple):
    """A batch that has been read: which items are activities, which are refused already, and which are signals."""

    reads: list[tuple[int, wire.Read]]
    refused: list[Refused]
    signals: Sequence[Activity] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What storing a batch changed: all new activities, those of them that count, and those that no longer do."""

    accepted: list[Activity]
    standing: list[Activity]
    withdrawn: list[Activity]


Also = Callable[["Connection", Incoming, Receipt], None]  # what somebody writes in the transaction of a batch


class RacedError(UnavailableError):
    """Another writer stored other content under an id between our look and our insert; trying again settles it."""


def accept_and_commit(
    items: Sequence[bytes | Mapping[str, object]], *, door: str, now: int | None = None, also: Also | None = None
) -> Receipt:
    """Accept a batch, commit it, and begin again where a concurrent writer got in the way.

    ``also`` is written in the same transaction; it is called again whenever that begins anew.
    """
    moment = clock.now() if now is None else now
    return commit(read(items, moment), door=door, now=moment, also=also)


def commit(incoming: Incoming, *, door: str, now: int, also: Also | None = None) -> Receipt:
    """Store and score a batch that was read before, and commit it; ``also`` likewise."""
    reason: str | None = None
    for attempt in range(TRIES):
        try:
            receipt = store(incoming, door=door, now=now, unscored=reason)
            if also is not None:
                also(db.session.connection(), incoming, receipt)
            db.session.commit()
        except scoring.ScoringError as error:
            db.session.rollback()
            current_app.logger.exception("Scoring failed; the activities wait in unscored.")
            reason = str(error)
        except (OperationalError, RacedError) as error:
            db.session.rollback()
            if attempt == TRIES - 1 or not _passes(error):
                raise
            time.sleep(0.01 * 2**attempt)
        else:
            return receipt
    raise RacedError


def _passes(error: Exception) -> bool:
    """Say whether trying again may help."""
    return isinstance(error, RacedError) or getattr(getattr(error, "orig", None), "sqlstate", None) in SERIALIZATION


def accept(items: Sequence[bytes | Mapping[str, object]], *, door: str, now: int) -> Receipt:
    """Store and score a batch in a transaction that the caller commits."""
    return store(read(items, now), door=door, now=now)


def read(items: Sequence[bytes | Mapping[str, object]], now: int) -> Incoming:
    """Read the items of a batch; faulty ones are refused by their place.  Touches no table."""
    day_of = facts.day_of()
    reads: list[tuple[int, wire.Read]] = []
    refused: list[Refused] = []
    told: list[Activity] = []
    for index, item in enumerate(items):
        found = wire.read(item, now, day_of)
        if not isinstance(found, wire.Read):
            refused.append(Refused(index, found.id, found.message))
        elif not found[0][2].startswith(signals.PREFIX):
            reads.append((index, found))
        elif fault := signals.fault(found.activity):
            refused.append(Refused(index, found.activity.id, fault))
        else:
            told.append(found.activity)
    return Incoming(reads, refused, told)


def store(incoming: Incoming, *, door: str, now: int, unscored: str | None = None) -> Receipt:
    """Store what was read, score what is new; the caller commits.

    With a reason in ``unscored`` the activities are stored and listed there instead: a rule failed on them.
    """
    connection = begin_write()
    facts.shared(connection)
    stage = scoring.prepare(connection)
    batch = connection.execute(_BATCH, {"received": now, "door": door}).scalar_one()
    refused = list(incoming.refused)
    chosen = _unique(incoming.reads, refused)
    _refuse_reserved(chosen, refused, door)
    kept = _keep(connection, chosen, batch, refused)
    if unscored is None:
        notes = scoring.score(connection, stage, kept.standing, kept.withdrawn, now)
    else:
        notes = scoring.Notes()
        scoring.park(connection, kept.standing, kept.withdrawn, unscored, now)
    signals.note(connection, incoming.signals, kept.accepted)
    refused.sort()
    duplicates = len(incoming.reads) + len(incoming.refused) - len(kept.accepted) - len(refused)
    _note(connection, batch, kept, incoming, refused, notes)
    return Receipt(len(kept.accepted), duplicates, tuple(refused), len(incoming.signals))


def _unique(reads: Sequence[tuple[int, wire.Read]], refused: list[Refused]) -> Chosen:
    """Keep the first of each key in the batch; other content under the same key is refused."""
    chosen: Chosen = {}
    for index, found in reads:
        key = found[0][:2]
        first = chosen.setdefault(key, (index, found))
        if first[0] != index and not _same(found, first[1]):
            refused.append(Refused(index, key[1], CONFLICT))
    return chosen


def _refuse_reserved(chosen: Chosen, refused: list[Refused], door: str) -> None:
    """Let nobody send in a name that is ours: sample data is removed by it, and what we saw is believed by it."""
    reserved = {source: what for source, (own, what) in RESERVED.items() if own != door}
    for key in [key for key in chosen if key[0] in reserved]:
        index, _ = chosen.pop(key)
        fault = f'the source "{key[0]}" is kept for {reserved[key[0]]}; call yours by another name'
        refused.append(Refused(index, key[1], fault))


def _same(one: wire.Read, other: wire.Read) -> bool:
    return one.activity[:9] == other.activity[:9] and wire.same_data(one.data, other.data)


def _keep(connection: Connection, chosen: Chosen, batch: int, refused: list[Refused]) -> Kept:
    """Store the activities of a batch and mark what they retract.

    Activities, and the places of what they retract, go into one sorted statement, so that concurrent batches cannot
    wait for each other in a circle.  A retraction that will be refused must mark nothing: those are looked up first.
    """
    retracting = {key: found.activity.retracts for key, (_, found) in chosen.items() if found.activity.retracts}
    stored = _stored(connection, list(retracting))
    targets = {(key[0], target) for key, target in retracting.items() if key not in stored and target != key[1]}
    rows = statements.store(connection, _rows(chosen, targets, batch))
    if len(rows) == len(chosen) and not targets and not any(row[3] for row in rows):  # the usual batch: all new
        accepted = [found.activity for _, found in chosen.values()]
        return Kept(accepted, [one for one in accepted if one.retracts is None], [])
    made = {(row[0], row[1]): row for row in rows}
    accepted = [found.activity for key, (_, found) in chosen.items() if key in made and made[key][2] == batch]
    met = [key for key in chosen if key not in made or made[key][2] != batch]
    stored |= _stored(connection, [key for key in met if key not in stored])
    for key in met:
        index, found = chosen[key]
        if not _same(found, stored[key]):
            if (key[0], retracting.get(key)) in targets:
                raise RacedError
            refused.append(Refused(index, key[1], CONFLICT))
    gone = _stored(connection, [key for key, row in made.items() if row[2] != batch])
    return Kept(
        accepted,
        standing=[one for one in accepted if one.retracts is None and not made[one[:2]][3]],
        withdrawn=[found.activity for found in gone.values() if found.activity.retracts is None],
    )


def _rows(chosen: Chosen, targets: set[Key], batch: int) -> list[tuple[Any, ...]]:
    """Return the rows to store, in the order of their keys; a target that is not in the batch becomes a stub."""
    rows: list[tuple[Any, ...]] = [
        (bucket, *activity[:9], data, batch, 1 if targets and activity[:2] in targets else 0)
        for _, (activity, data, bucket) in chosen.values()
    ]
    rows.extend((bucket_of(*key), *key, *STUB, batch, 1) for key in targets if key not in chosen)
    rows.sort()
    return rows


def _stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, wire.Read]:
    """Return the activities stored under these keys; a stub is none."""
    rows = [(bucket_of(*key), *key) for key in keys]
    found = statements.find(connection, "activity", statements.ACTIVITY_KEY, READ, rows)
    return {
        (row[0], row[1]): wire.Read(Activity._make((*row[:9], wire.data_of(row[9]))), row[9], bucket_of(*row[:2]))
        for row in found
        if row[2] is not None
    }


def _note(  # noqa: PLR0913, PLR0917  # what became of a batch, from all sides
    connection: Connection,
    batch: int,
    kept: Kept,
    incoming: Incoming,
    refused: Sequence[Refused],
    notes: scoring.Notes,
) -> None:
    """Write down what the batch brought from each source."""
    sources = Counter([found[0][0] for _, found in incoming.reads])
    late = {index for index, _, _ in refused}
    conflicts = Counter([found[0][0] for index, found in incoming.reads if index in late]) if late else Counter()
    times: dict[str, list[int]] = defaultdict(list)
    for one in kept.accepted:
        times[one[0]].append(one[3])
    rows = [
        {
            "batch": batch,
            "source": source,
            "accepted": len(times[source]),
            "duplicates": count - len(times[source]) - conflicts[source],
            "refused": conflicts[source],
            "unreadable": notes.unreadable[source],
            "newest": max(times[source], default=None),
        }
        for source, count in sources.items()
    ]
    unread = len(incoming.refused)
    if unread:  # of no known source
        nothing = {"accepted": 0, "duplicates": 0, "refused": unread, "unreadable": 0, "newest": None}
        rows.append({"batch": batch, "source": "", **nothing})
    if rows:
        connection.execute(_RECEIPT, rows)
