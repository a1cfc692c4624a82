"""The manifest: which files are the archive."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select

from adoption import clock
from adoption import facts
from adoption.errors import AdoptionError
from adoption.extensions import db
from adoption.models import ArchiveFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class DamagedArchiveError(AdoptionError):
    """A file of the archive is missing or changed; put it back, or let `flask verify --new-archive` write all anew."""


class RacedArchiveError(AdoptionError):
    """Another process has extended the archive meanwhile; try again."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The files that hold every activity of batches up to ``horizon``."""

    folder: Path
    files: tuple[ArchivedFile, ...]
    horizon: int

    @property
    def rows(self) -> int:
        """How many activities these are."""
        return sum(file.rows for file in self.files)

    def paths(self) -> list[str]:
        """Return where the files are."""
        return [str(self.folder / file.path) for file in self.files]


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A row of the manifest."""

    path: str
    sha256: str
    rows: int
    first_batch: int
    last_batch: int


def files() -> list[ArchivedFile]:
    """Return the rows of the manifest, oldest first."""
    table = ArchiveFile.__table__.c
    names = ("path", "sha256", "rows", "first_batch", "last_batch")
    with db.engine.connect() as connection:
        rows = connection.execute(select(*(table[name] for name in names)).order_by(table.first_batch, table.path))
        return [ArchivedFile(*row) for row in rows]


def check(archive: Archive) -> None:
    """Make sure that every file is there and is the one that was written.

    Raises:
        DamagedArchiveError: one is not.
    """
    for file in archive.files:
        path = archive.folder / file.path
        if not path.is_file():
            msg = f"{path} is missing. {DamagedArchiveError.__doc__}"
            raise DamagedArchiveError(msg)
        if digest(path) != file.sha256:
            msg = f"{path} is not what was written. {DamagedArchiveError.__doc__}"
            raise DamagedArchiveError(msg)


def forget() -> None:
    """Forget all files, so that the next run writes the archive anew; the old ones are swept away then."""
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        connection.execute(delete(ArchiveFile))


def enter(made: Sequence[ArchivedFile], after: int) -> None:
    """Enter files in the manifest and commit, unless somebody else went on from the same batch.

    Raises:
        RacedArchiveError: somebody has.
    """
    if not made:
        return
    now = clock.now()
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        facts.exclusive(connection)
        last = connection.execute(select(func.coalesce(func.max(ArchiveFile.last_batch), 0))).scalar_one()
        if last != after:
            raise RacedArchiveError
        rows = [{**asdict(file), "written": now} for file in made]
        connection.execute(insert(ArchiveFile), rows)


def replace(old: Sequence[ArchivedFile], made: ArchivedFile) -> None:
    """Enter a file that has the activities of others instead of them, and commit.

    Raises:
        RacedArchiveError: one of them is no longer in the manifest.
    """
    with db.engine.connect().execution_options(writes=True) as connection, connection.begin():
        facts.exclusive(connection)
        gone = delete(ArchiveFile).where(ArchiveFile.path.in_([file.path for file in old]))
        if connection.execute(gone).rowcount != len(old):
            raise RacedArchiveError
        connection.execute(insert(ArchiveFile).values(**asdict(made), written=clock.now()))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
