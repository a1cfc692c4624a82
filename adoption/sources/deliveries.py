"""What came to a hook and what became of it: the last hundred per source, and nothing of it may hold a delivery up.

A delivery that proved itself is noted in the transaction of its activities, behind a savepoint: whatever goes wrong
with the note, the activities stay.  Refused ones are noted in a transaction of their own that waits for nobody; alike
ones of an hour are one row, so that a stranger can neither fill the table nor push out what proved itself.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from adoption import facts
from adoption import intake
from adoption.connectors.sealing import SealedElsewhereError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.extensions import write_at_once
from adoption.models import Delivery
from adoption.sources import hiding
from adoption.sources import proving
from adoption.sources import verdicts
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy import Select

    from adoption.connectors import verification
    from adoption.sources.proving import Proof
    from adoption.sources.reading import Reading
    from adoption.sources.registry import Connected
    from rules.activity import Activity

KEPT = 100  # of a source that proved themselves, and as many that did not
DAYS = 7 * 86_400 * SECOND  # for which bodies are kept
HOUR = 3_600 * SECOND  # for which alike refusals are one
PAUSE = 1.0  # seconds between two notes of alike refusals by one process
OFTEN = 64  # every so many notes of a process, those of a source that are too many are deleted
MOST_NAMED = 100  # activities of a delivery that are named
LONGEST = 500  # characters of a reason
LARGEST = 2**63 - 1  # number of a delivery
_INSERT = insert(Delivery).inline()  # nobody asks for the number of a row


class UnknownDeliveryError(NotFoundError):
    """There is no such delivery (any more)."""


class Line(NamedTuple):
    """A delivery as the list has it; the columns of its row, and whether its body is kept."""

    id: int
    source: str
    received: int
    latest: int
    times: int
    verdict: str
    proof: str
    accepted: int
    duplicates: int
    refused: int
    strangers: int
    late: int | None
    size: int
    kind: str
    reason: str
    became: str
    kept: bool

    @property
    def activities(self) -> list[tuple[str, str]]:
        """Source and id of the activities that it brought, or that were there already."""
        return [(source, number) for source, number in json.loads(self.became)]


class TurnedAway(NamedTuple):
    """A delivery that was not taken: of which source and why, its size in bytes, and its content type.

    ``reason`` of a stale one is how many seconds old its signature is; ``proof`` which secret a paused one knew.
    """

    source: str
    verdict: str
    size: int
    kind: str
    reason: str = ""
    proof: str = ""


# --- keeping


def noted(source: Connected, delivery: verification.Delivery, proof: Proof, reading: Reading, now: int) -> intake.Also:
    """Return what writes a delivery down in the transaction of its activities; it never fails."""
    sealed = _sealed(source, delivery, proof, reading)

    def note(connection: Connection, incoming: intake.Incoming, receipt: intake.Receipt) -> None:
        values = outcome(reading, incoming, receipt, proof.secret, now)
        values |= {"source": source.key, "received": now, "latest": now, "times": 1, "proof": proof.by}
        values |= {"size": len(delivery.body), "kind": hiding.clean(delivery.content_type)[:200], "sealed": sealed}
        _quietly(connection, values, now)

    return note


def _sealed(source: Connected, delivery: verification.Delivery, proof: Proof, reading: Reading) -> str | None:
    """Seal headers and body; a body that is too large, or could not be unpacked, is not kept."""
    if not reading.body or len(reading.body) > hiding.LARGEST:
        return None
    headers = hiding.headers(delivery.headers, proof.secret, source.ready.proof)
    kept = hiding.Kept(headers, hiding.body(reading.body, proof.secret))
    return hiding.seal(kept, current_app.extensions["settings"].require_secret())


def _quietly(connection: Connection, values: Mapping[str, Any], now: int) -> None:
    """Write a row behind a savepoint; what goes wrong is logged, and the transaction goes on as if nothing had been."""
    try:
        with connection.begin_nested():
            connection.execute(_INSERT, values)
            if values["proof"] == proving.OLD:
                proving.note_old(connection, values["source"], now)
            if _is_due(values["source"]):
                _prune(connection, values["source"])
    except SQLAlchemyError:
        current_app.logger.warning("hook %s: the delivery could not be noted", values["source"], exc_info=True)


def _is_due(key: str) -> bool:
    """Count the notes of a source, and say at every so many that it is time to delete."""
    counts: dict[str, int] = current_app.extensions.setdefault("deliveries noted", {})
    counts[key] = (counts.get(key, 0) + 1) % OFTEN
    return counts[key] == 0


def outcome(
    reading: Reading, incoming: intake.Incoming, receipt: intake.Receipt, secret: str, now: int
) -> dict[str, Any]:
    """Return the columns that say what became of a delivery."""
    refused = {one.index for one in receipt.refused}
    kept = [found.activity for index, found in incoming.reads if index not in refused]
    numbers: dict[str, Any] = {
        "accepted": receipt.accepted,
        "duplicates": receipt.duplicates,
        "refused": len(reading.faults) + len(receipt.refused),
        "strangers": _strangers(kept),
        "late": max(0, now - max(one.time for one in kept)) if kept else None,
    }
    verdict = "unreadable" if reading.unreadable else verdicts.judged(**numbers, signals=receipt.signals)
    said = [reading.unreadable, *(str(fault) for _, fault in reading.faults), *(one.fault for one in receipt.refused)]
    reason = hiding.without(hiding.clean(next(filter(None, said), "")), secret)
    became = json.dumps([[one.source, one.id] for one in kept[:MOST_NAMED]])
    return {**numbers, "verdict": verdict, "reason": reason[:LONGEST], "became": became}


def _strangers(activities: Sequence[Activity]) -> int:
    """Count the activities of somebody whom no identity names."""
    if not any(one.actor for one in activities):
        return 0
    known = facts.current()
    return sum(bool(one.actor) and known.participant_of(one.source, one.actor) is None for one in activities)


def alone(note: intake.Also) -> None:
    """Write a delivery down that brought no activity, and commit; what goes wrong is logged."""
    try:
        note(begin_write(), intake.Incoming([], []), intake.Receipt(0, 0, ()))
        db.session.commit()
    except SQLAlchemyError:
        db.session.rollback()
        current_app.logger.warning("a delivery without activities could not be noted", exc_info=True)


def turn_away(one: TurnedAway, now: int) -> None:
    """Note a delivery that was not taken, without what was in it.  Commits; waits for nobody, and never fails.

    Alike ones are counted in memory for a second, and are one row for an hour.
    """
    key = one.source, one.verdict
    waiting: dict[tuple[str, str], tuple[float, int]] = current_app.extensions.setdefault("turned away", {})
    written, more = waiting.get(key, (-PAUSE, 0))
    if time.monotonic() - written < PAUSE:
        waiting[key] = written, more + 1
        return
    nothing = dict.fromkeys(("accepted", "duplicates", "refused", "strangers"), 0)
    row = {**one._asdict(), **nothing, "became": "[]", "received": now, "latest": now, "times": more + 1}
    row["kind"] = hiding.clean(one.kind)[:200]
    fault = write_at_once(lambda connection: _count(connection, row, now))
    waiting[key] = time.monotonic(), more + 1 if fault else 0
    if fault:
        current_app.logger.warning("hook %s: a refused delivery could not be noted", one.source, exc_info=fault)


def _count(connection: Connection, row: dict[str, Any], now: int) -> None:
    """Count a delivery with the last one alike, or begin a new row."""
    same = (Delivery.source == row["source"], Delivery.verdict == row["verdict"], Delivery.received > now - HOUR)
    last = select(func.max(Delivery.id)).where(*same).scalar_subquery()
    more = {"times": Delivery.times + row["times"], "latest": now, "size": row["size"], "kind": row["kind"]}
    if not connection.execute(update(Delivery).where(Delivery.id == last).values(more)).rowcount:
        connection.execute(_INSERT, row)


# --- reading


def listed(key: str, verdict: str | None = None) -> list[Line]:
    """List the last deliveries of a source, the newest first; one query."""
    query = _lines().where(Delivery.source == key).order_by(Delivery.id.desc()).limit(KEPT)
    return [Line(*row) for row in db.session.execute(query.where(Delivery.verdict == verdict) if verdict else query)]


def one(key: str, number: int) -> Line:
    """Return a delivery of a source.

    Raises:
        UnknownDeliveryError: there is none of that number.
    """
    its = _lines().where(Delivery.source == key, Delivery.id == number)
    row = db.session.execute(its).first() if number <= LARGEST else None
    if row is None:
        raise UnknownDeliveryError
    return Line(*row)


def _lines() -> Select[Any]:
    return select(*(getattr(Delivery, name) for name in Line._fields[:-1]), Delivery.sealed.is_not(None))


def contents(numbers: Iterable[int]) -> dict[int, hiding.Kept]:
    """Return what was in deliveries, where it is still kept and can be unsealed; one query."""
    secret_key = current_app.extensions["settings"].require_secret()
    rows = select(Delivery.id, Delivery.sealed).where(Delivery.id.in_(list(numbers)), Delivery.sealed.is_not(None))
    found = {}
    for number, sealed in db.session.execute(rows):
        try:
            found[number] = hiding.unseal(str(sealed), secret_key)
        except SealedElsewhereError:
            continue  # kept under another SECRET_KEY: as good as gone
    return found


def samples(key: str, most: int) -> list[Line]:
    """List the last deliveries whose contents are kept, the newest first."""
    wanted = (Delivery.source == key, Delivery.sealed.is_not(None))
    return [Line(*row) for row in db.session.execute(_lines().where(*wanted).order_by(Delivery.id.desc()).limit(most))]


def refused_before(source: Connected) -> list[int]:
    """List the deliveries with something refused that were not read since the mapping changed, oldest first."""
    if source.remapped is None:
        return []
    wanted = (
        Delivery.source == source.key,
        Delivery.verdict.in_(verdicts.AGAIN),
        Delivery.sealed.is_not(None),
        Delivery.latest < source.remapped,
    )
    return list(db.session.scalars(select(Delivery.id).where(*wanted).order_by(Delivery.id)))


# --- forgetting


def _prune(connection: Connection, key: str) -> int:
    """Delete what is more than enough of a source: of what proved itself, and of what did not."""
    gone = 0
    for proven in (Delivery.proof != "", Delivery.proof == ""):
        its = (Delivery.source == key, proven)
        oldest = select(Delivery.id).where(*its).order_by(Delivery.id.desc()).limit(1).offset(KEPT - 1)
        gone += connection.execute(delete(Delivery).where(*its, Delivery.id < oldest.scalar_subquery())).rowcount
    return gone


def sweep(now: int) -> tuple[int, int]:
    """Delete old contents and rows that are too many; return how many of each.  The caller commits."""
    connection = begin_write()
    old = (Delivery.received < now - DAYS, Delivery.sealed.is_not(None))
    emptied = connection.execute(update(Delivery).where(*old).values(sealed=None)).rowcount
    keys = connection.scalars(select(Delivery.source).distinct()).all()
    return emptied, sum(_prune(connection, key) for key in keys)
