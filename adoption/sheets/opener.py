"""Open a workbook in a process of its own, which may die of it: bytes come in, its first rows go out as JSON.

Run as a file, so that nothing of the service is loaded.  A workbook of five kilobytes can name a cell in the last row
of the last column, and the library that reads it then wants half a terabyte and ends its process.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import date
from datetime import datetime
from datetime import time
from typing import Any

from python_calamine import CalamineError
from python_calamine import CalamineWorkbook

EXACT = 1e15  # up to there a whole number is written exactly


def text(cell: object, longest: int) -> str:
    """Write a cell as somebody would type it: dates as 2026-11-25, whole numbers without a point."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        written = str(int(cell)) if cell.is_integer() and abs(cell) < EXACT else repr(cell)
        return f"{written}0" if written[-4:-3] == "." else written  # 1.234 would be taken for more than a thousand
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)[:longest].strip()


def opened(raw: bytes, longest: int, cell: int, since: int) -> dict[str, Any]:
    """Return the first sheet from a place on that holds anything: its name, first row's number, rows, how many."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    empty = {"name": "", "place": since, "sheets": book.sheet_names, "first": 1, "rows": [], "all": 0}
    for place, name in list(enumerate(book.sheet_names))[since:]:
        sheet = book.get_sheet_by_index(place)
        found = sheet.to_python(skip_empty_area=True)
        if found:
            rows = [[text(one, cell) for one in row] for row in found[:longest]]
            first = (sheet.start or (0, 0))[0] + 1
            return {**empty, "name": name, "place": place, "first": first, "rows": rows, "all": len(found)}
    return empty


def heads(raw: bytes, longest: int, cell: int) -> list[list[list[str]]]:
    """Return the first rows of every sheet, of each the first ``longest``."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
    found = (book.get_sheet_by_index(place).to_python(nrows=longest) for place in range(len(book.sheet_names)))
    return [[[text(one, cell) for one in row] for row in rows] for rows in found]


def main() -> None:
    """Read a workbook from standard input; arguments: bytes of memory, seconds, rows, letters of a cell, a sheet.

    Without a sheet it is the heads of all.
    """
    memory, seconds, longest, cell, *since = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        raw = sys.stdin.buffer.read()
        told = opened(raw, longest, cell, *since) if since else {"heads": heads(raw, longest, cell)}
    except (CalamineError, ValueError, OSError) as error:
        told = {"fault": str(error)[:200]}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
