"""Tokens, for machines: what each may do, when it was used; make one that may do no more than oneself, revoke one."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from typing import TYPE_CHECKING
from typing import Any

from flask import current_app
from marshmallow import Schema
from marshmallow import fields
from marshmallow import validate

from adoption import auth
from adoption import clock
from adoption import facts
from adoption.api import house
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.errors import ForbiddenError
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from rules import period

if TYPE_CHECKING:
    from adoption.auth import TokenLine

bp: Blueprint = Blueprint("tokens_api", __name__, description="Tokens of this API")
MAY = "tokens:manage"
LIMIT = "secret by token"
LARGEST = 2**31 - 1  # number of a token


class BeyondError(ForbiddenError):
    """A token gives no other token what it may not do itself."""


class OutlivesError(RefusedError):
    """A token that expires makes no token that opens longer."""


class NewTokenSchema(Schema):
    """A token to make."""

    name = house.text("What it is for; no other token in force has this name", required=True)
    scopes = fields.List(
        fields.Str(validate=validate.Length(max=100)),
        required=True,
        validate=validate.Length(1, 100),
        metadata={"description": "What it may do: no more than the token that makes it"},
    )
    email = house.text(
        "Your own e-mail address, for a token of your own; null: it belongs to a service",
        allow_none=True,
        load_default=None,
    )
    expires = fields.AwareDateTime(
        allow_none=True,
        load_default=None,
        metadata={"description": "From when on it opens nothing; null: until it is revoked"},
    )


class NothingSchema(Schema):
    """An empty object."""


class TokenSchema(Schema):
    """What may be told about a token."""

    number = house.told_number("Its number")
    name = house.told_text("What it is for")
    scopes = fields.List(fields.Str(), required=True, metadata={"description": "What it may do"})
    email = house.told_text("Whose it is; null: a service's", none=True)
    created = house.told_moment("When it was made")
    expires = house.told_moment("From when on it opens nothing", none=True)
    revoked = house.told_moment("When it was revoked", none=True)
    used = house.told_moment("When it was last used, to the minute", none=True)


class MadeTokenSchema(Schema):
    """A token: the only answer that ever holds it."""

    token = house.told_text("What is sent as Authorization: Bearer …")
    about = fields.Nested(TokenSchema, required=True)


@bp.route("/tokens")
@bp.response(200, TokenSchema(many=True))
@permission(MAY)
def listed() -> list[dict[str, Any]]:
    """List the tokens, also those that open nothing any more."""
    return [_told(one) for one in auth.tokens()]


@bp.route("/tokens", methods=["POST"])
@bp.arguments(NewTokenSchema, example={"name": "crm", "scopes": ["activities:write"]})
@bp.response(201, MadeTokenSchema)
@permission(MAY)
def create(body: dict[str, Any]) -> dict[str, Any]:
    """Make a token; the answer has it, and no other ever will.

    It may do no more than the token that makes it, opens no longer, and belongs to a service or to the same person.
    """
    expires = _expires(body)
    _allowed(body["scopes"], body["email"])
    house.paced(LIMIT)
    by, moment = auth.caller().by, clock.now()
    told = {"email": body["email"], "expires": expires, "now": moment, "by": by}
    made = auth.create_token(body["name"], body["scopes"], **told)
    db.session.commit()
    about = next(one for one in auth.tokens() if one.name == body["name"] and one.opens(moment))
    return {"token": made, "about": _told(about)}


def _expires(body: dict[str, Any]) -> int | None:
    expires = None if body["expires"] is None else period.microseconds(body["expires"])
    end = auth.caller().expires
    if end is not None and (expires is None or expires > end):
        msg = f"This token opens until {period.moment(end).isoformat()}; choose that or a sooner moment for expires."
        raise OutlivesError(msg)
    return expires


def _allowed(scopes: list[str], email: str | None) -> None:
    """Refuse what would be more than the caller has.

    Raises:
        RefusedError: a scope is none of the API's.
        BeyondError: it is one that the caller lacks, or the token would be somebody else's.
    """
    offered = auth.offered(current_app)
    unknown = sorted(set(scopes) - set(offered))
    if unknown:
        msg = f"{', '.join(unknown)[:200]} is no scope of the API; choose from {', '.join(offered)}."
        raise RefusedError(msg)
    caller = auth.caller()
    lacking = [scope for scope in scopes if caller.lacks(scope)]
    if lacking:
        msg = f"This token may not itself: {', '.join(lacking)}. Ask an administrator to make the token at /hr/tokens."
        raise BeyondError(msg, missing_scopes=lacking)
    if email is not None and (caller.participant is None or facts.current().holder_of(email) != caller.participant):
        msg = "A token of somebody else's is made at /hr/tokens; here, of a service or of your own."
        raise BeyondError(msg)


@bp.route("/tokens/<int:number>/revoke", methods=["POST"])
@bp.arguments(NothingSchema, example={})
@bp.response(200, TokenSchema)
@permission(MAY)
def revoke(_body: dict[str, Any], number: int) -> dict[str, Any]:
    """Revoke a token; it opens nothing any more, within five seconds."""
    if number > LARGEST or not auth.revoke_token(number, now=clock.now(), by=auth.caller().by):
        db.session.rollback()
        msg = "There is no token of this number in force."
        raise NotFoundError(msg)
    db.session.commit()
    return next(_told(one) for one in auth.tokens() if one.id == number)


def _told(one: TokenLine) -> dict[str, Any]:
    moments = {name: getattr(one, name) for name in ("created", "expires", "revoked", "used")}
    return {
        "number": one.id,
        "name": one.name,
        "scopes": one.scopes.split(),
        "email": one.email,
        **{name: None if moment is None else period.moment(moment) for name, moment in moments.items()},
    }
