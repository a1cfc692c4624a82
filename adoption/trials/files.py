"""A dry run as files: CSV and a workbook, safe for spreadsheets, the same bytes every time."""

from __future__ import annotations

import csv
import io
from datetime import date
from datetime import datetime
from typing import TYPE_CHECKING

import xlsxwriter

from adoption.sheets import safe
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from rules.trial import Earned
    from rules.trial import Trial

Cell = int | str
Rows = list[list[Cell]]


def units_of(tried: Trial) -> list[str]:
    """Return the units that either side is worth anything in, in order."""
    return sorted({one.unit for earned in (tried.today, tried.draft) for one in earned.worth})


def people(tried: Trial) -> Rows:
    """Return a row for everybody, with headings; amounts are ten-thousandths in ``Amount``s."""
    units = units_of(tried)
    amounts = [f"{unit.lower()}_{side}" for unit in units for side in ("today", "draft", "draft_least", "draft_most")]
    head: list[Cell] = ["name", "team", "role", "quartile", "counted", "awards_today", "awards_draft", "difference"]
    rows: Rows = [[*head, *amounts]]
    for line in tried.lines:
        awards = [line.today.awards, line.draft.awards, line.draft.awards - line.today.awards]
        counted = Amount(line.tally)
        rows.append(
            [line.name, line.team, line.role, line.quartile, counted, *awards, *_worth(units, line.today, line.draft)]
        )
    return rows


def groups(tried: Trial) -> Rows:
    """Return a row for each team, role and quartile."""
    units = units_of(tried)
    amounts = [f"{unit.lower()}_{side}" for unit in units for side in ("today", "draft", "draft_least", "draft_most")]
    rows: Rows = [["by", "name", "holders", "earn_today", "earn_draft", "awards_today", "awards_draft", *amounts]]
    for one in tried.groups:
        counts: list[Cell] = [one.holders, one.earn_today, one.earn_draft, one.today.awards, one.draft.awards]
        rows.append([one.by, one.name, *counts, *_worth(units, one.today, one.draft)])
    return rows


def samples(tried: Trial, *, named: bool) -> Rows:
    """Return a row for each activity that made an award of the sample; ``named`` says whether to tell the records."""
    names = {line.holder: line.name for line in tried.lines}
    rows: Rows = [["incentive", "name", "period_begins", "award", "day", "type", "record", "by", "adds", "total"]]
    for one in tried.samples:
        for step in one.steps:
            place: list[Cell] = [one.incentive, names.get(one.holder, ""), _day(one.first), one.ordinal]
            what: list[Cell] = [_day(step.day), step.type, step.subject if named else "", names.get(step.who, "")]
            rows.append([*place, *what, Amount(step.adds), Amount(step.total)])
    return rows


class Amount(int):
    """Ten-thousandths, to be written as a plain decimal."""


def _worth(units: Sequence[str], today: Earned, draft: Earned) -> Iterator[Cell]:
    was = {one.unit: one for one in today.worth}
    now = {one.unit: one for one in draft.worth}
    for unit in units:
        yield Amount(was[unit].likely if unit in was else 0)
        for name in ("likely", "least", "most"):
            yield Amount(getattr(now[unit], name) if unit in now else 0)


def _day(day: int) -> str:
    return date.fromordinal(day).isoformat()


def as_csv(rows: Rows) -> bytes:
    """Write rows as CSV (UTF-8)."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_written(cell) for cell in row])
    return text.getvalue().encode()


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return safe(cell)
    return text_of_units(cell) if isinstance(cell, Amount) else str(cell)


def as_xlsx(tried: Trial, *, named: bool) -> bytes:
    """Write a workbook, a sheet each for people, groups and the sample: text as text, numbers as numbers."""
    packed = io.BytesIO()
    settings = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(packed, settings) as book:
        made = date.fromordinal(max(tried.first, date(1980, 1, 1).toordinal()))  # the same each time
        book.set_properties({"created": datetime(made.year, made.month, made.day)})  # noqa: DTZ001  # Excel knows no zones
        for title, rows in (
            ("people", people(tried)),
            ("groups", groups(tried)),
            ("sample", samples(tried, named=named)),
        ):
            sheet = book.add_worksheet(title)
            for line, row in enumerate(rows):
                for place, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(line, place, cell)
                    else:
                        sheet.write_number(line, place, cell / UNIT if isinstance(cell, Amount) else cell)
    return packed.getvalue()
