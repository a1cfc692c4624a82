"""Bytes → the rows of a sheet as text, whichever program wrote them: workbooks of any kind, and CSV.

Everything from outside is hostile or mistaken: a workbook that would unpack to gigabytes is refused before it is
opened, and a file that cannot be read says why and what to do.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from datetime import datetime
from datetime import time
from typing import TYPE_CHECKING
from typing import NamedTuple

from python_calamine import CalamineError
from python_calamine import CalamineWorkbook

from adoption.errors import RefusedError
from adoption.people_csv import encoding_of

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 60 * 1024 * 1024  # bytes of a file
UNPACKED = 600 * 1024 * 1024  # bytes of what a workbook holds
PACKED_BY = 200  # times smaller at most: what is packed tighter is no table
WIDEST, LONGEST = 200, 500_000  # columns, rows
CELL = 2_000  # characters of a cell that are kept
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xlsb and .ods; .xls
DELIMITERS = ",;\t|"


class UnreadableSheetError(RefusedError):
    """This file cannot be read as a table."""

    def __init__(self, said: str, *, fault: str, about: str = "") -> None:
        """Tell what is wrong and what to do; ``fault`` and ``about`` let a page say it in its own language."""
        super().__init__(said, fault=fault)
        self.fault = fault
        self.about = about


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
    return _workbook(raw) if raw.startswith(WORKBOOKS) else _csv(raw)


def _workbook(raw: bytes) -> Grid:
    if raw.startswith(WORKBOOKS[0]):
        _check_packing(raw)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        names = book.sheet_names
        for place, name in enumerate(names):
            found = book.get_sheet_by_index(place).to_python(skip_empty_area=True)
            if found:
                rows = [[_text(cell) for cell in row] for row in found[:LONGEST]]
                said = f"the first sheet that holds anything is read: {name}"
                others = [Note("sheet", name, said)] if len(names) > 1 else []
                return _checked(name, rows, others, more=len(found) > LONGEST)
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        msg = f"The workbook cannot be opened ({error}); perhaps it has a password. Save it as .xlsx without one."
        raise UnreadableSheetError(msg, fault="closed") from None
    msg = "No sheet of the workbook holds anything."
    raise UnreadableSheetError(msg, fault="empty")


def _check_packing(raw: bytes) -> None:
    """Refuse a workbook that unpacks to far more than it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            whole = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        msg = "The workbook is damaged; open it, save it anew, and try once more."
        raise UnreadableSheetError(msg, fault="damaged") from None
    if whole > UNPACKED or whole > PACKED_BY * max(len(raw), 1024 * 1024):
        msg = f"The workbook unpacks to {whole // 1024**2} MB; save the sheet as CSV."
        raise UnreadableSheetError(msg, fault="bomb", about=str(whole // 1024**2))


def _text(cell: object) -> str:
    """Write a cell as somebody would type it: dates as 2026-11-25, whole numbers without a point."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)  # noqa: PLR2004  # exact until there
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)[:CELL].strip()


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
    """Return the delimiter that cuts the first lines into most columns, alike."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]

    def fitness(delimiter: str) -> tuple[int, int]:
        counts = sorted(line.count(delimiter) for line in lines)
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
