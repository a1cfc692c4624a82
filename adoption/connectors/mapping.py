"""The generic connector: any payload or CSV row → activities, by a mapping in TOML.

::

    source = "bpic"                      # needed for files; a hook has a name already
    items  = "leads.status"              # where the items are, if there are several (several places: a list)
    when   = { field = "status_id", is = "142" }      # items that do not hold are none of our business
    [activity]                           # or several [[activity]], each with its own items and when
    id      = { paths = ["id", "last_modified"], joined = "@" }
    type    = { path = "status_id", table = { 142 = "deal.won" }, otherwise = "skip" }
    time    = { path = "last_modified", format = "s" }
    subject = { text = "deal/{id}" }
    actor   = { path = "modified_user_id" }
    [activity.data]                      # fields of ``data``; data_from = "path" copies all fields of an object first
    amount  = { path = "price" }

``adoption.connectors.values`` tells how a value is found, ``adoption.connectors.times`` how a time is read.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from marshmallow import ValidationError

from adoption.connectors.times import compiled_time
from adoption.connectors.values import Faults
from adoption.connectors.values import Scope
from adoption.connectors.values import SkippedError
from adoption.connectors.values import UnreadableError
from adoption.connectors.values import compiled
from adoption.connectors.values import find
from adoption.connectors.values import path
from adoption.errors import RefusedError
from rules.book.conditions import condition
from rules.book.faults import flat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from adoption.connectors.values import Getter
    from rules.condition import Condition

NEEDED = ("id", "type", "time")
ATTRIBUTES = ("type", "id", "time", "subject", "actor", "recordedtime", "retracts")  # a type may say "skip": first
TIMES = ("time", "recordedtime")
KEYS = ("connector", "source", "items", "when", "activity", "verification")
MOST_DOTS = 500  # of a line
NO_HEADERS: Table[str, str] = {}


class MappingError(RefusedError):
    """The mapping is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults), faults=faults)
        self.faults = tuple(faults)


class Fault(NamedTuple):
    """Why an item became no activity: the places in the mapping and in the payload, and what is wrong there."""

    mapping: str
    payload: str
    reason: str

    def __str__(self) -> str:
        """Write it for the sender."""
        where = f" - at `{self.payload}` of the payload" if self.payload else ""
        return f"{self.reason}{where}, by `{self.mapping}` of the mapping"


@dataclass(frozen=True, slots=True)
class Rule:
    """One ``[activity]`` of a mapping: which items it takes, and how each becomes an activity."""

    place: str
    items: tuple[str, ...]
    when: tuple[Condition, ...]
    attributes: tuple[tuple[str, Getter], ...]
    data: tuple[tuple[str, Getter], ...]
    data_from: Getter | None

    def read(self, scope: Scope, where: str) -> dict[str, Any] | Fault | None:
        """Turn one item into an activity; ``None`` if it is none of our business."""
        if not isinstance(scope.item, dict):
            return Fault(f"{self.place}.items", where, "the item is not an object")
        if not all(part.holds(scope.item) for part in self.when):
            return None
        at = "items"
        activity: dict[str, Any] = {"source": scope.source}
        try:
            for at, getter in self.attributes:
                found = getter(scope)
                if found is not None:
                    activity[at] = found
                elif at in NEEDED:
                    return Fault(f"{self.place}.{at}", where, "there is nothing")
            at = "data"
            activity["data"] = self._data(scope)
        except SkippedError:
            return None
        except UnreadableError as fault:
            within = fault.place if not where or fault.place.startswith("$") else f"{where}.{fault.place}"
            return Fault(f"{self.place}.{at}", within, fault.reason)
        return activity

    def _data(self, scope: Scope) -> dict[str, Any]:
        copied = self.data_from and self.data_from(scope)
        if copied is not None and not isinstance(copied, dict):
            place = "data_from"
            raise UnreadableError(place, "expected an object")
        data = dict(copied or {})
        for name, getter in self.data:
            found = getter(scope)
            if found is not None:
                data[name] = found
        return data


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping that is ready to be used."""

    source: str | None
    rules: tuple[Rule, ...]

    def activities(
        self, payload: Any, *, source: str = "", headers: Table[str, str] = NO_HEADERS
    ) -> list[dict[str, Any] | Fault]:
        """Turn a delivery into activities; an item that cannot be read becomes a fault."""
        name = self.source or source
        made: list[dict[str, Any] | Fault] = []
        for rule in self.rules:
            for item, where in _items(rule, payload):
                found = rule.read(Scope(item, payload, headers, name), where)
                if found is not None:
                    made.append(found)
        return made

    def row(self, values: Table[str, str], *, source: str = "") -> list[dict[str, Any] | Fault]:
        """Turn a CSV row into activities (usually one); blank cells count as missing."""
        filled = {name: text for name, text in values.items() if text and text.strip()}
        return self.activities(filled, source=source)


def _items(rule: Rule, payload: Any) -> Iterator[tuple[Any, str]]:
    """Yield the items a rule looks at, each with its place; a delivery without that place holds none."""
    if not rule.items:
        if isinstance(payload, list):
            yield from ((item, f"[{index}]") for index, item in enumerate(payload))
        else:
            yield payload, ""
    for name in rule.items:
        found = find(payload, name, tuple(name.split(".")))
        if isinstance(found, list):
            yield from ((item, f"{name}[{index}]") for index, item in enumerate(found))
        elif isinstance(found, dict) and found and all(key.isdecimal() for key in found):
            yield from ((item, f"{name}[{key}]") for key, item in found.items())  # a form's list with gaps
        elif found is not None:
            yield found, name


def load(text: str) -> Mapping:
    """Read a mapping.

    Raises:
        MappingError: with every fault and its place.
    """
    return read(tables(text))


def tables(text: str) -> dict[str, Any]:
    """Read the TOML, numbers exact.

    Raises:
        MappingError: it is no TOML.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MOST_DOTS:  # the time that tomllib takes grows with the square of a key's length
            raise MappingError([f"this is no mapping: more than {MOST_DOTS} dots (at line {number}, column 1)"])
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise MappingError([f"this is no TOML: {error}"]) from None


