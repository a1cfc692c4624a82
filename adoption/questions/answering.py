"""The readers' part: what waits for somebody, one question with all that was said, and the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func

from adoption import facts
from adoption.errors import ConflictError
from adoption.errors import NotFoundError
from adoption.models import Question
from adoption.questions import readers
from adoption.questions import stored
from adoption.questions import telling
from rules import questions
from rules.questions.steps import READER
from rules.questions.steps import WAITING

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from adoption.questions.readers import Reader
    from adoption.questions.stored import Stored
    from adoption.questions.stored import Word

MOST = 20  # answered questions that are listed


def open_for(reader: Reader, now: int) -> list[Stored]:
    """Return the questions that somebody sees and that are not answered, those that wait longest first; two queries.

    Whoever cares for no wave and is no lead costs one.
    """
    cared = readers.cares()
    if not reader.desk and not any(reader.participant in pair for pair in cared.values()):
        return []
    known = facts.current()
    today = known.today(now)
    found = stored.questions(Question.state.in_(readers.OPEN))
    return [one for one in found if readers.sees(known, cared, one, reader, today)]


def waiting(reader: Reader, now: int) -> int:
    """Count the questions that wait for an answer of somebody's."""
    return sum(one.state == WAITING for one in open_for(reader, now))


def answered_by(reader: Reader, now: int) -> list[Stored]:
    """Return the questions that somebody answered and still reads, the newest first."""
    mine = (Question.answered_by == reader.participant, Question.state.not_in(readers.OPEN))
    found = stored.questions(*mine, newest=True, most=MOST)
    known, cared = facts.current(), readers.cares()
    today = known.today(now)
    return [one for one in found if readers.sees(known, cared, one, reader, today)]


def thread(reader: Reader, number: int, now: int) -> tuple[Stored, list[Word]]:
    """Return a question with what was said about it.

    Raises:
        NotFoundError: there is none that this reader sees.
    """
    one = _find(reader, number, now)
    return one, stored.words([one.id]).get(one.id, [])


def answer(  # noqa: PLR0913  # whose words, about which question, in which words, from which form, when
    connection: Connection, reader: Reader, number: int, given: str, *, back: bool, once: str, now: int
) -> bool:
    """Answer a question or ask back, in a transaction that writes; ``False`` if this form was sent before.

    Raises:
        NotFoundError: there is none that this reader sees.
        NoWordsError: there are no words, or too many.
        ConflictError: the asker has said meanwhile that it helped.
    """
    one, me = _find(reader, number, now), reader.participant
    changes: dict[str, Any] = {} if back else {"answered": func.coalesce(Question.answered, now), "answered_by": me}
    does = "back" if back else "answer"
    taken = stored.step(connection, one, READER, does, given, once=once, by=me, now=now, changes=changes)
    if taken:
        telling.asker(connection, one, me, back=back, now=now)
    return taken


def next_step(reader: Reader, one: Stored, now: int) -> tuple[int, int | None] | None:
    """Return the step to which a reader may pass a question on, and who stands there; ``None``: there is none."""
    known = facts.current()
    today = known.today(now)
    line = readers.line_of(known, readers.cares(), one.asker, today)
    mine = next((step for step in line.steps if line.at(step) == reader.participant), questions.DESK)
    after = next((step for step in line.steps if step > max(mine, one.passed)), None)
    return None if after is None else (after, line.at(after))


def pass_on(  # noqa: PLR0913  # whose, which question, with which words, from which form, when
    connection: Connection, reader: Reader, number: int, given: str, *, once: str, now: int
) -> bool:
    """Pass a question on to the next who may answer, in a transaction that writes; ``False`` if it was sent before.

    Raises:
        NotFoundError: there is none that this reader sees.
        ConflictError: it does not wait, or there is nobody to whom it could be passed.
    """
    one = _find(reader, number, now)
    after = next_step(reader, one, now)
    if after is None:
        raise ConflictError
    changes = {"passed": after[0], "since": now}
    taken = stored.step(
        connection, one, READER, "pass", given, once=once, by=reader.participant, now=now, changes=changes
    )
    if taken:
        known = facts.current()
        today = known.today(now)
        line = readers.line_of(known, readers.cares(), one.asker, today)
        telling.readers(connection, readers.told(known, line, after[0], one.asker, today, readers.desk(today)), now)
    return taken


def _find(reader: Reader, number: int, now: int) -> Stored:
    found = stored.questions(Question.id == number)
    known = facts.current()
    if not found or not readers.sees(known, readers.cares(), found[0], reader, known.today(now)):
        raise NotFoundError
    return found[0]
