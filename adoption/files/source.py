"""A file, packed or not → its lines."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

BLOCK = 1 << 18  # bytes read at once
LONGEST = 1_000_000  # bytes of a line; no activity is so large
HEAD = 4_096  # bytes looked at to see what kind of file this is, and kept of a line that is too long
PACKED = b"\x1f\x8b"
STRANGE = {  # how files begin that hold no activities, or not in a way that is read here
    codecs.BOM_UTF32_LE: "is UTF-32 text; save it as UTF-8",
    codecs.BOM_UTF16_LE: "is UTF-16 text; save it as UTF-8",
    codecs.BOM_UTF16_BE: "is UTF-16 text; save it as UTF-8",
    b"PK\x03\x04": "is a zip file or a workbook; unpack it, or save it as CSV",
    b"\xd0\xcf\x11\xe0": "is a workbook; save it as CSV",
    b"\x28\xb5\x2f\xfd": "is packed with zstd; only gzip is read",
    b"BZh": "is packed with bzip2; only gzip is read",
    b"\xfd7zXZ": "is packed with xz; only gzip is read",
    b"SQLite format 3": "is a database",
}


class FileError(Exception):
    """The file, or the rest of it, cannot be read."""


class Overlong(bytes):
    """The beginning of a line that is too long to be kept."""

    __slots__ = ()


class Source:
    """An opened file.  ``position`` counts the bytes that were read, as they lie on the disk, of ``size`` in all."""

    def __init__(self, raw: BinaryIO, name: str, size: int | None) -> None:
        """Look at how the file begins, and refuse what can hold no activities."""
        self.name = name
        self.size = size
        self._raw = _Counted(raw)
        stream = io.BufferedReader(self._raw, BLOCK)
        self._stream: Any = gzip.GzipFile(fileobj=stream) if stream.peek(2)[:2] == PACKED else stream
        self._damaged: Exception | None = None
        try:
            self.head: bytes = self._stream.peek(HEAD)[:HEAD]
        except (EOFError, OSError, zlib.error) as error:
            self.head, self._damaged = b"", error  # reading says so, and would else go on behind it
        strange = next((said for mark, said in STRANGE.items() if self.head.startswith(mark)), None)
        if strange:
            msg = f"{name} {strange}"
            raise FileError(msg)
        if self.head.startswith(codecs.BOM_UTF8):
            self.head = self.head[len(self._stream.read(len(codecs.BOM_UTF8))) :]

    @property
    def position(self) -> int:
        """How many bytes were read."""
        return self._raw.position

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Yield each line with its number, without its end (but for a carriage return).

        Raises:
            FileError: the file breaks off or is damaged; all whole lines before that were yielded.
        """
        number, rest, long = 0, b"", b""
        while block := self._block(number + 1):
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                number += 1
                if long:
                    yield number, Overlong(long)
                    long = b""
                else:
                    yield number, line if len(line) <= LONGEST else Overlong(line[:HEAD])
            if long or len(rest) > LONGEST:
                rest, long = b"", long or rest[:HEAD]
        if rest or long:
            yield number + 1, Overlong(long) if long else rest

    def blocks(self) -> Iterator[bytes]:
        """Yield the file piece by piece, for what knows of no lines.

        Raises:
            FileError: the file breaks off or is damaged; what came before was yielded.
        """
        number = 1
        while block := self._block(number):
            number += block.count(b"\n")
            yield block

    def _block(self, number: int) -> bytes:
        try:
            if self._damaged is not None:
                raise self._damaged
            block: bytes = self._stream.read1(BLOCK)
        except (EOFError, OSError, zlib.error) as error:
            why = "it ends too early" if isinstance(error, EOFError) else str(error)
            msg = f"{self.name} cannot be read from line {number} on: {why}"
            raise FileError(msg) from None
        return block


class _Counted(io.RawIOBase):
    """Pass a file's bytes on, and count them."""

    def __init__(self, file: BinaryIO) -> None:
        self.position = 0
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        found = self._file.read(len(into))
        into[: len(found)] = found
        self.position += len(found)
        return len(found)


@contextmanager
def opened(name: str, standard_input: BinaryIO) -> Iterator[Source]:
    """Open a file; ``-`` is standard input.

    Raises:
        FileError: it is not there, cannot be read, or is of a kind that holds no activities.
    """
    if name == "-":
        yield Source(standard_input, "standard input", None)
        return
    try:
        raw = Path(name).open("rb")  # noqa: SIM115  # closed below; only opening it may fail in this way
    except OSError as error:
        msg = f"{name} cannot be read: {error.strerror or error}"
        raise FileError(msg) from None
    with raw:
        yield Source(raw, name, Path(name).stat().st_size or None)
