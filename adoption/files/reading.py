"""Lines → batches of items."""

from __future__ import annotations

from collections.abc import Mapping as Fields
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec

from adoption import wire
from adoption.connectors.mapping import Fault
from adoption.files.rows import LONG
from adoption.files.rows import BadRow
from adoption.files.rows import Table
from adoption.files.rows import readable
from adoption.files.source import FileError
from adoption.files.source import Overlong

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.connectors.mapping import Mapping
    from adoption.files.source import Source

TABLES = (".csv", ".tsv", ".txt")
Item = bytes | Fields[str, object]
Entry = tuple[int, Item | None, object, str | None]  # line, item, what the line says, why there is no item
_payloads = msgspec.json.Decoder(float_hook=Decimal)


class Refused(NamedTuple):
    """A line that gave no activity: where it begins, the id it claims, why, and what it says."""

    line: int
    id: str | None
    fault: str
    item: object


class Batch(NamedTuple):
    """Items for ``intake``: with the lines they come from and what these say; what is refused already; how far we are.

    ``position`` counts the bytes of the file that were read, as they lie on the disk; ``last`` is the last line.
    """

    items: list[Item]
    lines: list[int]
    origins: list[object]
    refused: list[Refused]
    position: int
    last: int


def batches(source: Source, size: int, mapping: Mapping | None) -> Iterator[Batch]:
    """Yield the file's items, ``size`` lines at a time.

    Raises:
        FileError: the file is of another kind, breaks off or is damaged; what came before was yielded.
    """
    gathered = _Gathered()
    broken: FileError | None = None
    try:
        for entry in _entries(source, mapping):
            gathered.add(entry)
            if gathered.size == size:
                yield gathered.taken(source.position)
    except FileError as error:
        broken = error
    if gathered.size:
        yield gathered.taken(source.position)
    if broken is not None:
        raise broken


class _Gathered:
    """What the next batch will hold."""

    def __init__(self) -> None:
        self._clear()

    def _clear(self) -> None:
        self.size = self.last = 0
        self.items: list[Item] = []
        self.lines: list[int] = []
        self.origins: list[object] = []
        self.refused: list[Refused] = []

    def add(self, entry: Entry) -> None:
        self.last, item, origin, fault = entry
        self.size += 1
        if item is not None:
            self.items.append(item)
            self.lines.append(self.last)
            self.origins.append(origin)
        else:
            self.refused.append(Refused(self.last, wire.claimed_id(origin), fault or "", origin))

    def taken(self, position: int) -> Batch:
        batch = Batch(self.items, self.lines, self.origins, self.refused, position, self.last)
        self._clear()
        return batch


def _entries(source: Source, mapping: Mapping | None) -> Iterator[Entry]:
    """Choose how to read the file by how it begins."""
    first = source.head.lstrip()[:1]
    if first == b"[":
        msg = f"{source.name} is a JSON list; write one activity on each line (jq -c '.[]' does that)"
        raise FileError(msg)
    if mapping is None and first not in {b"{", b""} and source.name.lower().removesuffix(".gz").endswith(TABLES):
        msg = f"{source.name} holds no JSON lines; a CSV file needs --mapping FILE.toml"
        raise FileError(msg)
    if mapping is None:
        return _json(source)
    return _mapped_json(source, mapping) if first == b"{" else _mapped_rows(source, mapping)


def _json(source: Source) -> Iterator[Entry]:
    for number, line in source.lines():
        if line and not line.isspace():
            if type(line) is bytes:
                yield number, line, line, None
            else:
                yield number, None, readable(line), LONG


def _mapped_json(source: Source, mapping: Mapping) -> Iterator[Entry]:
    for number, line in source.lines():
        if not line or line.isspace():
            continue
        if type(line) is Overlong:
            yield number, None, readable(line), LONG
            continue
        try:
            payload = _payloads.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError) as error:
            yield number, None, readable(line), str(error)
            continue
        for made in mapping.activities(payload):
            yield _made(number, made, line)


def _mapped_rows(source: Source, mapping: Mapping) -> Iterator[Entry]:
    for number, row in Table(source.lines(), source.name):
        if isinstance(row, BadRow):
            yield number, None, row.text, row.fault
        else:
            for made in mapping.row(row):
                yield _made(number, made, row)


def _made(number: int, made: dict[str, object] | Fault, origin: object) -> Entry:
    return (number, None, origin, str(made)) if isinstance(made, Fault) else (number, made, origin, None)
