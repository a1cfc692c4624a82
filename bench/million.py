"""A million activities, with the product's own commands: ``flask activities load``, then ``flask verify``.

Each runs in a process of its own, which tells how much memory it took at most.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from sqlalchemy import func
from sqlalchemy import select

from adoption.extensions import db
from adoption.models import Award
from adoption.models import StoredActivity
from bench import made
from bench import meters
from bench import places

if TYPE_CHECKING:
    from pathlib import Path

    from bench.places import Place

COUNT, QUICK = 1_000_000, 100_000
COLUMNS = ("database", "command", "activities", "seconds", "CPU seconds", "database CPU", "peak MB", "awards", "load")


def run(*, quick: bool) -> meters.Table:
    """Load and verify on both databases."""
    table = meters.Table("A million activities, from a file and again from the archive", COLUMNS)
    count = QUICK if quick else COUNT
    for kind in places.KINDS:
        with places.place(kind) as where:
            with places.application(where):
                pass
            _write(where.folder / "made.ndjson", count)
            _command(where, table, count, "activities", "load", str(where.folder / "made.ndjson"))
            _command(where, table, count, "verify", "--new-archive")
            _command(where, table, count, "verify")
    table.notes.append("peak MB: of the command, without PostgreSQL's. The second verify finds the archive written.")
    return table


def _write(path: Path, count: int) -> None:
    with path.open("wb") as file:
        file.writelines(item + b"\n" for item in made.activities(count, actors=places.PEOPLE))


def _command(where: Place, table: meters.Table, count: int, *words: str) -> None:
    """Run a command that must succeed, and add what it took."""
    server, begun = meters.ticks(where.server()), time.perf_counter()
    process = where.command(*words)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, (where.folder / "printed").read_text()[-2000:]
    wall = time.perf_counter() - begun
    server = meters.ticks(where.server()) - server
    with places.application(where, company=False):
        assert db.session.scalar(select(func.count()).select_from(StoredActivity)) == count
        awards = db.session.scalar(select(func.count()).select_from(Award))
    name = " ".join(word for word in words if "/" not in word)
    processor = used.ru_utime + used.ru_stime
    table.add(where.kind, name, count, wall, processor, server, round(used.ru_maxrss / 1024), awards, meters.load())
