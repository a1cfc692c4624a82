"""How well spreadsheet work is recognised, on people whose ways are known (``bench.personas``).

A month is twenty expected days of one person; it is one of spreadsheets if most of its days are.  A question that is
raised while somebody relies on spreadsheets, or within two weeks after, is right; any other is false.
"""

from __future__ import annotations

import random
import time
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from bench import meters
from bench import personas
from rules.reliance import BEGIN
from rules.reliance import DEFAULT
from rules.reliance import HIRED
from rules.reliance import follow
from rules.reliance import level
from rules.reliance import usual
from rules.reliance.ledger import RAISE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.personas import Person
    from rules.reliance import Seen
    from rules.reliance import Usual

LOG = Path(__file__).parents[2] / "shared" / "data" / "bpic2012_loans.csv.gz"
SEEDS, QUICK = range(101, 109), range(101, 103)
MONTH = 20  # expected days
LEARNS, LOOKS = 4 * 7, 12 * 7  # days: how often the usual is learned anew, and from how long
AFTER = 10  # expected days after a return in which a question is not false
COLUMNS = (
    "rule", "recall", "precision", "honest ever", "false per 100 months", "days to detect", "p90", "days to clear",
    "p90 ",
)  # fmt: skip


@dataclass
class Found:
    """What a rule said about everybody."""

    sheet_months: int = 0
    honest_months: int = 0
    hit: int = 0
    flagged: int = 0
    honest: int = 0
    honest_flagged: int = 0
    false: int = 0
    detect: list[int] = field(default_factory=list)
    clear: list[int] = field(default_factory=list)
    ways: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))


def run(*, quick: bool) -> meters.Table:
    """Try the rules on organisations that nobody tuned them on."""
    table = meters.Table("Spreadsheet work recognised, of people whose ways are known", COLUMNS)
    seeds = QUICK if quick else SEEDS
    begun, days = time.perf_counter(), 0
    for name, office in (("evidence, office signals", True), ("evidence, no office signals", False)):
        found = Found()
        for seed in seeds:
            chance = random.Random(seed)
            staff = personas.people(chance)
            lives = {one.name: list(personas.lived(one, chance, office=office)) for one in staff}
            for one, said in _ledger(staff, lives):
                _judge(found, one, lives[one.name], said)
                days += len(said)
        table.add(name, *_row(found))
        for way, (hit, of) in sorted(found.ways.items()):
            table.notes.append(f"{name}: {way}: {hit} of {of} months")
    table.notes.append(f"{days / (time.perf_counter() - begun):,.0f} person-days a second, with drawing them")
    found = Found()
    for seed in seeds:
        chance = random.Random(seed)
        for one in personas.people(chance):
            life = list(personas.lived(one, chance, office=True))
            _judge(found, one, life, list(_no_login(life)))
    table.add("no login in 7 days", *_row(found))
    if LOG.exists():
        people, flags, months = real_log(LOG)
        table.notes.append(f"a real log of {people} people, {months} person-months: {flags} questions raised")
    else:
        table.notes.append(f"the real log was not tried: there is no {LOG}")
    return table


def real_log(path: Path) -> tuple[int, int, int]:
    """Return how many people a real log has, how many questions it raises, and its person-months."""
    lives = {who: [(seen, False) for seen in days] for who, days in personas.real(path).items()}
    flags = days = 0
    for said in _followed(lives):
        flags += sum(flagged and not before for before, flagged in pairwise([False, *said]))
        days += len(said)
    return len(lives), flags, round(days / 30)


def _followed(lives: dict[str, list[tuple[Seen, bool]]]) -> Iterator[list[bool]]:
    """Yield on which days the question is open, for people of one role of whom nothing else is known."""
    accounts, mine = dict.fromkeys(lives, BEGIN), dict.fromkeys(lives, DEFAULT)
    said: dict[str, list[bool]] = {who: [] for who in lives}
    everyday: dict[str, list[Seen]] = {who: [] for who in lives}
    by_day: dict[int, list[tuple[str, Seen]]] = defaultdict(list)
    for who, life in lives.items():
        for seen, _ in life:
            by_day[seen.day].append((who, seen))
    for number, day in enumerate(sorted(by_day)):
        if number and number % LEARNS == 0:
            role = usual.of_role([_habit(one, day - LOOKS) for one in everyday.values()])
            mine = {who: usual.of_person(_habit(one, day - LOOKS), role) for who, one in everyday.items()}
        for who, seen in by_day[day]:
            account = accounts[who] = follow(accounts[who], seen, mine[who])
            if seen.expected and level(account) < RAISE:
                everyday[who].append(seen)
            before = said[who][-1] if said[who] else False
            said[who].append(account.asks or (before and not account.clears))
    yield from said.values()


