"""The one process that runs the timetable, and those that stand by to take its place."""

from __future__ import annotations

import logging
import threading
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from adoption import jobs
from adoption import locks
from adoption.errors import StoppedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask

POLL = 0.5  # seconds between two looks whether we lead, or still do
THREADS = 4  # jobs that may run at once


def serve(stop: threading.Event, announce: Callable[[str], None]) -> None:
    """Run the timetable, or wait until it is our turn, until ``stop`` is set."""
    said = ""

    def say(text: str) -> None:
        nonlocal said
        if text != said:
            announce(text)
        said = text

    while not stop.is_set():
        try:
            with locks.held("scheduler") as still:
                if still is None:
                    say("standing by: another scheduler runs the jobs")
                else:
                    say("running the jobs")
                    _lead(still, stop)
        except SQLAlchemyError as error:
            say(f"the database cannot be reached: {getattr(error, 'orig', None) or error}")
        stop.wait(POLL)
    announce("stopped")


def _lead(still: Callable[[], bool], stop: threading.Event) -> None:
    """Run the timetable for as long as the lock is ours."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001  # what threads need
    jobs.leave_none()
    over = threading.Event()
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(THREADS)}, timezone=UTC)
    for name, job in jobs.JOBS.items():
        at_once = {"next_run_time": datetime.now(UTC)} if isinstance(job.trigger, IntervalTrigger) else {}
        scheduler.add_job(
            _run, job.trigger, (app, name, over), id=name, coalesce=True, misfire_grace_time=None, **at_once
        )
    scheduler.start()
    try:
        while not stop.wait(POLL) and still():
            for name in jobs.wanted():  # until it begins: it may be running just now
                asked = {"id": f"asked-{name}", "replace_existing": True, "misfire_grace_time": None}
                scheduler.add_job(_run, args=(app, name, over, False), **asked)
    finally:
        over.set()
        scheduler.shutdown(wait=True)


def _run(app: Flask, name: str, over: threading.Event, scheduled: bool = True) -> None:
    def watch(_done: int, _total: int) -> None:
        if over.is_set():
            raise StoppedError

    with app.app_context():
        try:
            jobs.run(name, watch, scheduled=scheduled)
        except jobs.FailedError:
            pass  # logged, and noted in its row
        except SQLAlchemyError as error:
            app.logger.warning("The job %s could not begin: %s", name, getattr(error, "orig", None) or error)
