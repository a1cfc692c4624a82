"""What office suites tell of files → who touched which spreadsheet when.  Pure: what is read here is not kept here.

A module per suite; ``OFFICES`` is the whole list.  A suite's ``recognises(record)`` says whether a record is of its
shape, its ``read(record)`` returns what a person did, and nothing for what systems, agents and other programs did.
Faults name fields, never what is in them: names of files are nobody's business.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.connectors.offices import google
from adoption.connectors.offices import m365
from adoption.connectors.offices.shape import Told as Told
from adoption.connectors.offices.shape import UnreadableError as UnreadableError
from adoption.connectors.offices.wrapping import records

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from types import ModuleType

OFFICES: Mapping[str, ModuleType] = {"m365": m365, "google": google}
STRANGE = (
    "this is no audit record of Microsoft 365 or Google Drive: neither CreationTime and Operation, nor id and events"
)


def read(document: Any) -> Iterator[Told | str]:
    """Yield what each record of a document tells, or why it cannot be read.

    A document is a record, a list of them, a page of an answer, or a record wrapped by a collector.  A record by which
    nobody did anything yields nothing.
    """
    for record in records(document):
        office = next((one for one in OFFICES.values() if one.recognises(record)), None)
        if office is None:
            yield STRANGE
            continue
        try:
            yield from office.read(record)
        except UnreadableError as error:
            yield str(error)
