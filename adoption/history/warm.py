"""An engine that stays open between questions: opening an archive costs more than most questions to it.

One for each process, for one archive and one version of the facts; who comes while another asks waits for their turn,
so a process never spends more than one engine's memory on it.  What is derived (records that reached a milestone, what
a metric counts by day) stays too, as far as there is room: who changes a target again and again asks for the same.
"""

from __future__ import annotations

import os
import threading
from contextlib import ExitStack
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import current_app

from adoption.errors import AdoptionError
from adoption.history.questions import Kept
from adoption.history.questions import prepared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from adoption.facts import Known
    from adoption.history.engine import Engine
    from adoption.history.manifest import Archive

STAYS = {"outcome": 6, "daily": 6}  # relations of each kind that stay for the next question
SEEN = 12  # small answers that stay
_MAKING = threading.Lock()


class CancelledError(AdoptionError):
    """The run was cancelled."""


class Warm:
    """The engine of a process, if it has one."""

    def __init__(self) -> None:
        """Begin without."""
        self.lock = threading.Lock()
        self.process = os.getpid()
        self._key: tuple[object, ...] = ()
        self._stack = ExitStack()
        self._engine: Engine | None = None
        self._kept = Kept()

    def take(self, archive: Archive, known: Known, *, owners: bool) -> tuple[Engine, Kept]:
        """Return the engine for this archive and these facts; open it if there is none."""
        key = (archive.folder, archive.files, known.version)
        fits = self._engine is not None and self._key[:3] == key and (self._key[3] or not owners)
        if self._engine is None or not fits:
            self.close()
            self._engine = self._stack.enter_context(prepared(archive, known, owners=owners))
            self._key = (*key, owners)
        return self._engine, self._kept

    def tidy(self) -> None:
        """Let go of what the next question will not ask for."""
        if self._engine is None:
            return
        for kind in {kind for kind, _ in self._kept}:
            names = [key for key in self._kept if key[0] == kind]
            for key in names[: len(names) - STAYS.get(kind, 0)]:
                self._engine.drop(self._kept.pop(key))
        for one in list(self._kept.seen)[:-SEEN]:
            del self._kept.seen[one]

    def close(self) -> None:
        """Close the engine; its working folder vanishes."""
        self._stack.close()
        self._engine, self._kept, self._key = None, Kept(), ()


@contextmanager
def lent(
    archive: Archive, known: Known, *, owners: bool = False, stop: threading.Event | None = None
) -> Iterator[tuple[Engine, Kept]]:
    """Lend the process's engine; ``stop`` interrupts what it is doing.

    Raises:
        CancelledError: it was stopped.
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    own = _own()
    with own.lock:
        try:
            engine, kept = own.take(archive, known, owners=owners)
            with _interruptible(engine.connection, stop):
                yield engine, kept
            own.tidy()
        except BaseException as error:
            own.close()  # whatever it was doing is half done
            if stop is not None and stop.is_set() and not isinstance(error, CancelledError):
                raise CancelledError from error
            raise


def forget() -> None:
    """Close the process's engine, if there is one."""
    own = _own()
    with own.lock:
        own.close()


def _own() -> Warm:
    """Return what this process has; an engine that was inherited through a fork is nobody's."""
    with _MAKING:
        own: Warm | None = current_app.extensions.get("warm_history")
        if own is None or own.process != os.getpid():
            own = current_app.extensions["warm_history"] = Warm()
        return own


@contextmanager
def _interruptible(connection: DuckDBPyConnection, stop: threading.Event | None) -> Iterator[None]:
    """Interrupt the connection when ``stop`` is set, for the length of the block."""
    if stop is None:
        yield
        return
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            if stop.wait(0.2) and not over.wait(0.05):
                connection.interrupt()  # again and again: one that comes between two queries is lost

    watcher = threading.Thread(target=watch, name="interrupts a dry run", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
