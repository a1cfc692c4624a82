"""Every change of a letter's state: planned → rendered → sending → sent, deferred, failed, bounced or skipped.

Each is one conditional UPDATE that names the state (and the number of tries) it starts from, so that of several
processes one goes on and the others find nothing.  Callers commit; nothing here waits for a mail server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from flask import current_app
from sqlalchemy import and_
from sqlalchemy import delete
from sqlalchemy import exists
from sqlalchemy import func
from sqlalchemy import or_
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import union_all
from sqlalchemy import update

from adoption import languages
from adoption import preferences
from adoption import statements
from adoption.auth import sessions
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.mail import kinds
from adoption.mail import rendering
from adoption.mail.letter import COLUMNS
from adoption.mail.letter import FINAL
from adoption.mail.letter import WAITING
from adoption.mail.letter import Stored
from adoption.models import Letter
from adoption.models.letter import TO_CHANNELS
from rules import delivery
from rules import sample
from rules.delivery import MINUTE
from rules.period import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection
    from sqlalchemy import TextClause

    from rules.delivery import Verdict

LOST = 10 * MINUTE  # after this time the process that claimed a letter is gone: every step of SMTP has a shorter limit
KEPT = 90 * 86_400 * SECOND  # how long letters are kept
STRANGERS_KEPT = 86_400 * SECOND  # … and skipped ones that held a secret: addresses that somebody just typed
NOTED = 500  # characters of a fault that are kept
LARGEST = 2**63 - 1  # numbers that a database has
# Why a letter was not sent, or not sent yet, where no server said so; stored in ``reply``, worded by whoever shows it.
REASONS = (
    "late", "left", "unknown", "undone", "killed", "off", "suspended", "stale", "silent", "unbegun", "nobody",
    "stopped",
)  # fmt: skip  # a list of names

_INSERT = text("""
INSERT INTO letter (kind, participant, address, occasion, language, facts, state, planned, due, expires, changed,
                    tries, doubts)
VALUES (:kind, :participant, :address, :occasion, :language, :facts, 'planned', :now, :due, :expires, :now, 0, 0)
ON CONFLICT (kind, address, occasion) DO NOTHING
RETURNING id
""")


def fault(error: Exception) -> str:
    """Return what was wrong with a letter as ``reply`` keeps it."""
    return f"{type(error).__name__}: {error}"[:NOTED]


# --- plan


def plan(  # noqa: PLR0913  # what a letter is made of, each by name
    connection: Connection,
    kind: str,
    *,
    address: str,
    occasion: str,
    facts: Mapping[str, object],
    now: int,
    participant: int | None = None,
    language: str | None = None,
    due: int | None = None,
    expires: int | None = None,
) -> bool:
    """Plan a letter, in the caller's transaction; ``False`` if it was planned before, or is for a sample person.

    ``occasion`` says what it is about: kind, address and occasion together are planned once, for ever.  The language
    is the participant's choice, else the given one, else English.  It is tried from ``due`` (now) until ``expires``
    (24 hours later).  Times are UTC microseconds; ``facts`` are what the kind's entry in ``KINDS`` says.

    Raises:
        KeyError: there is no such kind.
    """
    if kind not in kinds.KINDS:
        raise KeyError(kind)
    if sample.is_address(address):
        return False
    chosen = preferences.of(participant).language if participant is not None else None
    spoken = chosen or language
    row = {
        "kind": kind,
        "participant": participant,
        "address": sessions.normal(address),
        "occasion": occasion,
        "language": spoken if spoken in languages.LOCALES else languages.SOURCE,
        "facts": msgspec.json.encode(facts).decode(),
        "now": now,
        "due": now if due is None else due,
        "expires": (now if due is None else due) + delivery.LIVES if expires is None else expires,
    }
    return connection.execute(_INSERT, row).first() is not None


WRITTEN = (
    "kind", "participant", "address", "occasion", "week", "language", "facts", "state", "planned", "due", "expires",
    "changed", "tries", "doubts", "rendered", "message_id", "subject", "text", "html", "reply",
)  # fmt: skip  # a table's columns


def enter(connection: Connection, rows: Sequence[Mapping[str, object]]) -> None:
    """Enter regular letters that were written in bulk, or that are not sent for a reason, in the caller's transaction.

    A row holds all of ``WRITTEN``.  Of (participant, kind, week) there is one for ever: what is there stays as it is.
    """
    given = sorted((tuple(row[name] for name in WRITTEN) for row in rows), key=lambda row: (row[0], row[1], row[4]))
    statements.insert_new(connection, "letter", WRITTEN, given)


def enter_copy(  # noqa: PLR0913, PLR0917  # what a letter is made of
    connection: Connection, kind: str, subject: str, body: str, html: str, address: str, participant: int, now: int
) -> None:
    """Enter a copy of a letter of a kind for whoever wants to see it arrive, in the caller's transaction."""
    row: dict[str, object] = dict.fromkeys(WRITTEN)
    row |= {"kind": f"{kind}-copy", "participant": participant, "address": address, "occasion": str(now)}
    row |= {"language": languages.SOURCE, "facts": "{}", "state": "rendered", "planned": now, "due": now}
    row |= {"expires": now + delivery.LIVES, "changed": now, "tries": 0, "doubts": 0, "rendered": now}
    row |= {"message_id": rendering.named(row, current_app.extensions["settings"].mail_from)}
    enter(connection, [row | {"subject": subject, "text": body, "html": html}])


