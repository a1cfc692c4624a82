"""What goes over HTTP about the book and its drafts."""

from __future__ import annotations

from marshmallow import Schema
from marshmallow import fields
from marshmallow import validate

from adoption.api.house import told_moment
from adoption.api.house import told_number
from adoption.drafts import STATES
from rules.book.writing import KINDS
from rules.wording import LANGUAGES
from rules.wording.differing import MARKS

_MOST_CHANGES = 500
_LARGEST_REVISION = 2**31 - 1


def _text(description: str, **more: object) -> fields.Str:
    return fields.Str(required=True, metadata={"description": description, **more})


def _maybe(description: str) -> fields.Str:
    return fields.Str(required=True, allow_none=True, metadata={"description": description})


def _day(description: str) -> fields.Date:
    return fields.Date(required=True, allow_none=True, metadata={"description": description})


class LanguageQuery(Schema):
    """In which language rules are put into words."""

    language = fields.Str(load_default="en", validate=validate.OneOf(LANGUAGES))


class HistoryQuery(Schema):
    """Which books of the history."""

    most = fields.Int(load_default=50, validate=validate.Range(1, 200))
    before = fields.Int(
        validate=validate.Range(1, _LARGEST_REVISION), metadata={"description": "Only books before this number"}
    )


class StatesQuery(Schema):
    """Which drafts."""

    state = fields.Str(
        validate=validate.OneOf(STATES), metadata={"description": "By default those that are written or wait"}
    )


class NamedSchema(Schema):
    """A definition of a book."""

    kind = fields.Str(required=True, validate=validate.OneOf(KINDS))
    key = _text("Its key")


class SentenceSchema(NamedSchema):
    """A definition, in words."""

    title = _text("Its title")
    sentence = _text("The rule, as a sentence")


class BookSchema(Schema):
    """A published book."""

    number = told_number("Its number; null before the first", none=True)
    text = _text("Its TOML, as it was published")
    definitions = fields.List(fields.Nested(SentenceSchema), required=True)


class ChangeSchema(NamedSchema):
    """What a book does to a definition."""

    action = fields.Str(required=True, validate=validate.OneOf(("new", "changes", "ends")))


class BookLineSchema(Schema):
    """A published book in the history."""

    number = told_number("Its number")
    name = _text("What it is called: a file, or the title of a draft")
    published = told_moment("When it was published")
    who = _maybe("By whom; null for books from before there was a journal")
    starts = _day("From when on it was meant to be in force; null: the next period")
    changes = fields.List(fields.Nested(ChangeSchema), required=True)


class SegmentSchema(Schema):
    """A stretch of days on which a definition is the same."""

    starts = _day("The first day; null: as long as anybody can remember")
    ends = _day("The first day on which it is over; null: open")
    book = told_number("The book that words it", none=True)
    sentence = _text("The rule, as a sentence")


class VersionSchema(Schema):
    """A version of an incentive with all it is made of; awards are bound to it for ever."""

    number = told_number("1, 2, 3 …")
    starts = _day("The first day; null: as long as anybody can remember")
    ends = _day("The first day on which it is over; null: open")


class DefinitionSchema(NamedSchema):
    """A definition through time."""

    title = _text("Its title")
    text = _maybe("Its TOML in the newest book; null where that has it no more")
    segments = fields.List(fields.Nested(SegmentSchema), required=True)
    versions = fields.List(fields.Nested(VersionSchema), required=True, metadata={"description": "Of incentives"})


class PartSchema(NamedSchema):
    """A definition of a draft."""

    text = _maybe("Its own TOML, with its header; null takes it out of the book")


class DraftSchema(Schema):
    """Changes to the newest book that are not in force."""

    number = told_number("Its number")
    title = _text("What it is called")
    why = _text("Why")
    state = fields.Str(required=True, validate=validate.OneOf(STATES))
    revision = told_number("Whoever changes it says which revision they saw")
    starts = _day("The local day on which it takes force; null: the next period")
    base = told_number("The newest book when it was looked at last", none=True)
    book = told_number("The book that it was published as", none=True)
    created = told_moment("When it was begun")
    created_by = _text("By whom")
    changed = told_moment("When it was changed last")
    changed_by = _text("By whom")
    sent = told_moment("When it was sent to a second person", none=True)
    sent_by = _maybe("By whom")
    decided = told_moment("When it was approved, rejected, published or discarded last", none=True)
    decided_by = _maybe("By whom")
    reason = _text("Why it was rejected the last time")
    definitions = fields.List(fields.Nested(PartSchema), required=True)


