"""``flask demo``: something to look at within a minute."""

from __future__ import annotations

import os
import resource
import secrets
import shlex
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app
from flask.cli import with_appcontext

from adoption import auth
from adoption import clock
from adoption import facts
from adoption.cli import _common
from adoption.demo import loans
from adoption.demo import setting
from adoption.demo import show
from adoption.demo import story
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.files import FileError
from config import ROOT

if TYPE_CHECKING:
    from flask import Flask

    from config import Settings

HOST = "127.0.0.1"
THREADS = 16
ENDING = 10  # seconds a child process has to end by itself


def init_app(app: Flask) -> None:
    """Add the command."""
    app.cli.add_command(demo)


@click.command()
@click.option("--data", metavar="FILE", help="A real log instead of the made-up company: person,ts,action,phase,case.")
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve it when it is filled.")
@click.option("--port", type=click.IntRange(1, 65_535), default=5000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), default=ROOT / "instance", help="Where demo.db is made.")
@with_appcontext
def demo(data: str | None, serve: bool, port: int, folder: Path) -> None:
    """Fill a fresh database with a company and three months of its activity, show what came of it, and serve it.

    The database is instance/demo.db, made anew each time; no other database is touched.
    """
    started = time.monotonic()
    if serve and _is_taken(port):
        msg = f"port {port} is in use; choose another with --port"
        raise click.ClickException(msg)
    try:
        with setting.alone(folder) as lock:
            root = f"http://{HOST}:{port}"
            settings = setting.settings_of(current_app.extensions["settings"], folder, root)
            setting.fresh(folder)
            path, token = _fill(settings, data, started)
            click.echo(_directions(root, path, token, settings))
            if serve:
                _serve(settings, port, lock)
    except (AdoptionError, FileError) as error:
        raise click.ClickException(str(error)) from None


def _fill(settings: Settings, data: str | None, started: float) -> tuple[str, str]:
    """Make everything and show it; return a path of the API worth looking at, and a token for it."""
    from adoption import create_app  # noqa: PLC0415  # whoever makes applications has imported this module

    with create_app(settings).app_context():
        setting.migrate()
        now = clock.now()
        with _common.progress("Loading a real log" if data else "Three months of a company") as report:
            if data:
                day, counted = loans.fill(data, report)
            else:
                day, counted = facts.current().today(now), story.fill(now, report)
        click.echo(f"\n{len(facts.current().people)} people, {counted[0]} activities, {counted[1]} delivered twice\n")
        for line in (*show.lines(day), *show.cast()):
            click.echo(line)
        path = show.sample(day)
        token = auth.create_token("demo", ("admin",), email=None, now=now)
        db.session.commit()
        db.engine.dispose()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    click.echo(f"Done in {time.monotonic() - started:.1f} s, at most {megabytes:.0f} MB of memory.\n")
    return path, token


def _directions(root: str, path: str, token: str, settings: Settings) -> str:
    environ = " ".join(f"{name}={shlex.quote(value)}" for name, value in _environ(settings).items())
    return f"""Look at
  the pages, as whom you like   {root}/
  the API and what it answers   {root}/api/v1/
  a board, with this token      curl -H 'Authorization: Bearer {token}' '{root}/api/v1/{path}'
  letters that were sent        {settings.mail_folder}
  everything that was earned    {environ} flask awards export
  a second opinion              {environ} flask verify
"""


def _environ(settings: Settings) -> dict[str, str]:
    """Return the settings with which other commands work on the demo."""
    return {
        "DATABASE_URL": settings.database_url,
        "ARCHIVE_FOLDER": str(settings.archive_folder),
        "MAIL_FOLDER": str(settings.mail_folder),
        "ORGANISATION_ZONE": settings.organisation_zone.key,
    }


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


def _serve(settings: Settings, port: int, lock: int) -> None:
    """Serve with the scheduler beside, until somebody stops it; if one of the two ends, so does the other."""
    own = {
        "ORGANISATION_NAME": settings.organisation_name,
        "PUBLIC_URL": str(settings.public_url),
        "SMTP_URL": "",  # nobody of the demo exists
        "SPOONFUL_DEMO": "1",
        "SECRET_KEY": settings.secret_key or secrets.token_hex(32),
    }
    environ = os.environ | _environ(settings) | own
    server = (
        "gunicorn",
        "--worker-class",
        "gthread",
        "--threads",
        str(THREADS),
        "--bind",
        f"{HOST}:{port}",
        "wsgi:app",
    )
    commands = (server, ("flask", "scheduler"))
    children = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environ, pass_fds=(lock,))  # noqa: S603  # ours
        for command in commands
    ]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
        msg = "the server or the scheduler ended by itself; what it said is above"
        raise click.ClickException(msg)
    except KeyboardInterrupt:
        pass
    finally:
        for child in children:
            child.terminate()
        for child in children:
            with suppress(subprocess.TimeoutExpired):
                child.wait(ENDING)
            child.kill()
