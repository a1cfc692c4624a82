"""Tell machines how the service is: alive, ready, and in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint
from flask import Response

from adoption import health
from adoption.auth import public
from adoption.errors import UnavailableError

if TYPE_CHECKING:
    from flask.typing import ResponseReturnValue

bp: Blueprint = Blueprint("service", __name__)


class NotReadyError(UnavailableError):
    """The service cannot do its work yet."""


@bp.get("/healthz")
@public("tells only that the process lives")
def alive() -> ResponseReturnValue:
    """Say that the process lives."""
    return {"alive": True}


@bp.get("/readyz")
@public("tells only whether the service can work")
def ready() -> ResponseReturnValue:
    """Say whether the database can be reached, is migrated, and holds the facts."""
    faults = health.faults()
    if faults:
        raise NotReadyError("; ".join(faults), headers={"Retry-After": "5"}, faults=faults)
    return {"ready": True}


@bp.get("/metrics")
@public("numbers without persons, for Prometheus; the proxy in front keeps the world out")
def metrics() -> Response:
    """Write the service's numbers as Prometheus reads them."""
    return Response(health.metrics(), content_type=health.CONTENT_TYPE)
