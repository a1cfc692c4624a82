"""What came to a source, for machines: verdicts, what was in it, reading it again, and the mapping that reads it."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from adoption import auth
from adoption import clock
from adoption.api import source_schemas as shapes
from adoption.api.parsing import Blueprint
from adoption.api.sources import KEY
from adoption.api.sources import MAY
from adoption.auth import permission
from adoption.extensions import db
from adoption.sources import deliveries
from adoption.sources import registry
from adoption.sources import replaying
from adoption.sources import trying
from rules import period
from rules.period import SECOND

if TYPE_CHECKING:
    from adoption.sources.deliveries import Line

bp: Blueprint = Blueprint("deliveries", __name__, description="What came to sources, and how it is read")
MOST = 100  # items of a delivery that are told
_SAME = ("times", "verdict", "proof", "accepted", "duplicates", "refused", "strangers", "size", "reason", "kept")


@bp.route("/sources/<key>/deliveries", parameters=[KEY])
@bp.arguments(shapes.VerdictQuery, location="query")
@bp.response(200, shapes.DeliverySchema(many=True))
@permission(MAY)
def listed(query: dict[str, Any], key: str) -> list[dict[str, Any]]:
    """List the last hundred deliveries, the newest first, each with its verdict."""
    registry.get(key)
    return [_line(one) for one in deliveries.listed(key, query.get("verdict"))]


def _line(one: Line) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in _SAME},
        "number": one.id,
        "received": period.moment(one.received),
        "latest": period.moment(one.latest),
        "late": None if one.late is None else one.late // SECOND,
        "type": one.kind,
    }


@bp.route("/sources/<key>/deliveries/<int:number>", parameters=[KEY])
@bp.response(200, shapes.OpenedSchema)
@permission(MAY)
def show(key: str, number: int) -> dict[str, Any]:
    """Show a delivery: what was in it, what it became, and what the present mapping would make of it."""
    source, line = registry.get(key), deliveries.one(key, number)
    kept = deliveries.contents([number]).get(number)
    made: tuple[trying.Made, ...] = ()
    if kept is not None:
        made = trying.made(key, source.ready, trying.Sample(kept.body, line.kind, kept.headers))
    return _line(line) | {
        "headers": {} if kept is None else kept.headers,
        "body": None if kept is None else kept.body.decode("utf-8", "replace"),
        "activities": [{"source": name, "id": its} for name, its in line.activities],
        "made": [one._asdict() for one in made[:MOST]],
    }


@bp.route("/sources/<key>/deliveries/<int:number>/replay", methods=["POST"], parameters=[KEY])
@bp.response(200, shapes.DeliverySchema)
@permission(MAY)
def replay(key: str, number: int) -> dict[str, Any]:
    """Read a delivery again by the present mapping; what is stored already stays."""
    return _line(replaying.replay(registry.get(key), number, by=auth.caller().by, now=clock.now()))


@bp.route("/sources/<key>/replay", methods=["POST"], parameters=[KEY])
@bp.response(200, shapes.ReplayedSchema)
@permission(MAY)
def replay_refused(key: str) -> dict[str, Any]:
    """Read again everything that was refused before the mapping changed."""
    done, accepted = replaying.replay_refused(registry.get(key), by=auth.caller().by, clock=clock.now)
    return {"deliveries": done, "accepted": accepted}


# --- the mapping


@bp.route("/sources/<key>/mapping", parameters=[KEY])
@bp.response(200, shapes.MappingSchema)
@permission(MAY)
def mapping(key: str) -> dict[str, Any]:
    """Show the mapping of a source."""
    return _mapping(key)


def _mapping(key: str) -> dict[str, Any]:
    source = registry.get(key)
    return {"mapping": source.mapping, "revision": source.revision}


@bp.route("/sources/<key>/mapping", methods=["PUT"], parameters=[KEY])
@bp.arguments(shapes.RemapSchema)
@bp.response(200, shapes.MappingSchema)
@permission(MAY)
def remap(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Give a source another mapping, for every delivery from now on."""
    registry.remap(key, body["mapping"], by=auth.caller().by, now=clock.now(), revision=body["revision"])
    db.session.commit()
    return _mapping(key)


@bp.route("/sources/<key>/mapping/comparison", methods=["POST"], parameters=[KEY])
@bp.arguments(shapes.TriedSchema)
@bp.response(200, shapes.ComparisonSchema)
@permission(MAY)
def compare(body: dict[str, Any], key: str) -> dict[str, Any]:
    """Say what another mapping would make of the last deliveries; nothing is stored."""
    source = registry.get(key)
    found = trying.compared(key, source.ready, registry.checked(source.verification, body["mapping"]))
    differences = [
        {"number": one.delivery.id, "pairs": [{"before": before, "after": after} for before, after in one.pairs]}
        for one in found.differences
    ]
    return {"read": found.read, "differences": differences}
