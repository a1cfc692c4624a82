"""Names that sources send and nobody knows: who waits, who it might be, and saying who it is."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from marshmallow import Schema

from adoption import directory
from adoption import facts
from adoption.api import directory_schemas as shapes
from adoption.api import house
from adoption.api.lists import LIMIT
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.directory import strangers
from adoption.errors import RefusedError
from adoption.extensions import db
from rules import period

if TYPE_CHECKING:
    from adoption.directory.strangers import Guesses
    from adoption.directory.strangers import Sum
    from adoption.directory.strangers import Waiting

bp: Blueprint = Blueprint("strangers", __name__, description="Names that nobody knows yet")


class NameSchema(Schema):
    """An unknown name."""

    source = house.text("The source", longest=1_000, required=True)
    actor = house.text("The name, as the source sends it", longest=1_000, required=True)
    why = house.why()


class WhoSchema(NameSchema):
    """Who an unknown name is."""

    email = house.text("Whose it is: an e-mail address of the directory", required=True)


@bp.route("/strangers")
@bp.arguments(shapes.StrangersQuery, location="query")
@bp.response(200, shapes.StrangersSchema)
@permission("people:read")
def listed(query: dict[str, Any]) -> dict[str, Any]:
    """List unknown names, the oldest first: how much waits for each, and who it might be."""
    known = facts.current()
    found = strangers.waiting(known, aside=query["aside"])
    shown = found[query["first"] : query["first"] + query["most"]]
    sums, guesses = strangers.sums(shown), strangers.Guesses(known)
    lines = [_line(one, sums.get(one[:2]), guesses) for one in shown]
    return {"strangers": lines, "found": len(found)}


def _line(one: Waiting, waits: Sum | None, guesses: Guesses) -> dict[str, Any]:
    people = guesses.known.people
    return {
        "source": one.source,
        "actor": one.actor,
        "seen": period.moment(one.seen),
        "aside": None if one.aside is None else period.moment(one.aside),
        "waits": waits
        and {
            "activities": waits.number,
            "first": period.moment(waits.first),
            "last": period.moment(waits.last),
            "type": waits.type,
            "subject": waits.subject,
        },
        "suggestions": [
            {
                "email": people[guess.participant].email,
                "name": people[guess.participant].name,
                "why": guess.why,
                "sure": guess.why in strangers.EXACT,
            }
            for guess in guesses.of(one.actor)
        ],
    }


@bp.route("/strangers/recognise", methods=["POST"])
@bp.arguments(WhoSchema, example={"source": "crm", "actor": "u17", "email": "alice@example.com"})
@bp.response(200, shapes.RecognisedSchema)
@permission("people:write")
def recognise(body: dict[str, Any]) -> dict[str, Any]:
    """Say who an unknown name is: from now on they are known, and what they did is credited."""
    house.paced(LIMIT)
    known = facts.current()
    one = strangers.found(known, body["source"], body["actor"])
    who = known.holder_of(body["email"])
    if who is None or who not in known.people:
        msg = f"Nobody has the e-mail address {body['email'][:100]}; enter them first, or name somebody else."
        raise RefusedError(msg)
    waits = strangers.sums([one]).get(one[:2])
    by = house.told(body["why"])
    loaded = directory.recognise({who: {one[:2]}}, on=known.today(by.now), by=by)
    if loaded.faults:
        db.session.rollback()
        raise RefusedError(loaded.faults[0].message)
    db.session.commit()
    told = {"source": one.source, "actor": one.actor, "email": known.people[who].email, "rescore": loaded.rescore}
    return told | {"activities": waits.number if waits else 0}


@bp.route("/strangers/aside", methods=["POST"])
@bp.arguments(NameSchema)
@bp.response(200, shapes.AsideSchema)
@permission("people:write")
def put_aside(body: dict[str, Any]) -> dict[str, Any]:
    """Say that an unknown name is nobody, a robot, or somebody long gone."""
    return _put_aside(body, aside=True)


@bp.route("/strangers/back", methods=["POST"])
@bp.arguments(NameSchema)
@bp.response(200, shapes.AsideSchema)
@permission("people:write")
def take_back(body: dict[str, Any]) -> dict[str, Any]:
    """Let an unknown name wait again that was put aside."""
    return _put_aside(body, aside=False)


def _put_aside(body: dict[str, Any], *, aside: bool) -> dict[str, Any]:
    house.paced(LIMIT)
    directory.put_aside(body["source"], body["actor"], aside, by=house.told(body["why"]))
    db.session.commit()
    return {"source": body["source"], "actor": body["actor"], "aside": aside}
