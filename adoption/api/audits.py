"""Audits for machines: customers are sent, and it is asked which of them never arrived in the CRM."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

import csv
import io
from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from marshmallow import Schema
from marshmallow import fields
from marshmallow import validate

from adoption import auth
from adoption import clock
from adoption.api.parsing import Blueprint
from adoption.audits import comparing
from adoption.audits import crediting
from adoption.audits import keeping
from adoption.audits import rows
from adoption.audits import taking
from adoption.auth import ALL
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.extensions import db
from rules.audit import closing
from rules.audit import columns

if TYPE_CHECKING:
    from adoption.audits.keeping import Kept

bp: Blueprint = Blueprint("audits_api", __name__, description="Spreadsheets compared with the CRM")
MOST = 20_000  # customers of one request
PAGE = 200  # rows of one answer
LARGEST = 2**31 - 1  # numbers that a database has
MAY = "audits:run"
COUNTRY = r"[1-9][0-9]{0,2}"


class CustomerSchema(Schema):
    """A customer as a sheet describes them; a name, a company, an address or a number is needed."""

    name = fields.Str(load_default="", validate=validate.Length(max=200))
    first_name = fields.Str(load_default="", validate=validate.Length(max=200))
    last_name = fields.Str(load_default="", validate=validate.Length(max=200))
    company = fields.Str(load_default="", validate=validate.Length(max=200))
    email = fields.Str(load_default="", validate=validate.Length(max=200))
    phone = fields.Str(load_default="", validate=validate.Length(max=100))
    last_contact = fields.Str(load_default="", metadata={"description": "Such as 2026-11-25"})
    owner = fields.Str(load_default="", validate=validate.Length(max=200), metadata={"description": "Whose they are"})
    value = fields.Str(load_default="", validate=validate.Length(max=40), metadata={"description": "Such as 1200.50"})
    notes = fields.Str(load_default="", validate=validate.Length(max=2000))


class SheetSchema(Schema):
    """Customers to be looked for; they are kept as long as an upload would be."""

    name = fields.Str(required=True, validate=validate.Length(1, taking.NAME_LENGTH))
    customers = fields.List(fields.Nested(CustomerSchema), required=True, validate=validate.Length(1, MOST))
    country = fields.Str(validate=validate.Regexp(f"^{COUNTRY}$"), metadata={"description": "Calling code"})
    shared = fields.Bool(load_default=False, metadata={"description": "For the organisation; else nobody else sees it"})
    rewards = fields.Bool(load_default=False, metadata={"description": "Whether closing a row may be rewarded"})


class AuditSchema(Schema):
    """How an audit stands."""

    number = fields.Int()
    name = fields.Str()
    state = fields.Str(metadata={"description": "columns, waiting, comparing, open or failed"})
    shared = fields.Bool()
    contacts = fields.Int(metadata={"description": "With how many contacts it was compared"})
    rows = fields.Int()
    todo = fields.Int()
    closed = fields.Int()
    lists = fields.Dict(keys=fields.Str(), values=fields.Int())


class AskedSchema(Schema):
    """Which rows."""

    show = fields.Str(load_default="missing", validate=validate.OneOf(tuple(rows.LISTS)))
    q = fields.Str(load_default="", validate=validate.Length(max=rows.LONGEST))
    first = fields.Int(load_default=0, validate=validate.Range(0, 1_000_000))


class RowSchema(Schema):
    """A row: what the sheet says, what became of it, and which contact it is or may be."""

    line = fields.Int()
    state = fields.Str()
    verdict = fields.Str()
    why = fields.Str()
    name = fields.Str()
    company = fields.Str()
    email = fields.Str()
    phone = fields.Str()
    owner = fields.Str()
    value = fields.Str()
    last_contact = fields.Str()
    contact = fields.Str()
    changed = fields.Str()


class RowsSchema(Schema):
    """Some rows of a list, the most important first, and how many there are."""

    rows = fields.List(fields.Nested(RowSchema))
    found = fields.Int()


class StepSchema(Schema):
    """What somebody does with a row."""

    does = fields.Str(required=True, validate=validate.OneOf(closing.DOES))


@bp.route("/audits", methods=["POST"])
@bp.arguments(SheetSchema)
@bp.response(201, AuditSchema)
@permission(MAY)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Compare customers with the contacts of the CRM: at once where that is quick, else by a job."""
    caller, now = auth.caller(), clock.now()
    _me()
    if body["shared"] and caller.reach(MAY) is not ALL:
        raise ForbiddenError
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns.PARTS)
    writer.writerows([customer[part] or "" for part in columns.PARTS] for customer in body["customers"])
    country = body.get("country") or current_app.extensions["settings"].calling_code
    told = {"by": caller.by, "shared": body["shared"], "country": country, "now": now}
    number = taking.take(out.getvalue().encode("utf-8", "replace"), body["name"], contacts=None, **told)
    db.session.commit()
    mapping = {part: place for place, part in enumerate(columns.PARTS)}
    kept = keeping.find(number)
    taking.confirm(kept, mapping, country=country, counts=body["rewards"], by=caller.by, now=now)
    db.session.commit()
    if comparing.quick(keeping.find(number)) and comparing.compare(number, clock.now):
        crediting.settle(clock.now())
    return _told(keeping.find(number))


@bp.route("/audits/<int:number>", methods=["GET"])
@bp.response(200, AuditSchema)
@permission(MAY)
def state(number: int) -> dict[str, Any]:
    """Tell how an audit stands."""
    return _told(_opened(number))


@bp.route("/audits/<int:number>/rows", methods=["GET"])
@bp.arguments(AskedSchema, location="query")
@bp.response(200, RowsSchema)
@permission(MAY)
def listed(asked: dict[str, Any], number: int) -> dict[str, Any]:
    """List rows of an audit, 200 at a time."""
    kept = _opened(number)
    conditions = rows.matching(kept.id, asked["show"], search=asked["q"].replace("\0", ""))
    some = rows.page(conditions, first=asked["first"], size=PAGE)
    return {"rows": [row._asdict() for row in some], "found": rows.number_of(conditions)}


@bp.route("/audits/<int:number>/rows/<int:line>", methods=["POST"])
@bp.arguments(StepSchema)
@bp.response(200, AuditSchema)
@permission(MAY)
def step(body: dict[str, Any], number: int, line: int) -> dict[str, Any]:
    """Close a row, put it off, or judge whether it is a contact of the CRM."""
    kept = _opened(number)
    rows.take_one(kept, min(line, LARGEST), body["does"], by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _told(kept)


def _me() -> int:
    """Return who is asking; a token that belongs to no person has no lists."""
    who = auth.caller().participant
    if who is None:
        raise ForbiddenError
    return who


def _opened(number: int) -> Kept:
    if number > LARGEST:
        raise NotFoundError
    return keeping.opened(number, _me(), leads=auth.caller().reach(MAY) is ALL)


def _told(kept: Kept) -> dict[str, Any]:
    counted = rows.counts(kept.id)
    return {
        "number": kept.id,
        "name": kept.name,
        "state": kept.state,
        "shared": kept.shared,
        "contacts": kept.contacts,
        "rows": counted.rows,
        "todo": counted.todo,
        "closed": counted.closed,
        "lists": counted.lists,
    }
