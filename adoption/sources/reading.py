"""A proven delivery → what its source's mapping makes of it: activities, and what it leaves out and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from adoption.connectors import packing
from adoption.connectors import payload
from adoption.connectors.mapping import Fault
from adoption.errors import AdoptionError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.connectors import Connected
    from adoption.connectors.verification import Delivery


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in a delivery: an activity or a fault in each place.

    ``unreadable`` says why nothing could be found at all; ``body`` is what was read, unpacked.
    """

    found: tuple[dict[str, Any] | Fault, ...]
    body: bytes
    unreadable: str = ""

    @property
    def items(self) -> list[dict[str, Any]]:
        """The activities."""
        return [one for one in self.found if not isinstance(one, Fault)]

    @property
    def places(self) -> list[int]:
        """Where each activity stood among all that was found."""
        return [at for at, one in enumerate(self.found) if not isinstance(one, Fault)]

    @property
    def faults(self) -> list[tuple[int, Fault]]:
        """What no activity could be made of, with its place."""
        return [(at, one) for at, one in enumerate(self.found) if isinstance(one, Fault)]


def of_delivery(key: str, ready: Connected, delivery: Delivery, largest: int) -> Reading:
    """Read a delivery as it came; ``largest`` bounds its unpacked bytes."""
    try:
        body = packing.unpacked(delivery.body, delivery.headers.get("content-encoding", ""), largest)
    except AdoptionError as error:
        return Reading((Fault("connector", "", str(error)),), b"", str(error))
    return of_body(key, ready, delivery.content_type, body, delivery.headers)


def of_body(key: str, ready: Connected, kind: str, body: bytes, headers: Mapping[str, str]) -> Reading:
    """Read a body that is not packed (any more)."""
    try:
        found = payload.parse(kind, body)
    except payload.UnreadablePayloadError as error:
        return Reading((Fault("connector", "", str(error)),), body, str(error))
    return Reading(tuple(ready.reader.activities(found, source=key, headers=headers)), body)
