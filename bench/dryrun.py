"""Dry runs over a million and ten million activities: the first one of a process, and those after it.

The archive is written by DuckDB itself, from ``range()``, in files as large and as sorted as the archive's own: storing
ten million activities first would take ten minutes and measure something else.  Each case runs in a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import time
from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import insert

from adoption import facts
from adoption import rulebook
from adoption import statements
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import ArchiveFile
from adoption.models import Batch
from bench import meters
from bench import places
from rules import book as books
from rules import period

if TYPE_CHECKING:
    from pathlib import Path

    from adoption.history.engine import Engine
    from bench.places import Place

SIZES, QUICK = (1_000_000, 10_000_000), (200_000,)
ACTIVITIES_EACH = 1_000  # of a participant
FIRST = date(2026, 1, 5).toordinal()
DAYS = 280
EPOCH = date(1970, 1, 1).toordinal()
RULES = {
    "calls": '[incentive.r]\nmetric = "calls"\nevery = 5\nper = "week"\nat_most = 3\nearns = ["lunch", "break"]\n',
    "deals over 500": '[incentive.r]\nmetric = "revenue"\nreach = 2000\nper = "month"\nearns = "lunch"\n',
    "developed contacts": '[incentive.r]\nmetric = "developed"\nevery = 2\nper = "week"\nearns = "lunch"\n',
}
BOOK = """
[milestone."contact.developed"]
record = "contact"
[[milestone."contact.developed".needs]]
key = "reachable"
on = ["contact.created", "contact.updated"]
where = { any = [{ field = "email", filled = true }, { field = "phone", filled = true }] }
[[milestone."contact.developed".needs]]
key = "talked-to"
on = ["call.completed", "meeting.completed"]
[[milestone."contact.developed".needs]]
key = "next-step"
on = ["task.created"]
[metric.developed]
counts = "contact.developed"
measure = "distinct"
of = "subject"
[metric.calls]
counts = "call.completed"
[metric.revenue]
counts = "deal.won"
measure = "sum"
of = "amount"
where = { field = "amount", more_than = 500 }
[reward.lunch]
kind = "voucher"
costs = { amount = 9.50, currency = "EUR" }
budget = { amount = 50000, per = "month" }
[reward.break]
kind = "time_off"
minutes = 10
"""
ROWS = 32_768  # of a file, as the archive has them
COLUMNS = (
    *("activities", "MB", "rule", "seeded in", "first", "its CPU", "again", "other target", "at a glance"),
    *("peak MB", "load"),
)


def run(*, quick: bool) -> meters.Table:
    """Measure each rule at each size."""
    table = meters.Table("Dry runs of a rule over a year, everybody, with a sample of 20 awards", COLUMNS)
    for size in QUICK if quick else SIZES:
        with places.place("SQLite") as where:
            begun = time.monotonic()
            _child(where, "seed", size)
            seeded = time.monotonic() - begun
            stored = sum(path.stat().st_size for path in (where.folder / "archive").glob("*.parquet")) // 1_000_000
            for rule in RULES:
                took = _child(where, "try", rule)
                figures = (took["first"], took["cpu"], took["again"], took["other"], took["glance"], took["peak"])
                table.add(size, stored, rule, seeded, *figures, meters.load())
    table.notes.append(
        "Seconds. The first run of a process opens the archive and compares its checksums; again: the same; other "
        "target: one number of the rule changed. its CPU: of both cores together, while the first ran; two free cores "
        "take a little more than half of it. The archive is seeded by DuckDB, 32,768 activities a file."
    )
    return table


def _child(where: Place, what: str, *given: object) -> dict[str, Any]:
    """Do something in a process of its own, and return what it says."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(where.kind, where.url, str(where.folder), what, given, theirs))
    process.start()
    theirs.close()
    try:
        said: dict[str, Any] = json.loads(ours.recv())
    finally:
        process.join()
    return said


def _work(kind: str, url: str, folder: str, what: str, given: tuple[Any, ...], pipe: Any) -> None:  # noqa: PLR0913, PLR0917  # what a process takes along
    from pathlib import Path  # noqa: PLC0415  # in the child

    where = places.Place(kind, url, Path(folder), list)
    with places.application(where, company=what == "seed"):
        done = _seed(where.folder / "archive", *given) if what == "seed" else _try(*given)
    pipe.send(json.dumps(done))