def entered(kind: str, weeks: Iterable[int]) -> set[tuple[int, int]]:
    """Return (participant, week) of the regular letters of a kind that there are, sent or not; one query."""
    query = select(Letter.participant, Letter.week).where(Letter.kind == kind, Letter.week.in_(sorted(set(weeks))))
    return {(participant or 0, week or 0) for participant, week in db.session.execute(query)}


def take_back(connection: Connection, participant: int, kind: str, reason: str, now: int) -> int:
    """Do not send what waits of a kind for somebody, for one of ``REASONS``; return how many that were."""
    waits = (Letter.participant == participant, Letter.kind == kind, Letter.state.in_(WAITING))
    values = {"state": "skipped", "changed": now, "reply": reason}
    return connection.execute(update(Letter).where(*waits).values(values)).rowcount


# --- what there is to do


def _way(*, chat: bool) -> TextClause:
    """Return the condition of what goes to channels of chats, or of all other letters."""
    return text(TO_CHANNELS if chat else f"NOT ({TO_CHANNELS})")  # as it is in the index, without values of its own


def needed(now: int, *, chat: bool = False) -> bool:
    """Say whether a letter is due, or was left behind by a process that is gone and is to be sent again.

    ``chat``: what goes to channels of chats, which has a way of its own; all the rest is mail.
    """
    due = select(Letter.id).where(Letter.state.in_(WAITING), Letter.due <= now, _way(chat=chat))
    lost = select(Letter.id).where(_lost(now), _way(chat=chat))
    return bool(db.session.scalar(select(or_(exists(due), exists(lost)))))


def overdue(now: int) -> int:
    """Return for how many microseconds the oldest letter has waited that is due; 0 without one."""
    due = db.session.scalar(select(func.min(Letter.due)).where(Letter.state.in_(WAITING), Letter.due <= now))
    return 0 if due is None else now - due


def next_due(now: int, *, chat: bool = False) -> Stored | None:
    """Return the letter (or message to a channel) that is due and expires first: a link to sign in before a report."""
    order = (Letter.expires, Letter.due, Letter.id)
    firsts = [
        select(*order).where(Letter.state == state, Letter.due <= now, _way(chat=chat)).order_by(*order).limit(1)
        for state in WAITING  # each by the index, without sorting what waits
    ]
    found = union_all(*(select(one.subquery()) for one in firsts)).order_by("expires", "due", "id").limit(1).subquery()
    row = db.session.execute(select(*COLUMNS).where(Letter.id == select(found.c.id).scalar_subquery())).first()
    return None if row is None else Stored(*row)


def doubtful(now: int) -> ColumnElement[bool]:
    """Return the condition of letters of which nobody knows whether they arrived."""
    return and_(Letter.state == "sending", or_(Letter.reply.is_not(None), Letter.changed < now - LOST))


def _lost(now: int) -> ColumnElement[bool]:
    gone = (Letter.state == "sending", Letter.changed < now - LOST, Letter.reply.is_(None))
    once = or_(Letter.doubts == 0, _way(chat=False))  # nobody posts to a channel more than twice by themselves
    return and_(*gone, Letter.kind.in_(kinds.again()), once)


def recover(connection: Connection, now: int) -> int:
    """Let letters that a killed process left behind be sent again, where their kind allows it; return how many."""
    values = {"state": "deferred", "due": now, "changed": now, "reply": "killed", "doubts": Letter.doubts + 1}
    return connection.execute(update(Letter).where(_lost(now)).values(values)).rowcount


# --- one letter, one step


def _step(connection: Connection, letter: Stored, **values: object) -> bool:
    """Change a letter that still is as it was read; ``False`` if somebody else was faster."""
    same = (Letter.id == letter.id, Letter.state == letter.state, Letter.tries == letter.tries)
    return connection.execute(update(Letter).where(*same).values(values)).rowcount == 1


