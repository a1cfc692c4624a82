"""One run of a job: by one process at a time, with a row that tells how far it came."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from flask import current_app
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import insert
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from adoption import clock
from adoption import locks
from adoption import statements
from adoption.errors import StoppedError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.jobs.timetable import JOBS
from adoption.models import JobRun
from adoption.models import JobWish

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.jobs.timetable import Job
    from adoption.jobs.work import Report

EVERY = 1.0  # seconds between two notes of how far a job is


class FailedError(Exception):
    """The job failed; the log and the row of its run tell why."""


def run(name: str, watch: Report, *, scheduled: bool = False) -> str | None:
    """Run a job here and now; return what it did, or ``None`` if there was nothing to do or another process does it.

    ``watch`` is told how far it is, and may raise ``StoppedError``.

    Raises:
        FailedError: it failed.
    """
    job = JOBS[name]
    with locks.held(f"job-{name}") as ours:
        if ours is None:
            return None
        asked = _taken(name)
        needed = job.needed() if scheduled and not asked else True
        db.session.rollback()
        if needed is False:
            return None
        row = _Row(name, watch)
        if needed:
            row.begin()
        return row.follow(job)


def ask(connection: Connection, name: str, now: int) -> None:
    """Let the scheduler run a job as soon as it looks, in the caller's transaction.

    Raises:
        KeyError: there is no such job.
    """
    if name not in JOBS:
        raise KeyError(name)
    statements.put(connection, "job_wish", ("job",), ("asked",), [(name, now)])


def leave_none() -> int:
    """Note of each run that says it goes on, though nobody runs its job, that its process ended; return how many.

    Whoever takes the timetable over does so: what another was doing when it was killed is not told as going on.
    """
    going = db.session.scalars(select(JobRun.job).where(JobRun.state == "running").distinct()).all()
    db.session.rollback()
    gone = 0
    for name in going:
        with locks.held(f"job-{name}") as ours:
            if ours is not None:
                gone += _end_left(begin_write(), name)
                db.session.commit()
    return gone


def _end_left(connection: Connection, name: str) -> int:
    gone = {"state": "failed", "finished": clock.now(), "message": "the process ended before the job did"}
    left = update(JobRun).where(JobRun.job == name, JobRun.state == "running")
    return connection.execute(left.values(gone)).rowcount


def underway(name: str) -> bool:
    """Say whether a job runs, or somebody asked for it and the scheduler has not looked yet; one query."""
    wish = select(JobWish.job).where(JobWish.job == name)
    going = select(JobRun.id).where(JobRun.job == name, JobRun.state == "running")
    return bool(db.session.scalar(select(or_(exists(wish), exists(going)))))


def wanted() -> list[str]:
    """Return the jobs that somebody asked for, and that have not begun since; one query."""
    asked = db.session.scalars(select(JobWish.job)).all()
    db.session.rollback()
    return [name for name in asked if name in JOBS]


def _taken(name: str) -> bool:
    """Take the wish for a job that begins now, and say whether there was one: whoever asks later is served again."""
    there = db.session.scalar(select(exists().where(JobWish.job == name)))
    db.session.rollback()
    if not there:
        return False
    begin_write().execute(delete(JobWish).where(JobWish.job == name))
    db.session.commit()
    return True


def _reason(error: Exception) -> str:
    """Say what a job tripped over; what a database says after its first line may be a row of somebody's."""
    said = str(error).partition("\n")[0] if isinstance(error, SQLAlchemyError) else str(error)
    return f"{type(error).__name__}: {said}"[:1000]


class _Row:
    """The row of one run: begun when there is something to do, and kept up to date about once a second."""

    def __init__(self, name: str, watch: Report) -> None:
        self.name = name
        self.watch = watch
        self.number: int | None = None
        self.far: dict[str, int] = {}
        self.noted = 0.0

    def begin(self) -> None:
        """Insert the row.  Whatever row of this job still says ``running`` was left by a process that is gone."""
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            _end_left(connection, self.name)
            row = {"job": self.name, "state": "running", "started": clock.now(), "done": 0, "message": ""}
            self.number = connection.execute(insert(JobRun).values(row).returning(JobRun.id)).scalar_one()

    def follow(self, job: Job) -> str | None:
        """Run the job to its end and note how it ended."""
        try:
            message = job.run(self.report)
        except StoppedError:
            db.session.rollback()
            self._note(
                state="stopped", finished=clock.now(), message="the process was asked to stop; it goes on another time"
            )
            return None
        except Exception as error:  # whatever the job trips over: it is noted, logged and raised
            db.session.rollback()
            current_app.logger.exception("The job %s failed.", self.name)
            reason = _reason(error)
            self._note(state="failed", finished=clock.now(), message=reason)
            raise FailedError(reason) from error
        if message is not None or self.number is not None:
            self._note(state="done", finished=clock.now(), message=message or "nothing to do")
        return message

    def report(self, done: int, total: int) -> None:
        """Note how far the job is.  Called between its transactions, never within one."""
        self.far = {"done": done, "total": total}
        if time.monotonic() - self.noted >= EVERY:
            self._note()
            self.noted = time.monotonic()
        self.watch(done, total)

    def _note(self, **values: object) -> None:
        if self.number is None:
            self.begin()
        with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
            connection.execute(update(JobRun).where(JobRun.id == self.number).values(self.far | values))
