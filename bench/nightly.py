"""A night of the evidence: 100,000 people judged, by a process of its own, on both databases.

People, what they did on four days, and what earlier nights left of them are put straight into the tables.  Measured are
three nights: an ordinary one, a Sunday's (the week is added up, for people and for teams), and the first of a block of
four weeks (what is usual is learned anew for everybody).  The last one is then replayed: all come to the same.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections import Counter
from datetime import date
from datetime import datetime
from datetime import time as clock
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask_migrate import upgrade
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text

from adoption import evidence
from adoption import facts
from adoption import privacy
from adoption import statements
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence.kept import DayFacts
from adoption.evidence.kept import RoleScore
from adoption.evidence.kept import State
from adoption.extensions import MIGRATIONS
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.journal import By
from adoption.models import AdoptionWeek
from adoption.models import Batch
from adoption.models import EvidenceDay
from adoption.models import Night
from adoption.models import bucket_of
from bench import meters
from bench import places
from rules import period
from rules.reliance import DEFAULT
from rules.reliance import Arrived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bench.places import Place

PEOPLE, QUICK = 100_000, 2_000
TEAM = 40  # people
EACH = 8  # activities a day
CHUNK = 20_000  # rows of a statement
BATCH = 2_000  # activities that came in together
LIVES = 64  # different pasts, of which everybody has one
ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = judging.block_of(date(2026, 9, 1).toordinal()) + judging.BLOCK  # a block begins
FRIDAY, SUNDAY = MONDAY - 3, MONDAY - 1
BUSY = (MONDAY - 4, FRIDAY, MONDAY, MONDAY + 1)  # days that the three nights look at
KINDS = ("call.completed", "task.created", "note.created", "contact.updated", "contact.created")
COLUMNS = (
    "database", "night", "people", "seconds", "of them waiting", "CPU s", "database CPU", "people /CPU s",
    "peak MB", "load",
)  # fmt: skip  # a line for time, a line for the rest
ACTIVITY = (*statements.ACTIVITY_KEY, *statements.CONTENT, "retracted")


class Took(NamedTuple):
    """What a night took: seconds, those spent waiting for a core, CPU seconds of both, and the most MB."""

    wall: float
    waited: float
    own: float
    server: float
    peak: int


def run(*, quick: bool) -> meters.Table:
    """Judge three nights on both databases."""
    table = meters.Table("A night of the evidence: everybody's day gathered, judged and kept", COLUMNS)
    people = QUICK if quick else PEOPLE
    for kind in places.KINDS:
        with places.place(kind) as where:
            with places.application(where, company=False):
                fill(people)
            for name, day in (("ordinary", FRIDAY), ("Sunday", SUNDAY), ("learning", MONDAY)):
                with places.application(where, company=False):
                    _done(day - 1)
                took = _night(where, day)
                with places.application(where, company=False):
                    _check(people, day)
                processor = took.own + took.server
                row = (kind, name, people, took.wall, took.waited, took.own, took.server)
                table.add(*row, round(people / processor), took.peak, meters.load())
            with places.application(where, company=False):
                found = evidence.replay(MONDAY, lambda _done, _whole: None)
                assert (found.people, found.differ, found.facts, found.missing) == (people, (), 0, 0), found[:1]
    table.notes.append(
        f"{EACH} activities a day and person on working days; pieces of 1,000 people, each a transaction."
    )
    table.notes.append("of them waiting: for a core, while other work had both; peak MB: without PostgreSQL's.")
    table.notes.append("The night that learns was replayed: everybody comes to the same, byte for byte.")
    return table


def fill(people: int) -> None:
    """Make people, what they did on four days, and what earlier nights left of them, in a new database."""
    upgrade(directory=str(MIGRATIONS))
    connection = begin_write()
    facts.changed(connection, rescore=False)
    numbers = range(1, people + 1)
    roles = ("employee", "employee", "employee", "service", "manager")
    who = ((n, f"user{n}@example.com", f"Name {n}", roles[n % 5]) for n in numbers)
    _put("participant", ("id", "email", "name", "role"), who)
    _put("identity", ("source", "id", "participant"), sorted(("crm", f"u{n}", n) for n in numbers))
    _put("team", ("id", "name"), ((n + 1, f"Team {n}") for n in range(people // TEAM + 1)))
    places_of = ((n, n, 1 + n // TEAM, 1, period.FOREVER) for n in numbers)
    _put("membership", ("id", "participant", "team", "starts", "ends"), places_of)
    since = MONDAY - 100
    privacy.turn_on(connection, By(None, "bench"), told=since, why="measured", now=_at(since, 1))
    db.session.commit()
    for day in BUSY:
        _activities(people, day)
    _past(people)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(text("ANALYZE"))


def _at(day: int, hour: int) -> int:
    return period.microseconds(datetime.combine(date.fromordinal(day), clock(hour), ZONE))


def _activities(people: int, day: int) -> None:
    """Store what everybody did on a day, in batches as they come in."""
    chance = random.Random(day)
    connection = begin_write()
    whole = people * EACH
    batches = -(-whole // BATCH)
    opens, length = _at(day, 8), 11 * 3_600 * period.SECOND
    rows = [{"received": opens + length * (n + 1) // batches, "door": "api"} for n in range(batches)]
    first = (connection.scalar(select(func.max(Batch.id))) or 0) + 1
    connection.execute(insert(Batch), rows)
    data = {kind: json.dumps({"name": "Somebody", "channel": "ui"} if kind == KINDS[-1] else {}) for kind in KINDS}

    def made() -> Iterator[tuple[object, ...]]:
        for n in range(whole):
            actor, kind = 1 + n * 7_919 % people, KINDS[chance.randrange(len(KINDS))]
            recorded = opens + length * n // whole
            late = chance.random() < 0.04
            happened = recorded - (4 * 86_400 * period.SECOND if late else 0)
            name = f"{day}-{n}"
            yield (
                bucket_of("crm", name), "crm", name, kind, happened, day - 4 * late,
                f"contact/{chance.randrange(10**6)}", f"u{actor}", recorded, None, data[kind], first + n // BATCH, 0,
            )  # fmt: skip  # one row

    _put("activity", ACTIVITY, made())
    db.session.commit()


def _past(people: int) -> None:
    """Leave what sixty earlier nights would have left of everybody: one of some pasts each."""
    lives = [_life(random.Random(number)) for number in range(LIVES)]
    connection = begin_write()
    last = FRIDAY - 1
    block = judging.block_of(last)
    score = kept.text(RoleScore(kinds=KINDS))
    for role in ("employee", "service", "manager"):
        _put("role_habit", ("role", "block", "people", "usual", "score"), [(role, block, 9, kept.text(DEFAULT), score)])
    _put(
        "reliance_account",
        ("participant", "day", "version", "asked", "state"),
        ((n, last, kept.VERSION, 0, lives[n % LIVES][-1][2]) for n in range(1, people + 1)),
    )
    columns = ("participant", "block", "since", "role", "usual", "begins", "healthy", "whole")
    roles = ("employee", "employee", "employee", "service", "manager")
    habits = [_habits(life, block) for life in lives]
    for start in (block - 56, block - 28, block):
        rows = (
            (n, start, start, roles[n % 5], kept.text(DEFAULT), lives[n % LIVES][30][2], *habits[n % LIVES])
            for n in range(1, people + 1)
        )
        _put("habit_block", columns, rows)
    days = ("day", "participant", "facts", "level", "mark")
    for day in range(SUNDAY - 6, FRIDAY):
        written = [next(one for one in life if one[0] == day) for life in lives]
        _put("evidence_day", days, ((day, n, *_kept(written[n % LIVES])) for n in range(1, people + 1)))
    assert connection.in_transaction()
    db.session.commit()


def _kept(day: tuple[int, DayFacts, str, int]) -> tuple[str, int, str]:
    return kept.text(day[1]), day[3], kept.mark(day[2])


def _life(chance: random.Random) -> list[tuple[int, DayFacts, str, int]]:
    """Return the days of somebody before the measured ones: day, facts, state, level."""
    state, days = State(), []
    busy = chance.uniform(2, 12)
    for day in range(FRIDAY - 60, FRIDAY):
        found = DayFacts()
        if (day - 1) % 7 < 5:
            live = max(0, round(chance.gauss(busy, busy / 2)))
            kinds = Counter(chance.choice(KINDS) for _ in range(live))
            told = tuple(Arrived(kind, count, late=chance.random() < 0.05) for kind, count in sorted(kinds.items()))
            found = DayFacts(
                expected=True, live=live, present=True, arrived=told, typed=live, densest=live // 2, actions=live,
                kinds=tuple(sorted(kinds.items())), sources=("crm",),
            )  # fmt: skip  # one day
        state = judging.after(state, day, found, DEFAULT)
        days.append((day, found, kept.text(state), judging.micro(state.account)))
    return days


def _habits(life: list[tuple[int, DayFacts, str, int]], block: int) -> tuple[str, str]:
    past = [judging.Past(day, found, level) for day, found, _, level in life if block <= day < FRIDAY]
    healthy, whole = judging.habits(past)
    return kept.text(healthy), kept.text(whole)


def _put(table: str, columns: tuple[str, ...], rows: object) -> None:
    """Insert rows, some thousand in a statement."""
    waiting: list[tuple[object, ...]] = []
    for row in rows:  # type: ignore[attr-defined]  # any iterable
        waiting.append(row)
        if len(waiting) >= CHUNK:
            statements.insert_new(db.session.connection(), table, columns, waiting)
            waiting = []
    statements.insert_new(db.session.connection(), table, columns, waiting)


def _done(day: int) -> None:
    """Let a day count as judged, so that the next one is the only one that is due."""
    row = (day, 1, '["crm"]', 0, 1)
    statements.insert_new(begin_write(), "night", ("day", "facts", "heard", "people", "finished"), [row])
    db.session.commit()


def _night(where: Place, day: int) -> Took:
    """Judge a day in a process of its own."""
    code = (
        "from wsgi import app\nfrom adoption import evidence\n"
        f"with app.app_context(): assert evidence.run({_at(day + 2, 3)}, lambda done, whole: None) == 1"
    )
    server, begun = meters.ticks(where.server()), perf_counter()
    with (where.folder / "printed").open("ab") as out:
        command = [sys.executable, "-c", code]
        environ = os.environ | where.environ
        process = subprocess.Popen(command, cwd=places.ROOT, env=environ, stdout=out, stderr=out)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall = perf_counter() - begun
    waited = int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (where.folder / "printed").read_text()[-2000:]
    server = meters.ticks(where.server()) - server
    return Took(wall, waited, used.ru_utime + used.ru_stime, server, round(used.ru_maxrss / 1024))


def _check(people: int, day: int) -> None:
    """See that everybody was judged, and that the week of every team is there."""
    rows = select(func.count()).select_from(EvidenceDay).where(EvidenceDay.day == day)
    assert db.session.scalar(rows) == people
    assert db.session.scalar(select(Night.finished).where(Night.day == day))
    if day == SUNDAY:
        assert db.session.scalar(select(func.count()).select_from(AdoptionWeek)) >= people // TEAM
