"""Questions and their words as they are stored, and the one way to take a step with one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy import text
from sqlalchemy import update

from adoption.errors import ConflictError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import Question
from adoption.models import QuestionWord
from adoption.models import storable
from rules.questions import after

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import ColumnElement
    from sqlalchemy import Connection

LONGEST = 2_000  # characters of a question or an answer
SILENT = frozenset({"pass", "helped", "not_yet"})  # steps that need no words

_SAY = text("""
INSERT INTO question_word (question, once, "by", does, text, said) VALUES (:question, :once, :by, :does, :text, :said)
ON CONFLICT (question, once) DO NOTHING
RETURNING id
""")


class NoWordsError(RefusedError):
    """This needs words, and 2,000 characters at most."""


class Stored(NamedTuple):
    """A question; moments are UTC microseconds."""

    id: int
    asker: int
    route: str
    path: str
    wave: str
    language: str
    letters: bool
    text: str
    asked: int
    state: str
    passed: int
    since: int
    answered: int | None
    answered_by: int | None


class Word(NamedTuple):
    """Something that was said about a question."""

    by: int
    does: str
    text: str
    said: int


def questions(*which: ColumnElement[bool], newest: bool = False, most: int | None = None) -> list[Stored]:
    """Return the questions of which these conditions hold, those that wait longest first, or the newest."""
    columns = [getattr(Question, name) for name in Stored._fields]
    order = (Question.asked.desc(), Question.id.desc()) if newest else (Question.since, Question.id)
    return [Stored(*row) for row in db.session.execute(select(*columns).where(*which).order_by(*order).limit(most))]


def words(numbers: Collection[int]) -> dict[int, list[Word]]:
    """Return what was said about questions, in order; one query."""
    found: dict[int, list[Word]] = defaultdict(list)
    table = QuestionWord
    query = select(table.question, table.by, table.does, table.text, table.said)
    for row in db.session.execute(query.where(table.question.in_(sorted(numbers))).order_by(table.id)):
        found[row.question].append(Word(*row[1:]))
    return found


def plain(given: str, *, needed: bool = True) -> str:
    """Return words as they are stored.

    Raises:
        NoWordsError: they are missing though needed, or too long.
    """
    said = storable(given.replace("\r\n", "\n").strip())
    if len(said) > LONGEST or (needed and not said):
        raise NoWordsError
    return said


def step(  # noqa: PLR0913  # a step: with which question, whose, which, in which words, by whom, when, what changes
    connection: Connection,
    one: Stored,
    who: str,
    does: str,
    given: str,
    *,
    once: str,
    by: int,
    now: int,
    changes: dict[str, Any],
) -> bool:
    """Take a step of ``rules.questions.steps``; ``False`` if this form has taken it already.

    Raises:
        NoWordsError: it needs words, or they are too long.
        ConflictError: there is no such step from the state in which the question is by now.
    """
    said = plain(given, needed=does not in SILENT)
    row = {"question": one.id, "once": once, "by": by, "does": does, "text": said, "said": now}
    if connection.execute(_SAY, row).first() is None:
        return False
    state = after(one.state, who, does)
    same = update(Question).where(Question.id == one.id, Question.state == one.state)
    if state is None or not connection.execute(same.values(state=state, **changes)).rowcount:
        raise ConflictError
    return True
