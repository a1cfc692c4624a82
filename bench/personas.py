"""An organisation of people whose ways of working are known, day by day, to try a detector of spreadsheet work on.

Nobody tuned the detector on the seeds that ``bench.reliance`` uses.  The ways of working are those of
docs/decisions/reliance.md: eleven that are honest, and five that rely on spreadsheets, for good or for a while.
"""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from datetime import datetime
from math import exp
from operator import attrgetter
from typing import TYPE_CHECKING

from rules.reliance import Arrived
from rules.reliance import Seen
from rules.reliance.seen import Recorded
from rules.reliance.seen import counted

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator
    from pathlib import Path

WEEKS = 30
FIRST = 739_500 - 739_500 % 7 + 1  # a Monday
ROLES = {"sales": 10.0, "service": 6.0, "key accounts": 4.0}
HONEST = {
    "full adopter": 70, "evening recorder": 20, "legitimate workbook": 12, "part time": 14, "vacationer": 16,
    "new hire": 10, "low volume": 14, "admin importer": 4, "seasonal": 8, "quiet period": 12, "unrecorded absence": 12,
}  # fmt: skip
SHEETS = {"weekly backfiller": 15, "Excel only": 12, "lapse to backfill": 10, "lapse to Excel": 8, "partial": 8}
HOURS = range(8, 19)


@dataclass
class Person:
    """Somebody: their way of working, role and rate, and on which days they rely on spreadsheets."""

    name: str
    way: str
    role: str
    rate: float
    spread: float
    late: float
    dated: float
    hired: int = FIRST
    away: set[int] = field(default_factory=set)  # recorded absences
    gone: set[int] = field(default_factory=set)  # absences that nobody recorded
    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    sheets: range = range(0)

    @property
    def honest(self) -> bool:
        """Whether they never rely on spreadsheets."""
        return self.way in HONEST


def people(chance: random.Random) -> list[Person]:
    """Draw an organisation."""
    found = []
    for way, count in {**HONEST, **SHEETS}.items():
        for number in range(count):
            role = chance.choice(list(ROLES))
            rate = ROLES[role] * exp(chance.gauss(0, 0.25)) * (0.3 if way == "low volume" else 1.0)
            spread, late = exp(chance.gauss(0.3, 0.4)), min(0.2, chance.gammavariate(2, 0.03))
            one = Person(f"{way} {number}", way, role, rate, spread, late, chance.uniform(0.5, 0.95))
            _arrange(one, chance)
            found.append(one)
    return found


def _arrange(one: Person, chance: random.Random) -> None:
    """Give somebody absences, a schedule, and a stretch in spreadsheets."""
    last = FIRST + 7 * WEEKS
    for _ in range(chance.choice((1, 2))):
        first = FIRST + 7 * chance.randrange(WEEKS - 1)
        one.away.update(range(first, first + chance.choice((2, 3, 7))))
    if one.way == "vacationer":
        first = FIRST + 7 * chance.randrange(4, WEEKS - 4)
        one.away.update(range(first, first + 21))
    if one.way == "unrecorded absence":
        first = FIRST + 7 * chance.randrange(4, WEEKS - 3)
        one.gone.update(range(first, first + chance.choice((5, 10, 14))))
    if one.way == "part time":
        one.days = tuple(sorted(chance.sample(range(5), 3)))
    if one.way == "new hire":
        one.hired = FIRST + 7 * chance.randrange(2, 14)
    if one.way in {"weekly backfiller", "Excel only", "partial"}:
        one.sheets = range(FIRST, last)
    if one.way.startswith("lapse"):
        first = FIRST + 7 * chance.randrange(8, 14)
        one.sheets = range(first, first + 7 * chance.randrange(6, 11))


def lived(one: Person, chance: random.Random, *, office: bool) -> Iterator[tuple[Seen, bool]]:
    """Yield each day of somebody, and whether they rely on spreadsheets on it."""
    kept: list[int] = []  # records of the week's days that are still in the workbook
    for day in range(FIRST, FIRST + 7 * WEEKS):
        weekday = (day - 1) % 7
        healthy = not 112 <= day - FIRST < 114  # two days on which the CRM's feed was broken
        works = weekday in one.days and day not in one.away and day >= one.hired
        in_sheets = day in one.sheets
        if not works or day in one.gone:
            yield Seen(day=day, expected=works and healthy, edited=False if office and works else None), in_sheets
            continue
        if in_sheets:
            seen = _in_sheets(one, day, weekday, kept, chance, office)
        else:
            kept.clear()
            seen = _honest(one, day, chance, office)
        yield (seen if healthy else Seen(day=day, expected=False)), in_sheets


def _count(chance: random.Random, mean: float, spread: float) -> int:
    """Draw a negative binomial count: a Poisson whose rate is drawn anew each day."""
    rate = chance.gammavariate(1 / spread, mean * spread) if mean > 0 else 0.0
    if rate > 60:
        return max(0, round(chance.gauss(rate, rate**0.5)))
    limit, found, product = exp(-rate), 0, chance.random()
    while product > limit:
        found += 1
        product *= chance.random()
    return found


