"""Things that happen at the same moment: threads of this process, and processes of their own."""

import multiprocessing
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from flask import current_app

from adoption import rewards
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Device
from tests import conftest

SOON = 10  # seconds in which something has happened, or waits for something


def at_once(*tasks):
    """Run functions in a thread each, all starting together; return what they return, or the errors they raise."""
    app = current_app._get_current_object()
    start = threading.Barrier(len(tasks))

    def run(task):
        with app.app_context():
            start.wait()
            try:
                return task()
            except Exception as error:  # noqa: BLE001  # told to whoever asked
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


class Slowly:
    """A function that runs in a thread and stops where it calls ``pause``, until it is told to go on."""

    def __init__(self, task):
        self.app = current_app._get_current_object()
        self.paused = threading.Event()
        self.goes_on = threading.Event()
        self.result = None
        self.thread = threading.Thread(target=self._run, args=(task,))
        self.thread.start()

    def _run(self, task):
        with self.app.app_context():
            try:
                self.result = task(self.pause)
            except Exception as error:  # noqa: BLE001  # told to whoever asks
                self.result = error
            finally:
                db.session.remove()
                self.paused.set()

    def pause(self):
        self.paused.set()
        assert self.goes_on.wait(SOON)

    def until_paused(self):
        assert self.paused.wait(SOON)
        return self

    def finish(self):
        self.goes_on.set()
        self.thread.join(SOON)
        assert not self.thread.is_alive()
        return self.result


def waits(slow, seconds=0.3):
    """Say whether a thread has not come to its end after a while: it waits for a lock."""
    slow.thread.join(seconds)
    return slow.thread.is_alive()


class Rush(NamedTuple):
    """So many scans of every code, by two processes together: half of them each, a thread for every scan."""

    url: str
    archive: Path
    codes: list[str]
    scans: int
    now: int

    def run(self):
        """Return what all scans said."""
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(self.scans)
        with context.Manager() as manager:
            said = manager.list()
            workers = [context.Process(target=_scanner, args=(self, start, said)) for _ in range(2)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
                assert worker.exitcode == 0
            return list(said)


def _scanner(rush, start, said):
    with conftest.pushed(conftest.application(rush.url, rush.archive)) as app:
        devices = db.session.scalars(db.select(Device.id).order_by(Device.id)).all()
        db.session.remove()

        def run(number):
            with app.app_context():
                found = []
                start.wait(60)
                for code in rush.codes:
                    verdict = rewards.scan(begin_write(), code, devices[number % len(devices)], rush.now)
                    db.session.commit()
                    found.append(verdict.said)
                db.session.remove()
                return found

        with ThreadPoolExecutor(rush.scans // 2) as pool:
            for words in pool.map(run, range(rush.scans // 2)):
                said.extend(words)