def _seed(folder: Path, size: int) -> dict[str, Any]:
    from adoption.history import engine as engines  # noqa: PLC0415  # its engine takes a while to load
    from adoption.history import manifest  # noqa: PLC0415

    people = size // ACTIVITIES_EACH
    _hire(people)
    since = FIRST - 7
    rulebook.publish(BOOK + RULES["calls"].replace("5", "9"), today=since, since=since, name="bench", now=0)
    folder.mkdir(parents=True, exist_ok=True)
    connection = db.session.connection()
    connection.execute(insert(Batch).values(id=-(-size // ROWS), received=0, door="bench"))
    with engines.opened(folder, memory=1_000) as engine:
        for number, begins in enumerate(range(0, size, ROWS), 1):
            path = folder / f"activities-{number:012}-{number:012}-0.parquet"
            _write(engine, path, begins, min(begins + ROWS, size), (size, people))
            row = {"path": path.name, "sha256": manifest.digest(path), "rows": min(ROWS, size - begins), "written": 0}
            connection.execute(insert(ArchiveFile).values(**row, first_batch=number, last_batch=number))
    db.session.commit()
    return {}


def _hire(people: int) -> None:
    """Let more people in than a measurement usually has."""
    connection = begin_write()
    facts.changed(connection, rescore=False)
    numbers = range(1_000, 1_000 + people)
    rows = [(n, f"p{n}@example.com", f"Person {n}", "employee") for n in numbers]
    statements.insert_new(connection, "participant", ("id", "email", "name", "role"), rows)
    identities = sorted(("crm", f"p{n - 1_000}", n) for n in numbers)
    statements.insert_new(connection, "identity", ("source", "id", "participant"), identities)
    members = [(n, n, 1 + n % places.TEAMS, 1, period.FOREVER) for n in numbers]
    statements.insert_new(connection, "membership", ("id", "participant", "team", "starts", "ends"), members)
    db.session.commit()


def _write(engine: Engine, path: Path, begins: int, ends: int, of: tuple[int, int]) -> None:
    """Write activities: contacts that are created, called, given a next step; some deals."""
    size, people = of
    day = f"CAST({FIRST} + i * {DAYS} // {size} AS INTEGER)"
    field = "{'kind': 'text', 'text': %s, 'key': NULL, 'number': %s, 'filled': true, 'marks': [%s]}"
    address = "hash(i) % 1000000000 || '@example.com'"
    text = field % (address, "NULL", address)
    amount = field % ("NULL", "CAST(100 + i % 997 AS DECIMAL(24, 12))", "'number'")
    types = (
        "CASE WHEN i % 10 < 2 THEN 'contact.created' WHEN i % 10 < 5 THEN 'call.completed' WHEN i % 10 < 7 THEN"
        " 'task.created' WHEN i % 10 < 8 THEN 'deal.won' ELSE 'note.added' END"
    )
    query = f"""
        SELECT CAST(i % 256 AS SMALLINT) AS bucket, 'crm' AS source, md5('' || i) AS id, {types} AS type,
            CAST(({day} - {EPOCH}) * 86400000000 + 30000000000 + hash(i) % 30000000000 AS BIGINT) AS time,
            {day} AS day, 'contact/' || (i // 10) % {size // 10} AS subject, 'p' || hash(i // 10) % {people} AS actor,
            CAST(NULL AS BIGINT) AS recorded, CAST(NULL AS VARCHAR) AS retracts, CAST(i // {ROWS} AS BIGINT) AS batch,
            MAP {{'email': {text}, 'amount': {amount}}} AS data
        FROM range({begins}, {ends}) AS r(i) ORDER BY type
    """
    engine.connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 4096)")


def _try(rule: str) -> dict[str, Any]:
    """Try a rule: the first time, again, with another target, and at a glance."""
    from adoption.history import trial  # noqa: PLC0415  # its engine takes a while to load

    draft = books.load(BOOK + RULES[rule])
    other = books.load(BOOK + RULES[rule].replace("every = ", "every = 1").replace("reach = ", "reach = 1"))
    took: dict[str, Any] = {}

    def clock(name: str, book: Any, ask: Any = trial.trial) -> Any:
        begun = time.perf_counter()
        found = ask(book, ["r"], FIRST, FIRST + DAYS)
        took[name] = round(time.perf_counter() - begun, 2)
        return found

    spent = time.process_time()
    found = clock("first", draft)
    took["cpu"] = round(time.process_time() - spent, 2)
    assert found.draft.awards > 0
    assert len(found.samples) == 20
    assert all(one.steps for one in found.samples)
    assert trial.encoded(clock("again", draft)) == trial.encoded(found)
    clock("other", other)
    assert clock("glance", draft, trial.glance).earned == found.draft
    took["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return took
