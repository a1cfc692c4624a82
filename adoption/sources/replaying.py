"""Read a kept delivery once more, by the present mapping, through the same intake: what is stored already stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update

from adoption import health
from adoption import intake
from adoption import journal
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Delivery
from adoption.sources import deliveries
from adoption.sources import reading

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from adoption.journal import By
    from adoption.sources.registry import Connected


class ForgottenError(ConflictError):
    """What was in this delivery is not kept any more; ask the sender to send it again."""


def replay(source: Connected, number: int, *, by: By, now: int) -> deliveries.Line:
    """Read a delivery again, store what it brings, and commit; return what became of it.

    Raises:
        ForgottenError: what was in it is not kept (any more).
    """
    before = deliveries.one(source.key, number)
    kept = deliveries.contents([number]).get(number)
    if kept is None:
        raise ForgottenError
    found = reading.of_body(source.key, source.ready, before.kind, kept.body, kept.headers)
    health.unmapped(source.key, len(found.faults))

    def note(connection: Connection, incoming: intake.Incoming, receipt: intake.Receipt) -> None:
        values = deliveries.outcome(found, incoming, receipt, "", now) | {"latest": now, "times": Delivery.times + 1}
        # How late it was is a matter of when it came.
        values["late"] = None if values["late"] is None else max(0, values["late"] - (now - before.received))
        connection.execute(update(Delivery).where(Delivery.id == number).values(values))
        told = {name: values[name] for name in ("verdict", "accepted", "duplicates", "refused")}
        was = {name: getattr(before, name) for name in told}
        thing = f"source/{source.key}"
        journal.write(connection, by, "replayed", thing, now=now, before=was, after=told | {"delivery": number})

    if found.items:
        intake.accept_and_commit(found.items, door="replay", now=now, also=note)
    else:
        note(begin_write(), intake.Incoming([], []), intake.Receipt(0, 0, ()))
        db.session.commit()
    return deliveries.one(source.key, number)


def replay_refused(source: Connected, *, by: By, clock: Callable[[], int]) -> tuple[int, int]:
    """Read again everything that was refused before the mapping changed; return how many, and what was accepted."""
    done = stored = 0
    for number in deliveries.refused_before(source):
        try:
            found = replay(source, number, by=by, now=clock())
        except (ForgottenError, NotFoundError):
            continue  # swept away meanwhile
        done, stored = done + 1, stored + found.accepted
    return done, stored
