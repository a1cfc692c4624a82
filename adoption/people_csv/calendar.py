"""Lists of absences, holidays and waves → rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption.people_csv import cells
from adoption.people_csv import table
from adoption.people_csv.headings import Layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from adoption.people_csv.table import Fault
    from adoption.people_csv.table import Record
    from adoption.people_csv.table import Table

# “To” and “end date” are no aliases of until: most people mean the last day by them, and until is the day after.
FROM = ("from", "start", "start date", "first day", "дата начала", "开始日期")
UNTIL = ("until", "back on", "first day back")
ABSENCES = Layout(
    {"email": ("email", "e mail", "email address", "почта", "邮箱"), "from": FROM, "until": UNTIL},
    frozenset({"email", "from", "until"}),
)
HOLIDAYS = Layout(
    {
        "day": ("day", "date", "дата", "день", "日期"),
        "name": ("name", "holiday", "title", "название", "праздник", "名称", "节日"),
    },
    frozenset({"day"}),
)
WAVES = Layout(
    {
        "wave": ("wave", "волна", "批次"),
        "team": ("team", "команда", "отдел", "团队", "部门"),
        "from": FROM,
        "until": UNTIL,
    },
    frozenset({"wave", "team"}),
)


class AbsenceRow(NamedTuple):
    """Somebody is away on the days ``[starts, ends)``; without days: never away."""

    line: int
    email: str
    starts: int | None
    ends: int | None


class HolidayRow(NamedTuple):
    """A day on which nobody works."""

    line: int
    day: int
    name: str


class WaveRow(NamedTuple):
    """A team is in a wave on the days ``[starts, ends)``, open where ``None``; without a team: the wave is empty."""

    line: int
    wave: str
    team: str | None
    starts: int | None
    ends: int | None


@dataclass(frozen=True, slots=True)
class Absences:
    """A list of absences, and what is wrong with it."""

    rows: tuple[AbsenceRow, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holidays:
    """A list of holidays, and what is wrong with it."""

    rows: tuple[HolidayRow, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waves:
    """A list of waves, and what is wrong with it."""

    rows: tuple[WaveRow, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...] = ()


class _Row:
    """The cells of one row, read one by one; each fault is reported once."""

    def __init__(self, found: Table, record: Record) -> None:
        self.found, self.line, self.cells, self.sound = found, record.line, record.cells, True

    def read(self, column: str, reader: Callable[[str], Any], *, needed: bool = False) -> Any:
        """Return the value of a cell; ``None`` where it is blank or faulty."""
        text = self.cells.get(column, "")
        try:
            if text.strip():
                return reader(text)
            if needed:
                self.fault(column, "this cell must not be blank")
        except cells.CellError as error:
            self.fault(column, str(error))
        return None

    def fault(self, column: str, message: str) -> None:
        self.sound = False
        self.found.fault(self.line, column, message)

    def days(self) -> tuple[int | None, int | None]:
        """Read ``from`` and ``until``, the first day no more."""
        starts, ends = self.read("from", cells.day), self.read("until", cells.day)
        if starts is not None and ends is not None and ends <= starts:
            self.fault("until", "this must be after from: it is the first day no more")
        return starts, ends


def read_absences(raw: bytes) -> Absences:
    """Read a list of absences."""
    found, rows = table.read(raw, ABSENCES), []
    for record in found.records:
        row = _Row(found, record)
        email = row.read("email", cells.email, needed=True)
        starts, ends = row.days()
        if row.sound and (starts is None) != (ends is None):
            row.fault("from" if starts is None else "until", "give both days, or neither for “never absent”")
        if row.sound:
            rows.append(AbsenceRow(row.line, email, starts, ends))
    return Absences(tuple(rows), tuple(found.faults), tuple(found.notes))


def read_holidays(raw: bytes) -> Holidays:
    """Read a list of holidays."""
    found, rows = table.read(raw, HOLIDAYS), []
    lines: dict[int, int] = {}
    for record in found.records:
        row = _Row(found, record)
        day = row.read("day", cells.day, needed=True)
        name = row.read("name", cells.line_of_text) or ""
        if row.sound and lines.setdefault(day, row.line) != row.line:
            row.fault("day", f"this day is already on line {lines[day]}")
        if row.sound:
            rows.append(HolidayRow(row.line, day, name))
    return Holidays(tuple(rows), tuple(found.faults), tuple(found.notes))


def read_waves(raw: bytes) -> Waves:
    """Read a list of waves."""
    found, rows = table.read(raw, WAVES), []
    for record in found.records:
        row = _Row(found, record)
        wave = row.read("wave", cells.line_of_text, needed=True)
        team = row.read("team", cells.line_of_text)
        starts, ends = row.days()
        if row.sound:
            rows.append(WaveRow(row.line, wave, team, starts, ends))
    return Waves(tuple(rows), tuple(found.faults), tuple(found.notes))
