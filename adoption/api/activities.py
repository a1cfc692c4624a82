"""Receive activities."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

import msgspec
from flask import Response
from flask import current_app
from flask import request

from adoption import intake
from adoption.api import bodies
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.errors import PROBLEM
from adoption.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

bp: Blueprint = Blueprint("activities", __name__, description="Send what people did in the CRM")
_encoder = msgspec.json.Encoder()
NOTHING = intake.Receipt(0, 0, ())

_NAME = {"type": "string", "minLength": 1, "maxLength": 255}
ACTIVITY: Mapping[str, Any] = {
    "type": "object",
    "description": "A CloudEvent 1.0. `source` and `id` identify it for ever: sent again, it is a duplicate.",
    "required": ["source", "id", "type", "time"],
    "properties": {
        "specversion": {"const": "1.0"},
        "source": {**_NAME, "description": "Where it comes from"},
        "id": {**_NAME, "description": "Its id there"},
        "type": {**_NAME, "description": "What was done, in the past tense", "examples": ["contact.created"]},
        "time": {"type": "string", "format": "date-time", "description": "When it happened, with a time zone"},
        "subject": {**_NAME, "description": "The record it is about", "examples": ["contact/42"]},
        "actor": {**_NAME, "description": "Who did it: the source's user id, or an e-mail address"},
        "recordedtime": {"type": "string", "format": "date-time", "description": "When it was recorded"},
        "retracts": {**_NAME, "description": "The id of an activity of the same source that shall not count"},
        "data": {"type": "object", "description": "Fields of the record, read by the book's conditions"},
    },
}
_ONE = {"schema": {"$ref": "#/components/schemas/Activity"}}
_LIST = {"schema": {"type": "array", "items": {"$ref": "#/components/schemas/Activity"}, "maxItems": bodies.MOST}}
_REFUSED = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["index", "id", "fault"],
        "properties": {
            "index": {"type": "integer", "description": "Its place in the request, from 0"},
            "id": {"type": ["string", "null"], "description": "The id it claims"},
            "fault": {"type": "string", "description": "What is wrong, and where"},
        },
    },
}
RECEIPT: Mapping[str, Any] = {
    "type": "object",
    "required": ["accepted", "duplicates", "refused"],
    "properties": {
        "accepted": {"type": "integer"},
        "duplicates": {"type": "integer"},
        "refused": _REFUSED,
        "signals": {"type": "integer", "description": "How many were signals, which never count; absent if none was"},
    },
}
DOC: Mapping[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {"anyOf": [_ONE["schema"], _LIST["schema"]]},
            },
            "application/cloudevents+json": _ONE,
            "application/cloudevents-batch+json": _LIST,
            "application/x-ndjson": {"schema": {"type": "string", "description": "One activity on each line"}},
        },
    },
    "responses": {
        "202": {
            "description": "Stored durably, scored, and counted once; what is refused is listed",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Receipt"}}},
        },
        "422": {
            "description": "Everything was refused, and is listed; or the body is neither an object nor a list",
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        },
        "default": {"$ref": "#/components/responses/DEFAULT_ERROR"},
    },
}


class AllRefusedError(RefusedError):
    """None of the activities can be used; each is listed with its fault."""


@bp.route("/activities", methods=["POST"])
@bp.doc(**DOC)
@permission("activities:write")
def accept() -> Response:
    """Store and score activities.

    Also in binary mode: attributes as ce-… headers (percent-encoded UTF-8), the data as the JSON body. Bodies may be
    packed with gzip. Events whose type begins with signal. (export, import, sign_in, view) are kept apart and never
    count. If everything in a request is refused, the answer is 422 with the same members.
    """
    items = bodies.items(request, current_app.config["MAX_CONTENT_LENGTH"])
    receipt = intake.accept_and_commit(items, door="api") if items else NOTHING
    members = told(receipt)
    if items and len(receipt.refused) == len(items):
        raise AllRefusedError(**members)
    return Response(_encoder.encode(members), HTTPStatus.ACCEPTED, content_type="application/json")


def told(receipt: intake.Receipt) -> dict[str, Any]:
    """Return a receipt as it goes over the wire."""
    refused = [one._asdict() for one in receipt.refused]
    members = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "refused": refused}
    return members | {"signals": receipt.signals} if receipt.signals else members
