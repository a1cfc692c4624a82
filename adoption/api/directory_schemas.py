"""What goes over HTTP about the directory."""

from __future__ import annotations

from marshmallow import Schema
from marshmallow import fields
from marshmallow import validate

from adoption.api.house import told_day
from adoption.api.house import told_flag
from adoption.api.house import told_moment
from adoption.api.house import told_number
from adoption.api.house import told_text
from adoption.people_csv import ROLES

LARGEST = 2**31 - 1  # numbers that a database has
STATES = ("working", "leave", "coming", "left")


def page_of(usual: int, most: int) -> fields.Int:
    """Return the field that says how many things one answer has."""
    return fields.Int(load_default=usual, validate=validate.Range(1, most), metadata={"description": "At most so many"})


class AfterQuery(Schema):
    """Which page: the people behind a number."""

    after = fields.Int(
        load_default=0,
        validate=validate.Range(0, LARGEST),
        metadata={"description": "Only people with a higher number: `next` of the page before"},
    )
    most = page_of(100, 500)


class PeopleQuery(AfterQuery):
    """Which people."""

    team = fields.Str(metadata={"description": "Only who is in this team today", "example": "Sales"})
    here = fields.Bool(metadata={"description": "Only who works here today; false: only who does not"})


class AbsenceQuery(AfterQuery):
    """Whose absences."""

    day = fields.Date(metadata={"description": "Only absences on this local day", "example": "2026-11-26"})


class YearQuery(Schema):
    """Which holidays."""

    year = fields.Int(validate=validate.Range(1900, 2999), metadata={"description": "Only those of a year"})


class EntrySchema(Schema):
    """Somebody in the directory, as they are today."""

    number = told_number("Their number; it never changes")
    email = told_text("Their e-mail address")
    name = told_text("Their name")
    role = fields.Str(
        required=True, validate=validate.OneOf(ROLES), metadata={"description": "The role of the list of people"}
    )
    state = fields.Str(required=True, validate=validate.OneOf(STATES), metadata={"description": "How they stand today"})
    teams = fields.List(
        fields.Str(),
        required=True,
        metadata={"description": "Today's, or the nearest ones"},
    )
    manager = told_text("The e-mail address of today's manager, or of the nearest one", none=True)
    hired_on = told_day("The first day; null: as long as anybody can remember")
    left_on = told_day("The first day no longer here")
    employee_no = told_text("Payroll's number, as it is written", none=True)


class PeopleSchema(Schema):
    """A page of the directory."""

    people = fields.List(fields.Nested(EntrySchema), required=True)
    next = told_number("`after` of the next page; null: this is the last", none=True)


class MembershipSchema(Schema):
    """Days in a team."""

    team = told_text("The team")
    starts = told_day("The first day; null: ever", "from")
    ends = told_day("The first day no more; null: open", "until")


class ManagementSchema(Schema):
    """Days under a manager."""

    manager = told_text("Their e-mail address")
    starts = told_day("The first day; null: ever", "from")
    ends = told_day("The first day no more; null: open", "until")


class SpanSchema(Schema):
    """Days of an absence."""

    starts = told_day("The first day", "from")
    ends = told_day("The first day back", "until")


class IdentitySchema(Schema):
    """A name under which a source knows somebody."""

    source = told_text("The source")
    id = told_text("The name there")


class PersonSchema(EntrySchema):
    """Somebody through time."""

    memberships = fields.List(fields.Nested(MembershipSchema), required=True)
    managers = fields.List(fields.Nested(ManagementSchema), required=True)
    absences = fields.List(fields.Nested(SpanSchema), required=True)
    identities = fields.List(fields.Nested(IdentitySchema), required=True)


class AbsenceSchema(SpanSchema):
    """An absence of somebody."""

    email = told_text("Whose")


class AbsencesSchema(Schema):
    """The absences of some people."""

    absences = fields.List(fields.Nested(AbsenceSchema), required=True)
    next = told_number("`after` of the next page; null: this is the last", none=True)


class HolidaySchema(Schema):
    """A day on which nobody works."""

    day = told_day("The local day")
    name = told_text("What it is called; may be empty")


class WaveSchema(MembershipSchema):
    """A team in a wave of the roll-out."""

    wave = told_text("The wave")


# --- unknown names


class StrangersQuery(Schema):
    """Which unknown names."""

    aside = fields.Bool(load_default=False, metadata={"description": "Those that were put aside, instead"})
    first = fields.Int(
        load_default=0, validate=validate.Range(0, LARGEST), metadata={"description": "How many are left out before"}
    )
    most = page_of(50, 100)


class SuggestionSchema(Schema):
    """Somebody who an unknown name might be."""

    email = told_text("Their e-mail address")
    name = told_text("Their name")
    why = told_text("address: their e-mail address is in it; elsewhere: another source calls them so; local; name")
    sure = told_flag("Whether it is beyond doubt")


class WaitsSchema(Schema):
    """What waits for somebody to say who an unknown name is."""

    activities = told_number("How many activities")
    first = told_moment("When the first happened")
    last = told_moment("When the last happened")
    type = told_text("What the last was")
    subject = told_text("Which record it was about", none=True)


class StrangerSchema(Schema):
    """A name that a source sends and nobody knows."""

    source = told_text("The source")
    actor = told_text("The name")
    seen = told_moment("Since when it is known")
    aside = told_moment("Since when it is put aside", none=True)
    waits = fields.Nested(WaitsSchema, required=True, allow_none=True, metadata={"description": "null: nothing"})
    suggestions = fields.List(fields.Nested(SuggestionSchema), required=True)


class StrangersSchema(Schema):
    """Some unknown names: the oldest first."""

    strangers = fields.List(fields.Nested(StrangerSchema), required=True)
    found = told_number("How many there are")


class RecognisedSchema(Schema):
    """Who an unknown name is now."""

    source = told_text("The source")
    actor = told_text("The name")
    email = told_text("Whose it is")
    activities = told_number("How many activities waited, and are credited now")
    rescore = told_flag("Whether a job now scores activities again")


class AsideSchema(Schema):
    """Whether an unknown name is put aside."""

    source = told_text("The source")
    actor = told_text("The name")
    aside = told_flag("Whether it is put aside: nobody, a robot, or somebody long gone")
