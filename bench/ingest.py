"""File → validated → stored → scored → awards, against the raw insert of the same activities.

Both insert the same activities in turn, each into its own table that grows alike, in transactions of the same size; so
a figure of a noisy machine is compared with one of the same minute.
"""

from __future__ import annotations

import gc
import itertools
import time
from contextlib import contextmanager
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING

from sqlalchemy import text

from adoption import files
from adoption import loading
from adoption.extensions import db
from bench import made
from bench import meters
from bench import places
from bench import raw

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from bench.meters import Spent
    from bench.places import Place

SIZES = (5_000, 20_000)  # activities of a transaction
ROUND = 60_000  # activities inserted by each in turn
ROUNDS = 5
HISTORIES = (100_000, 500_000, 1_000_000, 2_000_000)
QUICK = (100_000, 300_000)
COLUMNS = (
    "database", "history", "batch", "pipeline /s", "raw", "raw /s", "ratio", "lowest", "highest", "CPU ratio", "load",
)  # fmt: skip


def run(*, quick: bool) -> meters.Table:
    """Measure on both databases, as history grows."""
    table = meters.Table(f"Ingestion against the raw insert ({places.PEOPLE} people, 10 teams, 8 metrics)", COLUMNS)
    for kind in places.KINDS:
        with places.place(kind) as where, places.application(where), _without_collecting():
            _measure(where, table, QUICK if quick else HISTORIES, 3 if quick else ROUNDS)
    table.notes += [
        "Medians; ratio: raw seconds / pipeline seconds of the same round. CPU ratio: with the database server's time.",
        "raw: `executemany` of the bare driver, or one INSERT … SELECT from JSON for each batch; unique key only.",
    ]
    return table


def _measure(where: Place, table: meters.Table, histories: Sequence[int], rounds: int) -> None:
    stream = made.activities(max(histories) + 2 * rounds * len(SIZES) * ROUND, actors=places.PEOPLE)
    tables = raw.tables(where)
    stored = 0
    for history in histories:
        while stored < history:
            items = list(itertools.islice(stream, min(100_000, history - stored)))
            _insert(tables, raw.prepared(items, _now()), max(SIZES))
            _load(items, max(SIZES))
            stored += len(items)
        for size in SIZES:
            found = []
            for number in range(rounds):
                items = list(itertools.islice(stream, ROUND))
                found.append(_round(where, tables, items, size, reverse=bool(number % 2)))
                stored += len(items)
                gc.collect()
            _report(table, where.kind, history, size, found)
    for one in tables.values():
        one.close()


def _round(
    where: Place, tables: dict[str, raw.Raw], items: list[bytes], size: int, *, reverse: bool
) -> dict[str, Spent]:
    """Insert the same activities in each way, in turn."""
    rows = raw.prepared(items, _now())
    actions: dict[str, Callable[[], None]] = {
        way: partial(_insert, {way: table}, rows, size) for way, table in tables.items()
    }
    actions["pipeline"] = partial(_load, items, size)
    order = list(actions)[::-1] if reverse else list(actions)
    found = {}
    for way in order:
        _settle(where)
        found[way] = meters.spent(actions[way], where.server)
    return found


def _insert(tables: dict[str, raw.Raw], rows: raw.Rows, size: int) -> None:
    for one in tables.values():
        for begin in range(0, len(rows), size):
            one.insert(rows[begin : begin + size])


def _load(items: list[bytes], size: int) -> None:
    """Load a file as ``flask activities load`` does."""
    totals = loading.Totals()
    source = files.source.Source(BytesIO(b"\n".join(items)), "bench", None)
    batches = files.batches(source, size, None)
    loading.load(batches, door="file", totals=totals, refuse=lambda _: None, report=lambda _: None)
    assert (totals.accepted, totals.duplicates, totals.refused) == (len(items), 0, 0), totals


def _settle(where: Place) -> None:
    """Let nobody pay for what another left behind: write what waits in the server's memory."""
    if where.kind == "PostgreSQL":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as own:
            own.execute(text("CHECKPOINT"))


def _report(table: meters.Table, kind: str, history: int, size: int, found: list[dict[str, Spent]]) -> None:
    speed = {way: ROUND / meters.middle([one[way].wall for one in found]) for way in found[0]}
    for way in raw.WAYS:
        ratios = [one[way].wall / one["pipeline"].wall for one in found]
        processor = meters.middle([one[way].processor / one["pipeline"].processor for one in found])
        row = (round(speed["pipeline"]), way, round(speed[way]), meters.middle(ratios), min(ratios), max(ratios))
        table.add(kind, history, size, *row, processor, meters.load())


def _now() -> int:
    return time.time_ns() // 1000


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Switch the collection of garbage off for everybody, as loading does for itself."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
