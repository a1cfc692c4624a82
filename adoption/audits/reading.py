"""Bytes → the rows of a sheet as text, whichever program wrote them: workbooks of any kind, and CSV.

Everything from outside is hostile or mistaken: a workbook that would unpack to gigabytes is refused before it is
opened, and a file that cannot be read says why and what to do.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.people_csv import encoding_of
from adoption.sheets import workbook
from adoption.sheets.workbook import UNPACKED
from adoption.sheets.workbook import UnreadableSheetError

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 60 * 1024 * 1024  # bytes of a file
WIDEST, LONGEST = 200, 500_000  # columns, rows
CELL = 2_000  # characters of a cell that are kept
DELIMITERS = ",;\t|"
__all__ = ("UNPACKED", "Grid", "Note", "UnreadableSheetError", "read")


class Note(NamedTuple):
    """A remark about how a sheet was read: its code, what it is about, and the remark in English."""

    code: str
    about: str
    said: str


class Grid(NamedTuple):
    """A sheet: its name, its rows as text, and remarks about how it was read."""

    name: str
    rows: Sequence[Sequence[str]]
    notes: Sequence[Note]


def read(raw: bytes) -> Grid:
    """Read the first sheet that holds anything.

    Raises:
        UnreadableSheetError: it is no table, or too large; the message names the remedy.
    """
    if len(raw) > LARGEST:
        msg = f"The file is larger than {LARGEST // 1024**2} MB; remove what is not needed, or split it."
        raise UnreadableSheetError(msg, fault="large", about=str(LARGEST // 1024**2))
    return _workbook(raw) if workbook.is_one(raw) else _csv(raw)


def _workbook(raw: bytes) -> Grid:
    sheet = workbook.read(raw, longest=LONGEST, cell=CELL)
    said = f"the first sheet that holds anything is read: {sheet.name}"
    others = [Note("sheet", sheet.name, said)] if len(sheet.sheets) > 1 else []
    return _checked(sheet.name, list(sheet.rows), others, more=sheet.all > LONGEST)


def _csv(raw: bytes) -> Grid:
    text, encoding = _decoded(raw)
    delimiter = _delimiter(text)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if len(rows) == LONGEST:
                break
            if any(cell.strip() for cell in row):
                rows.append([cell[:CELL].strip() for cell in row])
    except csv.Error as error:
        msg = f"Row {len(rows) + 1} cannot be read: {error}. Perhaps a quotation mark is never closed."
        raise UnreadableSheetError(msg, fault="row", about=str(len(rows) + 1)) from None
    notes = [] if encoding == "utf-8" else [Note("encoding", encoding, f"the file is written in {encoding}")]
    return _checked("", rows, notes, more=False)


def _decoded(raw: bytes) -> tuple[str, str]:
    """Return the text, and in which encoding it was: of old programs without a mark, the Russian or the Western one."""
    mark, encoding = encoding_of(raw)
    try:
        return raw[len(mark) :].decode(encoding), encoding
    except UnicodeDecodeError:
        if encoding != "utf-8" or mark:
            return raw[len(mark) :].decode(encoding, errors="replace"), encoding
    russian = raw.decode("cp1251", errors="replace")
    letters = [one for one in russian if not one.isascii()]
    cyrillic = sum("а" <= one.casefold() <= "я" for one in letters)  # noqa: RUF001  # Russian letters
    if 2 * cyrillic > len(letters):
        return russian, "cp1251"
    return raw.decode("cp1252", errors="replace"), "cp1252"


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


def _checked(name: str, rows: list[list[str]], notes: list[Note], *, more: bool) -> Grid:
    if not rows:
        msg = "The file is empty; its first rows must name the columns."
        raise UnreadableSheetError(msg, fault="empty")
    width = max(map(len, rows))
    if width > WIDEST:
        rows = [row[:WIDEST] for row in rows]
        notes.append(Note("columns", str(width), f"only the first {WIDEST} of {width} columns are read"))
    if more or len(rows) == LONGEST:
        said = f"only the first {LONGEST} rows are read; split the file to have all of them looked at"
        notes.append(Note("rows", str(LONGEST), said))
    width = min(width, WIDEST)
    return Grid(name, [row + [""] * (width - len(row)) for row in rows], notes)