class NewDraftSchema(Schema):
    """A draft to begin: empty, or with everything in which a whole book differs from the newest one."""

    title = _text("What it is called: one line, at most 200 characters")
    text = fields.Str(metadata={"description": "A whole book, in TOML"})


class RevisionSchema(Schema):
    """Which revision of a draft was seen."""

    revision = fields.Int(
        required=True,
        validate=validate.Range(1, _LARGEST_REVISION),
        metadata={"description": "Somebody else changed the draft if it has another one: 409, and nothing is done"},
    )


class DescribeSchema(RevisionSchema):
    """What a draft is called, when it takes force, and why."""

    title = _text("One line, at most 200 characters")
    starts = fields.Date(load_default=None, allow_none=True, metadata={"description": "A local day; null: next period"})
    why = fields.Str(load_default="", metadata={"description": "At most 2,000 characters"})


class ChangesSchema(RevisionSchema):
    """Definitions to put into a draft; what the newest book says anyway is taken out of the draft."""

    definitions = fields.List(
        fields.Nested(PartSchema), required=True, validate=validate.Length(min=1, max=_MOST_CHANGES)
    )


class RejectSchema(RevisionSchema):
    """Why a draft goes back."""

    reason = _text("What has to become better")


class FaultSchema(Schema):
    """Something wrong or unwise in the book."""

    place = _text("Where, such as incentive.lunch.every")
    message = _text("What is wrong there, and the remedy")
    code = _text("A name of what it is that never changes; empty where there is none")


class PromiseSchema(Schema):
    """What a reward newly promises each month."""

    reward = _text("The reward's key")
    currency = _text("The currency")
    before = _text("What the newest book promises, a plain decimal")
    after = _text("What the book with the draft promises, a plain decimal")


class ConflictSchema(NamedSchema):
    """A definition that somebody published anew since the draft was looked at last."""

    before = _maybe("Its TOML then")
    now = _maybe("Its TOML in the newest book")
    mine = _maybe("Its TOML in the draft")


class CheckSchema(Schema):
    """What stands in the way of publishing a draft, and what is unwise."""

    faults = fields.List(fields.Nested(FaultSchema), required=True)
    warnings = fields.List(fields.Nested(FaultSchema), required=True)
    conflicts = fields.List(fields.Nested(ConflictSchema), required=True)
    approval = fields.Bool(required=True, metadata={"description": "Whether a second person must approve it"})
    promises = fields.List(fields.Nested(PromiseSchema), required=True, metadata={"description": "That ask for one"})
    unlimited = fields.List(fields.Str(), required=True, metadata={"description": "Incentives that ask for one"})


class PieceSchema(Schema):
    """Some words in a row."""

    mark = fields.Str(required=True, validate=validate.OneOf(MARKS))
    text = _text("The words")


class DifferenceSchema(NamedSchema):
    """How a definition changes."""

    title = _text("Its title")
    own = fields.Bool(required=True, metadata={"description": "False where only something it names changes"})
    said = fields.Bool(required=True, metadata={"description": "False where the pieces are TOML, since it is faulty"})
    before = _maybe("The sentence before")
    after = _maybe("The sentence after")
    pieces = fields.List(fields.Nested(PieceSchema), required=True)


class BeginsSchema(NamedSchema):
    """A definition that begins, changes or ends with a publication."""

    starts = _day("The first day of its last segment")


class PublicationSchema(Schema):
    """What publishing did."""

    book = told_number("The number of the new book")
    changed = fields.List(fields.Nested(BeginsSchema), required=True)
    rescore = fields.Bool(required=True, metadata={"description": "Whether a job now brings tallies in line"})
    draft = fields.Nested(DraftSchema, required=True)