def fill(connection: Connection, letter: Stored, rendered: Mapping[str, object], now: int) -> bool:
    """Store what was rendered."""
    return _step(connection, letter, state="rendered", changed=now, rendered=now, **rendered)


def claim(connection: Connection, letter: Stored, now: int) -> Stored | None:
    """Take a letter to send it; return it as it is then, or ``None`` if another process has taken it."""
    taken: dict[str, object] = {"state": "sending", "tries": letter.tries + 1, "changed": now, "reply": None}
    return Stored(**{**letter._asdict(), **taken}) if _step(connection, letter, **taken) else None


def put_off(connection: Connection, letter: Stored, until: int) -> bool:
    """Let a waiting letter wait until a moment; it was not tried."""
    return _step(connection, letter, due=until)


def settle(  # noqa: PLR0913  # a letter, what became of it, and what is to be forgotten
    connection: Connection, letter: Stored, verdict: Verdict, reply: str, now: int, *, doubtful: bool, wipe: bool
) -> bool:
    """Note what became of a claimed letter; ``wipe`` forgets its bodies once it is at an end."""
    values: dict[str, object] = {"state": verdict.state, "changed": now, "reply": reply}
    if doubtful:
        values["doubts"] = letter.doubts + 1
    if verdict.due is not None:
        values["due"] = verdict.due
    if wipe and verdict.state in FINAL:
        values |= {"text": None, "html": None}
    return _step(connection, letter, **values)


def end(connection: Connection, letter: Stored, state: str, reply: str, now: int) -> bool:
    """Bring a waiting letter to an end without sending it; what it holds is of no use any more if that is a secret."""
    bodies = {"text": None, "html": None} if letter.kind in kinds.secret() else {}
    return _step(connection, letter, state=state, changed=now, reply=reply, **bodies)


# --- by hand


class NoLetterError(NotFoundError):
    """There is no such letter."""


class NotAgainError(ConflictError):
    """This letter cannot be sent again."""


def retry(number: int, now: int) -> None:
    """Send a letter again that failed, was skipped, or is in doubt.  The caller commits.

    Raises:
        NoLetterError: there is no such letter.
        NotAgainError: it was sent, is waiting, is being sent, or its link is too old.
    """
    connection = begin_write()
    letter = find(number, private=True)
    if letter.kind in kinds.secret():
        msg = "It holds a link that is too old by now; whoever wants one can ask for a new one on the sign-in page."
        raise NotAgainError(msg)
    in_doubt = connection.scalar(select(Letter.id).where(Letter.id == number, doubtful(now)))
    if letter.state not in {"failed", "skipped"} and not in_doubt:
        msg = f"It is {letter.state}; only what failed, was skipped or is in doubt is sent again by hand."
        raise NotAgainError(msg)
    state = "planned" if letter.rendered is None else "deferred"
    ends = max(letter.expires, now + delivery.LIVES)
    doubts = letter.doubts + (1 if in_doubt and letter.reply is None else 0)
    _step(connection, letter, state=state, due=now, changed=now, expires=ends, doubts=doubts)


def bounce(connection: Connection, letter: Stored, said: str, now: int) -> bool:
    """Note that a letter came back, in the caller's transaction; ``False`` if that is known, or it never went."""
    went = (Letter.id == letter.id, Letter.state.in_(("sent", "sending", "deferred")), Letter.tries > 0)
    values = {"state": "bounced", "changed": now, "reply": said}
    return connection.execute(update(Letter).where(*went).values(values)).rowcount == 1


def find(number: int, *, private: bool = False) -> Stored:
    """Return a letter; a private one only if that is wanted, which no page does.

    Raises:
        NoLetterError: there is none.
    """
    query = select(*COLUMNS).where(Letter.id == number)
    if not private:
        query = query.where(Letter.kind.not_in(kinds.private()))
    row = db.session.execute(query).first() if number <= LARGEST else None
    if row is None:
        raise NoLetterError
    return Stored(*row)


# --- sweep


def sweep(now: int) -> int:
    """Delete old letters, and forget secrets that are of no use any more.  Return how many went; the caller commits."""
    connection = begin_write()
    hidden = Letter.kind.in_(kinds.secret())
    over = (hidden, Letter.expires < now, Letter.text.is_not(None), Letter.state.in_(FINAL))
    connection.execute(update(Letter).where(*over).values(text=None, html=None))
    at_end = or_(Letter.state.in_(FINAL), doubtful(now))
    old = and_(at_end, Letter.changed < now - KEPT)
    stranger = and_(hidden, Letter.state == "skipped", Letter.changed < now - STRANGERS_KEPT)
    return connection.execute(delete(Letter).where(or_(old, stranger))).rowcount
