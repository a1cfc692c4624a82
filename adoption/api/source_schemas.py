"""What goes over HTTP about sources, their deliveries and their mappings."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema
from marshmallow import ValidationError
from marshmallow import fields
from marshmallow import validate

from adoption.api.house import plain
from adoption.api.house import text
from adoption.api.house import told_flag
from adoption.api.house import told_moment
from adoption.api.house import told_number
from adoption.api.house import told_text
from adoption.connectors.verification import VERIFICATIONS
from adoption.sources import registry
from adoption.sources import verdicts
from adoption.sources.presets import PRESETS
from adoption.sources.proving import NEW
from adoption.sources.proving import OLD

_LARGEST = 2**31 - 1
_PROOF = validate.OneOf(tuple(VERIFICATIONS))
_VERDICT = validate.OneOf(verdicts.VERDICTS)


def _printable(secret: str) -> None:
    if not secret.isprintable():
        msg = "A secret is one line of letters, digits and signs."
        raise ValidationError(msg)


def _secret() -> fields.Str:
    said = "The secret that the CRM chose; without it, a new one is made"
    return fields.Str(validate=[validate.Length(1, registry.LONGEST), _printable], metadata={"description": said})


def _mapping(**more: Any) -> fields.Str:
    metadata = {"description": "A mapping, in TOML (docs/decisions/hooks.md); empty: the source sends CloudEvents"}
    return fields.Str(validate=plain, metadata=metadata, **more)


class NewSourceSchema(Schema):
    """A source to connect: by a ready-made mapping, or by a proof and a mapping of one's own."""

    key = text("Its name: small letters, digits, dot, dash, underscore", required=True, metadata={"example": "crm"})
    preset = fields.Str(validate=validate.OneOf(tuple(PRESETS)), metadata={"description": "A ready-made mapping"})
    verification = fields.Str(validate=_PROOF, metadata={"description": "How deliveries prove that they are its own"})
    mapping = _mapping()
    secret = _secret()


class RotateSchema(Schema):
    """A new secret."""

    overlap = fields.Str(
        load_default=registry.OVERLAP,
        validate=validate.OneOf(tuple(registry.OVERLAPS)),
        metadata={"description": "For how long the secret before stays good beside it"},
    )
    secret = _secret()


class HourSchema(Schema):
    """What came in an hour."""

    begins = told_moment("When it begins")
    accepted = told_number("How many activities")
    refused = told_number("How many were refused")


class HealthSchema(Schema):
    """How a source fares."""

    last = told_moment("When something last came that proved itself", none=True)
    accepted = told_number("How many activities came in the last 24 hours")
    lag = told_number("How many seconds lie between the newest activity of a delivery and its arrival", none=True)
    strangers = told_number("How many of its names nobody knows")
    open = told_number("How many of the last deliveries have something refused")
    hours = fields.List(fields.Nested(HourSchema), required=True, metadata={"description": "24, the running one last"})


class SourceSchema(Schema):
    """A connected source; its secret is told only when it is made."""

    key = told_text("Its key")
    name = told_text("What its activities call it")
    address = told_text("Where its deliveries go")
    verification = fields.Str(required=True, validate=_PROOF)
    created = told_moment("When it was connected")
    paused = told_moment("Since when it is paused", none=True)
    old_secret_until = told_moment("Until when the secret before is good", none=True)
    old_secret_used = told_moment("When that was last used", none=True)
    revision = told_number("The revision of its mapping")
    remapped = told_moment("When the mapping was changed last", none=True)
    health = fields.Nested(HealthSchema, required=True)


class SecretSchema(Schema):
    """A source with its secret: the only answer that ever holds it.  If it is lost, make another (rotate)."""

    source = fields.Nested(SourceSchema, required=True)
    secret = told_text("What deliveries prove themselves with")


# --- deliveries


class VerdictQuery(Schema):
    """Which deliveries."""

    verdict = fields.Str(validate=_VERDICT, metadata={"description": "Only those of which this is said"})


class NamedActivitySchema(Schema):
    """An activity that a delivery brought."""

    source = told_text("Its source")
    id = told_text("Its id there")


class DeliverySchema(Schema):
    """What came, and what became of it."""

    number = told_number("Its number")
    received = told_moment("When it came")
    latest = told_moment("When it was read last, or one like it was turned away")
    times = told_number("How often it was read, or how many like it were turned away")
    verdict = fields.Str(
        required=True,
        validate=_VERDICT,
        metadata={"description": (verdicts.__doc__ or "").partition("\n\n")[2].strip()},
    )
    proof = fields.Str(
        required=True,
        validate=validate.OneOf((NEW, OLD, "")),
        metadata={"description": "Which secret it knew; empty: none"},
    )
    accepted = told_number("How many activities are stored")
    duplicates = told_number("How many were stored already")
    refused = told_number("How many were refused")
    strangers = told_number("How many are of a name that nobody knows")
    late = told_number("How many seconds before it came its newest activity happened", none=True)
    size = told_number("How many bytes it had")
    type = told_text("Its content type")
    reason = told_text("The first thing that was wrong with it; empty: nothing")
    kept = told_flag("Whether what was in it is still kept, so that it can be read again")


class MadeSchema(Schema):
    """What an item of a delivery becomes: an activity, or the reason why none."""

    activity = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    data = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    fault = told_text("Why it becomes no activity; empty: it does")


class OpenedSchema(DeliverySchema):
    """A delivery with what was in it, and what the present mapping makes of it; secrets are struck out."""

    headers = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    body = told_text("What was in it; null: not kept any more", none=True)
    activities = fields.List(fields.Nested(NamedActivitySchema), required=True)
    made = fields.List(fields.Nested(MadeSchema), required=True)


class ReplayedSchema(Schema):
    """What reading again brought."""

    deliveries = told_number("How many deliveries were read again")
    accepted = told_number("How many activities were accepted")


# --- mappings


class MappingSchema(Schema):
    """The mapping of a source."""

    mapping = _mapping(required=True)
    revision = told_number("Its revision: whoever changes it says which one they saw")


class TriedSchema(Schema):
    """A mapping to try."""

    mapping = _mapping(required=True)


class RemapSchema(TriedSchema):
    """A mapping to be in force from now on."""

    revision = fields.Int(
        required=True,
        validate=validate.Range(1, _LARGEST),
        metadata={"description": "Somebody else changed it if it has another one: 409, and nothing is done"},
    )


class PairSchema(Schema):
    """What one item becomes by either mapping; null: nothing."""

    before = fields.Nested(MadeSchema, required=True, allow_none=True)
    after = fields.Nested(MadeSchema, required=True, allow_none=True)


class DeliveryDifferenceSchema(Schema):
    """A delivery that another mapping reads otherwise."""

    number = told_number("The delivery")
    pairs = fields.List(fields.Nested(PairSchema), required=True)


class ComparisonSchema(Schema):
    """How a mapping reads the last deliveries, beside the one in force; nothing is stored."""

    read = told_number("How many deliveries were read by both")
    differences = fields.List(fields.Nested(DeliveryDifferenceSchema), required=True)
