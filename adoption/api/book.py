"""The book: what is in force and what was, each definition as a sentence."""

# mypy: disable-error-code="untyped-decorator"
from __future__ import annotations  # flask-smorest ships no types

from datetime import date
from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import select

from adoption import drafts
from adoption import facts
from adoption import rulebook
from adoption.api import book_schemas as shapes
from adoption.api.parsing import Blueprint
from adoption.auth import permission
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.models import PublishedBook
from adoption.models import PublishedDefinition
from adoption.models import PublishedVersion
from rules import period
from rules import wording
from rules.book import composing
from rules.book.writing import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.rulebook import BookLine
    from rules.book import Book

bp: Blueprint = Blueprint("books", __name__, description="The book, its history, and drafts of it")


@bp.route("/book")
@bp.arguments(shapes.LanguageQuery, location="query")
@bp.response(200, shapes.BookSchema)
@permission("book:read")
def newest(query: dict[str, Any]) -> dict[str, Any]:
    """Show the newest book: its text, and every definition as a sentence."""
    found = drafts.newest()
    return _book(found.number, found.text, query["language"])


@bp.route("/books")
@bp.arguments(shapes.HistoryQuery, location="query")
@bp.response(200, shapes.BookLineSchema(many=True))
@permission("book:read")
def history(query: dict[str, Any]) -> list[dict[str, Any]]:
    """List the published books, the newest first: when, by whom, and what changed."""
    return [_line(one) for one in rulebook.history(most=query["most"], before=query.get("before"))]


@bp.route("/books/<int:number>")
@bp.arguments(shapes.LanguageQuery, location="query")
@bp.response(200, shapes.BookSchema)
@permission("book:read")
def book(query: dict[str, Any], number: int) -> dict[str, Any]:
    """Show a published book."""
    text = rulebook.text_of(number)
    if not text:
        msg = f"There is no book {str(number)[:20]}."
        raise NotFoundError(msg)
    return _book(number, text, query["language"])


@bp.route("/definitions/<kind>/<key>")
@bp.arguments(shapes.LanguageQuery, location="query")
@bp.response(200, shapes.DefinitionSchema)
@permission("book:read")
def definition(query: dict[str, Any], kind: str, key: str) -> dict[str, Any]:
    """Show a definition through time: what it says on which days, and the versions to which awards are bound."""
    last, language = drafts.newest(), query["language"]
    segments = list(_segments(kind, key, language))
    text = composing.part(last.text, (kind, key)) if kind in KINDS else None
    if text is None and not segments:
        msg = f"There is no {kind[:80]} {key[:80]!r}."
        raise NotFoundError(msg)
    known = _parsed(last.text if text is not None else rulebook.text_of(segments[-1]["book"]))
    thing = getattr(known, f"{kind}s")[key]
    if kind not in facts.KINDS:
        segments = [
            {"starts": None, "ends": None, "book": last.number, "sentence": wording.sentence(thing, known, language)}
        ]
    table = PublishedVersion
    rows = select(table.number, table.starts, table.ends).where(table.incentive == key, table.starts < table.ends)
    versions = db.session.execute(rows.order_by(table.number)) if kind == "incentive" else ()
    return {
        "kind": kind,
        "key": key,
        "title": wording.title_of(thing, key, language),
        "text": text,
        "segments": segments,
        "versions": [{"number": number, "starts": day_of(a), "ends": day_of(b)} for number, a, b in versions],
    }


# --- as it goes over the wire


def _book(number: int | None, text: str, language: str) -> dict[str, Any]:
    known = _parsed(text)
    definitions = [
        {
            "kind": kind,
            "key": key,
            "title": wording.title_of(thing, key, language),
            "sentence": wording.sentence(thing, known, language),
        }
        for kind in KINDS
        for key, thing in getattr(known, f"{kind}s").items()
    ]
    return {"number": number, "text": text, "definitions": definitions}


def _parsed(text: str) -> Book:
    return facts.parsed(text) if text else facts.NO_BOOK


def _line(one: BookLine) -> dict[str, Any]:
    return {
        "number": one.number,
        "name": one.name,
        "published": period.moment(one.published),
        "who": one.who,
        "starts": None if one.since is None else date.fromordinal(one.since),
        "changes": [{"action": action, "kind": kind, "key": key} for action, kind, key in one.changes],
    }


def _segments(kind: str, key: str, language: str) -> Iterator[dict[str, Any]]:
    """Yield what a definition says on which days, in the words of the book that has it."""
    table = PublishedDefinition
    rows = select(table.starts, table.ends, table.book, PublishedBook.text).where(
        table.kind == kind, table.key == key, table.starts < table.ends, table.book == PublishedBook.id
    )
    for starts, ends, number, text in db.session.execute(rows.order_by(table.starts)).all():
        known = _parsed(text)
        said = wording.sentence(getattr(known, f"{kind}s")[key], known, language)
        yield {"starts": day_of(starts), "ends": day_of(ends), "book": number, "sentence": said}


def day_of(day: int) -> date | None:
    """Return a local day; ``None`` where there is no first or last one."""
    return date.fromordinal(day) if period.EVER < day < period.FOREVER else None
