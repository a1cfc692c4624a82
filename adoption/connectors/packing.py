"""Packed bodies → what was packed, within bounds."""

from __future__ import annotations

import zlib

from adoption.errors import MalformedError
from adoption.errors import TooLargeError
from adoption.errors import UnsupportedError

ENCODED = ("gzip", "x-gzip")


def unpacked(body: bytes, encoding: str, largest: int) -> bytes:
    """Undo ``Content-Encoding: gzip``, never beyond ``largest`` bytes."""
    coding = encoding.strip().lower()
    if coding in {"", "identity"}:
        return body
    if coding not in ENCODED:
        msg = f"The content coding {coding[:40]!r} is not read here; send gzip or none."
        raise UnsupportedError(msg, headers={"Accept-Encoding": "gzip"})
    pieces, size = [], 0
    try:
        while body:
            packed = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
            pieces.append(packed.decompress(body, largest - size + 1))
            size += len(pieces[-1])
            if size > largest:
                msg = f"The body unpacks to more than {largest} bytes."
                raise TooLargeError(msg)
            if not packed.eof:
                msg = "The gzip body ends too early."
                raise MalformedError(msg)
            body = packed.unused_data
    except zlib.error as error:
        msg = f"The body is no gzip: {error}."
        raise MalformedError(msg) from None
    return b"".join(pieces)
