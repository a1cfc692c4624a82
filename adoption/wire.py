"""CloudEvents as they come over the wire → activities, or the fault that forbids it.

One decoder checks everything, so that no door lets in what another refuses.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from typing import Any
from typing import NamedTuple

import msgspec
from msgspec import Meta

from adoption.models import bucket_of
from rules import period
from rules.activity import Activity

LONGEST = 255  # characters of any attribute
LARGEST = 256 * 1024  # bytes of one activity
AHEAD = 24 * 3600 * period.SECOND  # a time further in the future is a mistake

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST)]
Moment = Annotated[datetime, Meta(tz=True)]


class CloudEvent(msgspec.Struct, gc=False):
    """The attributes of a CloudEvent 1.0 that mean something here; others are allowed and ignored."""

    source: Name
    id: Name
    type: Name
    time: Moment
    specversion: str = "1.0"
    subject: Name | None = None
    actor: Name | None = None
    authid: Name | None = None
    recordedtime: Moment | None = None
    retracts: Name | None = None
    data: dict[str, Any] | None = None
    data_base64: str | None = None


class Fault(NamedTuple):
    """Why an item was refused, and the id it claims to have."""

    id: str | None
    message: str


class Read(NamedTuple):
    """An activity, its ``data`` as it will be stored (JSON, keys sorted, numbers digit by digit), and its bucket."""

    activity: Activity
    data: str
    bucket: int


_decoder = msgspec.json.Decoder(CloudEvent, float_hook=Decimal)
_data = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encoder = msgspec.json.Encoder(decimal_format="number", order="sorted")
_ATTRIBUTES = ("source", "id", "type", "subject", "actor", "authid", "retracts")


def read(item: bytes | Mapping[str, object], now: int, day_of: Callable[[int], int]) -> Read | Fault:
    """Read one item; ``now`` is the time of receipt in UTC microseconds."""
    try:
        raw = item if isinstance(item, bytes) else _encoder.encode(item)
        if len(raw) > LARGEST:
            return Fault(claimed_id(item), f"the activity is larger than {LARGEST // 1024} KiB")
        event = _decoder.decode(raw)
        time = period.microseconds(event.time)
        fault = _fault(event, raw, time, now)
        if fault:
            return Fault(event.id, fault)
        data = event.data or {}
        recorded = None if event.recordedtime is None else period.microseconds(event.recordedtime)
        source, name = event.source, event.id
        activity = Activity(
            source,
            name,
            event.type,
            time,
            day_of(time),
            event.subject,
            event.actor or event.authid,
            recorded,
            event.retracts,
            data,
        )
        return Read(activity, _encoder.encode(data).decode() if data else "{}", bucket_of(source, name))
    except RecursionError:
        return Fault(claimed_id(item), "the JSON is nested too deeply")
    except (msgspec.MsgspecError, ArithmeticError, ValueError, TypeError) as error:
        return Fault(claimed_id(item), _said(error))


def _fault(event: CloudEvent, raw: bytes, time: int, now: int) -> str | None:
    if event.specversion != "1.0":
        return f"this is CloudEvents {event.specversion[:10]!r}; send specversion 1.0 - at `$.specversion`"
    if time < 0:
        return "the time lies before 1970 - at `$.time`"
    if time > now + AHEAD:
        return "the time lies more than 24 hours in the future; check the sender's clock - at `$.time`"
    if event.data_base64 is not None and event.data is None:
        return "the data must be a JSON object, not base64 - at `$.data_base64`"
    if b"\\u0000" in raw:
        for name in _ATTRIBUTES:
            if "\0" in (getattr(event, name) or ""):
                return f"the text holds a NUL character - at `$.{name}`"
    return None


def _said(error: Exception) -> str:
    if isinstance(error, ArithmeticError):
        return "the JSON holds a number with an endless exponent"
    return str(error) or "not a JSON object"


def claimed_id(item: object) -> str | None:
    """Return the id that a faulty item claims, for the sender's sake."""
    if isinstance(item, (bytes, bytearray)):
        try:
            item = msgspec.json.decode(item)
        except (msgspec.MsgspecError, ArithmeticError, ValueError, RecursionError):
            return None
    known = item.get("id") if isinstance(item, Mapping) else None
    return known[:LONGEST] if isinstance(known, str) else None


def data_of(text: str) -> dict[str, Any]:
    """Read stored ``data`` back, numbers exact."""
    return _data.decode(text) if text != "{}" else {}


def same_data(one: str, other: str) -> bool:
    """Say whether two stored texts hold the same values (``1.50`` is ``1.5``; ``true`` is not ``1``)."""
    return one == other or _same(data_of(one), data_of(other))


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(value, other[key]) for key, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return one == other
