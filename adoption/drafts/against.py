"""A draft against the newest book: the whole text, its faults, and what others published meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption.drafts.stored import PUBLISHED
from adoption.extensions import db
from adoption.models import PublishedBook
from rules import book as books
from rules.book import composing

if TYPE_CHECKING:
    from collections.abc import Collection

    from adoption.drafts.stored import Draft
    from adoption.drafts.stored import Name
    from rules.book import Report


class Newest(NamedTuple):
    """The newest published book; number ``None`` and no text before the first."""

    number: int | None
    text: str


class Conflict(NamedTuple):
    """A definition that a draft changes and that somebody published anew since the draft was looked at last."""

    kind: str
    key: str
    before: str | None  # as it was then
    now: str | None  # as it is in the newest book
    mine: str | None  # as the draft has it


def newest() -> Newest:
    """Return the newest published book."""
    row = db.session.execute(select(PublishedBook.id, PublishedBook.text).order_by(PublishedBook.id.desc())).first()
    return Newest(None, "") if row is None else Newest(row.id, row.text)


def text_of(number: int | None) -> str:
    """Return the text of a published book; nothing before the first."""
    return db.session.scalar(select(PublishedBook.text).where(PublishedBook.id == number)) or ""


def composed(draft: Draft) -> str:
    """Return the whole text of the newest book with the draft put in; of a published draft, the book it became."""
    if draft.state == PUBLISHED:
        return text_of(draft.book)
    return composing.put(newest().text, draft.changes)


def check(draft: Draft, emitted: Collection[str] | None = None) -> Report:
    """Return the faults and warnings of the whole book with the draft put in."""
    return books.check(composed(draft), emitted)


def conflicts(draft: Draft) -> tuple[Conflict, ...]:
    """List what was published anew since the draft was looked at last, and the draft would undo."""
    last = newest()
    if draft.base == last.number or draft.state == PUBLISHED:
        return ()
    old, now = text_of(draft.base), last.text
    were, are = composing.definitions(old), composing.definitions(now)
    return tuple(
        Conflict(*name, composing.part(old, name), composing.part(now, name), text)
        for name, text in draft.changes.items()
        if were.get(name) != are.get(name) and are.get(name) != body_of(name, text)
    )


def body_of(name: Name, text: str | None) -> dict[str, object] | None:
    """Return the raw table of a part; ``None`` where it takes the definition out."""
    return None if text is None else composing.definitions(text)[name]
