"""What office suites tell of files → who touched which spreadsheet when.  Pure: what is read here is not kept here."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from rules.reliance.workbooks import File


class Told(NamedTuple):
    """A record of an office suite that was made by a person.

    ``id`` is the suite's own, by which a record that comes twice is known.  ``kind`` is ``edit`` or ``upload`` of a
    spreadsheet; ``None`` if they did something else, of which nothing more is read.
    """

    id: str
    actor: str
    moment: int  # UTC microseconds
    kind: str | None = None
    file: File | None = None
