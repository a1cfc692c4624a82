"""Bytes → the rows of a sheet as text, whichever program wrote them: workbooks of any kind, and CSV.

Everything from outside is hostile or mistaken: a workbook that would unpack to gigabytes is refused before it is
opened, and a file that cannot be read says why and what to do.
"""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.people_csv import encoding_of
from adoption.sheets import workbook
from adoption.sheets.workbook import UNPACKED
from adoption.sheets.workbook import UnreadableSheetError
from rules.audit import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adoption.sheets.workbook import Sheet

LARGEST = 60 * 1024 * 1024  # bytes of a file
WIDEST, LONGEST = 200, 500_000  # columns, rows
CELL = 2_000  # characters of a cell that are kept
DELIMITERS = ",;\t|"
ASCII, CYRILLIC = 127, 0xC0  # the last byte of ASCII; the first Russian letter of cp1251, but for ё
STRANGE, CHINESE = 0.15, 0.6  # shares of what is no Russian, and of Chinese signs of every day, from which it is that
_WORD = re.compile(rb"[A-Za-z\x80-\xff]{2,}")
_CAPITALS = re.compile(rb"[\xe0-\xff][\xc0-\xdf]")  # in cp1251, behind small letters
__all__ = ("UNPACKED", "Grid", "Note", "UnreadableSheetError", "read")


class Note(NamedTuple):
    """A remark about how a sheet was read: its code, what it is about, and the remark in English."""

    code: str
    about: str
    said: str


class Grid(NamedTuple):
    """A sheet: its name, its rows as text without empty ones, their lines in the file, and remarks how it was read."""

    name: str
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    notes: Sequence[Note]


def read(raw: bytes) -> Grid:
    """Read the first sheet whose headings are those of customers; if there is none, the first that holds anything.

    Raises:
        UnreadableSheetError: it is no table, or too large; the message names the remedy.
    """
    if len(raw) > LARGEST:
        msg = f"The file is larger than {LARGEST // 1024**2} MB; remove what is not needed, or split it."
        raise UnreadableSheetError(msg, fault="large", about=str(LARGEST // 1024**2))
    return _workbook(raw) if workbook.is_one(raw) else _csv(raw)


def _workbook(raw: bytes) -> Grid:
    sheet = _of_customers(raw)
    said = f"the workbook has several sheets; this one is read: {sheet.name}"
    others = [Note("sheet", sheet.name, said)] if len(sheet.sheets) > 1 else []
    return _checked(sheet.name, list(enumerate(sheet.rows, start=sheet.first)), others, more=sheet.all > LONGEST)


def _of_customers(raw: bytes) -> Sheet:
    """Return the first sheet with headings of customers, behind covers and notes; else the first with anything."""
    first = workbook.read(raw, longest=LONGEST, cell=CELL)
    if len(first.sheets) == 1 or columns.names_customers(_padded(first.rows[: columns.ROWS_OF_HEADINGS])):
        return first
    try:
        heads = workbook.heads(raw, longest=columns.ROWS_OF_HEADINGS, cell=CELL)
    except UnreadableSheetError:
        return first
    place = next((place for place, rows in enumerate(heads) if rows and columns.names_customers(_padded(rows))), None)
    return first if place is None else workbook.read(raw, longest=LONGEST, cell=CELL, since=place)


def _csv(raw: bytes) -> Grid:
    text, encoding = _decoded(raw)
    delimiter = _delimiter(text)
    rows: list[tuple[int, list[str]]] = []
    line = 0
    try:
        for line, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            if len(rows) == LONGEST:
                break
            rows.append((line, [cell[:CELL].strip() for cell in row]))
    except csv.Error as error:
        msg = f"Row {line + 1} cannot be read: {error}. Perhaps a quotation mark is never closed."
        raise UnreadableSheetError(msg, fault="row", about=str(line + 1)) from None
    notes = [] if encoding == "utf-8" else [Note("encoding", encoding, f"the file is written in {encoding}")]
    return _checked("", rows, notes, more=False)


def _decoded(raw: bytes) -> tuple[str, str]:
    """Return the text, and in which encoding it was: of old programs without a mark, the one that fits."""
    mark, encoding = encoding_of(raw)
    try:
        return raw[len(mark) :].decode(encoding), encoding
    except UnicodeDecodeError:
        if encoding != "utf-8" or mark:
            return raw[len(mark) :].decode(encoding, errors="replace"), encoding
    encoding = _old(raw)
    return raw.decode(encoding, errors="replace"), encoding


def _old(raw: bytes) -> str:
    """Return the encoding of a Western, a Chinese or a Russian program of old, by the words that it would make.

    Western words have letters of ASCII beside the others.  Russian ones are letters throughout, and no capital follows
    a small one; of Chinese signs nearly all are among those of every day, whose first byte is B0 to D7.
    """
    words = [word for word in _WORD.findall(raw) if not word.isascii()]
    if 2 * sum(min(word) <= ASCII for word in words) >= len(words):
        return "cp1252"
    high = raw.translate(None, bytes(range(ASCII + 1)))
    odd = sum(one < CYRILLIC for one in high) + len(_CAPITALS.findall(raw))
    if odd > STRANGE * len(high):
        signs = [one for one in raw.decode("gb18030", errors="replace") if not one.isascii()]
        everyday = sum(b"\xb0" <= one.encode("gb2312", errors="replace")[:1] <= b"\xd7" for one in signs)
        if everyday > CHINESE * len(signs):
            return "gb18030"
    return "cp1251"


def _padded(rows: Sequence[list[str]]) -> list[list[str]]:
    width = max(map(len, rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _delimiter(text: str) -> str:
    """Return the delimiter that cuts the first lines into most columns, alike; one in a quoted cell cuts nothing."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            counts = sorted(len(row) - 1 for row in csv.reader(lines, delimiter=delimiter))
        except csv.Error:  # a cell without end: reading it will say so
            return 0, 0
        middle = counts[len(counts) // 2] if counts else 0
        return sum(count == middle for count in counts) if middle else 0, middle

    return max(DELIMITERS, key=fitness)


def _checked(name: str, numbered: list[tuple[int, list[str]]], notes: list[Note], *, more: bool) -> Grid:
    kept = [(line, row) for line, row in numbered if any(row)]
    if not kept:
        msg = "The file is empty; its first rows must name the columns."
        raise UnreadableSheetError(msg, fault="empty")
    lines, rows = [line for line, _ in kept], [row for _, row in kept]
    width = max(map(len, rows))
    if width > WIDEST:
        rows = [row[:WIDEST] for row in rows]
        notes.append(Note("columns", str(width), f"only the first {WIDEST} of {width} columns are read"))
    if more or len(numbered) == LONGEST:
        said = f"only the first {LONGEST} rows are read; split the file to have all of them looked at"
        notes.append(Note("rows", str(LONGEST), said))
    return Grid(name, _padded(rows), lines, notes)
