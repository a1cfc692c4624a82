"""When an activity happened, in whatever way its sender writes times.

A time of a mapping has ``format``: ``iso`` (the default), ``s``, ``ms`` or ``us`` (since 1970), ``dotnet``
(``/Date(1506384247000)/``), or a pattern such as ``%d.%m.%Y %H:%M``; and ``zone`` for local times.  ``at_most`` is
another time, which stands in if this one is missing or later: what was planned for tomorrow and is done happened today.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adoption.connectors.values import UnreadableError
from adoption.connectors.values import compiled
from rules import period

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.connectors.values import Faults
    from adoption.connectors.values import Getter
    from adoption.connectors.values import Scope

UNITS: Mapping[str, int] = {"s": 1_000_000, "ms": 1_000, "us": 1}  # microseconds in one
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,9})?")
_DOTNET = re.compile(r"/Date\((-?\d{1,18})(?:[+-]\d{4})?\)/")  # the offset is for display only


def compiled_time(spec: object, place: str, faults: Faults) -> Getter:
    """Turn what a mapping says about a time into a function that returns RFC 3339 text in UTC."""
    if not isinstance(spec, dict):
        faults.add(place, 'must be a table such as { path = "…", format = "iso" }')
        return lambda _scope: None
    kind, zone = spec.get("format", "iso"), None
    if not isinstance(kind, str) or (kind not in {"iso", "dotnet", *UNITS} and "%" not in kind):
        faults.add(f"{place}.format", "must be iso, s, ms, us, dotnet, or a pattern such as %d.%m.%Y %H:%M")
        kind = "iso"
    if "zone" in spec:
        try:
            zone = ZoneInfo(spec["zone"])
        except (KeyError, ValueError, OSError, TypeError):
            faults.add(f"{place}.zone", f"{spec['zone']!r} is no IANA time zone, such as Europe/Amsterdam")
    rest = {key: part for key, part in spec.items() if key not in {"format", "zone", "at_most"}}
    getter = compiled(rest, place, faults)
    where = str(spec.get("path", place))

    def get(scope: Scope) -> str | None:
        text = getter(scope)
        return None if text is None else rfc3339(text, kind, zone, where)

    return _bounded(get, compiled_time(spec["at_most"], f"{place}.at_most", faults)) if "at_most" in spec else get


def _bounded(getter: Getter, bound: Getter) -> Getter:
    def get(scope: Scope) -> str | None:
        found: str | None = getter(scope)
        most: str | None = bound(scope)
        if found is None or most is None:
            return most if found is None else found
        return min(found, most, key=datetime.fromisoformat)

    return get


def rfc3339(text: str, kind: str, zone: ZoneInfo | None, place: str) -> str:
    """Write a time as RFC 3339 in UTC.  A local time that comes twice (the clock goes back) is the first of the two."""
    try:
        moment = _moment(text.strip(), kind)
        if moment.tzinfo is None:
            if zone is None:
                raise UnreadableError(place, f'{text[:40]!r} has no time zone; give the mapping zone = "…"')
            moment = moment.replace(tzinfo=zone)
        return period.moment(period.microseconds(moment)).isoformat()
    except (ValueError, OverflowError):
        raise UnreadableError(place, f"{text[:40]!r} is no time of the format {kind}") from None


def _moment(text: str, kind: str) -> datetime:
    if kind == "iso":
        return datetime.fromisoformat(text)
    if "%" in kind:
        return datetime.strptime(text, kind)  # noqa: DTZ007  # the mapping's zone comes next
    found = _DOTNET.fullmatch(text) if kind == "dotnet" else _NUMBER.fullmatch(text)
    if found is None:
        raise ValueError
    if kind == "dotnet":
        return period.moment(int(found[1]) * UNITS["ms"])
    return period.moment(int(Decimal(text) * UNITS[kind]))
