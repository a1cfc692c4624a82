"""Lines of a CSV file → rows by heading.  A row that cannot be read is named by the line on which it begins."""

from __future__ import annotations

import csv
from collections import deque
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption.files.source import FileError
from adoption.files.source import Overlong

if TYPE_CHECKING:
    from collections.abc import Iterator

DELIMITERS = ",;\t|"
TALLEST = 1_000  # lines of one row; more is a quotation mark that was never closed
LONG = "the line is longer than 1 MB"
UNCLOSED = "a quotation mark opens a cell and is never closed"


class BadRow(NamedTuple):
    """Why there is no row, and the text of the line."""

    fault: str
    text: str


class Table:
    """Rows of a CSV file; the first line that is not blank names the columns.

    The lines of a row that failed are read again, beginning with its second one: a stray quotation mark costs its own
    line only, and not what comes after.
    """

    def __init__(self, lines: Iterator[tuple[int, bytes]], name: str) -> None:
        """Read the headings."""
        self._lines = lines
        self._again: deque[tuple[int, bytes]] = deque()
        self._taken: list[tuple[int, bytes]] = []
        self._fault: str | None = None
        self.headings = self._headings(name)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str] | BadRow]]:
        """Yield each row with the line on which it begins."""
        width = len(self.headings)
        reader = self._reader()
        while True:
            self._taken, self._fault = [], None
            try:
                cells = next(reader)
                fault = self._fault
            except StopIteration:
                return
            except csv.Error as error:
                cells, fault = [], self._fault or (UNCLOSED if len(self._taken) > 1 else str(error))
                self._give_back()
                reader = self._reader()
            if not any(cells) and not fault:
                continue
            if fault is None and len(cells) != width:
                fault = f"the row has {len(cells)} cells, but the headings name {width} columns"
            line = self._taken[0][0]
            if fault is None:
                yield line, dict(zip(self.headings, cells, strict=True))
            else:
                yield line, BadRow(fault, readable(self._taken[0][1]))

    def _headings(self, name: str) -> list[str]:
        number, line = next((found for found in self._lines if found[1].strip()), (0, b""))
        if not number:
            msg = f"{name} is empty; its first line must name the columns"
            raise FileError(msg)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            msg = f"{name} line {number}: the headings are not UTF-8"
            raise FileError(msg) from None
        self._delimiter = max(DELIMITERS, key=text.count)
        cells = [cell.strip() for cell in next(csv.reader([text], delimiter=self._delimiter), [])]
        twice = sorted({cell for cell in cells if cells.count(cell) > 1})
        if twice or not all(cells) or "\0" in text or type(line) is Overlong:
            wrong = f"{', '.join(twice)} more than once" if twice and all(cells) else "not every column"
            msg = f"{name} line {number}: the headings name {wrong}: {readable(line)[:200]!r}"
            raise FileError(msg)
        return cells

    def _reader(self) -> Iterator[list[str]]:
        return csv.reader(self._texts(), delimiter=self._delimiter, strict=True)

    def _texts(self) -> Iterator[str]:
        """Yield the lines as text, and note what is wrong with them."""
        while True:
            found = self._again.popleft() if self._again else next(self._lines, None)
            if found is None:
                return
            self._taken.append(found)
            line = found[1]
            if type(line) is Overlong:
                self._fault = LONG
                yield "x\n"
                continue
            if len(self._taken) > TALLEST:
                msg = UNCLOSED
                raise csv.Error(msg)
            try:
                yield line.decode() + "\n"
            except UnicodeDecodeError as error:
                self._fault = f"the text is not UTF-8: {error.reason} at byte {error.start + 1} of line {found[0]}"
                yield line.decode(errors="replace") + "\n"

    def _give_back(self) -> None:
        self._again.extendleft(reversed(self._taken[1:]))
        del self._taken[1:]


def readable(line: bytes) -> str:
    """Return the beginning of a line as text, for people."""
    return line[:1000].decode(errors="replace").rstrip("\r\n")
