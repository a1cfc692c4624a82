"""The asker's part: ask, say more, say whether it helped, and delete."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import delete as deleting
from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from adoption import facts
from adoption import limits
from adoption.errors import NotFoundError
from adoption.errors import TooOftenError
from adoption.models import HelpEntry
from adoption.models import Question
from adoption.models import QuestionWord
from adoption.questions import readers
from adoption.questions import stored
from adoption.questions import telling
from rules.questions import CHAMPION
from rules.questions.steps import ASKER
from rules.questions.steps import WAITING

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from adoption.questions.stored import Stored
    from adoption.questions.stored import Word

LIMIT = "question"
MOST = 100  # questions of one's own that are shown
_ASK = text("""
INSERT INTO question (asker, once, route, path, wave, language, letters, text, asked, state, passed, since)
VALUES (:asker, :once, :route, :path, :wave, :language, :letters, :text, :asked, 'waiting', :passed, :asked)
ON CONFLICT (asker, once) DO NOTHING
RETURNING id
""")


class Form(NamedTuple):
    """A question as it is sent: the form it comes from, which page it is about, and how one wants to hear of it."""

    once: str
    text: str
    route: str
    path: str
    language: str
    letters: bool


def ask(connection: Connection, asker: int, form: Form, now: int) -> bool:
    """Ask, in a transaction that writes; ``False`` if this form was sent before.

    Raises:
        NoWordsError: there are no words, or too many.
        TooOftenError: they asked too often; nothing is stored.
    """
    said = stored.plain(form.text)
    mine = select(Question.id).where(Question.asker == asker, Question.once == form.once)
    if connection.execute(mine).first() is not None:
        return False
    _pace(connection, asker, now)
    known = facts.current()
    today = known.today(now)
    wave = next(iter(readers.waves_of(known, asker, today)), "")
    row = form._asdict() | {"asker": asker, "wave": wave, "text": said, "asked": now, "passed": CHAMPION}
    if connection.execute(_ASK, row).first() is None:
        return False
    line = readers.line_of(known, readers.cares(), asker, today)
    telling.readers(connection, readers.told(known, line, line.steps[0], asker, today, readers.desk(today)), now)
    return True


def _pace(connection: Connection, asker: int, now: int) -> None:
    if not limits.take(connection, LIMIT, str(asker), now):
        raise TooOftenError(headers={"Retry-After": str(limits.wait(LIMIT, str(asker), now))})


def mine(asker: int) -> list[tuple[Stored, list[Word]]]:
    """Return one's own questions with what was said about them, the newest first; two queries."""
    found = stored.questions(Question.asker == asker, newest=True, most=MOST)
    said = stored.words([one.id for one in found])
    return [(one, said.get(one.id, [])) for one in found]


def go_on(  # noqa: PLR0913  # a step: of whose question, which, in which words, from which form, when
    connection: Connection, asker: int, number: int, does: str, given: str, *, once: str, now: int
) -> bool:
    """Say more, that it helped, or not yet, in a transaction that writes; ``False`` if this form was sent before.

    Raises:
        NotFoundError: there is no such question of theirs.
        NoWordsError, ConflictError, TooOftenError: likewise.
    """
    one = _own(asker, number)
    changes: dict[str, Any] = {} if does == "helped" else {"since": now}
    taken = stored.step(connection, one, ASKER, does, given, once=once, by=asker, now=now, changes=changes)
    if taken and does != "helped":
        _pace(connection, asker, now)
        known = facts.current()
        today = known.today(now)
        line = readers.line_of(known, readers.cares(), asker, today)
        first = readers.seen_by(known, line, one._replace(state=WAITING, since=now), today)[0]
        telling.readers(connection, readers.told(known, line, first, asker, today, readers.desk(today)), now)
    return taken


def delete(connection: Connection, asker: int, number: int) -> None:
    """Delete a question of one's own with all that was said, in a transaction that writes; help made of it stays.

    Raises:
        NotFoundError: there is no such question of theirs.
    """
    remove(connection, [_own(asker, number).id])


def remove(connection: Connection, numbers: Collection[int]) -> None:
    """Delete questions with all that was said about them."""
    connection.execute(update(HelpEntry).where(HelpEntry.question.in_(numbers)).values(question=None))
    connection.execute(deleting(QuestionWord).where(QuestionWord.question.in_(numbers)))
    connection.execute(deleting(Question).where(Question.id.in_(numbers)))


def _own(asker: int, number: int) -> Stored:
    found = stored.questions(Question.asker == asker, Question.id == number)
    if not found:
        raise NotFoundError
    return found[0]
