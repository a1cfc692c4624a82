"""A file of an office suite → what it tells, piece by piece, and which of its lines cannot be read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import files
from adoption.connectors import offices
from adoption.files import FileError
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.connectors.offices import Told
    from adoption.files import Source

SIZE = 5_000  # records of a piece
AHEAD = 24 * 3600 * SECOND
FUTURE = "the time lies in the future; check the clock of what wrote it"


class Unreadable(NamedTuple):
    """A line that could not be read, and why."""

    line: int
    fault: str


class Piece(NamedTuple):
    """What some lines tell, which of them cannot be read, and how many bytes of the file are read."""

    told: list[Told]
    unreadable: list[Unreadable]
    position: int


def pieces(source: Source, now: int, size: int = SIZE) -> Iterator[Piece]:
    """Yield what a file tells, in pieces that fit into a transaction.

    Raises:
        FileError: the file breaks off; what came before was yielded.
    """
    told: list[Told] = []
    unreadable: list[Unreadable] = []
    broken: FileError | None = None
    try:
        for document in files.documents(source):
            for one in [document.fault] if document.fault else offices.read(document.value):
                if isinstance(one, str):
                    unreadable.append(Unreadable(document.line, one))
                elif one.moment > now + AHEAD:
                    unreadable.append(Unreadable(document.line, FUTURE))
                else:
                    told.append(one)
            if len(told) + len(unreadable) >= size:
                yield Piece(told, unreadable, source.position)
                told, unreadable = [], []
    except FileError as error:
        broken = error
    yield Piece(told, unreadable, source.position)
    if broken is not None:
        raise broken
