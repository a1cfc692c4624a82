"""Lists of people, absences, holidays and waves: tried first, then stored whole or not at all."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import request

from adoption import directory
from adoption import facts
from adoption import people_csv
from adoption.api import house
from adoption.api import list_schemas as shapes
from adoption.api.directory import EMAIL
from adoption.api.parsing import Blueprint
from adoption.api.parsing import json_of
from adoption.auth import permission
from adoption.connectors.packing import unpacked
from adoption.directory import lists
from adoption.errors import PROBLEM
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.errors import UnsupportedError
from adoption.extensions import db

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.directory import Loaded
    from adoption.directory.lists import Rows

bp: Blueprint = Blueprint("lists", __name__, description="Lists that write the directory")
MAY = "people:write"
LIMIT = "list by token"
SHOWN = 1_000  # changes and faults that are told
JSON = "application/json"
WORKBOOKS = (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.ms-excel",
    "application/octet-stream",
)
FILES = ("text/csv", "text/tab-separated-values", "text/plain", *WORKBOOKS)
CSV = "email,name,team,manager,identities\nalice@example.com,Alice Smith,Sales,mei@example.com,crm=u17\n"
EXAMPLES = {
    "people": {"value": {"rows": [{"email": "alice@example.com", "name": "Alice Smith", "team": "Sales"}]}},
    "absences": {"value": {"rows": [{"email": "alice@example.com", "from": "2026-12-21", "until": "2027-01-04"}]}},
    "holidays": {"value": {"rows": [{"day": "2026-12-25", "name": "Christmas Day"}]}},
    "waves": {"value": {"rows": [{"wave": "First wave", "team": "Sales", "from": "2026-09-01", "until": None}]}},
}
REFUSED = {
    "description": "The list has faults; nothing is stored",
    "content": {PROBLEM: {"schema": shapes.FaultyListSchema}},
}
DOC: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"anyOf": list(shapes.ROWS.values())}, "examples": EXAMPLES},
            "text/csv": {"schema": {"type": "string"}, "example": CSV},
            WORKBOOKS[0]: {"schema": {"type": "string", "format": "binary"}},
        },
    },
    "responses": {"422": REFUSED},
}
KIND = {"name": "kind", "in": "path", "description": "Which list", "schema": {"enum": list(lists.READERS)}}


class FaultyListError(RefusedError):
    """The list has faults; nothing of it is stored."""


class ManyLeaveError(ConflictError):
    """More than a tenth of the people would leave; look at it once more, and send it with sure=1."""


class Sent(NamedTuple):
    """A list as it came: what was read, where the rows of JSON stand in it, and a name for the journal."""

    rows: Rows
    places: Mapping[int, int]
    name: str


@bp.route("/lists/<kind>", methods=["POST"], parameters=[KIND])
@bp.doc(**DOC)
@bp.arguments(shapes.ListQuery, location="query")
@bp.response(200, shapes.LoadedSchema)
@permission(MAY)
def load(query: dict[str, Any], kind: str) -> dict[str, Any]:
    """Say what a list changes (dry=1), or store it.

    A file (CSV, Excel, LibreOffice) or rows of JSON, with the same columns; of people only email has to be there. The
    same list on the same day changes nothing again.
    """
    if kind not in lists.READERS:
        msg = f"There is no list of {kind[:80]}; there are {', '.join(lists.READERS)}."
        raise NotFoundError(msg)
    house.paced(LIMIT)
    sent = _rows(kind) if request.mimetype == JSON else _file(kind)
    return _done(sent, query, leave=query["absent"] == "leave", sure=query["sure"])


@bp.route("/people/<email>", methods=["PUT"], parameters=[EMAIL])
@bp.doc(responses={"422": REFUSED})
@bp.arguments(shapes.OneQuery, location="query")
@bp.arguments(shapes.DetailsSchema, example={"name": "Alice Smith", "team": "Sales; Pilots"})
@bp.response(200, shapes.LoadedSchema)
@bp.alt_response(201, schema=shapes.LoadedSchema, description="Somebody new")
@permission(MAY)
def put(query: dict[str, Any], body: dict[str, Any], email: str) -> tuple[dict[str, Any], int]:
    """Write somebody: a list of one row.  What is left out stays as it is."""
    house.paced(LIMIT)
    found = people_csv.one({"email": email} | {name: value or "" for name, value in body.items()})
    told = _done(Sent(found, {2: 0}, ""), query)
    return told, HTTPStatus.CREATED if told["stored"] and told["created"] else HTTPStatus.OK


def _file(kind: str) -> Sent:
    if request.mimetype not in FILES:
        said = request.mimetype[:80] or "a body without a type"
        msg = f"Lists are not read from {said}; send one of {', '.join((JSON, *FILES))}."
        raise UnsupportedError(msg, headers={"Accept": ", ".join((JSON, *FILES))})
    coding = request.headers.get("Content-Encoding", "")
    raw = unpacked(request.get_data(cache=False), coding, people_csv.LARGEST)
    return Sent(lists.READERS[kind](raw), {}, f"sha256:{hashlib.sha256(raw).hexdigest()[:16]}")


def _rows(kind: str) -> Sent:
    """Read rows of JSON as the file that says the same."""
    given = shapes.ROWS[kind]().load(json_of(request))["rows"]
    columns = list(given[0])
    cells = [[row[name] or "" for name in columns] for row in given]
    raw = people_csv.written(columns, cells)
    places, line = {}, 2
    for number, row in enumerate(cells):
        places[line] = number
        line += people_csv.written((), [row]).count(b"\n") - 1
    return Sent(lists.READERS[kind](raw), places, f"sha256:{hashlib.sha256(raw).hexdigest()[:16]}")


def _done(sent: Sent, query: Mapping[str, Any], *, leave: bool = False, sure: bool = True) -> dict[str, Any]:
    """Compare a list, or store it; a list with a fault is refused."""
    known = facts.current()
    by = house.told(" · ".join(filter(None, (sent.name, query["why"]))))
    meant = directory.Meant(query["on"].toordinal() if "on" in query else known.today(by.now), leave)
    seen = query.get("mark")
    if query["dry"] or not sure:
        loaded = lists.compare(sent.rows, meant, by)
        if loaded.braked and not query["dry"]:
            raise ManyLeaveError(left=loaded.left, here=loaded.here)
        seen = seen or loaded.mark  # what was looked at is what is stored
    if not query["dry"]:
        loaded = lists.store(sent.rows, meant, by, seen)
    if loaded.faults:
        db.session.rollback()
        raise FaultyListError(faults=_faults(sent, loaded))
    db.session.commit()
    return _told(sent, loaded, stored=not query["dry"])


def _faults(sent: Sent, loaded: Loaded) -> list[dict[str, Any]]:
    return [
        {"line": one.line, "row": sent.places.get(one.line), "column": one.column, "message": one.message}
        for one in loaded.faults[:SHOWN]
    ]


def _told(sent: Sent, loaded: Loaded, *, stored: bool) -> dict[str, Any]:
    counts = {name: getattr(loaded, name) for name in ("created", "changed", "unchanged", "left", "removed", "here")}
    return {
        **counts,
        "stored": stored,
        "mark": loaded.mark,
        "many_leave": loaded.braked,
        "rescore": loaded.rescore,
        "teams": loaded.teams,
        "notes": sent.rows.notes,
        "changes": [one._asdict() for one in loaded.changes[:SHOWN]],
        "more": max(0, len(loaded.changes) - SHOWN),
    }
