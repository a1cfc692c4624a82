"""Sources, for machines: connect one, see how it fares, give it a new secret, pause it."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from adoption import auth
from adoption import clock
from adoption.api import house
from adoption.api import source_schemas as shapes
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.sources import faring
from adoption.sources import presets
from adoption.sources import registry
from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from datetime import datetime

    from adoption.sources.faring import Fare
    from adoption.sources.registry import Connected

bp: Blueprint = Blueprint("sources_api", __name__, description="Connected sources")
MAY = "sources:manage"
LIMIT = "secret by token"
KEY = {"name": "key", "in": "path", "description": "The source's key", "schema": {"type": "string"}}


@bp.route("/sources")
@bp.response(200, shapes.SourceSchema(many=True))
@permission(MAY)
def listed() -> list[dict[str, Any]]:
    """List the sources, and how each fares."""
    found = registry.listed()
    fares = faring.fares(found, clock.now())
    return [_told(one, fares[one.key]) for one in found]


@bp.route("/sources", methods=["POST"])
@bp.arguments(shapes.NewSourceSchema, example={"key": "shop", "verification": "standard-webhooks"})
@bp.response(201, shapes.SecretSchema)
@permission(MAY)
def connect(body: dict[str, Any]) -> dict[str, Any]:
    """Connect a source; the answer has its secret, and no other ever will."""
    kind, mapping = _asked(body)
    house.paced(LIMIT)
    key, secret = body["key"], body.get("secret")
    made = registry.connect(key, kind, mapping, secret, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return {"source": _shown(key), "secret": made}


def _asked(body: dict[str, Any]) -> tuple[str, str]:
    """Return the proof and the mapping that are meant."""
    preset = presets.PRESETS.get(body.get("preset", ""))
    if preset is None:
        if "verification" not in body:
            msg = "Say how its deliveries prove themselves (verification), or choose a ready-made mapping (preset)."
            raise RefusedError(msg)
        return body["verification"], body.get("mapping", "")
    if "mapping" in body or body.get("verification", preset.verification) != preset.verification:
        msg = "A preset has a proof and a mapping of its own; leave verification and mapping out, or the preset."
        raise RefusedError(msg)
    if preset.chosen and "secret" not in body:
        msg = f"{preset.title} makes the secret: copy it from there, and send it as secret."
        raise RefusedError(msg)
    return preset.verification, preset.mapping(registry.address(body["key"]))


@bp.route("/sources/<key>", parameters=[KEY])
@bp.response(200, shapes.SourceSchema)
@permission(MAY)
def show(key: str) -> dict[str, Any]:
    """Show a source, and how it fares."""
    return _shown(key)


def _shown(key: str) -> dict[str, Any]:
    """Return a source as answers have it, without its secrets."""
    source = registry.get(key)
    return _told(source, faring.fares([source], clock.now())[source.key])


@bp.route("/sources/<key>/rotate", methods=["POST"], parameters=[KEY])
@bp.arguments(shapes.RotateSchema, example={"overlap": "1d"})
@bp.response(200, shapes.SecretSchema)
@permission(MAY)
def rotate(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Give a source a new secret; the one before stays good for a while."""
    registry.get(key)
    house.paced(LIMIT)
    overlap = registry.OVERLAPS[body["overlap"]]
    made = registry.rotate(key, body.get("secret"), overlap=overlap, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return {"source": _shown(key), "secret": made}


@bp.route("/sources/<key>/end-old", methods=["POST"], parameters=[KEY])
@bp.response(200, shapes.SourceSchema)
@permission(MAY)
def end_old(key: str) -> dict[str, Any]:
    """End the secret before at once."""
    registry.end_old(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _shown(key)


@bp.route("/sources/<key>/pause", methods=["POST"], parameters=[KEY])
@bp.response(200, shapes.SourceSchema)
@permission(MAY)
def pause(key: str) -> dict[str, Any]:
    """Take no deliveries for now; senders are asked to come again in an hour."""
    registry.pause(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _shown(key)


@bp.route("/sources/<key>/resume", methods=["POST"], parameters=[KEY])
@bp.response(200, shapes.SourceSchema)
@permission(MAY)
def resume(key: str) -> dict[str, Any]:
    """Take deliveries again."""
    registry.resume(key, by=auth.caller().by, now=clock.now())
    db.session.commit()
    return _shown(key)


def _told(source: Connected, fare: Fare) -> dict[str, Any]:
    until = source.old_until(clock.now())
    return {
        **{name: getattr(source, name) for name in ("key", "name", "verification", "revision")},
        "address": registry.address(source.key),
        "created": period.moment(source.created),
        "paused": _moment(source.paused),
        "old_secret_until": _moment(until),
        "old_secret_used": None if until is None else _moment(source.old_used),
        "remapped": _moment(source.remapped),
        "health": {
            **{name: getattr(fare, name) for name in ("accepted", "strangers", "open")},
            "last": _moment(fare.last),
            "lag": None if fare.lag is None else fare.lag // SECOND,
            "hours": [one._asdict() | {"begins": period.moment(one.begins)} for one in fare.hours],
        },
    }


def _moment(moment: int | None) -> datetime | None:
    return None if moment is None else period.moment(moment)
