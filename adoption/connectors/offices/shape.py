"""What all suites come to: a record of what a person did."""

from __future__ import annotations

from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from rules import period
from rules.reliance.workbooks import SHEETS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rules.reliance.workbooks import File

LONGEST = 255  # characters of a name of somebody


class UnreadableError(Exception):
    """A record lacks what it needs; the message names the field, never what is in it."""


class Told(NamedTuple):
    """A record of an office suite that was made by a person.

    ``id`` is the suite's own, by which a record that comes twice is known.  ``kind`` is ``edit`` or ``upload`` of a
    spreadsheet, or ``export`` of records out of a CRM that the suite watches; ``None`` if they did something else, of
    which nothing more is read.
    """

    id: str
    actor: str
    moment: int  # UTC microseconds
    kind: str | None = None
    file: File | None = None


def text(record: Mapping[str, Any], name: str) -> str:
    """Return a field as text; empty if it is missing or no text."""
    found = record.get(name)
    return found.strip() if isinstance(found, str) else ""


def moment(record: Mapping[str, Any], name: str) -> int:
    """Read a time; one without a zone is UTC, as both suites mean it.

    Raises:
        UnreadableError: it is missing, or no time.
    """
    written = text(record, name)
    try:
        found = datetime.fromisoformat(written)
        return period.microseconds(found if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        msg = f"there is no time - at `{name}`"
        raise UnreadableError(msg) from None


def extension(*names: str) -> str:
    """Return the extension of the first of these names that is one of a spreadsheet; empty if none is."""
    for name in names:
        found = name.rpartition(".")[2].casefold()
        if found in SHEETS:
            return found
    return ""
