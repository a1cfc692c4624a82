"""Where measurements happen: new databases that lose nothing in a power cut, and a company of 300 in 10 teams."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from flask_migrate import upgrade

from adoption import create_app
from adoption import facts
from adoption import rulebook
from adoption import statements
from adoption.extensions import MIGRATIONS
from adoption.extensions import begin_write
from adoption.extensions import db
from bench import made
from config import Settings
from rules import period
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
PEOPLE = 300
TEAMS = 10
KINDS = ("SQLite", "PostgreSQL")


@dataclass(frozen=True)
class Place:
    """A database of its own, what commands need to find it, and the server's processes, if there is one."""

    kind: str
    url: str
    folder: Path
    server: Callable[[], list[int]]

    @property
    def environ(self) -> dict[str, str]:
        """Return the settings of an application that works here."""
        return {
            "DATABASE_URL": self.url,
            "SECRET_KEY": "of no use to anybody, only measured",
            "ORGANISATION_ZONE": "Europe/Amsterdam",
            "ARCHIVE_FOLDER": str(self.folder / "archive"),
            "LOG_LEVEL": "WARNING",
        }

    def command(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a ``flask`` command here; what it prints goes to a file."""
        with (self.folder / "printed").open("ab") as out:
            whole = [sys.executable, "-m", "flask", *words]
            return subprocess.Popen(whole, cwd=ROOT, env=os.environ | self.environ, stdout=out, stderr=out)


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """Give a new, empty database of a kind, on disk."""
    with tempfile.TemporaryDirectory(prefix="spoonful-bench-") as name:
        folder = Path(name)
        if kind == "SQLite":
            yield Place(kind, f"sqlite:///{folder}/bench.db", folder, list)
            return
        with servers.running(durable=True) as server:
            lock = server.folder / "data" / "postmaster.pid"
            yield Place(kind, server.url(), folder, lambda: family(int(lock.read_text().split()[0])))


def family(process: int) -> list[int]:
    """Return a process and its children."""
    found = [process]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == process:
            found.append(int(stat.parent.name))
    return found


@contextmanager
def application(where: Place, *, company: bool = True) -> Iterator[None]:
    """Work inside an application there; with a company and its book, unless they are there already."""
    app = create_app(Settings.from_environment(where.environ))
    with app.app_context():
        try:
            if company:
                upgrade(directory=str(MIGRATIONS))
                _hire()
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


def _hire() -> None:
    """Store people with their teams and identities, and publish the book from a week before anything happens."""
    connection = begin_write()
    facts.changed(connection, rescore=False)
    numbers = range(1, PEOPLE + 1)
    rows = [
        (n, f"{actor}@example.com", f"User {n}", "employee")
        for n, actor in zip(numbers, made.people(PEOPLE), strict=True)
    ]
    statements.insert_new(connection, "participant", ("id", "email", "name", "role"), rows)
    identities = sorted((made.SOURCE, actor, n) for n, actor in zip(numbers, made.people(PEOPLE), strict=True))
    statements.insert_new(connection, "identity", ("source", "id", "participant"), identities)
    teams = [(n, f"Team {n}") for n in range(1, TEAMS + 1)]
    statements.insert_new(connection, "team", ("id", "name"), teams)
    places = [(n, n, 1 + n % TEAMS, 1, period.FOREVER) for n in numbers]
    statements.insert_new(connection, "membership", ("id", "participant", "team", "starts", "ends"), places)
    db.session.commit()
    since = (made.START - timedelta(days=7)).date().toordinal()
    rulebook.publish(made.BOOK, today=since, since=since, name="bench", now=0)
    db.session.commit()
