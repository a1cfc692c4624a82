"""For senders that speak CloudEvents already: a delivery is an event, or a list of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from adoption.connectors.mapping import NO_HEADERS
from adoption.connectors.mapping import Fault
from adoption.connectors.mapping import MappingError

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS = {"connector", "source", "verification"}


@dataclass(frozen=True, slots=True)
class CloudEvents:
    """Takes events as they are, from one source: a hook's secret opens no other."""

    source: str | None

    def activities(
        self, payload: Any, *, source: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> list[dict[str, Any] | Fault]:
        """Check that each event is an object of this source; one without a source gets it."""
        del headers
        name = self.source or source
        events = payload if isinstance(payload, list) else [payload]
        return [_event(event, name, f"[{at}]" if events is payload else "") for at, event in enumerate(events)]


def _event(event: Any, source: str, where: str) -> dict[str, Any] | Fault:
    if not isinstance(event, dict):
        return Fault("connector", where, "the event is not an object")
    given = event.get("source")
    if given is not None and given != source:
        return Fault("source", f"{where}.source".lstrip("."), f"this hook takes activities of {source!r} only")
    return {**event, "source": source}


def read(raw: Mapping[str, Any]) -> CloudEvents:
    """Check the connector's options."""
    faults = [f"mapping: unknown key {key!r}; known are {', '.join(sorted(KEYS))}" for key in raw.keys() - KEYS]
    source = raw.get("source")
    if source is not None and not (isinstance(source, str) and source.strip()):
        faults.append("source: must be text")
    if faults:
        raise MappingError(sorted(faults))
    return CloudEvents(source)
