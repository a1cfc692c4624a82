"""Receive what CRMs post: prove, read, store.

A sender that proved itself always gets 200 with what was refused: most senders repeat a whole delivery, or switch the
hook off, after any other answer.  Only a failure to store is 503, which every sender that repeats at all repeats.
What came, and what became of it, is kept for those who look after the source (``adoption.sources.deliveries``).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any

import msgspec
from flask import Blueprint
from flask import Response
from flask import current_app
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from adoption import clock
from adoption import health
from adoption import intake
from adoption.auth import public
from adoption.connectors import verification
from adoption.errors import UnauthenticatedError
from adoption.errors import UnavailableError
from adoption.sources import deliveries
from adoption.sources import proving
from adoption.sources import reading
from adoption.sources.deliveries import TurnedAway

if TYPE_CHECKING:
    from adoption.sources.proving import Hook
    from adoption.sources.proving import Proof
    from adoption.sources.reading import Reading

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
    now = clock.now()
    hook = proving.hook(source)
    delivery = _delivery(hook, now)
    proof = proving.prove(hook, delivery, now) if hook is not None else None
    if hook is None or proof is None or not proof.by:
        current_app.logger.warning("hook %s: %s", source[:80], "no such source" if hook is None else "not proven")
        if hook is not None and proof is not None:
            _unproven(hook, delivery, proof, now)
        raise UnprovenError(headers={"WWW-Authenticate": 'Basic realm="spoonful hooks"'})  # the same for both
    if hook.source.paused is not None:
        came = TurnedAway(source, "paused", len(delivery.body), delivery.content_type, proof=proof.by)
        deliveries.turn_away(came, now)
        raise PausedError(headers={"Retry-After": PAUSED})
    found = reading.of_delivery(source, hook.source.ready, delivery, current_app.config["MAX_CONTENT_LENGTH"])
    health.unmapped(source, len(found.faults))
    note = deliveries.noted(hook.source, delivery, proof, found, now)
    if found.items:
        receipt = intake.accept_and_commit(found.items, door="hook", now=now, also=note)
    else:
        receipt = intake.Receipt(0, 0, ())
        deliveries.alone(note)
    return _answer(hook, proof, found, receipt, now)


def _delivery(hook: Hook | None, now: int) -> verification.Delivery:
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        if hook is not None:
            size, kind = request.content_length or 0, request.content_type or ""
            deliveries.turn_away(TurnedAway(hook.source.key, "large", size, kind), now)
        raise
    return verification.Delivery(
        method=request.method,
        headers={name.lower(): text for name, text in request.headers},
        query=request.args,
        password=request.authorization.password if request.authorization else None,
        body=body,
        content_type=request.content_type or "",
    )


def _unproven(hook: Hook, delivery: verification.Delivery, proof: Proof, now: int) -> None:
    """Keep that somebody came who did not prove themselves, without what they brought."""
    verdict, reason = ("unproven", "") if proof.age is None else ("stale", f"{proof.age:.0f}")
    came = TurnedAway(hook.source.key, verdict, len(delivery.body), delivery.content_type, reason=reason)
    deliveries.turn_away(came, now)


def _answer(hook: Hook, proof: Proof, found: Reading, receipt: intake.Receipt, now: int) -> Response:
    source = hook.source.key
    refused: list[dict[str, Any]] = [{"index": at, "id": None, "fault": str(fault)} for at, fault in found.faults]
    refused += [{"index": found.places[one.index], "id": one.id, "fault": one.fault} for one in receipt.refused]
    for one in refused:
        current_app.logger.warning("hook %s: refused %s: %s", source, one["id"], one["fault"])
    answer: dict[str, Any] = {"accepted": receipt.accepted, "duplicates": receipt.duplicates, "refused": refused}
    if receipt.signals:
        answer["signals"] = receipt.signals
    if hook.source.old_until(now) is not None:
        answer["secret"] = proof.by  # while it is being rotated, the sender is told which one it used
    return Response(_encoder.encode(answer), HTTPStatus.OK, content_type="application/json")
