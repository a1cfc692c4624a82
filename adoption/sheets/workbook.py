"""A workbook of any kind → the rows of its first sheet as text.

Everything from outside is hostile or mistaken: what would unpack to gigabytes is refused before it is opened, and it is
opened in a process of its own with an end to its memory and time (``opener``).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from adoption.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

BEGINS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xlsb and .ods; .xls
UNPACKED = 600 * 1024 * 1024  # bytes of what a workbook holds
PACKED_BY = 200  # times smaller at most: what is packed tighter is no table
MEMORY = 3 * 1024**3  # bytes that reading one may take
SECONDS = 120
OPENER = Path(__file__).parent / "opener.py"


class UnreadableSheetError(RefusedError):
    """This file cannot be read as a table."""

    def __init__(self, said: str, *, fault: str, about: str = "") -> None:
        """Tell what is wrong and what to do; ``fault`` and ``about`` let a page say it in its own language."""
        super().__init__(said, fault=fault)
        self.fault = fault
        self.about = about


class Sheet(NamedTuple):
    """A sheet that holds anything: its name, its place, the names of all, the first row's number, rows, how many."""

    name: str
    place: int
    sheets: Sequence[str]
    first: int
    rows: Sequence[list[str]]
    all: int


def is_one(raw: bytes) -> bool:
    """Say whether bytes are a workbook."""
    return raw.startswith(BEGINS)


def read(raw: bytes, *, longest: int, cell: int, since: int = 0) -> Sheet:
    """Read the first sheet from a place on that holds anything: ``longest`` rows, ``cell`` letters of a cell at most.

    Raises:
        UnreadableSheetError: it cannot be opened, is too large, or is empty; the message names the remedy.
    """
    told = _opened(raw, longest, cell, since)
    if not told["rows"]:
        msg = "No sheet of the workbook holds anything."
        raise UnreadableSheetError(msg, fault="empty")
    return Sheet(**told)


def heads(raw: bytes, *, longest: int, cell: int) -> list[list[list[str]]]:
    """Read the first rows of every sheet, in one go.

    Raises:
        UnreadableSheetError: a sheet cannot be read, or is too large.
    """
    found: list[list[list[str]]] = _opened(raw, longest, cell)["heads"]
    return found


def _opened(raw: bytes, *numbers: int) -> dict[str, Any]:
    """Return what ``opener`` tells; the numbers are its last arguments."""
    if raw.startswith(BEGINS[0]):
        _check_packing(raw)
    words = [sys.executable, "-I", str(OPENER), *map(str, (MEMORY, SECONDS, *numbers))]
    done = subprocess.run(words, input=raw, capture_output=True, check=False)  # noqa: S603  # our own program, numbers for arguments
    if done.returncode:
        msg = "The workbook takes more memory or time than a table may; save the sheet as CSV."
        raise UnreadableSheetError(msg, fault="vast")
    told: dict[str, Any] = json.loads(done.stdout)
    if "fault" in told:
        msg = (
            f"The workbook cannot be opened ({told['fault']}); perhaps it has a password. Save it as .xlsx without one."
        )
        raise UnreadableSheetError(msg, fault="closed")
    return told


def _check_packing(raw: bytes) -> None:
    """Refuse a workbook that unpacks to far more than it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            whole = sum(part.file_size for part in packed.infolist())
    except zipfile.BadZipFile:
        msg = "The workbook is damaged; open it, save it anew, and try once more."
        raise UnreadableSheetError(msg, fault="damaged") from None
    if whole > UNPACKED or whole > PACKED_BY * max(len(raw), 1024 * 1024):
        msg = f"The workbook unpacks to {whole // 1024**2} MB; save the sheet as CSV."
        raise UnreadableSheetError(msg, fault="bomb", about=str(whole // 1024**2))
