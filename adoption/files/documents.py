"""A file of JSON → its documents, each with its line: one on each line, or the items of one long list.

A list is read in pieces, so that its size does not matter; exports of office suites are lists of gigabytes on one line.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import msgspec

from adoption.files.source import FileError
from adoption.files.source import Overlong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.files.source import Source

LARGEST = 8 * 1024 * 1024  # characters of one item
_BETWEEN = re.compile(r"[\s,]*")
_decoder = json.JSONDecoder()
_lines = msgspec.json.Decoder()


class Document(NamedTuple):
    """What stands in a place of a file, or why it cannot be read; ``line`` is where it begins."""

    line: int
    value: Any
    fault: str = ""


def documents(source: Source) -> Iterator[Document]:
    """Yield every document of a file.

    What precedes the object on a line (as syslog does) is passed over; a line that cannot be read is told, and the
    next one is read.

    Raises:
        FileError: the file breaks off, or its list does; what came before was yielded.
    """
    head = source.head.lstrip()
    if head[:1] == b"[" or (head[:1] == b"{" and _spread(head)):
        yield from _listed(source)
    else:
        yield from _by_line(source)


def _spread(head: bytes) -> bool:
    """Say whether an object is written over several lines, as people read it."""
    first, rest, _ = head.partition(b"\n")
    return bool(rest) and first.rstrip()[-1:] in {b"{", b"[", b","}


def _by_line(source: Source) -> Iterator[Document]:
    for number, line in source.lines():
        begins = line.find(b"{")
        if isinstance(line, Overlong):
            yield Document(number, None, "the line is too long")
        elif begins >= 0:
            yield _decoded(number, line[begins:])
        elif line and not line.isspace():
            yield Document(number, None, "there is no JSON object on this line")


def _decoded(number: int, text: bytes) -> Document:
    try:
        return Document(number, _lines.decode(text))
    except RecursionError:
        return Document(number, None, "the JSON is nested too deeply")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Document(number, None, str(error))


def _listed(source: Source) -> Iterator[Document]:
    """Yield the items of a list, or objects that follow each other, as soon as they are whole."""
    text = _Text(source)
    inside = text.take("[")
    while text.more():
        if inside and text.take("]"):
            inside = False
            continue
        line = text.line
        try:
            yield Document(line, text.item())
        except RecursionError:
            msg = f"{source.name} cannot be read from line {line} on: the JSON is nested too deeply"
            raise FileError(msg) from None
    if inside:
        msg = f"{source.name} ends in the middle of its list, after line {text.line}; what came before was read"
        raise FileError(msg)


class _Text:
    """The text that was read and not yet used."""

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self.line = 1
        self._blocks = source.blocks()
        self._bytes = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._rest = ""
        self._at = 0
        self._over = False
        self.more()

    def more(self) -> bool:
        """Go to what comes next; say whether there is anything."""
        while True:
            self._go(_BETWEEN.match(self._rest, self._at).end())  # type: ignore[union-attr]  # it matches anything
            if self._at < len(self._rest) or not self._read():
                return self._at < len(self._rest)

    def take(self, mark: str) -> bool:
        """Pass over a character, if it comes next."""
        found = self._rest.startswith(mark, self._at)
        self._go(self._at + found)
        return found

    def item(self) -> Any:
        """Return the next item, reading on until it is whole."""
        while True:
            try:
                value, end = _decoder.raw_decode(self._rest, self._at)
            except ValueError as error:
                if len(self._rest) - self._at <= LARGEST and self._read(twice=True):
                    continue
                why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
                msg = f"{self.name} cannot be read from line {self.line} on: {why}"
                raise FileError(msg) from None
            if end < len(self._rest) or not self._read():  # a number may go on in the next piece
                self._go(end)
                return value

    def _read(self, *, twice: bool = False) -> bool:
        """Add the next piece; with ``twice`` as much as there is already, so that long items are not tried often."""
        wanted = len(self._rest) - self._at if twice else 1
        pieces: list[str] = []
        while wanted > 0 and not self._over:
            block = next(self._blocks, b"")
            self._over = not block
            pieces.append(self._bytes.decode(block, final=self._over))
            wanted -= len(pieces[-1])
        self._rest, self._at = self._rest[self._at :] + "".join(pieces), 0
        return any(pieces)

    def _go(self, end: int) -> None:
        self.line += self._rest.count("\n", self._at, end)
        self._at = end
