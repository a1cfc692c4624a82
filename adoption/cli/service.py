"""``flask scheduler``, ``flask jobs``, ``flask rescore``: what the service does by itself."""

from __future__ import annotations

import signal
import threading
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup
from flask.cli import with_appcontext
from sqlalchemy import func
from sqlalchemy import select

from adoption import jobs as timetable
from adoption import scheduler as schedulers
from adoption.cli import _common
from adoption.extensions import db
from adoption.models import JobRun

if TYPE_CHECKING:
    from typing import Any

    from flask import Flask
    from sqlalchemy import Row

jobs = AppGroup("jobs", help="List and run the jobs of the timetable.", no_args_is_help=True)


def init_app(app: Flask) -> None:
    """Add the commands."""
    app.cli.add_command(jobs)
    app.cli.add_command(scheduler)
    app.cli.add_command(rescore)


@click.command()
@with_appcontext
def scheduler() -> None:
    """Run the timetable. A second one stands by and takes over when this one ends, however it ends."""
    _common.need_database()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    schedulers.serve(stop, lambda text: click.echo(f"scheduler: {text}"))


@click.command()
@with_appcontext
def rescore() -> None:
    """Bring the tallies in line with changed facts, now."""
    _run("rescore")


@jobs.command("list")
def listing() -> None:
    """List the jobs, when they run, and how the last run of each ended."""
    _common.need_database()
    last = select(func.max(JobRun.id)).group_by(JobRun.job)
    runs = {row.job: row for row in db.session.execute(select(JobRun.__table__).where(JobRun.id.in_(last)))}
    for name, job in timetable.JOBS.items():
        click.echo(f"{name:<16} {job.description} ({job.trigger})")
        click.echo(f"{'':<16} {_told(runs.get(name))}")


@jobs.command("run")
@click.argument("name", type=click.Choice(list(timetable.JOBS)))
def run(name: str) -> None:
    """Run a job now."""
    _run(name)


def _run(name: str) -> None:
    _common.need_database()
    try:
        with _common.progress(name) as report:
            message = timetable.run(name, report)
            report(1, 1)
    except timetable.FailedError as error:
        msg = f"{name} failed: {error}"
        raise click.ClickException(msg) from None
    click.echo(f"{name}: {message or 'nothing to do, or another process is doing it'}")


def _told(row: Row[Any] | None) -> str:
    if row is None:
        return "has not run yet, or had nothing to do"
    when = datetime.fromtimestamp(row.started / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    far = f" {row.done} of {row.total}" if row.state == "running" and row.total else ""
    return f"{row.state}{far} {when} {row.message}".rstrip()
