"""What a mapping makes of a delivery, and how that differs from what another one makes of it; nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption import clock
from adoption import intake
from adoption.connectors.mapping import Fault
from adoption.sources import deliveries
from adoption.sources import reading
from rules import value

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.connectors import Connected
    from adoption.sources.deliveries import Line

COMPARED = 20  # deliveries that are read by both mappings
LARGEST = 256 * 1024  # bytes of a sample
MOST = 200  # items of a delivery that are compared
ATTRIBUTES = ("type", "time", "actor", "subject", "id", "source", "retracts", "recordedtime")
_NOTHING: Mapping[str, str] = {}


class Made(NamedTuple):
    """What an item of a delivery becomes: an activity, or the reason why none.

    Values are text, as they would be shown; those of ``data`` come after the attributes.
    """

    activity: Mapping[str, str]
    data: Mapping[str, str]
    fault: str = ""


class Sample(NamedTuple):
    """Something to try a mapping on: a body, its content type, and the headers it came with."""

    body: bytes
    kind: str
    headers: Mapping[str, str] = _NOTHING


class Difference(NamedTuple):
    """What another mapping makes of one delivery: before and after, where they are not the same.

    Each pair is what one item becomes; ``None`` stands for nothing.
    """

    delivery: Line
    pairs: Sequence[tuple[Made | None, Made | None]]


class Comparison(NamedTuple):
    """How two mappings read the last deliveries: how many were read, and those that become something else."""

    read: int
    differences: Sequence[Difference]


def made(key: str, ready: Connected, sample: Sample) -> tuple[Made, ...]:
    """Return what a sample becomes, item by item, with everything that would refuse it."""
    found = reading.of_body(key, ready, sample.kind, sample.body, sample.headers)
    incoming = intake.read(found.items, clock.now())
    refused = {found.places[one.index]: one.fault for one in incoming.refused}
    return tuple(_made(one, refused.get(at, "")) for at, one in enumerate(found.found))


def _made(one: dict[str, Any] | Fault, refused: str) -> Made:
    if isinstance(one, Fault):
        return Made({}, {}, str(one))
    activity = {name: _shown(one[name]) for name in ATTRIBUTES if one.get(name) is not None}
    data = one.get("data")
    fields = data if isinstance(data, dict) else {}
    return Made(activity, {str(name): _shown(part) for name, part in fields.items()}, refused)


def _shown(part: object) -> str:
    return part if isinstance(part, str) else value.text(part) or ""


def compared(key: str, before: Connected, after: Connected) -> Comparison:
    """Read the last deliveries that are kept by two mappings."""
    lines = deliveries.samples(key, COMPARED)
    contents = deliveries.contents(line.id for line in lines)
    differences, read = [], 0
    for line in lines:
        kept = contents.get(line.id)
        if kept is None:
            continue
        read += 1
        sample = Sample(kept.body, line.kind, kept.headers)
        pairs = _pairs(made(key, before, sample), made(key, after, sample))
        if pairs:
            differences.append(Difference(line, pairs))
    return Comparison(read, differences)


def _pairs(before: Sequence[Made], after: Sequence[Made]) -> list[tuple[Made | None, Made | None]]:
    """Pair what differs: activities of the same id, then whatever is left in its order."""
    same = set(map(_key, before)) & set(map(_key, after))
    old, new = ([one for one in side if _key(one) not in same][:MOST] for side in (before, after))
    pairs: list[tuple[Made | None, Made | None]] = []
    for one in old:
        number = one.activity.get("id")
        match = next((other for other in new if number is not None and other.activity.get("id") == number), None)
        if match is not None:
            new.remove(match)
        pairs.append((one, match))
    for at, (gone, match) in enumerate(pairs):
        if match is None and new:
            pairs[at] = gone, new.pop(0)
    return [*pairs, *((None, one) for one in new)]


def _key(one: Made) -> tuple[Any, ...]:
    return tuple(sorted(one.activity.items())), tuple(sorted(one.data.items())), one.fault
