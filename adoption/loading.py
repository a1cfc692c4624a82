"""A whole file through intake: the next batch is read while the current one is stored, in bounded memory."""

from __future__ import annotations

import gc
import queue
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from flask import current_app

from adoption import clock
from adoption import intake
from adoption.files import Refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from flask import Flask

    from adoption.files import Batch

AHEAD = 2  # batches that may wait, read but not stored
COLLECT = 50  # batches between two collections of garbage
PATIENCE = 0.1  # seconds after which the reading thread looks whether it is still wanted


@dataclass(slots=True)
class Totals:
    """What became of a file so far; ``last`` is the last line that is dealt with."""

    accepted: int = 0
    duplicates: int = 0
    refused: int = 0
    signals: int = 0
    last: int = 0


class _Ready(NamedTuple):
    """A batch that was read; without a batch there are no more, or reading failed."""

    batch: Batch | None
    incoming: intake.Incoming | None
    error: Exception | None


def load(
    batches: Iterable[Batch],
    *,
    door: str,
    totals: Totals,
    refuse: Callable[[Sequence[Refused]], None],
    report: Callable[[Batch], None],
) -> None:
    """Store and score batches, and commit each; add up in ``totals`` what became of them.

    Raises:
        adoption.files.FileError: the file breaks off; what came before is stored.
    """
    with _without_collecting() as collect, _reading(batches) as ready:
        for number, (batch, incoming, error) in enumerate(iter(ready.get, None)):
            if error is not None:
                raise error
            if batch is None or incoming is None:
                return
            receipt = intake.commit(incoming, door=door, now=clock.now())
            refused = sorted([*batch.refused, *_refused(batch, receipt)])
            totals.accepted += receipt.accepted
            totals.duplicates += receipt.duplicates
            totals.refused += len(refused)
            totals.signals += receipt.signals
            totals.last = batch.last
            if refused:
                refuse(refused)
            report(batch)
            if number % COLLECT == COLLECT - 1:
                collect()


def _refused(batch: Batch, receipt: intake.Receipt) -> Iterator[Refused]:
    for one in receipt.refused:
        yield Refused(batch.lines[one.index], one.id, one.fault, batch.origins[one.index])


@contextmanager
def _reading(batches: Iterable[Batch]) -> Iterator[queue.Queue[_Ready]]:
    """Read batches in a thread of their own: parsing the next one goes on while the database works on this one."""
    ready: queue.Queue[_Ready] = queue.Queue(AHEAD)
    over = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # what threads need
    thread = threading.Thread(target=_read, args=(app, batches, ready, over), daemon=True)
    thread.start()
    try:
        yield ready
    finally:
        over.set()
        thread.join()


def _read(app: Flask, batches: Iterable[Batch], ready: queue.Queue[_Ready], over: threading.Event) -> None:
    def put(one: _Ready) -> None:
        while not over.is_set():
            try:
                ready.put(one, timeout=PATIENCE)
            except queue.Full:
                continue
            return

    try:
        with app.app_context():
            for batch in batches:
                put(_Ready(batch, intake.read(batch.items, clock.now()), None))
                if over.is_set():
                    return
        put(_Ready(None, None, None))
    except Exception as error:  # noqa: BLE001  # raised again where the batches are stored
        put(_Ready(None, None, error))


@contextmanager
def _without_collecting() -> Iterator[Callable[[], object]]:
    """Switch automatic collection of garbage off, and give a way to collect now and then.

    A batch makes tens of thousands of small objects that all die together.  The collector would look through them again
    and again and find nothing: that takes as long as everything else together.  What was there before is frozen, so
    that the collections in between look at the load alone; they keep the memory bounded.
    """
    was = gc.isenabled()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if was:
            gc.enable()
