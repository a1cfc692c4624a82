"""In which encoding a file of text is written: by its mark, or by how Latin letters look in UTF-16."""

from __future__ import annotations

import codecs

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
HEAD = 32  # bytes that are looked at where there is no mark


def encoding_of(raw: bytes) -> tuple[bytes, str]:
    """Return the mark with which a file begins (or nothing), and its encoding; UTF-8 where nothing says otherwise."""
    for mark, name in MARKS:
        if raw.startswith(mark):
            return mark, name
    head = raw[:HEAD]
    if len(head) > 1 and head[1::2].count(0) == len(head) // 2:  # every other byte of Latin letters is zero
        return b"", "utf-16-le"
    if len(head) > 1 and head[::2].count(0) == (len(head) + 1) // 2:
        return b"", "utf-16-be"
    return b"", "utf-8"
