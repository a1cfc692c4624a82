"""Microsoft 365: records of the unified audit log, as the Management Activity API and exports of it give them.

What is known of them and is not in their schema: records come twice by design, and in any order; times are UTC without
saying so; numbers come as text from collectors; systems act as ``app@sharepoint`` or as users of another type; saving
by itself cannot be told from saving; the sync client moves files without anybody opening them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from adoption.connectors.offices.shape import LONGEST
from adoption.connectors.offices.shape import Told
from adoption.connectors.offices.shape import UnreadableError
from adoption.connectors.offices.shape import extension
from adoption.connectors.offices.shape import moment
from adoption.connectors.offices.shape import text
from rules.reliance.workbooks import File
from rules.reliance.workbooks import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "FileModified": "edit",
    "FileModifiedExtended": "edit",
    "FileUploaded": "upload",
    "FileSyncUploadedFull": "upload",
}
SYNCED = "FileSyncUploadedFull"  # the one thing that an agent does after somebody has changed a file
PEOPLE = frozenset({"0", "2", "regular", "admin"})  # user types; all others are systems
AGENTS = ("skydrivesync", "onedrivempc", "onedrivesync")  # parts of user agents that move files by themselves
EXPORTS = frozenset({"exporttoexcel", "exporttoexcelonline", "exportdynamictoexcel", "exporttoexcelall"})
CRM = "21"  # the type of Dynamics 365's records


def recognises(record: Mapping[str, Any]) -> bool:
    """Say whether this is a record of the unified audit log."""
    return "CreationTime" in record and "Operation" in record


def read(record: Mapping[str, Any]) -> Iterator[Told]:
    """Yield what a person did; nothing for what a system did.

    Raises:
        UnreadableError: something is missing without which it cannot be said who did it, or when.
    """
    kind = str(record.get("UserType", "")).strip().casefold()
    if not kind:
        msg = "there is no type of user, so that a system could not be told from a person - at `UserType`"
        raise UnreadableError(msg)
    number = text(record, "Id")
    if not number:
        msg = "there is no id - at `Id`"
        raise UnreadableError(msg)
    actor = text(record, "UserId").rpartition("|")[2]  # some come as claims: i:0#.f|membership|who@…
    at = moment(record, "CreationTime")
    if kind in PEOPLE and _is_person(actor):
        operation = text(record, "Operation")
        if _exports(record, operation):
            yield Told(number, actor, at, "export")
        else:
            file = _file(record) if operation in KINDS and _by_hand(record, operation) else None
            yield Told(number, actor, at, KINDS[operation] if file else None, file)


def _is_person(actor: str) -> bool:
    """Say whether a name is an account of the organisation: no system, no guest by a link."""
    name = actor.casefold()
    return "@" in name and len(name) <= LONGEST and not name.startswith(("app@sharepoint", "urn:", "anonymous"))


def _by_hand(record: Mapping[str, Any], operation: str) -> bool:
    agent = text(record, "UserAgent").casefold()
    return operation == SYNCED or not any(part in agent for part in AGENTS)


def _exports(record: Mapping[str, Any], operation: str) -> bool:
    if str(record.get("RecordType", "")).strip() not in {CRM, "CRM"}:
        return False
    return bool({text(record, "Message").casefold(), operation.casefold()} & EXPORTS)


def _file(record: Mapping[str, Any]) -> File | None:
    """Return the spreadsheet a record is about; ``None`` if it is about none."""
    name, address = text(record, "SourceFileName"), text(record, "ObjectId")
    kind = text(record, "SourceFileExtension")
    found = extension(f".{kind}") if kind else extension(name, address)
    if not found or text(record, "ItemType") not in {"File", ""}:
        return None
    site = text(record, "SiteUrl")
    folder = address.rpartition("/")[0] or f"{site.rstrip('/')}/{text(record, 'SourceRelativeUrl')}"
    own = "/personal/" in f"{address} {site}" or text(record, "Workload") == "OneDrive"
    labels = tuple(filter(None, (text(record, "SensitivityLabelId"), text(record, "SensitivityLabelName"))))
    keys = frozenset().union(*(keys_of(one) for one in (text(record, "ListItemUniqueId"), address) if one))
    return File(keys, name or address.rpartition("/")[2], (folder,), labels, found, "personal" if own else "team")
