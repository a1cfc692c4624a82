"""Receive what CRMs post: prove, read, store.

A sender that proved itself always gets 200 with what was refused: most senders repeat a whole delivery, or switch the
hook off, after any other answer.  Only a failure to store is 503, which every sender that repeats at all repeats.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Blueprint
from flask import Response
from flask import current_app
from flask import request
from sqlalchemy import select

from adoption import connectors
from adoption import health
from adoption import intake
from adoption.api import bodies
from adoption.auth import public
from adoption.connectors import payload
from adoption.connectors import sealing
from adoption.connectors import verification
from adoption.connectors.mapping import Fault
from adoption.errors import AdoptionError
from adoption.errors import UnauthenticatedError
from adoption.errors import UnavailableError
from adoption.extensions import db
from adoption.models import Source

bp: Blueprint = Blueprint("hooks", __name__)
_encoder = msgspec.json.Encoder()
PAUSED = "3600"  # seconds until the sender of a paused source may try again


class PausedError(UnavailableError):
    """This source is paused; its deliveries are not taken now."""


class UnprovenError(UnauthenticatedError):
    """There is no such source, or the delivery does not prove that it comes from it."""


@bp.post("/hooks/<source>")
@public("each delivery proves itself by the source's own secret")
def receive(source: str) -> Response:
    """Take a delivery."""
    body = request.get_data(cache=False)
    row = db.session.execute(
        select(Source.verification, Source.secret, Source.mapping, Source.paused).where(Source.key == source)
    ).first()
    delivery = _delivery(body)
    if row is None or not _proves(row, delivery):
        current_app.logger.warning("hook %s: %s", source[:80], "no such source" if row is None else "not proven")
        raise UnprovenError(headers={"WWW-Authenticate": 'Basic realm="spoonful hooks"'})  # the same for both
    if row.paused is not None:
        raise PausedError(headers={"Retry-After": PAUSED})
    found = _read(source, row, delivery)
    refused = [_refused(at, fault) for at, fault in enumerate(found) if isinstance(fault, Fault)]
    health.unmapped(source, len(refused))
    places = [at for at, item in enumerate(found) if not isinstance(item, Fault)]
    items = [item for item in found if not isinstance(item, Fault)]
    receipt = intake.accept_and_commit(items, door="hook") if items else intake.Receipt(0, 0, ())
    refused += [{"index": places[one.index], "id": one.id, "fault": one.fault} for one in receipt.refused]
    for one in refused:
        current_app.logger.warning("hook %s: refused %s: %s", source, one["id"], one["fault"])
    answer = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "refused": refused}
    return Response(_encoder.encode(answer), HTTPStatus.OK, content_type="application/json")


def _delivery(body: bytes) -> verification.Delivery:
    return verification.Delivery(
        method=request.method,
        headers={name.lower(): text for name, text in request.headers},
        query=request.args,
        password=request.authorization.password if request.authorization else None,
        body=body,
        content_type=request.content_type or "",
    )


def _proves(row: Any, delivery: verification.Delivery) -> bool:
    settings = current_app.extensions["settings"]
    secret = sealing.unseal(row.secret, settings.require_secret())
    proof = connectors.load(row.verification, row.mapping).proof
    return verification.verify(row.verification, secret, proof, delivery, time.time())


def _read(source: str, row: Any, delivery: verification.Delivery) -> list[dict[str, Any] | Fault]:
    """Read a proven delivery into activities; what cannot be read at all is one fault."""
    reader = connectors.load(row.verification, row.mapping).reader
    largest = current_app.config["MAX_CONTENT_LENGTH"]
    try:
        body = bodies.unpacked(delivery.body, delivery.headers.get("content-encoding", ""), largest)
        found = payload.parse(delivery.content_type, body)
    except (payload.UnreadablePayloadError, AdoptionError) as error:
        return [Fault("connector", "", str(error))]
    return reader.activities(found, source=source, headers=delivery.headers)


def _refused(at: int, fault: Fault) -> dict[str, Any]:
    return {"index": at, "id": None, "fault": str(fault)}