def _row(found: Found) -> tuple[object, ...]:
    detect, clear = sorted(found.detect), sorted(found.clear)
    return (
        round(found.hit / found.sheet_months, 3),
        round(found.hit / found.flagged, 3) if found.flagged else None,
        round(found.honest_flagged / found.honest, 3),
        round(100 * found.false / found.honest_months, 2),
        *(detect[int(part * (len(detect) - 1))] if detect else None for part in (0.5, 0.9)),
        *(clear[int(part * (len(clear) - 1))] if clear else None for part in (0.5, 0.9)),
    )


def _ledger(staff: list[Person], lives: dict[str, list[tuple[Seen, bool]]]) -> Iterator[tuple[Person, list[bool]]]:
    """Yield for each person on which days the question is open; what is usual is learned as it would be."""
    accounts = {one.name: HIRED if one.hired > personas.FIRST else BEGIN for one in staff}
    healthy: dict[str, list[Seen]] = {one.name: [] for one in staff}
    everyday: dict[str, list[Seen]] = {one.name: [] for one in staff}
    mine: dict[str, Usual] = dict.fromkeys(accounts, DEFAULT)
    said: dict[str, list[bool]] = {one.name: [] for one in staff}
    for place in range(7 * personas.WEEKS):
        if place and place % LEARNS == 0:
            mine = _learned(staff, everyday, healthy, personas.FIRST + place)
        for one in staff:
            seen, _ = lives[one.name][place]
            account = accounts[one.name] = follow(accounts[one.name], seen, mine[one.name])
            if seen.expected:
                everyday[one.name].append(seen)
                if level(account) < RAISE:
                    healthy[one.name].append(seen)
            before = said[one.name][-1] if said[one.name] else False
            said[one.name].append(account.asks or (before and not account.clears))
    for one in staff:
        yield one, said[one.name]


def _learned(
    staff: list[Person], everyday: dict[str, list[Seen]], healthy: dict[str, list[Seen]], day: int
) -> dict[str, Usual]:
    since = day - LOOKS
    roles = {
        role: usual.of_role([_habit(everyday[one.name], since) for one in staff if one.role == role])
        for role in personas.ROLES
    }
    return {one.name: usual.of_person(_habit(healthy[one.name], since), roles[one.role]) for one in staff}


def _habit(days: list[Seen], since: int) -> usual.Habit:
    return usual.habit([one for one in days if one.day >= since])


def _no_login(life: list[tuple[Seen, bool]]) -> Iterator[bool]:
    last = life[0][0].day
    for seen, _ in life:
        if seen.live or seen.typed or seen.present:
            last = seen.day
        yield seen.day - last >= 7


def _judge(found: Found, one: Person, life: list[tuple[Seen, bool]], said: list[bool]) -> None:
    """Set what was said of somebody against what is so."""
    expected = [(seen, sheets, said[place]) for place, (seen, sheets) in enumerate(life) if seen.expected]
    found.honest += one.honest
    found.honest_flagged += one.honest and any(said)
    for first in range(0, len(expected) - MONTH + 1, MONTH):
        month = expected[first : first + MONTH]
        sheets, flagged = sum(day[1] for day in month) > MONTH / 2, any(day[2] for day in month)
        found.sheet_months += sheets
        found.honest_months += not sheets
        right = flagged and (sheets or any(day[1] for day in expected[max(0, first - AFTER) : first + MONTH]))
        found.hit += flagged and sheets
        found.flagged += flagged and (sheets or not right)
        if sheets:
            found.ways[one.way][0] += flagged
            found.ways[one.way][1] += 1
    since, before = AFTER + 1, False
    for _, sheets, flagged in expected:
        since = 0 if sheets else since + 1
        found.false += flagged and not before and since > AFTER
        before = flagged
    if one.way.startswith("lapse"):
        _delays(found, expected)


def _delays(found: Found, expected: list[tuple[Seen, bool, bool]]) -> None:
    begins = next(place for place, day in enumerate(expected) if day[1])
    ends = next((place for place, day in enumerate(expected) if place > begins and not day[1]), len(expected))
    asked = next((place for place in range(begins, ends) if expected[place][2]), None)
    if asked is not None:
        found.detect.append(asked - begins + 1)
        over = next((place for place in range(ends, len(expected)) if not expected[place][2]), None)
        if over is not None:
            found.clear.append(over - ends + 1)
