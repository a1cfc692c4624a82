"""Where the demo lives: a database file of its own, made anew each time, and nothing else is touched."""

from __future__ import annotations

import fcntl
import sqlite3
from contextlib import closing
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from flask_migrate import upgrade

from adoption.errors import AdoptionError
from adoption.extensions import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from config import Settings

NAME = "demo.db"
ZONE = ZoneInfo("Europe/Amsterdam")
MARK = 0x5350_4F4E  # SQLite's application_id of a demo: what has another one is somebody's data
_HEAD = b"SQLite format 3\0"
_AT = slice(68, 72)  # where SQLite keeps that number


class InTheWayError(AdoptionError):
    """The demo cannot have its place."""


def settings_of(settings: Settings, folder: Path, root: str) -> Settings:
    """Return the settings with which the demo runs in a folder; ``root`` is where it is served."""
    return replace(
        settings,
        database_url=f"sqlite:///{folder.resolve() / NAME}",
        archive_folder=folder.resolve() / "demo-archive",
        mail_folder=folder.resolve() / "demo-letters",
        smtp_url=None,  # nobody of the demo exists
        organisation_zone=ZONE,
        organisation_name="Spoonful demo",
        public_url=root,  # where links in letters lead
        demo=True,
    )


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Keep other demos out of the folder; gives the lock's file descriptor, which child processes may inherit.

    Raises:
        InTheWayError: another demo runs there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{NAME}.running.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            msg = f"Another demo is running in {folder}; stop it first (Ctrl-C where it runs)."
            raise InTheWayError(msg) from None
        yield file.fileno()


def fresh(folder: Path) -> None:
    """Put an empty database in place of the last demo's.

    Raises:
        InTheWayError: a file of that name is there which no demo made.
    """
    file = folder / NAME
    if file.exists() and not _is_demo(file):
        msg = f"{file} was not made by a demo, so it is left alone; move it away first."
        raise InTheWayError(msg)
    for suffix in ("", "-wal", "-shm"):
        Path(f"{file}{suffix}").unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(f"PRAGMA application_id = {MARK}")
        connection.commit()


def migrate() -> None:
    """Make the tables."""
    upgrade(directory=str(MIGRATIONS))


def _is_demo(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        head = opened.read(_AT.stop)
    return not head or (head.startswith(_HEAD) and int.from_bytes(head[_AT]) == MARK)
