"""Requests that bring activities → raw items, whatever their envelope.  Items stay bytes: intake reads each once.

=======================================  =============================================================================
``application/cloudevents+json``         one event
``application/cloudevents-batch+json``   a list of events
``application/json``                     one event or a list; with ``ce-…`` headers: the data of one event (binary mode)
``application/x-ndjson``                 an event on each line; a line that is no JSON is refused alone
=======================================  =============================================================================
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

import msgspec

from adoption.connectors.packing import unpacked
from adoption.connectors.payload import where
from adoption.errors import MalformedError
from adoption.errors import RefusedError
from adoption.errors import TooLargeError
from adoption.errors import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from flask import Request

MOST = 50_000  # activities of one request: it is one transaction
ATTRIBUTE = "HTTP_CE_"
_list = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder(msgspec.Raw)


class EmptyError(MalformedError):
    """The request has no body."""


def items(request: Request, largest: int) -> list[bytes]:
    """Return the raw activities of a request; ``largest`` bounds its unpacked bytes."""
    kind = request.mimetype
    attributes = {key: text for key, text in request.environ.items() if key.startswith(ATTRIBUTE)}
    body = unpacked(request.get_data(cache=False), request.headers.get("Content-Encoding", ""), largest)
    if attributes and not kind.startswith("application/cloudevents"):
        return [_binary(attributes, kind, body)]
    reader = READERS.get(kind)
    if reader is None:
        msg = f"Activities are not read from {kind[:80] or 'a body without a type'}; send one of {', '.join(READERS)}."
        raise UnsupportedError(msg, headers={"Accept": ", ".join(READERS)})
    body = body.removeprefix(codecs.BOM_UTF8)
    if not body.strip() and reader is not _lines:
        msg = "The body is empty; send an activity, or an empty list."
        raise EmptyError(msg)
    found = reader(body)
    if len(found) > MOST:
        msg = f"A request may bring {MOST} activities; this one brings {len(found)}. Send several requests."
        raise TooLargeError(msg, most=MOST)
    return found


def _decoded(decoder: msgspec.json.Decoder[msgspec.Raw], body: bytes) -> msgspec.Raw:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError(where(body, error) + ".") from None


def _one(body: bytes) -> list[bytes]:
    raw = bytes(_decoded(_any, body))
    if raw[:1] != b"{":
        msg = "A structured CloudEvent is a JSON object; a list of them is application/cloudevents-batch+json."
        raise RefusedError(msg)
    return [raw]


def _batch(body: bytes) -> list[bytes]:
    try:
        return [bytes(raw) for raw in _list.decode(body)]
    except msgspec.ValidationError:
        _decoded(_any, body)
        msg = "A batch is a JSON list; a single event is application/cloudevents+json."
        raise RefusedError(msg) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise MalformedError(where(body, error) + ".") from None


def _either(body: bytes) -> list[bytes]:
    start = body.lstrip()[:1]
    if start == b"[":
        return _batch(body)
    if start != b"{":
        _decoded(_any, body)
        msg = "Activities are a JSON object, or a list of objects."
        raise RefusedError(msg)
    return _one(body)


def _lines(body: bytes) -> list[bytes]:
    return [line for line in body.split(b"\n") if line and not line.isspace()]


def _binary(attributes: Mapping[str, str], kind: str, body: bytes) -> bytes:
    """Write a binary-mode event as a structured one: attributes from headers, the body as its data."""
    if body and kind != "application/json" and not kind.endswith("+json"):
        msg = f"The data of an activity is JSON; {kind[:80] or 'a body without a type'} is not read."
        raise UnsupportedError(msg, headers={"Accept": "application/json"})
    event = {}
    for key, text in attributes.items():
        name = key[len(ATTRIBUTE) :].lower()
        if not name.isalnum() or name in {"data", "datacontenttype"}:
            msg = f"The header ce-{name[:40].replace('_', '-')} is no attribute of a CloudEvent."
            raise MalformedError(msg)
        event[name] = _header(name, text)
    head = msgspec.json.encode(event)
    body = body.removeprefix(codecs.BOM_UTF8)
    if not body.strip():
        return head
    return head[:-1] + b',"data":' + bytes(_decoded(_any, body)) + b"}"


def _header(name: str, text: str) -> str:
    """Decode a header's value: quotes off, then percent-decoded UTF-8."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    try:
        return unquote_to_bytes(text.encode("latin-1")).decode()
    except UnicodeError:
        msg = f"The header ce-{name} is not percent-encoded UTF-8."
        raise MalformedError(msg) from None


READERS: Mapping[str, Callable[[bytes], list[bytes]]] = {
    "application/json": _either,
    "application/cloudevents+json": _one,
    "application/cloudevents-batch+json": _batch,
    "application/x-ndjson": _lines,
}