def read(raw: Table[str, Any]) -> Mapping:
    """Check a mapping's tables and make them ready."""
    faults = Faults()
    faults.unknown("mapping", raw, KEYS)
    source = raw.get("source")
    if source is not None and not (isinstance(source, str) and source.strip()):
        faults.add("source", "must be text")
    items = _item_places(raw, "items", faults)
    when = _when(raw, "when", faults)
    given = raw.get("activity")
    several = given if isinstance(given, list) else [given]
    rules = []
    for index, part in enumerate(several):
        place = f"activity[{index}]" if isinstance(given, list) else "activity"
        if isinstance(part, dict):
            rules.append(_rule(part, place, items, when, faults))
        else:
            faults.add(place, "must be a table: [activity] with id, type and time")
    if not several:
        faults.add("activity", "must be a table: [activity] with id, type and time")
    if faults.found:
        raise MappingError(sorted(faults.found))
    return Mapping(source, tuple(rules))


def _when(raw: Table[str, Any], place: str, faults: Faults) -> tuple[Condition, ...]:
    """Read ``when``: conditions are those of the book."""
    try:
        return (condition(raw["when"]),) if "when" in raw else ()
    except ValidationError as error:
        for fault in flat(error.messages):
            faults.add(f"{place}.{fault.place}" if fault.place else place, fault.message)
        return ()


def _item_places(raw: Table[str, Any], place: str, faults: Faults) -> tuple[str, ...]:
    given = raw.get("items", [])
    names = [given] if isinstance(given, str) else given
    if isinstance(names, list) and all(isinstance(name, str) and name for name in names):
        return tuple(names)
    faults.add(place, "must be a path, or a list of paths")
    return ()


def _rule(raw: dict[str, Any], place: str, items: tuple[str, ...], when: tuple[Condition, ...], faults: Faults) -> Rule:
    faults.unknown(place, raw, (*ATTRIBUTES, "data", "data_from", "items", "when"))
    for name in NEEDED:
        if name not in raw:
            faults.add(f"{place}.{name}", "is missing")
    attributes = []
    for name in ATTRIBUTES:
        if name in raw:
            where = f"{place}.{name}"
            made = compiled_time if name in TIMES else _typed if name == "type" else compiled
            attributes.append((name, made(raw[name], where, faults)))
    fields = raw.get("data", {})
    if not isinstance(fields, dict):
        faults.add(f"{place}.data", "must be a table of fields")
        fields = {}
    data = [(name, compiled(spec, f"{place}.data.{name}", faults, text=False)) for name, spec in fields.items()]
    origin = raw.get("data_from")
    if origin is not None and not (isinstance(origin, str) and origin):
        faults.add(f"{place}.data_from", "must be a path")
        origin = None
    own_when = _when(raw, f"{place}.when", faults)
    own_items = _item_places(raw, f"{place}.items", faults) if "items" in raw else items
    return Rule(place, own_items, when + own_when, tuple(attributes), tuple(data), path(origin) if origin else None)


def _typed(spec: object, place: str, faults: Faults) -> Getter:
    return compiled(spec, place, faults, skips=True)
