"""Try drafts, and whole books, on the past; nothing is written."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import Any

from marshmallow import INCLUDE
from marshmallow import Schema
from marshmallow import fields
from marshmallow import validate

from adoption import drafts
from adoption import trials
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.errors import ConflictError
from adoption.errors import RefusedError
from rules.book import BookError

bp: Blueprint = Blueprint("trials", __name__, description="Dry runs over recorded history")
LARGEST = 1024 * 1024  # characters


class TooLongError(ConflictError):
    """There is too much history for an answer at once; the draft's page and `flask book try` take their time."""


class DaysSchema(Schema):
    """On which days, and which incentives."""

    first = fields.Date(required=True, data_key="from", metadata={"description": "The first local day"})
    until = fields.Date(required=True, data_key="to", metadata={"description": "The last local day"})
    incentives = fields.List(
        fields.Str(validate=validate.Length(1, 200)),
        load_default=list,
        validate=validate.Length(max=200),
        metadata={"description": "Their keys; without any, all that change"},
    )


class TextSchema(DaysSchema):
    """The same of a whole book."""

    text = fields.Str(
        required=True, validate=validate.Length(1, LARGEST), metadata={"description": "The whole book, as TOML"}
    )


class TrialSchema(Schema):
    """What would have been earned: totals, budgets, warnings, and everybody; amounts are plain decimals."""

    class Meta:
        """Everything is told."""

        unknown = INCLUDE

    incentives = fields.List(fields.Str())
    first = fields.Str(data_key="from")
    until = fields.Str(data_key="to")
    audience = fields.Int()
    earn = fields.Dict()
    today = fields.Dict()
    draft = fields.Dict()
    budgets = fields.List(fields.Dict())
    concentration = fields.Dict()
    never = fields.Int(metadata={"description": "How many had nothing that counts at all"})
    warnings = fields.List(fields.Dict())
    holders = fields.List(fields.Dict())


@bp.route("/drafts/<int:number>/dry-run", methods=["POST"])
@bp.arguments(DaysSchema)
@bp.response(200, TrialSchema)
@permission("book:read")
def of_draft(body: dict[str, Any], number: int) -> dict[str, Any]:
    """Try a draft on the past, beside what was in force."""
    return _tried(drafts.composed(drafts.get(number)), body)


@bp.route("/book/dry-run", methods=["POST"])
@bp.arguments(TextSchema)
@bp.response(200, TrialSchema)
@permission("book:read")
def of_text(body: dict[str, Any]) -> dict[str, Any]:
    """Try a whole book on the past, beside what was in force."""
    return _tried(body["text"], body)


def _tried(text: str, body: dict[str, Any]) -> dict[str, Any]:
    days = body["first"].toordinal(), body["until"].toordinal()
    try:
        question = trials.question(text, *days, body["incentives"])
        if not trials.quick():
            raise TooLongError
        found = trials.plain(trials.answer(question))
    except BookError as error:
        msg = "; ".join(str(fault) for fault in error.faults[:20])
        raise RefusedError(msg) from None
    return found | {"first": found.pop("from"), "until": found.pop("to")}
