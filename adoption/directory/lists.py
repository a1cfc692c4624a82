"""The four lists as one thing: how each is read, what it would change now, and storing it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import people_csv
from adoption.directory import calendar
from adoption.directory import people

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from adoption.directory.outcome import Loaded
    from adoption.directory.outcome import Told
    from adoption.people_csv import Absences
    from adoption.people_csv import Holidays
    from adoption.people_csv import People
    from adoption.people_csv import Waves

    Rows = People | Absences | Holidays | Waves

READERS: Mapping[str, Callable[[bytes], Rows]] = {
    "people": people_csv.read,
    "absences": people_csv.read_absences,
    "holidays": people_csv.read_holidays,
    "waves": people_csv.read_waves,
}
ABSENT = ("stay", "leave")  # what becomes of people who are not in a list of people


class Meant(NamedTuple):
    """How a list of people is meant: the local day from which it counts, and whether who is not in it leaves then."""

    on: int
    leave: bool = False

    @property
    def missing(self) -> int | None:
        """The day on which people leave whom the list does not name; ``None`` if they stay."""
        return self.on if self.leave else None


def compare(rows: Rows, meant: Meant, by: Told) -> Loaded:
    """Say what a list would do now; reads only."""
    if isinstance(rows, people_csv.People):
        return people.compare_people(rows, on=meant.on, missing=meant.missing, by=by)
    return calendar.compare_calendar(rows)


def store(rows: Rows, meant: Meant, by: Told, seen: str | None) -> Loaded:
    """Store a list in a transaction of its own, which the caller commits.

    Raises:
        OutdatedError: what is stored has changed since ``seen`` was the mark of what the list does.
    """
    if isinstance(rows, people_csv.People):
        return people.load_people(rows, on=meant.on, missing=meant.missing, by=by, seen=seen)
    return calendar.load_calendar(rows, by=by, seen=seen)
