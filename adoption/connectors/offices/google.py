"""Google Workspace: activities of the Reports API, application Drive, and what collectors make of them.

What is known of them: an activity has several events, and one action of a person makes several, of which the primary
one counts; programs act under somebody's address; collectors lift an event to the top, make an object of a list and a
map of parameters; the qualifier may be negative, and a number or a text.
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
from rules.reliance.workbooks import SHEETS
from rules.reliance.workbooks import File
from rules.reliance.workbooks import keys_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

KINDS: Mapping[str, str] = {"edit": "edit", "create": "edit", "sheets_import_range": "edit", "upload": "upload"}
TYPES: Mapping[str, str] = {  # of documents that are spreadsheets; others are called by their extension
    "spreadsheet": "gsheet",
    "msexcel": "xlsx",
    "application/vnd.google-apps.spreadsheet": "gsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.ms-excel": "xls",
    "text/csv": "csv",
}
VAGUE = frozenset({"", "unknown", "file"})  # types that say nothing, so that the name must


def recognises(record: Mapping[str, Any]) -> bool:
    """Say whether this is an activity of the Reports API."""
    return isinstance(record.get("id"), dict) and ("events" in record or "name" in record)


def read(record: Mapping[str, Any]) -> Iterator[Told]:
    """Yield what a person did, event by event; nothing for what a program did in their name.

    Raises:
        UnreadableError: something is missing without which it cannot be said who did it, or when.
    """
    head = record["id"]
    at = moment(head, "time")
    qualifier = head.get("uniqueQualifier")
    if not isinstance(qualifier, (int, str)) or isinstance(qualifier, bool):
        msg = "there is no qualifier - at `id.uniqueQualifier`"
        raise UnreadableError(msg)
    actor = record.get("actor")
    if not isinstance(actor, dict):
        msg = "there is no actor - at `actor`"
        raise UnreadableError(msg)
    email = text(actor, "email")
    if not email or len(email) > LONGEST or "@" not in email or not _is_person(actor):
        return
    drive = text(head, "applicationName") in {"drive", ""}
    number = ":".join((text(head, "customerId"), text(head, "applicationName"), text(head, "time"), str(qualifier)))
    for place, event in enumerate(_events(record)):
        name = text(event, "name")
        file = _file(_parameters(event)) if drive and name in KINDS else None
        yield Told(f"{number}:{place}", email, at, KINDS[name] if file else None, file)


def _is_person(actor: Mapping[str, Any]) -> bool:
    program = actor.get("applicationInfo")
    if isinstance(program, dict) and program.get("impersonation") is True:
        return False
    return text(actor, "callerType").upper() in {"USER", ""}


def _events(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the events: a list, the object that a collector has made of it, or what it has lifted to the top."""
    events = record.get("events", record)
    found = events if isinstance(events, list) else [events]
    return [one for one in found if isinstance(one, dict)]


def _parameters(event: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as a map, as which some come."""
    given = event.get("parameters")
    if isinstance(given, dict):
        return given
    listed = given if isinstance(given, list) else []
    values = ("value", "boolValue", "intValue", "multiValue")
    return {
        str(one.get("name")): next((one[kind] for kind in values if kind in one), None)
        for one in listed
        if isinstance(one, dict)
    }


def _file(parameters: Mapping[str, Any]) -> File | None:
    """Return the spreadsheet an event is about; ``None`` if it is about none, or only follows from another event."""
    if _is(parameters, "primary_event", otherwise=True) is False:
        return None
    kind, title, number = (text(parameters, name) for name in ("doc_type", "doc_title", "doc_id"))
    kind = kind.casefold()
    found = TYPES.get(kind) or (kind if kind in SHEETS else extension(title) if kind in VAGUE else "")
    if not found or not number:
        return None
    drives = tuple(filter(None, {text(parameters, "shared_drive_id"), text(parameters, "team_drive_id")}))
    shared = bool(drives) or _is(parameters, "owner_is_shared_drive") or _is(parameters, "owner_is_team_drive")
    own = not shared and text(parameters, "visibility") == "private"
    return File(keys_of(number), title, drives, (), found, "personal" if own else "team")


def _is(parameters: Mapping[str, Any], name: str, *, otherwise: bool = False) -> bool:
    found = parameters.get(name, otherwise)
    return found.strip().casefold() == "true" if isinstance(found, str) else bool(found)
