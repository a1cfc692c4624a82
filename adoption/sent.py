"""What the sources really sent lately: types of activities, and the fields of their data with a few values.

One bounded query over the newest days, at most once in ``LASTS`` seconds of a process: enough to choose from.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from sqlalchemy import select

from adoption.extensions import db
from adoption.models import StoredActivity

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

NEWEST = 4_000  # activities that are looked at
LASTS = 60.0  # seconds
MOST_FIELDS = 200  # of one type
DEEPEST = 3  # steps of a field's name
VALUES = 2  # of a field
LONGEST = 24  # characters of a value
LONGEST_NAME = 80  # of a field


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an activity's data: its name as conditions write it, and some values as they were sent."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent lately: type → how many of those looked at; type → its fields; and which records there are."""

    counts: Mapping[str, int]
    fields: Mapping[str, tuple[Field, ...]]
    records: tuple[str, ...]

    def of(self, types: Iterable[str]) -> list[Field]:
        """Return the fields of any of these types, by name; of all types where none of them was sent."""
        known = [one for one in types if one in self.fields]
        found: dict[str, dict[str, None]] = {}
        for kind in known or self.fields:
            for field in self.fields[kind]:
                found.setdefault(field.name, {}).update(dict.fromkeys(field.values))
        return [Field(name, tuple(values)[:VALUES]) for name, values in sorted(found.items())]


NOTHING = Sent({}, {}, ())


def lately() -> Sent:
    """Return what was sent lately, as this process saw it at most a minute ago."""
    kept = current_app.extensions.get("sent")
    now = time.monotonic()
    if kept is None or now - kept[0] > LASTS or kept[1] is NOTHING:
        kept = current_app.extensions["sent"] = (now, _read())
    found: Sent = kept[1]
    return found


def _read() -> Sent:
    table = StoredActivity
    query = select(table.type, table.subject, table.data).where(table.type.is_not(None), table.retracted == 0)
    rows = db.session.execute(query.order_by(table.day.desc()).limit(NEWEST)).all()
    return gathered((kind or "", subject, json.loads(data, parse_float=str)) for kind, subject, data in rows)


def gathered(activities: Iterable[tuple[str, str | None, Any]]) -> Sent:
    """Gather types, fields and values of activities: (type, subject, data)."""
    counts: dict[str, int] = {}
    fields: dict[str, dict[str, dict[str, None]]] = {}
    records: dict[str, int] = {}
    for kind, subject, data in activities:
        counts[kind] = counts.get(kind, 0) + 1
        record = (subject or "").partition("/")[0]
        if record:
            records[record] = records.get(record, 0) + 1
        own = fields.setdefault(kind, {})
        for name, value in _flat(data, "", 1):
            if name in own or len(own) < MOST_FIELDS:
                values = own.setdefault(name, {})
                if value and len(values) < VALUES:
                    values[value] = None
    if not counts:
        return NOTHING
    return Sent(
        dict(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
        {
            kind: tuple(Field(name, tuple(values)) for name, values in sorted(own.items()))
            for kind, own in fields.items()
        },
        tuple(sorted(records, key=lambda one: (-records[one], one))),
    )


def _flat(data: Any, before: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the fields of an object and of those within it, with a value as a form writes it."""
    if not isinstance(data, dict):
        return
    for name, value in data.items():
        if "." in name or not name.strip() or len(before) + len(name) > LONGEST_NAME:
            continue  # a condition could not name it
        if isinstance(value, dict) and depth < DEEPEST:
            yield from _flat(value, f"{before}{name}.", depth + 1)
        else:
            yield f"{before}{name}", _shown(value)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | str):
        text = " ".join(str(value).split())
        return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return ""
