"""How long a board of 100,000 participants takes: to read with one's neighbours, and to rank anew.

``python -m bench.boards`` prints the table.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from flask_migrate import upgrade
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import text

from adoption import boards
from adoption import create_app
from adoption import facts
from adoption import rescoring
from adoption import rulebook
from adoption import scoring
from adoption import statements
from adoption.boards import snapshots
from adoption.extensions import MIGRATIONS
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Series
from adoption.models import bucket_of
from config import Settings
from rules import period
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

PEOPLE = 100_000
READS = 300
CHUNK = 10_000
BOOK = """
[metric.calls]
counts = "call.completed"
[board.large]
metric = "calls"
per = "week"
[board.small]
metric = "calls"
per = "month"
"""


def run() -> list[tuple[str, str]]:
    """Measure on both databases; return what was measured and the figure."""
    found = []
    for name, database in (("SQLite", sqlite), ("PostgreSQL", postgresql)):
        with database() as url, application(url):
            fill()
            found += [(f"{name}: {what}", figure) for what, figure in measure()]
    return found


@contextmanager
def sqlite() -> Iterator[str]:
    """Give the address of a new SQLite file."""
    with tempfile.TemporaryDirectory(prefix="spoonful-bench-") as folder:
        yield f"sqlite:///{folder}/bench.db"


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the address of a new PostgreSQL server's database."""
    with servers.running(durable=True) as server:
        yield server.url()


@contextmanager
def application(url: str) -> Iterator[None]:
    """Work inside an application on an empty, migrated database."""
    with tempfile.TemporaryDirectory(prefix="spoonful-bench-") as archive:
        environ = {"DATABASE_URL": url, "SECRET_KEY": "of no use to anybody, only measured", "ARCHIVE_FOLDER": archive}
        app = create_app(Settings.from_environment({"ORGANISATION_ZONE": "Europe/Amsterdam", **environ}))
        with app.app_context():
            upgrade(directory=str(Path(MIGRATIONS)))
            yield
            db.session.remove()
            db.engine.dispose()


def fill() -> None:
    """Make the participants and, in bulk, their tallies of this week, and those of 5,000 of them of this month."""
    chance = random.Random(1)
    rulebook.publish(BOOK, today=date(2025, 1, 6).toordinal(), since=date(2025, 1, 6).toordinal(), name="bench", now=0)
    db.session.commit()
    connection = begin_write()
    facts.changed(connection, rescore=False)
    numbers = range(1, PEOPLE + 1)
    people = [(n, f"user{n}@example.com", f"Name {n * 7919 % PEOPLE:06}", "employee") for n in numbers]
    put("participant", ("id", "email", "name", "role"), people)
    connection.execute(insert(Batch).values(received=now(), door="bench"))
    scoring.prepare(connection)
    whole = select(Series.per, Series.id).where(Series.starts == 0)  # of periods that the book covers entirely
    series = {row.per: row.id for row in connection.execute(whole)}
    today = facts.current().today(now())
    for per, size in (("week", PEOPLE), ("month", 5_000)):
        first = period.start(per, today)
        rows = [(bucket_of(n), series[per], n, first, 10_000 * int(chance.paretovariate(0.8))) for n in numbers[:size]]
        put("tally", ("bucket", "series", "holder", "period", "value"), sorted(rows))
    db.session.commit()
    rescoring.run_to_end()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
        own.execute(text("ANALYZE"))


def put(table: str, columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Insert many rows."""
    for begin in range(0, len(rows), CHUNK):
        statements.insert_new(db.session.connection(), table, columns, rows[begin : begin + CHUNK])


def measure() -> Iterator[tuple[str, str]]:
    """Yield figures of reading and renewing."""
    chance = random.Random(2)
    yield "the first reader of all, who ranks 100,000", milliseconds(seconds(lambda: read("large", 1)))
    times = sorted(seconds(lambda: read("large", chance.randint(1, PEOPLE))) for _ in range(READS))
    yield "a board of 100,000 with my neighbours, median", milliseconds(statistics.median(times))
    yield "the same, 99th percentile", milliseconds(times[len(times) * 99 // 100])
    times = sorted(seconds(lambda: read("small", chance.randint(1, 5_000))) for _ in range(50))
    yield "a board of 5,000, ranked for each reader, median", milliseconds(statistics.median(times))
    yield "ranking 100,000 anew, nothing has changed", milliseconds(seconds(lambda: renew(1)))
    change(chance, PEOPLE // 100)
    yield "ranking 100,000 anew, one in a hundred has changed", milliseconds(seconds(lambda: renew(2)))


def read(key: str, me: int) -> None:
    """Read a board as a request does, in a transaction of its own."""
    view = boards.standings(key, period=None, me=me)
    assert any(line.me for line in view.lines), "everybody is on the board"
    assert view.size == {"large": PEOPLE, "small": 5_000}[key]
    db.session.rollback()


def renew(turn: int) -> None:
    """Do what the job does, after it has rested."""
    later = now() + turn * 2 * snapshots.REST
    assert boards.refresh_stale(later), "a batch came a moment ago"
    db.session.commit()


def change(chance: random.Random, count: int) -> None:
    """Add to some tallies of the week."""
    connection = begin_write()
    rows = [(bucket_of(n), n) for n in chance.sample(range(1, PEOPLE + 1), count)]
    week = select(Series.id).where(Series.per == "week", Series.starts == 0)
    number = connection.execute(week).scalar_one()
    first = period.start("week", facts.current().today(now()))
    key = ("bucket", "series", "holder", "period")
    statements.add(connection, "tally", key, "value", sorted((b, number, n, first, 10_000) for b, n in rows))
    connection.execute(insert(Batch).values(received=now(), door="bench"))
    db.session.commit()


def now() -> int:
    """Return the time in microseconds."""
    return time.time_ns() // 1000


def seconds(action: Callable[[], None]) -> float:
    """Return how long an action takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def milliseconds(duration: float) -> str:
    """Write a duration."""
    return f"{duration * 1000:.1f} ms"


if __name__ == "__main__":
    for what, figure in run():
        print(f"{what:70} {figure:>12}")
