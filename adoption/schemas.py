"""What goes over HTTP: checked on the way in, shaped on the way out, and described in the OpenAPI document.

Activities are not here: ``adoption.wire`` is the one reader of them, and ``adoption.api.activities`` describes them.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from marshmallow import INCLUDE
from marshmallow import Schema
from marshmallow import ValidationError
from marshmallow import fields

from rules import period
from rules.value import text_of_units

LAST = date(date.max.year, 1, 1).toordinal() - 1  # the calendar ends within the year after


def _period(text: str) -> tuple[str, int]:
    try:
        kind, first = period.parse(text)
    except ValueError as error:
        raise ValidationError(str(error)) from None
    if first > LAST:
        msg = "There is no period of that year."
        raise ValidationError(msg)
    return kind, first


class Period(fields.Field[tuple[str, int]]):
    """A period such as ``2026-W48``; read as its kind and first day."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> tuple[str, int]:
        del attr, data, more
        return _period(value)


class Units(fields.Field[int]):
    """A number of ten-thousandths, written as a plain decimal."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **more: Any) -> str | None:
        del attr, obj, more
        return None if value is None else text_of_units(value)


def _text(description: str, **more: Any) -> fields.Str:
    return fields.Str(required=True, metadata={"description": description, **more})


class ProblemSchema(Schema):
    """An error (RFC 9457), with more members where there is more to say."""

    class Meta:
        """The document says so too."""

        unknown = INCLUDE

    type = _text("What kind of problem, for programs", format="uri-reference")
    title = _text("What kind of problem, for people")
    status = fields.Int(required=True)
    detail = _text("What is wrong here, and where")
    instance = fields.Str(metadata={"description": "The name under which the service's log tells more"})


class PeriodQuery(Schema):
    """Which period is asked for."""

    period = Period(
        metadata={
            "type": "string",
            "description": "2026-11-23, 2026-W48, 2026-11, 2026-Q4, 2026 or ever; by default the running one",
            "example": "2026-W48",
        }
    )


class BoardQuery(PeriodQuery):
    """Which period of a board, and whose neighbourhood."""

    me = fields.Str(
        metadata={
            "description": "An e-mail address, or team:NAME: show this holder with the neighbours. By default the"
            " participant the token belongs to"
        }
    )


class ProgressSchema(Schema):
    """How far a participant is towards one incentive."""

    incentive = _text("The incentive's key")
    title = _text("Its title")
    sentence = _text("The rule, as a sentence")
    period = _text("The period")
    tally = _text("What is counted so far, a plain decimal")
    target = _text("Where the next award is due")
    due = fields.Int(required=True, metadata={"description": "Awards due so far"})
    missing = _text("What is missing, in words")


class AwardSchema(Schema):
    """One award."""

    id = _text("VERSION-HOLDER-PERIOD-ORDINAL; never changes")
    incentive = _text("The incentive's key")
    title = _text("Its title")
    period = _text("The period")
    ordinal = fields.Int(required=True, metadata={"description": "The first, second, … of this period"})
    status = _text("waiting, choosing, issued, redeemed, expired, voided or corrected")
    reward = fields.Str(required=True, allow_none=True, metadata={"description": "The reward, once it is chosen"})
    granted = fields.AwareDateTime(required=True, metadata={"description": "When it was granted"})


class CountedSchema(Schema):
    """One activity that was counted."""

    source = _text("Where it came from")
    id = fields.Str(required=True, allow_none=True, metadata={"description": "Its id there; not of a colleague's"})
    type = _text("What was done")
    time = fields.AwareDateTime(required=True, metadata={"description": "When it happened"})
    subject = fields.Str(required=True, allow_none=True, metadata={"description": "The record; not of a colleague's"})
    adds = _text("What it adds to the tally")


class WhySchema(Schema):
    """Why an award was granted: the rule's version, the arithmetic and the activities."""

    award = fields.Nested(AwardSchema, required=True)
    holder = _text("Who has it: an e-mail address, or team:NAME")
    sentence = _text("The rule, as a sentence")
    version = fields.Int(required=True, metadata={"description": "The version of the incentive that was in force"})
    in_force = _text("When that version is in force")
    arithmetic = _text("How the tally leads to the awards")
    tally = _text("The tally")
    activities = fields.List(fields.Nested(CountedSchema), required=True)


class ReasonSchema(Schema):
    """Why something is done; the journal keeps it."""

    why = _text("The reason, in at most 500 characters")


class StopSchema(Schema):
    """Whether an incentive gives out awards."""

    incentive = _text("Its key")
    stopped = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Since when it gives out nothing; null: it goes on"}
    )
    waiting = fields.Int(required=True, metadata={"description": "How many of its awards wait"})
    given_out = fields.Int(required=True, metadata={"description": "How many were given out when it went on"})


class OpenRecordSchema(Schema):
    """A record that lacks something."""

    record = _text("The record, such as contact/42")
    missing = fields.List(fields.Str(), required=True, metadata={"description": "What it lacks, first thing first"})


class WhyNotSchema(Schema):
    """Why an incentive is not met yet."""

    sentence = _text("The rule, as a sentence")
    tally = _text("What is counted so far")
    target = _text("Where the next award is due")
    missing = _text("The first thing that is missing, in words")
    records = fields.List(fields.Nested(OpenRecordSchema), required=True)


class StandingSchema(Schema):
    """One line of a board."""

    rank = fields.Int(required=True, metadata={"description": "Equals share it: 1, 2, 2, 4"})
    name = _text("The name or alias, as its bearer wants to be shown")
    alias = fields.Bool(required=True, metadata={"description": "Whether that is an alias"})
    away = fields.Bool(required=True, metadata={"description": "Whether they are known to be absent today"})
    tally = Units(required=True, metadata={"type": "string", "description": "A plain decimal"})
    gap = Units(required=True, metadata={"type": "string", "description": "How much more the line above has"})
    me = fields.Bool(required=True)


class BoardSchema(Schema):
    """A board: its top, never beyond the better half, and one holder with those around.  Never the bottom.

    Where fewer than five participants stand there are no lines but the holder's own.
    """

    key = _text("The board's key")
    title = _text("Its title")
    period = _text("The period")
    as_of = fields.AwareDateTime(required=True, metadata={"description": "The moment these standings are of"})
    size = fields.Int(required=True, metadata={"description": "How many holders are on the board"})
    unseen = fields.Int(
        required=True, metadata={"description": "How many would have a line here, and prefer not to be shown"}
    )
    total = Units(
        required=True,
        allow_none=True,
        metadata={"type": ["string", "null"], "description": "What a group too small for lines has together"},
    )
    lines = fields.List(fields.Nested(StandingSchema), required=True)
