"""What goes over HTTP with lists of people, absences, holidays and waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema
from marshmallow import ValidationError
from marshmallow import fields
from marshmallow import validate
from marshmallow import validates_schema

from adoption.api.house import told_flag
from adoption.api.house import told_number
from adoption.api.house import told_text
from adoption.api.house import why
from adoption.directory.lists import ABSENT
from adoption.schemas import ProblemSchema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

MOST = 20_000  # rows of JSON; larger lists are files
CELL = 2_000  # characters of a cell
_FILLED = validate.Regexp(r"\s*\S", error="This must not be blank.")


def _cell(description: str, example: str) -> fields.Str:
    return fields.Str(
        allow_none=True,
        validate=validate.Length(max=CELL),
        metadata={"description": description, "example": example},
    )


def _key(description: str, example: str) -> fields.Str:
    metadata = {"description": description, "example": example}
    return fields.Str(required=True, validate=[validate.Length(max=CELL), _FILLED], metadata=metadata)


class DetailsSchema(Schema):
    """What a list says about somebody: a column that is not there stays as it is; null or blank says “none”."""

    name = _cell("Their name", "Alice Smith")
    team = _cell("Their teams, separated by semicolons", "Sales; Pilots")
    manager = _cell("Their manager's e-mail address", "mei@example.com")
    role = _cell("employee, manager, hr, approver, lead, cashier or admin; the last ones by administrators", "employee")
    hired_on = _cell("The first day", "2026-01-05")
    left_on = _cell("The first day no longer here", "")
    identities = _cell("source=id, separated by semicolons: all of them", "crm=u17")
    employee_no = _cell("Payroll's number, as it is written", "0017")


class PersonRowSchema(DetailsSchema):
    """A row of a list of people."""

    email = _key("Their e-mail address", "alice@example.com")


class AbsenceRowSchema(Schema):
    """A row of a list of absences, which is whole for everybody in it; without days: never away."""

    email = _key("Whose", "alice@example.com")
    starts = fields.Str(
        allow_none=True, data_key="from", attribute="from", validate=validate.Length(max=CELL),
        metadata={"description": "The first day", "example": "2026-12-21"},
    )  # fmt: skip
    until = _cell("The first day back", "2027-01-04")


class HolidayRowSchema(Schema):
    """A row of a list of holidays, which is whole for every year in it."""

    day = _key("A day", "2026-12-25")
    name = _cell("What it is called", "Christmas Day")


class WaveRowSchema(Schema):
    """A row of a list of waves, which is whole for every wave in it; without a team: the wave is empty."""

    wave = _key("The wave", "First wave")
    team = _cell("A team", "Sales")
    starts = fields.Str(
        allow_none=True, data_key="from", attribute="from", validate=validate.Length(max=CELL),
        metadata={"description": "The first day; blank: ever", "example": "2026-09-01"},
    )  # fmt: skip
    until = _cell("The first day no more; blank: open", "")


class RowsSchema(Schema):
    """A list; every row has the same columns as the first."""

    @validates_schema
    def alike(self, data: Mapping[str, Any], **_more: Any) -> None:
        """Refuse rows with other columns: a file has one heading, and a blank cell says “none”."""
        rows = data.get("rows") or [{}]
        odd = [number for number, row in enumerate(rows) if row.keys() != rows[0].keys()]
        if odd:
            said = "This row has other columns than the first; say null where it has nothing."
            raise ValidationError({str(number): [said] for number in odd[:20]}, "rows")


class PeopleRowsSchema(RowsSchema):
    """A list of people."""

    rows = fields.List(fields.Nested(PersonRowSchema), required=True, validate=validate.Length(1, MOST))


class AbsenceRowsSchema(RowsSchema):
    """A list of absences."""

    rows = fields.List(fields.Nested(AbsenceRowSchema), required=True, validate=validate.Length(1, MOST))


class HolidayRowsSchema(RowsSchema):
    """A list of holidays."""

    rows = fields.List(fields.Nested(HolidayRowSchema), required=True, validate=validate.Length(1, MOST))


class WaveRowsSchema(RowsSchema):
    """A list of waves."""

    rows = fields.List(fields.Nested(WaveRowSchema), required=True, validate=validate.Length(1, MOST))


ROWS: Mapping[str, type[RowsSchema]] = {
    "people": PeopleRowsSchema,
    "absences": AbsenceRowsSchema,
    "holidays": HolidayRowsSchema,
    "waves": WaveRowsSchema,
}


class OneQuery(Schema):
    """Whether it is only tried, and what is meant."""

    dry = fields.Bool(load_default=False, metadata={"description": "Only say what would change; nothing is stored"})
    mark = fields.Str(
        metadata={"description": "`mark` of a dry answer: if the list would do something else by now, 409 and nothing"}
    )
    on = fields.Date(metadata={"description": "The local day on which changed teams take effect; by default today"})
    why = why()


class ListQuery(OneQuery):
    """The same of a whole list."""

    absent = fields.Str(
        load_default="stay",
        validate=validate.OneOf(ABSENT),
        metadata={"description": "Of a list of people: what becomes of people who work here and are not in it"},
    )
    sure = fields.Bool(
        load_default=False,
        metadata={"description": "More than a tenth may leave by this list; without it that is 409, and nothing"},
    )


# --- answers


class FieldSchema(Schema):
    """A field before and after, as a file writes it; null is blank."""

    name = told_text("Which field")
    before = told_text("Before", none=True)
    after = told_text("After", none=True)


class ChangedSchema(Schema):
    """What becomes of a person, a holiday or a wave."""

    kind = fields.Str(required=True, validate=validate.OneOf(("new", "changed", "leaves", "removed")))
    line = told_number("The line of the list; 0: not in it")
    email = told_text("A person's e-mail address; else empty")
    name = told_text("What it is called")
    differences = fields.List(fields.Nested(FieldSchema), required=True, data_key="fields", attribute="fields")


class LoadedSchema(Schema):
    """What a list did, or would do."""

    stored = told_flag("False: it was only tried")
    mark = told_text("Stands for all that it changes: sent along with the list, it is stored only if that is the same")
    created = told_number("How many are new")
    changed = told_number("How many change")
    unchanged = told_number("How many stay as they are")
    left = told_number("How many people leave")
    removed = told_number("How many absences, holidays or teams in waves are taken away")
    here = told_number("How many people work here before it")
    many_leave = told_flag("Whether so many leave that `sure` is needed")
    rescore = told_flag("Whether a job now scores activities again")
    teams = fields.List(fields.Str(), required=True, metadata={"description": "Teams that are new"})
    notes = fields.List(fields.Str(), required=True, metadata={"description": "What was left out of the file"})
    changes = fields.List(fields.Nested(ChangedSchema), required=True, metadata={"description": "The first 1,000"})
    more = told_number("How many more changes there are")


class LineFaultSchema(Schema):
    """A fault of a list."""

    line = told_number("The line on which its row begins; 0: the list as a whole. Rows of JSON begin on line 2")
    row = told_number("The row of JSON, from 0; null: none, or the list is a file", none=True)
    column = told_text("The column, as the list calls it; null: the whole row", none=True)
    message = told_text("What is wrong, and the remedy")


class FaultyListSchema(ProblemSchema):
    """A list that was refused: nothing of it is stored."""

    faults = fields.List(fields.Nested(LineFaultSchema), metadata={"description": "Every fault, the first 1,000"})
