"""What sources send → activities.

One module per way of speaking; ``CONNECTORS`` is the whole list.  A connector's ``read(tables)`` checks its options
(the TOML of a source, which may name it: ``connector = "…"``) and returns something with
``activities(payload, source=…, headers=…)`` → activities as CloudEvents, or a ``mapping.Fault`` in place of each that
could not be made.  CONTRIBUTING.md lists what to touch to add one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import Protocol

from adoption.connectors import cloudevents
from adoption.connectors import mapping
from adoption.connectors import verification

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping


class Reader(Protocol):
    """Turns the payload of a delivery into activities."""

    def activities(
        self, payload: Any, *, source: str = "", headers: Mapping[str, str] = ...
    ) -> list[dict[str, Any] | mapping.Fault]:
        """Return an activity or a fault for each thing that the payload tells of."""
        ...


class Connected(NamedTuple):
    """A source that is ready to take deliveries: where its proof is, and how its payloads are read."""

    proof: verification.Proof
    reader: Reader


CONNECTORS: Mapping[str, Callable[[Mapping[str, Any]], Reader]] = {
    "mapping": mapping.read,
    "cloudevents": cloudevents.read,
}


@lru_cache(maxsize=256)
def load(kind: str, text: str) -> Connected:
    """Make a source ready from its kind of verification and its TOML; without any, it speaks CloudEvents.

    Raises:
        mapping.MappingError: with every fault and its place.
    """
    raw = mapping.tables(text)
    name = raw.get("connector", "mapping" if "activity" in raw else "cloudevents")
    if name not in CONNECTORS:
        raise mapping.MappingError([f"connector: {name!r} is none; choose from {', '.join(CONNECTORS)}"])
    return Connected(verification.read(kind, raw.get("verification")), CONNECTORS[name](raw))
