"""The value of the roll-out as a table for spreadsheets: every figure with each of its terms and where it is from."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from adoption.sheets import safe
from rules.rollout import hours
from rules.value import UNIT
from rules.value import text_of_units

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.rollout import Value
    from rules.rollout.hours import Range

    Row = tuple[str, ...]

HEADINGS = ("figure", "part", "term", "unit", "source", "low", "middle", "high")
WORKED_OUT = "worked out"
CENTS = 100  # of a unit of money; also of ten-thousandths of a share, in a per cent
SHARES = ("before", "after", "others_before", "others_after")


def as_csv(found: Value) -> str:
    """Write hours, won deals in their currency, and shares in per cent; blank where something is not measured."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for rows in (_hours(found), _won(found), _again(found)):
        for *words, low, middle, high in rows:
            writer.writerow([*map(safe, words), low, middle, high])  # numbers may begin with a minus
    return out.getvalue()


def _hours(found: Value) -> Iterator[Row]:
    for line in found.hours.lines:
        for term in (*line.counted, *line.times):
            ends = (_units(term.low), _units(term.middle), _units(term.high))
            yield "hours", line.name, term.name, term.unit, term.source, *ends
        yield _result("hours", line.name, line.hours)
    yield _result("hours", "since the start", found.hours.total)
    yield _result("hours", "a week", found.hours.week)
    yield _result("hours", "a week, beside those who have not begun", found.hours.besides)


def _result(figure: str, part: str, ends: Range | None) -> Row:
    told = ("", "", "") if ends is None else tuple(map(_units, ends))
    return figure, part, "result", "hours", _source(ends, WORKED_OUT), *told


def _won(found: Value) -> Iterator[Row]:
    won, unit = found.won, f"{found.facts.money.currency}, person and week"
    if won.means is not None:
        for name, value in won.means._asdict().items():
            counts = name in {"people", "others"}
            told = _units(None if value is None else value * UNIT) if counts else _hundredths(value)
            said = ("count", "people") if counts else ("mean", unit)
            yield "won deals", name, *said, _source(value, hours.MEASURED), told, told, told
    ends = map(_hundredths, (won.low, won.middle, won.high))
    yield "won deals", "difference", "result", unit, _source(won.middle, WORKED_OUT), *ends


def _again(found: Value) -> Iterator[Row]:
    again = found.again
    for name in SHARES:
        share = getattr(again, name)
        ends = (share.low, share.middle, share.high) if share else (None, None, None)
        yield "buying again", name, "share", "percent", _source(share, hours.MEASURED), *map(_hundredths, ends)
    ends = (again.low, again.middle, again.high)
    source = _source(again.middle, WORKED_OUT)
    yield "buying again", "difference", "result", "percentage points", source, *map(_hundredths, ends)


def _source(value: object, otherwise: str) -> str:
    return hours.NOT_MEASURED if value is None else otherwise


def _units(value: int | None) -> str:
    return "" if value is None else text_of_units(value)


def _hundredths(value: int | None) -> str:
    return "" if value is None else text_of_units(value * (UNIT // CENTS))
