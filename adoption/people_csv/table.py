"""Bytes → the lines of a table, whichever program wrote them: CSV, or a workbook (its first sheet with anything in it).

Reads UTF-8 and UTF-16, with or without a byte order mark; commas, semicolons or tabs; quoted cells with line breaks;
the extra first line of Entra (``version:v1.0``) and of Excel (``sep=;``).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.people_csv import headings
from adoption.people_csv.encodings import encoding_of
from adoption.sheets import workbook

if TYPE_CHECKING:
    import _csv
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

LARGEST = 20 * 1024 * 1024  # bytes of a file
WIDEST = 200  # columns
LONGEST = 1_000_000  # rows
CELL = 2_000  # letters of a workbook's cell that are kept
MOST = 1_000  # faults that are told at once
DELIMITERS = ",;\t"
_HEAD = 100_000  # characters in which the headings must end
_PRELUDE = re.compile(r'\s*+"?(?:version:|sep=(?P<delimiter>[,;|\t])|[\s,;]*+$)', re.IGNORECASE)


class Fault(NamedTuple):
    """A mistake in a file: the line on which its row begins (0: the file as a whole), and the column if it is one's."""

    line: int
    column: str | None
    message: str


class Record(NamedTuple):
    """One row: the line on which it begins, and its cells by known column."""

    line: int
    cells: Mapping[str, str]


@dataclass
class Table:
    """What was read so far.  ``labels`` are the known columns of this file, as the file calls them."""

    labels: dict[str, str] = field(default_factory=dict)
    records: list[Record] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def hopeless(self) -> bool:
        """Say whether no more faults are told, so that reading on is of no use."""
        return len(self.faults) > MOST

    def fault(self, line: int, column: str | None, message: str) -> None:
        """Report a mistake; the column is named as in the file."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(line, self.labels.get(column, column) if column else None, message))
        elif len(self.faults) == MOST:
            self.faults.append(Fault(line, None, f"from here on, more than {MOST} faults are not told"))


def read(raw: bytes, layout: headings.Layout) -> Table:
    """Read a file in which the columns of ``layout`` may occur, and its required ones must."""
    table = Table()
    lines = _of_workbook(raw, table) if workbook.is_one(raw) else _of_text(raw, layout, table)
    line, labels = next(lines, (0, []))
    if not labels:
        return table
    if len(labels) > WIDEST:
        table.fault(line, None, f"there are {len(labels)} columns; at most {WIDEST} are read")
        return table
    places = headings.find(labels, layout)
    table.notes.extend(places.notes)
    for column, message in places.faults:
        table.fault(line, column, message)
    if not table.faults:
        table.labels = {name: headings.short(labels[index]) for name, index in places.indices.items()}
        _fill(table, lines, places.indices, len(labels))
    return table


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows that are no file as one that ``read`` reads."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows(rows)
    return codecs.BOM_UTF8 + out.getvalue().encode("utf-8", "replace")


def _of_workbook(raw: bytes, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of a workbook that is not blank, with its number; behind the last heading are no columns."""
    if _too_large(raw, table):
        return
    try:
        sheet = workbook.read(raw, longest=LONGEST + 1, cell=CELL)
    except workbook.UnreadableSheetError as error:
        table.fault(0, None, str(error))
        return
    if len(sheet.sheets) > 1:
        table.notes.append(f"the first sheet that holds anything is read: {sheet.name}")
    width = 0
    for line, cells in enumerate(sheet.rows, start=sheet.first):
        if any(cells):
            width = width or max(place for place, cell in enumerate(cells, start=1) if cell)
            more = any(cells[width:])
            yield line, cells if more else cells[:width]


def _of_text(raw: bytes, layout: headings.Layout, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield each row of text that is not blank, with the line on which it begins."""
    text = None if _too_large(raw, table) else _decoded(raw, table)
    if text is None:
        return
    body, skipped, delimiter = _after_prelude(text)
    if not body:
        table.fault(0, None, "the file is empty; its first line must name the columns")
        return
    yield from _lines(body, delimiter or _delimiter(body, layout), skipped, table)


def _too_large(raw: bytes, table: Table) -> bool:
    if len(raw) <= LARGEST:
        return False
    table.fault(0, None, f"the file is larger than {LARGEST // 1024**2} MB; split it")
    return True


def _decoded(raw: bytes, table: Table) -> str | None:
    mark, encoding = encoding_of(raw)
    try:
        return raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, len(mark) + error.start) + 1
        name = encoding[:6].upper()
        message = f"this is not {name} (byte {len(mark) + error.start}); save the file as “CSV UTF-8”"
        table.fault(line, None, message)
    return None


def _after_prelude(text: str) -> tuple[str, int, str | None]:
    """Skip blank lines and what programs write before the headings; return the rest and the lines skipped."""
    stream, skipped, delimiter = io.StringIO(text, newline=""), 0, None
    while True:
        position = stream.tell()
        line = stream.readline()
        found = _PRELUDE.match(line)
        if not line or not found:
            return text[position:], skipped, delimiter
        delimiter = found["delimiter"] or delimiter
        skipped += 1


def _delimiter(body: str, layout: headings.Layout) -> str:
    """Return the delimiter under which most headings are known, or else under which there are most."""

    def fitness(delimiter: str) -> tuple[int, int]:
        try:
            labels: list[str] = next(_reader(body[:_HEAD], delimiter), [])
        except csv.Error:
            return -1, 0
        return len(headings.find(labels, layout).indices), len(labels)

    return max(DELIMITERS, key=fitness)


def _reader(text: str, delimiter: str) -> _csv.Reader:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)


def _lines(body: str, delimiter: str, skipped: int, table: Table) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank, with the line on which it begins."""
    reader = _reader(body, delimiter)
    line = skipped + 1
    try:
        for cells in reader:
            if any(cell and not cell.isspace() for cell in cells):
                yield line, cells
            line = skipped + reader.line_num + 1
    except csv.Error as error:
        table.fault(line, None, _explained(str(error)))


def _explained(error: str) -> str:
    if "field limit" in error:
        return "a cell is longer than 131072 characters; perhaps a quotation mark is never closed"
    if "end of data" in error:
        return "a quotation mark is opened in this row and never closed"
    if "expected after" in error:
        return "a quotation mark stands inside a quoted cell; double it"
    return f"this row cannot be read: {error}"


def _fill(table: Table, lines: Iterator[tuple[int, list[str]]], indices: Mapping[str, int], width: int) -> None:
    """Keep the rows.  Old versions of Excel leave out blank cells at the end of a row, so short rows are no fault."""
    short: list[int] = []
    for line, cells in lines:
        if len(table.records) == LONGEST:
            table.fault(line, None, f"there are more than {LONGEST} rows; split the file")
            break
        if any(cells[width:]):
            table.fault(line, None, f"{len(cells)} cells under {width} headings; quote a cell that holds a delimiter")
            continue
        if len(cells) < width:
            short.append(line)
            cells.extend([""] * (width - len(cells)))
        table.records.append(Record(line, {name: cells[index] for name, index in indices.items()}))
    if short:
        table.notes.append(
            f"rows with fewer cells than headings: {len(short)}, the first on line {short[0]}; blank is assumed"
        )
