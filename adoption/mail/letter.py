"""One letter as it is stored."""

from __future__ import annotations

from typing import NamedTuple

from adoption.models import Letter

WAITING = ("planned", "rendered", "deferred")
FINAL = ("sent", "failed", "bounced", "skipped")
STATES = ("planned", "rendered", "deferred", "sending", *FINAL)


class Stored(NamedTuple):
    """A row of the outbox; times are UTC microseconds."""

    id: int
    kind: str
    participant: int | None
    address: str
    occasion: str
    language: str
    facts: str
    state: str
    planned: int
    due: int
    expires: int
    changed: int
    tries: int
    doubts: int
    rendered: int | None
    message_id: str | None
    subject: str | None
    text: str | None
    html: str | None
    reply: str | None
    week: int | None


COLUMNS = tuple(getattr(Letter, name) for name in Stored._fields)
