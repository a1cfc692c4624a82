"""Rows → a list of people that ``read`` reads back, and that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import TYPE_CHECKING

from adoption.people_csv.people import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adoption.people_csv.people import PersonRow

_FORMULA = re.compile(r"'*[=+\-@]")  # a spreadsheet would run it, or `read` would take off its apostrophe


def write(rows: Iterable[PersonRow]) -> str:
    """Write a list of people as CSV with the known columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            row.email,
            row.name,
            ";".join(row.teams),
            row.manager or "",
            row.role,
            _day(row.hired_on),
            _day(row.left_on),
            ";".join(f"{source}={name}" for source, name in row.identities),
            row.employee_no or "",
        )
        writer.writerow(f"'{cell}" if _FORMULA.match(cell) else cell for cell in cells)
    return out.getvalue()


def _day(day: int | None) -> str:
    return "" if day is None else date.fromordinal(day).isoformat()
