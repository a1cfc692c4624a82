"""Small files of the archive made one: an archive that is written every hour has thousands after a year.

What is merged is immutable, too: a new file with the same activities takes the place of several that follow each other,
in one transaction of the manifest.  The old ones stay for a while, for questions that are still reading them.
"""

from __future__ import annotations

import time
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING

from adoption.history import archive as archives
from adoption.history import engine as engines
from adoption.history import manifest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

    from adoption.history.manifest import ArchivedFile

MANY = 16  # small files that follow each other
SMALL = archives.ROWS // 4  # activities
LARGEST = 8 << 20  # bytes of the files that become one


def merge() -> int:
    """Merge small files of the archive where many follow each other; return how many fewer there are.

    Raises:
        DamagedArchiveError: one of them is missing or changed.
        RacedArchiveError: another process has written the archive meanwhile.
    """
    folder = archives.place()
    with archives.alone(folder):
        fewer = 0
        for group in _groups(folder, manifest.files()):
            manifest.check(manifest.Archive(folder, tuple(group), group[-1].last_batch))
            with engines.opened(folder, threads=1) as engine:
                paths = [str(folder / one.path) for one in group]
                rows = engine.connection.read_parquet(paths).order("type")
                made = archives.written(engine, rows, folder, (group[0].first_batch, group[-1].last_batch, 0))
            if made.rows != sum(one.rows for one in group):
                raise manifest.DamagedArchiveError
            now = time.time()
            for one in group:
                archives.replaced(folder / one.path, now)
            manifest.replace(group, made)
            fewer += len(group) - 1
        return fewer


def _groups(folder: Path, files: Sequence[ArchivedFile]) -> Iterator[list[ArchivedFile]]:
    """Yield files that follow each other and become one, where there are many of them."""
    run: list[ArchivedFile] = []
    for _, parts in groupby(files, key=attrgetter("first_batch")):
        own = list(parts)
        if len(own) == 1 and own[0].rows < SMALL:
            run.append(own[0])
            continue
        yield from _cut(folder, run)
        run = []
    yield from _cut(folder, run)


def _cut(folder: Path, run: list[ArchivedFile]) -> Iterator[list[ArchivedFile]]:
    """Cut a run of small files into such as fill one."""
    if len(run) < MANY:
        return
    group: list[ArchivedFile] = []
    rows = size = 0
    for one in run:
        own = (folder / one.path).stat().st_size if (folder / one.path).is_file() else 0
        if group and (rows + one.rows > archives.ROWS or size + own > LARGEST):
            if len(group) > 1:
                yield group
            group, rows, size = [], 0, 0
        group.append(one)
        rows, size = rows + one.rows, size + own
    if len(group) > 1:
        yield group
