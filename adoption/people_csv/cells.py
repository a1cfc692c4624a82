"""Cells → values.  Each function raises ``CellError`` with what is wrong, in words for whoever wrote the cell."""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import date
from typing import TYPE_CHECKING

from adoption.people_csv.headings import normal
from adoption.people_csv.headings import short

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST = 255  # characters of any name, address or identity
ROLES = ("employee", "manager", "hr", "approver", "lead", "cashier", "admin")
_ROLES: Mapping[str, str] = {
    **{role: role for role in ROLES},
    "adoption lead": "lead",
    "human resources": "hr",
    "administrator": "admin",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ADDRESS = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@(?!-)[^@\s\"(),:;<>\[\]\\._]+(?:\.[^@\s\"(),:;<>\[\]\\._]+)*")
_DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII),
    re.compile(r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.(?P<year>\d{4})", re.ASCII),
)
_YEARS = range(1900, 3000)
_NEVER = ("9999-12-31", "31.12.9999")
_GUARDED = re.compile(r"'+[=+\-@]")


class CellError(ValueError):
    """A cell does not say what its column is for."""


def line_of_text(cell: str) -> str:
    """Read text of one line: inner line breaks and runs of blanks become one blank.

    Text that looks like a formula is text.  The apostrophe that keeps spreadsheets from running it is taken off.
    """
    return _checked(_unguarded(unicodedata.normalize("NFC", " ".join(cell.split()))))


def _unguarded(text: str) -> str:
    return text[1:] if _GUARDED.match(text) else text


def _checked(text: str) -> str:
    control = _CONTROL.search(text)
    if control:
        message = f"there is a control character in it (U+{ord(control[0]):04X})"
        raise CellError(message)
    if len(text) > LONGEST:
        message = f"“{short(text)}” has {len(text)} characters; at most {LONGEST} are kept"
        raise CellError(message)
    return text


def email(cell: str) -> str:
    """Read an e-mail address, in lower case."""
    text = line_of_text(cell)
    folded = unicodedata.normalize("NFC", text.casefold())
    invisible = next((letter for letter in folded if unicodedata.category(letter) == "Cf"), None)
    if invisible:
        message = f"there is an invisible character in it (U+{ord(invisible):04X})"
        raise CellError(message)
    if not _ADDRESS.fullmatch(folded):
        message = f"“{short(text)}” is no e-mail address"
        raise CellError(message)
    return folded


def names(cell: str) -> tuple[str, ...]:
    """Read names separated by semicolons, each once."""
    return tuple(dict.fromkeys(filter(None, map(line_of_text, cell.split(";")))))


def role(cell: str) -> str:
    """Read the one role that somebody has."""
    text = normal(line_of_text(cell))
    if text not in _ROLES:
        near = difflib.get_close_matches(text, _ROLES, n=1)
        hint = f"did you mean {_ROLES[near[0]]}?" if near else f"write one of {', '.join(ROLES)}"
        message = f"“{short(cell)}” is no role; {hint}"
        raise CellError(message)
    return _ROLES[text]


def day(cell: str) -> int:
    """Read a day, ``2026-11-23`` or ``23.11.2026``."""
    text = cell.strip()
    for shape in _DAYS:
        found = shape.fullmatch(text)
        if found:
            year = int(found["year"])
            if year not in _YEARS:
                message = f"the year {year} is a mistake; years are {_YEARS[0]} to {_YEARS[-1]}"
                raise CellError(message)
            try:
                return date(year, int(found["month"]), int(found["day"])).toordinal()
            except ValueError:
                message = f"there is no day “{text}”"
                raise CellError(message) from None
    message = f"“{short(text)}” is no date; write 2026-11-23 or 23.11.2026"
    raise CellError(message)


def end(cell: str) -> int | None:
    """Read a day on which something ends; the last day of the calendar, as many systems write “never”, is ``None``."""
    return None if cell.strip() in _NEVER else day(cell)


def identities(cell: str) -> tuple[tuple[str, str], ...]:
    """Read identities, ``source=id;source=id``.

    They are compared bytewise with what a source sends, so nothing but the blanks around them is changed.
    """
    found: dict[tuple[str, str], None] = {}
    for part in _unguarded(cell).split(";"):
        text = part.strip()
        if not text:
            continue
        source, equals, name = (piece.strip() for piece in text.partition("="))
        if not (source and equals and name):
            message = f"“{short(text)}” is no identity; write source=id, several separated by semicolons"
            raise CellError(message)
        found[_checked(source), _checked(name)] = None
    return tuple(found)
