"""A bonus run of 100,000 participants and 5 components, by the product's own command: ``flask bonuses work-out``.

People and their tallies are put straight into the tables; the run is then frozen and worked out by a process of its
own, which tells how long that took and how much memory it needed at most.  Every run is of another month, with the same
tallies.
"""

from __future__ import annotations

import os
import random
import time
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text

from adoption import facts
from adoption import rescoring
from adoption import rulebook
from adoption import scoring
from adoption import statements
from adoption.extensions import MIGRATIONS
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import BonusLine
from adoption.models import BonusStatement
from adoption.models import Series
from adoption.models import bucket_of
from bench import meters
from bench import places
from rules import period
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.places import Place

PEOPLE, QUICK = 100_000, 10_000
CHUNK = 10_000
POOL = 250_000  # EUR
SINCE = date(2026, 1, 1).toordinal()
MONTHS = ("2026-03", "2026-04", "2026-05")
BOOK = """
[metric.contacts]
counts = "contact.created"
[metric.calls]
counts = "call.completed"
[metric.days]
counts = ["contact.created", "call.completed"]
measure = "days"
[metric.deals]
counts = "deal.won"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"

[plan.sales]
currency = "EUR"
per = "month"
cap = 30000
prorate = { by = "calendar", scales = "pay" }
[[plan.sales.components]]
key = "contacts"
kind = "marginal"
of = "contacts"
tiers = [ { from = 0, pays = 6 }, { from = 20, pays = 9 }, { from = 40, pays = 12 } ]
[[plan.sales.components]]
key = "revenue"
kind = "percent"
of = "revenue"
percent = 2.5
gate = { of = "days", at_least = 10, otherwise = 0.5 }
[[plan.sales.components]]
key = "deals"
kind = "curve"
of = "deals"
pays = 200
target = 8
threshold = 0.5
points = [[0.5, 0], [1, 1]]
accelerator = 1.5
cap = 2
[[plan.sales.components]]
key = "calls"
kind = "per"
of = "calls"
every = 25
pays = 10
carry = true
[[plan.sales.components]]
key = "pool"
kind = "pool"
of = "contacts"
amount = POOL
by = "units"
""".replace("POOL", str(POOL))
COLUMNS = (
    "database", "participants", "seconds", "of them waiting", "slowest", "CPU s", "database CPU", "statements /s",
    "peak MB", "load",
)  # fmt: skip  # a line for time, a line for the rest


def run(*, quick: bool) -> meters.Table:
    """Freeze and work out on both databases."""
    table = meters.Table("A bonus run: 5 components, of them one gated and one pool for all, tallies for all", COLUMNS)
    people, months = (QUICK, MONTHS[:1]) if quick else (PEOPLE, MONTHS)
    for kind in places.KINDS:
        with places.place(kind) as where:
            with places.application(where, company=False):
                fill(people, months)
            found = [_command(where, month) for month in months]
            with places.application(where, company=False):
                _check(people, len(months))
            walls, waited, own, server, peaks = zip(*found, strict=True)
            middle = meters.middle(walls)
            row = (kind, people, middle, meters.middle(waited), max(walls), meters.middle(own), meters.middle(server))
            table.add(*row, round(people / (middle - meters.middle(waited))), max(peaks), meters.load())
    table.notes.append("of them waiting: for a core, while other work had both; statements /s is without that.")
    table.notes.append(f"Medians of {len(months)}; peak MB: of the command, without PostgreSQL's.")
    return table


def fill(people: int, months: Sequence[str]) -> None:
    """Make participants and, in bulk, what each did in every month, in a new database."""
    upgrade(directory=str(MIGRATIONS))
    rulebook.publish(BOOK, today=SINCE, since=SINCE, name="bench", now=0)
    db.session.commit()
    chance, numbers = random.Random(1), range(1, people + 1)
    connection = begin_write()
    facts.changed(connection, rescore=False)
    rows: list[tuple[object, ...]]
    rows = [(n, f"user{n}@example.com", f"Name {n * 7919 % people:06}", "employee", _hired(n)) for n in numbers]
    _put("participant", ("id", "email", "name", "role", "hired_on"), rows)
    connection.execute(insert(Batch).values(received=0, door="bench"))
    scoring.prepare(connection)
    series = {
        row.metric: row.id for row in connection.execute(select(Series.metric, Series.id).where(Series.starts == 0))
    }
    most = {"contacts": 60, "calls": 90, "days": 22, "deals": 14}
    done = {name: [UNIT * chance.randint(0, top) for _ in numbers] for name, top in most.items()}
    done["revenue"] = [UNIT // 100 * chance.randrange(5_000_000) for _ in numbers]
    for name, values in sorted(done.items()):
        for month in months:
            first = period.parse(month)[1]
            tallies: list[tuple[object, ...]] = [
                (bucket_of(n), series[name], n, first, value) for n, value in zip(numbers, values, strict=True)
            ]
            _put("tally", ("bucket", "series", "holder", "period", "value"), sorted(tallies))
    db.session.commit()
    rescoring.run_to_end()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(text("ANALYZE"))


def _hired(number: int) -> int | None:
    """Let every twentieth come within the first month."""
    return None if number % 20 else period.parse(MONTHS[0])[1] + number % 28


def _put(table: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    for begin in range(0, len(rows), CHUNK):
        statements.insert_new(db.session.connection(), table, columns, rows[begin : begin + CHUNK])


def _command(where: Place, month: str) -> tuple[float, float, float, float, int]:
    """Freeze and work out; return seconds, those spent waiting for a core, CPU seconds of both, and the most MB."""
    server, begun = meters.ticks(where.server()), time.perf_counter()
    process = where.command("bonuses", "work-out", "sales", month)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    wall = time.perf_counter() - begun
    waited = int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[1]) / 1e9
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (where.folder / "printed").read_text()[-2000:]
    server = meters.ticks(where.server()) - server
    return wall, waited, used.ru_utime + used.ru_stime, server, round(used.ru_maxrss / 1024)


def _check(people: int, times: int) -> None:
    """See that everybody has a statement each time, and that the pool was given away to the cent."""
    assert db.session.scalar(select(func.count()).select_from(BonusStatement)) == people * times
    pools = select(func.sum(BonusLine.amount)).where(BonusLine.key == "pool").group_by(BonusLine.run)
    assert set(db.session.scalars(pools)) == {POOL * 100}