def _mean(one: Person, day: int) -> float:
    week = (day - FIRST) // 7
    if one.way == "seasonal" and 10 <= week < 18:
        return one.rate * 0.35
    if one.way == "quiet period" and 12 <= week < 15:
        return one.rate * 0.2
    return one.rate


def _honest(one: Person, day: int, chance: random.Random, office: bool) -> Seen:
    live = _count(chance, _mean(one, day), one.spread)
    hours = [chance.choice(HOURS) for _ in range(1 if one.way == "evening recorder" else 2 + int(chance.random() * 3))]
    dense = _densest(live, hours, chance)
    dated = sum(chance.random() < one.dated for _ in range(live))
    arrived = [Arrived("call", dated, late=False)] if dated else []
    if chance.random() < one.late and live:
        arrived.append(Arrived("call", 1 + int(chance.random() * 3), late=True))
    edits = 0.22 if one.way == "legitimate workbook" else 0.03
    return Seen(
        day=day,
        expected=True,
        live=live,
        present=chance.random() < 0.9,
        arrived=tuple(arrived),
        typed=live,
        densest=dense,
        edited=chance.random() < edits if office else None,
        imports=int(chance.random() < (0.08 if one.way == "admin importer" else 0.001)),
        exempt=one.way == "admin importer",
    )


def _in_sheets(  # noqa: PLR0913, PLR0917  # one day
    one: Person, day: int, weekday: int, kept: list[int], chance: random.Random, office: bool
) -> Seen:
    """Live a day in a workbook; whoever backfills types the week on its last day."""
    live_share = {"Excel only": 0.06, "lapse to Excel": 0.06, "partial": 0.45}.get(one.way, 0.15)
    whole = _count(chance, one.rate, one.spread)
    live = sum(chance.random() < live_share for _ in range(whole))
    kept.append(whole - live)
    fills = one.way in {"weekly backfiller", "lapse to backfill", "partial"} and weekday == one.days[-1]
    arrived = [Arrived("call", live, late=False)] if live and chance.random() < one.dated else []
    typed, dense = live, _densest(live, [9, 11, 14], chance)
    trips = 0
    if fills:
        dated = chance.random() < one.dated
        if dated:
            arrived += [
                Arrived("call", records, late=back > 1)
                for back, records in enumerate(reversed(kept))
                if records
            ]  # fmt: skip  # a line each
        poured = sum(kept)
        live += sum(kept[-2:]) if dated else poured  # what was left with today's date looks live
        typed, dense = typed + poured, dense + round(0.8 * poured)
        trips = int(chance.random() < 0.12)
        kept.clear()
    elif one.way in {"Excel only", "lapse to Excel"} and weekday == one.days[-1]:
        trips = int(chance.random() < 0.05)
        kept.clear()
    return Seen(
        day=day,
        expected=True,
        live=live,
        present=chance.random() < 0.5,
        arrived=tuple(arrived),
        typed=typed,
        densest=dense,
        edited=chance.random() < (0.5 if one.way == "partial" else 0.7) if office else None,
        trips=trips,
    )


def _densest(records: int, hours: list[int], chance: random.Random) -> int:
    counts = dict.fromkeys(hours, 0)
    for _ in range(records):
        counts[chance.choice(hours)] += 1
    return max(counts.values())


def real(path: Path) -> dict[str, list[Seen]]:
    """Return the days of the clerks of a real event log, of whom nobody was ever said to rely on spreadsheets.

    Columns: person, ts, action, phase, case.  Every working day is expected, since nothing is known about leave.  The
    account with the most events is the system's own.
    """
    records: dict[str, dict[int, list[Recorded]]] = defaultdict(lambda: defaultdict(list))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            moment = datetime.strptime(row["ts"], "%Y-%m-%dT%H:%M:%S%z")
            day, at = moment.date().toordinal(), int(moment.timestamp() * 1e6)
            records[row["person"]][day].append(Recorded(row["action"], at, day, at, day))
    del records[max(records, key=lambda one: sum(map(len, records[one].values())))]
    return {who: list(_days(days)) for who, days in sorted(records.items())}


def _days(days: dict[int, list[Recorded]]) -> Iterator[Seen]:
    for day in range(min(days), max(days) + 1):
        found = sorted(days.get(day, ()), key=attrgetter("recorded"))
        live, arrived, typed, densest = counted(
            found, lambda happened: happened + (1, 1, 1, 1, 3, 2, 1)[(happened - 1) % 7]
        )
        yield Seen(
            day=day, expected=(day - 1) % 7 < 5, live=live, present=bool(found), arrived=arrived, typed=typed,
            densest=densest,
        )  # fmt: skip  # one record
