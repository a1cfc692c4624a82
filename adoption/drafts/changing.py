"""Writing drafts.  Whoever changes one says which revision they saw; who comes second is told."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import delete
from sqlalchemy import insert
from sqlalchemy import update

from adoption import journal
from adoption import rulebook
from adoption.drafts import against
from adoption.drafts.stored import DISCARDED
from adoption.drafts.stored import DRAFT
from adoption.drafts.stored import Draft
from adoption.drafts.stored import StaleDraftError
from adoption.drafts.stored import WrongStateError
from adoption.drafts.stored import get
from adoption.drafts.stored import revision_of
from adoption.drafts.stored import row_of
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.models import DraftAuthor
from adoption.models import StoredDraft
from adoption.models import StoredDraftPart
from rules import period
from rules.book import BookError
from rules.book import Fault
from rules.book import composing
from rules.book.faults import place
from rules.book.faults import unknown
from rules.book.reading import key_faults
from rules.book.writing import KINDS
from rules.book.writing import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from adoption.drafts.stored import Name
    from adoption.journal import By
    from adoption.rulebook import Newest

UNBEGUN = 0  # the number of a draft in which nothing was saved yet
LONGEST_TITLE = 200
LONGEST_WHY = 2_000
MOST_PARTS = 500
LARGEST_PART = 100_000  # characters


class WrongTitleError(RefusedError):
    """A draft needs a title of one line, at most 200 characters long."""


class NothingChangedError(RefusedError):
    """This changes nothing."""


def unbegun(title: str, by: By, now: int) -> Draft:
    """Return what a draft is before anything was saved in it: nothing of it is stored, and it has no number.

    Its revision is the number of the book on top of which it is written.
    """
    last = against.newest().number
    return Draft(
        number=UNBEGUN,
        title=title,
        why="",
        state=DRAFT,
        revision=last or 0,
        parts=(),
        starts=None,
        base=last,
        book=None,
        created=now,
        created_by=by,
        changed=now,
        changed_by=by,
        sent=None,
        sent_by=None,
        decided=None,
        decided_by=None,
        reason="",
        authors=frozenset(),
    )


def begin(title: str, by: By, now: int) -> int:
    """Begin an empty draft on top of the newest book, and return its number."""
    connection = begin_write()
    return _begin(connection, against.newest(), {}, title=title, by=by, now=now)


def begin_with(changes: Mapping[Name, str | None], revision: int, title: str, by: By, now: int) -> int:
    """Begin a draft of changes that were written on top of a book, and return its number.

    ``revision`` is that of the ``unbegun`` draft: what was published since is in conflict, as with any other draft.

    Raises:
        NothingChangedError: the newest book says all of it already.
        BookError: a text is not the definition that it should be.
    """
    connection = begin_write()
    last = against.newest()
    if not any(differs for differs, _ in _read(changes, last).values()):
        raise NothingChangedError
    seen = last._replace(number=revision if rulebook.text_of(revision) else None)
    return _begin(connection, seen, changes, title=title, by=by, now=now)


def from_text(text: str, title: str, by: By, now: int) -> int:
    """Begin a draft of every definition in which a whole book differs from the newest one, and return its number.

    Raises:
        BookError: the text is no TOML.
        NothingChangedError: it says what the newest book says.
    """
    composing.definitions(text)
    connection = begin_write()
    last = against.newest()
    names = composing.changed(last.text, text)
    changes: dict[Name, str | None] = {**dict.fromkeys(names), **composing.parts(text, names)}
    if not changes:
        msg = "This book says what the newest book says; there is nothing to change."
        raise NothingChangedError(msg)
    return _begin(connection, last, changes, title=title, by=by, now=now)


def _begin(  # noqa: PLR0913  # what the row of a draft holds
    connection: Connection, last: Newest, changes: Mapping[Name, str | None], *, title: str, by: By, now: int
) -> int:
    texts = _read(changes, last)
    row = {
        "title": _title(title),
        "why": "",
        "state": DRAFT,
        "revision": 1,
        "base": last.number,
        "reason": "",
        "created": now,
        "created_by": by.participant,
        "created_name": by.name,
        "changed": now,
        "changed_by": by.participant,
        "changed_name": by.name,
    }
    number: int = connection.execute(insert(StoredDraft).values(row).returning(StoredDraft.id)).scalar_one()
    _store(connection, number, texts)
    sign(connection, number, by, ())
    journal.write(connection, by, "created", f"draft/{number}", now=now, after={"title": row["title"], **_named(texts)})
    return number


def change(number: int, revision: int, changes: Mapping[Name, str | None], by: By, now: int) -> Draft:
    """Put definitions into a draft, and return it as it is now.

    A text is the definition's own TOML, ``None`` takes the definition out of the book; what the newest book says anyway
    is no change, and is taken out of the draft.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
        BookError: a text is not the definition that it should be.  Whether it is a sound one, ``check`` says.
    """
    connection, before = take(number, revision, (DRAFT,), by, now)
    texts = _read(changes, against.newest())
    if len(before.changes.keys() | texts.keys()) > MOST_PARTS:
        msg = f"A draft changes at most {MOST_PARTS} definitions; put the others into another one."
        raise RefusedError(msg)
    _store(connection, number, texts)
    sign(connection, number, by, before.authors)
    was = {name: before.changes.get(name) for name in texts}
    _write(connection, by, "changed", number, before=_named(was), after=_named(texts), now=now)
    return get(number)


def describe(  # noqa: PLR0913  # each is a field of its own
    number: int, revision: int, *, title: str, starts: int | None, why: str, by: By, now: int
) -> Draft:
    """Say what a draft is called, from which local day on it shall be in force (else the next period), and why.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
        RefusedError: the title is missing, or something is too long.
    """
    connection, before = take(number, revision, (DRAFT,), by, now)
    if starts is not None and not period.EVER < starts < period.FOREVER:
        msg = "Choose a day between 1900 and 9999 on which it shall take force."
        raise RefusedError(msg)
    values = {"title": _title(title), "starts": starts, "why": words(why)}
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(values))
    sign(connection, number, by, before.authors)
    was = {"title": before.title, "starts": day(before.starts), "why": before.why}
    _write(connection, by, "changed", number, before=was, after=values | {"starts": day(starts)}, now=now)
    return get(number)


def day(starts: int | None) -> str | None:
    """Write a local day as the journal does."""
    return None if starts is None else period.text("day", starts)


def rebase(number: int, revision: int, by: By, now: int) -> Draft:
    """Note that a draft was looked at beside the newest book: what it changes now stands against that one.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
    """
    connection, before = take(number, revision, (DRAFT,), by, now)
    last = against.newest()
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(base=last.number))
    _store(connection, number, _read(before.changes, last))
    sign(connection, number, by, before.authors)
    _write(connection, by, "rebased", number, before={"base": before.base}, after={"base": last.number}, now=now)
    return get(number)


def discard(number: int, revision: int, by: By, now: int) -> Draft:
    """Put a draft away for good; its words are kept.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
    """
    connection, _ = take(number, revision, (DRAFT,), by, now)
    values = {"state": DISCARDED, "decided": now, "decided_by": by.participant, "decided_name": by.name}
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(values))
    _write(connection, by, "discarded", number, now=now)
    return get(number)


def take(number: int, revision: int, states: tuple[str, ...], by: By, now: int) -> tuple[Connection, Draft]:
    """Begin to change a draft, if it is still as it was seen; raise its revision, and return what it says.

    One conditional UPDATE: of two who saw the same revision, one gets it.
    """
    connection = begin_write()
    table = StoredDraft
    seen = update(table).where(table.id == row_of(number), table.revision == revision_of(revision))
    who = {"changed": now, "changed_by": by.participant, "changed_name": by.name}
    if connection.execute(seen.where(table.state.in_(states)).values(revision=table.revision + 1, **who)).rowcount != 1:
        refuse(number, states)
    return connection, get(number)


def refuse(number: int, states: tuple[str, ...]) -> None:
    """Say why a draft cannot be changed: it was changed by somebody else, or is in another state."""
    found = get(number)
    if found.state not in states:
        msg = f"The draft {number} is {found.state}, not {' or '.join(states)}."
        raise WrongStateError(msg, state=found.state, revision=found.revision)
    moment = period.moment(found.changed).isoformat(timespec="seconds")
    msg = f"{found.changed_by.name} changed this draft at {moment}; nothing was overwritten. Look at it again."
    raise StaleDraftError(msg, changed_by=found.changed_by.name, changed=moment, revision=found.revision)


def sign(connection: Connection, number: int, by: By, authors: Iterable[int]) -> None:
    """Note that somebody had a hand in a draft."""
    if by.participant is not None and by.participant not in authors:
        connection.execute(insert(DraftAuthor).values(draft=number, participant=by.participant))


def _read(changes: Mapping[Name, str | None], last: Newest) -> dict[Name, tuple[bool, str | None]]:
    """Return of each definition whether the draft changes it, and its words.

    Raises:
        BookError: with every text that is not the definition that it should be.
    """
    faults: list[Fault] = []
    for (kind, key), text in changes.items():
        faults += _faults(kind, key, text)
    if faults:
        raise BookError(tuple(faults), "draft")
    bodies, there = composing.definitions(last.text), composing.parts(last.text, changes.keys())
    known = {name: {words.strip(), text_of(*name, bodies[name]).strip()} for name, words in there.items()}
    return {
        name: (name in there if text is None else text.strip() not in known.get(name, ()), text)
        for name, text in changes.items()
    }


def _faults(kind: str, key: str, text: str | None) -> Iterable[Fault]:
    if kind not in KINDS:
        return [Fault(place(kind), unknown(kind, KINDS, "kind"))]
    wrong = list(key_faults(kind, key))
    if wrong or text is None:
        return wrong
    if len(text) > LARGEST_PART:
        return [Fault(place(kind, key), f"is longer than {LARGEST_PART} characters; make it shorter")]
    try:
        composing.only(text, (kind, key))
    except BookError as error:
        return error.faults
    return ()


def _store(connection: Connection, number: int, texts: Mapping[Name, tuple[bool, str | None]]) -> None:
    table = StoredDraftPart
    for kind, key in texts:
        connection.execute(delete(table).where(table.draft == number, table.kind == kind, table.key == key))
    rows = [
        {"draft": number, "kind": kind, "key": key, "text": text}
        for (kind, key), (differs, text) in texts.items()
        if differs
    ]
    if rows:
        connection.execute(insert(table), rows)


def words(text: str) -> str:
    """Read what somebody says in a few lines.

    Raises:
        RefusedError: it is too long, or holds what no keyboard writes.
    """
    said = text.replace("\r\n", "\n").strip()
    if len(said) > LONGEST_WHY or not all(sign.isprintable() or sign in "\n\t" for sign in said):
        msg = f"Say why in at most {LONGEST_WHY} characters of plain text."
        raise RefusedError(msg)
    return said


def _title(text: str) -> str:
    title = text.strip()
    if not title or len(title) > LONGEST_TITLE or not title.isprintable():
        raise WrongTitleError
    return title


def _named(texts: Mapping[Name, Any]) -> dict[str, str | None]:
    """Write names as the journal does: ``{"incentive/ten-contacts": "…"}``."""
    return {f"{kind}/{key}": text[1] if isinstance(text, tuple) else text for (kind, key), text in texts.items()}


def _write(  # noqa: PLR0913  # what the journal asks for
    connection: Connection, by: By, action: str, number: int, *, before: object = None, after: object = None, now: int
) -> None:
    journal.write(connection, by, action, f"draft/{number}", before=before, after=after, now=now)
