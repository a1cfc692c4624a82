"""Bodies that CRMs post → JSON values, numbers exact."""

from __future__ import annotations

import codecs
from decimal import Decimal
from typing import Any

import msgspec

from adoption.connectors import form

FORM = "application/x-www-form-urlencoded"
_decoder = msgspec.json.Decoder(float_hook=Decimal)


class UnreadablePayloadError(ValueError):
    """A body is neither JSON nor a form; the message says where it goes wrong."""


def parse(content_type: str, body: bytes) -> Any:
    """Read a body of this type (parameters such as ``charset`` do not matter).

    Raises:
        UnreadablePayloadError: it cannot be read.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == FORM:
        try:
            return form.parse(body)
        except form.FormError as error:
            raise UnreadablePayloadError(str(error)) from None
    if kind == "application/json" or kind.endswith("+json") or (not kind and body.lstrip()[:1] in b"{["):
        return json(body)
    msg = f"a body of the type {kind[:80] or 'nothing'!r} is not read here; post JSON or a form"
    raise UnreadablePayloadError(msg)


def json(body: bytes) -> Any:
    """Read JSON; some senders begin with a byte order mark."""
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
        raise UnreadablePayloadError(where(body, error)) from None


def where(body: bytes, error: Exception) -> str:
    """Say what is wrong with a JSON text, and in which line and column if the decoder knows."""
    if isinstance(error, RecursionError):
        return "the JSON is nested too deeply"
    if isinstance(error, UnicodeDecodeError):
        return "the JSON is not UTF-8"
    if isinstance(error, ArithmeticError):
        return "the JSON holds a number that is too large"
    text = str(error)
    what, found, rest = text.rpartition(" (byte ")
    if not found:
        return f"{text} (after byte {len(body)})"
    at = int(rest.rstrip(")"))
    line, column = body.count(b"\n", 0, at) + 1, at - body.rfind(b"\n", 0, at)
    return f"{what} (line {line}, column {column}: byte {at})"
