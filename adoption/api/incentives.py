"""Stop incentives at once, and let them go on."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import Any

from adoption import auth
from adoption import clock
from adoption import facts
from adoption import stops
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.extensions import db
from adoption.schemas import ReasonSchema
from adoption.schemas import StopSchema
from rules import period

bp: Blueprint = Blueprint("incentives", __name__, description="Incentives that are stopped")


@bp.route("/incentives/<key>/stop", methods=["POST"])
@bp.arguments(ReasonSchema)
@bp.response(200, StopSchema)
@permission("incentives:stop")
def stop(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Stop an incentive: what people do is still counted, what they earn waits, what they have stays theirs."""
    stops.stop(key, body["why"], auth.caller().by, clock.now())
    db.session.commit()
    return _state(key, 0)


@bp.route("/incentives/<key>/resume", methods=["POST"])
@bp.arguments(ReasonSchema)
@bp.response(200, StopSchema)
@permission("incentives:stop")
def resume(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Let an incentive go on; what waited is given out in the order in which it was earned."""
    given, _ = stops.resume_and_release(key, body["why"], auth.caller().by, clock.now())
    return _state(key, given)


def _state(key: str, given: int) -> dict[str, Any]:
    since = facts.current().stopped.get(key)
    stopped = None if since is None else period.moment(since)
    return {"incentive": key, "stopped": stopped, "waiting": stops.waiting_of([key]).get(key, 0), "given_out": given}
