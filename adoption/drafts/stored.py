"""What a draft is, and how it is read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select

from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import db
from adoption.journal import By
from adoption.models import DraftAuthor
from adoption.models import StoredDraft
from adoption.models import StoredDraftPart

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable

STATES = (DRAFT, WAITING, PUBLISHED, DISCARDED) = ("draft", "waiting", "published", "discarded")
Name = tuple[str, str]  # kind, key
_LARGEST_ROW = 2**63
_LARGEST_REVISION = 2**31


class StaleDraftError(ConflictError):
    """Somebody else changed this draft in the meantime; nothing was overwritten."""


class WrongStateError(ConflictError):
    """This draft is not in the state that this needs."""


class Part(NamedTuple):
    """A changed definition: its text as it shall be; ``None`` takes it out of the book."""

    kind: str
    key: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Draft:
    """Changes to the newest book.  Moments are UTC microseconds, ``starts`` is a local day."""

    number: int
    title: str
    why: str
    state: str
    revision: int
    parts: tuple[Part, ...]
    starts: int | None
    base: int | None  # the newest book when this draft was looked at last
    book: int | None  # what it was published as
    created: int
    created_by: By
    changed: int
    changed_by: By
    sent: int | None
    sent_by: By | None
    decided: int | None
    decided_by: By | None
    reason: str  # why it was rejected the last time
    authors: frozenset[int]  # participants who began, changed or sent it

    @property
    def changes(self) -> dict[Name, str | None]:
        """The parts, by kind and key."""
        return {(part.kind, part.key): part.text for part in self.parts}


def get(number: int) -> Draft:
    """Return a draft.

    Raises:
        NotFoundError: there is none of that number.
    """
    row = db.session.execute(select(StoredDraft.__table__).where(StoredDraft.id == row_of(number))).first()
    if row is None:
        msg = f"There is no draft {str(number)[:20]}."
        raise NotFoundError(msg)
    return _made([row])[0]


def row_of(number: int) -> int:
    """Return a number that a database can look for; one that no draft has where it is too large."""
    return number if 0 < number < _LARGEST_ROW else 0


def revision_of(number: int) -> int:
    """Return a revision that a database can compare; one that no draft has where it is too large."""
    return number if 0 < number < _LARGEST_REVISION else 0


def listed(states: Collection[str] = (DRAFT, WAITING), *, most: int = 200) -> list[Draft]:
    """List the drafts in these states, what was changed last first."""
    query = select(StoredDraft.__table__).where(StoredDraft.state.in_(states))
    return _made(
        db.session.execute(query.order_by(StoredDraft.changed.desc(), StoredDraft.id.desc()).limit(most)).all()
    )


def _made(rows: Iterable[Any]) -> list[Draft]:
    """Make drafts of rows, with one query for all their parts and one for all their authors."""
    rows = list(rows)
    numbers = [row.id for row in rows]
    parts, authors = defaultdict(list), defaultdict(set)
    table = StoredDraftPart
    query = select(table.__table__).where(table.draft.in_(numbers)).order_by(table.draft, table.kind, table.key)
    for part in db.session.execute(query):
        parts[part.draft].append(Part(part.kind, part.key, part.text))
    for draft, who in db.session.execute(
        select(DraftAuthor.draft, DraftAuthor.participant).where(DraftAuthor.draft.in_(numbers))
    ):
        authors[draft].add(who)
    return [_draft(row, tuple(parts[row.id]), frozenset(authors[row.id])) for row in rows]


def _draft(row: Any, parts: tuple[Part, ...], authors: frozenset[int]) -> Draft:
    return Draft(
        number=row.id,
        title=row.title,
        why=row.why,
        state=row.state,
        revision=row.revision,
        parts=parts,
        starts=row.starts,
        base=row.base,
        book=row.book,
        created=row.created,
        created_by=By(row.created_by, row.created_name),
        changed=row.changed,
        changed_by=By(row.changed_by, row.changed_name),
        sent=row.sent,
        sent_by=None if row.sent is None else By(row.sent_by, row.sent_name),
        decided=row.decided,
        decided_by=None if row.decided is None else By(row.decided_by, row.decided_name),
        reason=row.reason,
        authors=authors,
    )
