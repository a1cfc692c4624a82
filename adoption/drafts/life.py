"""The life of a draft: sent to a second person, approved or rejected, published.  What was promised stays as it was.

Nobody approves what they began, changed or sent, whatever their role, and whoever is faster: each step is one
conditional UPDATE on the revision that was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select
from sqlalchemy import update

from adoption import clock
from adoption import facts
from adoption import journal
from adoption import rulebook
from adoption.drafts import against
from adoption.drafts.changing import NothingChangedError
from adoption.drafts.changing import day
from adoption.drafts.changing import refuse
from adoption.drafts.changing import sign
from adoption.drafts.changing import take
from adoption.drafts.changing import words
from adoption.drafts.stored import DRAFT
from adoption.drafts.stored import PUBLISHED
from adoption.drafts.stored import WAITING
from adoption.drafts.stored import get
from adoption.drafts.stored import revision_of
from adoption.drafts.stored import row_of
from adoption.errors import ConflictError
from adoption.errors import ForbiddenError
from adoption.errors import RefusedError
from adoption.extensions import begin_write
from adoption.models import DraftAuthor
from adoption.models import StoredDraft
from rules.book import promise

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.drafts.stored import Draft
    from adoption.journal import By
    from adoption.rulebook import Publication
    from rules.book.promise import Promise


class OwnDraftError(ForbiddenError):
    """Nobody approves what they wrote, changed or sent themselves; ask somebody else."""


class NobodyError(ForbiddenError):
    """Only a person approves or rejects a draft, not a command and not a token that belongs to nobody."""


class ApprovalNeededError(ConflictError):
    """A second person must approve this; send it to them."""


class OverlapError(ConflictError):
    """Somebody published definitions anew that this draft changes; look at it again beside the newest book."""


class FaultyDraftError(RefusedError):
    """The book with this draft put in has faults."""


class NoReasonError(RefusedError):
    """Say why the draft is rejected, so that it can become better."""


class Approval(NamedTuple):
    """Why a second person must approve a draft: what it newly promises each month, and which incentives never end.

    Promises in the organisation's currency count together; one in another currency cannot be compared and counts.
    """

    promises: tuple[Promise, ...]
    unlimited: tuple[str, ...]


def approval(draft: Draft) -> Approval | None:
    """Say why a draft needs a second person; ``None`` if one may publish it alone, or it has faults."""
    after = against.check(draft).book
    if after is None or draft.state == PUBLISHED:
        return None
    last = against.newest().text
    before = facts.parsed(last) if last else facts.NO_BOOK
    known = facts.current()
    today = known.today(clock.now())
    people = sum(1 for person in known.people.values() if not person.has_left(today))
    more = promise.newly(before, after, people, len(known.teams))
    settings = current_app.extensions["settings"]
    own = sum(one.more for one in more if one.currency == settings.currency)
    foreign = any(one.currency != settings.currency for one in more)
    endless = promise.unlimited(before, after)
    return Approval(more, endless) if own > settings.approval_above or foreign or endless else None


def send(number: int, revision: int, by: By, now: int) -> Draft:
    """Send a draft to a second person.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
        NothingChangedError, FaultyDraftError, OverlapError: it cannot be published as it is.
    """
    connection, draft = take(number, revision, (DRAFT,), by, now)
    _ready(draft, now)
    values = {"state": WAITING, "sent": now, "sent_by": by.participant, "sent_name": by.name}
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(values))
    sign(connection, number, by, draft.authors)
    journal.write(connection, by, "sent", f"draft/{number}", after={"revision": draft.revision}, why=draft.why, now=now)
    return get(number)


def withdraw(number: int, revision: int, by: By, now: int) -> Draft:
    """Take a draft back that waits for a second person, to change it.

    Raises:
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or decided.
    """
    connection, draft = take(number, revision, (WAITING,), by, now)
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(state=DRAFT))
    sign(connection, number, by, draft.authors)
    journal.write(connection, by, "took back", f"draft/{number}", now=now)
    return get(number)


def reject(number: int, revision: int, reason: str, by: By, now: int) -> Draft:
    """Send a draft back to its authors, with the reason.

    Raises:
        NobodyError: no person rejects it.
        NoReasonError: no reason is given.
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or decided.
    """
    said = words(reason)
    if by.participant is None:
        raise NobodyError
    if not said:
        raise NoReasonError
    connection = begin_write()
    _decide(connection, number, revision, WAITING, {"state": DRAFT, "reason": said}, by=by, now=now)
    journal.write(connection, by, "rejected", f"draft/{number}", why=said, now=now)
    return get(number)


def approve(number: int, revision: int, by: By, now: int) -> Publication:
    """Approve a draft of somebody else's, and put it in force.

    Raises:
        NobodyError, OwnDraftError: no person approves it, or one who had a hand in it.
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or decided.
        FaultyDraftError, OverlapError: it can no longer be published as it is.
    """
    if by.participant is None:
        raise NobodyError
    connection = begin_write()
    facts.exclusive(connection)
    _decide(connection, number, revision, WAITING, {"state": PUBLISHED}, by=by, now=now, foreign=True)
    journal.write(connection, by, "approved", f"draft/{number}", now=now)
    return _publish(connection, number, by, now)


def publish(number: int, revision: int, by: By, now: int) -> Publication:
    """Put a draft in force that needs no second person.

    Raises:
        ApprovalNeededError: it promises more than one person may decide.
        NotFoundError, StaleDraftError, WrongStateError: there is no such draft; somebody changed it, or sent it.
        NothingChangedError, FaultyDraftError, OverlapError: it cannot be published as it is.
    """
    connection = begin_write()
    facts.exclusive(connection)
    draft = get(number)
    if draft.state == DRAFT and draft.revision == revision and approval(draft) is not None:
        raise ApprovalNeededError
    _decide(connection, number, revision, DRAFT, {"state": PUBLISHED}, by=by, now=now)
    return _publish(connection, number, by, now)


def _decide(  # noqa: PLR0913  # who decides what about which draft as they saw it, and when
    connection: Connection,
    number: int,
    revision: int,
    state: str,
    values: dict[str, Any],
    *,
    by: By,
    now: int,
    foreign: bool = False,
) -> None:
    """Decide about a draft as it was seen; ``foreign`` demands that the one who decides had no hand in it."""
    table, hand = StoredDraft, DraftAuthor
    own = select(hand.draft).where(hand.draft == table.id, hand.participant == by.participant).exists()
    seen = (table.id == row_of(number), table.revision == revision_of(revision), table.state == state)
    who = {"decided": now, "decided_by": by.participant, "decided_name": by.name, "revision": table.revision + 1}
    query = update(table).where(*seen, *([~own] if foreign else [])).values({**who, **values})
    if connection.execute(query.execution_options(synchronize_session=False)).rowcount == 1:
        return
    if foreign and by.participant in get(number).authors:
        raise OwnDraftError
    refuse(number, (state,))


def _publish(connection: Connection, number: int, by: By, now: int) -> Publication:
    """Put a draft in force that was just decided about."""
    draft = get(number)
    _ready(draft, now)
    last, people = against.newest(), facts.current().people
    authors = sorted(people[one].email for one in draft.authors if one in people)
    done = rulebook.put_in_force(
        connection,
        against.put_into(last.text, draft),
        today=facts.day_of()(now),
        since=draft.starts,
        name=draft.title,
        now=now,
        by=by,
        why=draft.why,
    )
    values = {"book": done.book, "base": last.number}
    connection.execute(update(StoredDraft).where(StoredDraft.id == number).values(values))
    after = {"book": done.book, "starts": day(draft.starts), "authors": authors}
    journal.write(connection, by, "published", f"draft/{number}", after=after, why=draft.why, now=now)
    return done


def _ready(draft: Draft, now: int) -> None:
    """Refuse a draft that cannot be published as it is."""
    if not draft.parts:
        msg = "This draft changes nothing."
        raise NothingChangedError(msg)
    overlaps = against.overlaps(draft)
    if overlaps:
        names = [f"{one.kind}/{one.key}" for one in overlaps]
        raise OverlapError(conflicts=names)
    faults = against.report(draft, now=now).faults
    if faults:
        said = "; ".join(str(fault) for fault in faults[:3])
        more = f"; and {len(faults) - 3} more" if len(faults) > 3 else ""  # noqa: PLR2004  # a few are read
        msg = f"The book with this draft put in has faults: {said}{more}"
        raise FaultyDraftError(msg, faults=[{"place": one.place, "message": one.message} for one in faults])
