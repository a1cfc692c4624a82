"""What somebody answers to the question about low use, and how they want to be reminded of a hint.  Callers commit."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import insert
from sqlalchemy import select
from sqlalchemy import update

from adoption import statements
from adoption.errors import RefusedError
from adoption.models import CheckInAnswer
from adoption.models import Snooze
from rules.reliance import cycle
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from sqlalchemy import Connection

ANSWERS = ("away", "season", "access", "help")
QUIET = 28  # days for which an answer is enough
LONGEST = 500  # characters
COUNTED = 90  # days for which answers are kept


class AnswerError(RefusedError):
    """Choose one of the answers; 500 characters of words are enough."""


class Reminder(NamedTuple):
    """Until which local day a hint stays quiet (0: it does not), and whether letters may come."""

    until: int = 0
    letters: bool = True


def answer(  # noqa: PLR0913  # who says what, when
    connection: Connection, participant: int, said: str, words: str, *, day: int, now: int
) -> None:
    """Keep an answer for the one who gave it; others see counts alone.

    Raises:
        AnswerError: there is no such answer, or its words are too many.
    """
    if said not in ANSWERS or len(words) > LONGEST:
        raise AnswerError
    row = {"participant": participant, "day": day, "moment": now, "answer": said, "words": words.strip()}
    connection.execute(insert(CheckInAnswer).values(row))


def answered(connection: Connection, participant: int, day: int) -> str | None:
    """Return what somebody answered lately, so that they are not asked again."""
    table = CheckInAnswer
    query = select(table.answer).where(table.participant == participant, table.day > day - QUIET)
    return connection.scalar(query.order_by(table.id.desc()).limit(1))


def counts(connection: Connection, day: int) -> Mapping[str, int]:
    """Return how many people gave which answer last, those of five or more alone."""
    table = CheckInAnswer
    latest = select(func.max(table.id)).where(table.day > day - COUNTED).group_by(table.participant)
    found = Counter(connection.scalars(select(table.answer).where(table.id.in_(latest))))
    return {said: found[said] for said in ANSWERS if found[said] >= SMALLEST_GROUP}


def reminders(connection: Connection, participants: Iterable[int]) -> dict[int, Reminder]:
    """Return how these participants want to be reminded; who has said nothing is not in it."""
    keys = [(one,) for one in sorted(set(participants))]
    rows = statements.find(connection, "snooze", ("participant",), ("participant", "until", "letters"), keys)
    return {row[0]: Reminder(row[1], bool(row[2])) for row in rows}


def remind(
    connection: Connection, participant: int, *, day: int | None = None, letters: bool | None = None
) -> Reminder:
    """Put a hint off from a local day on, or say whether letters about hints may come; return how it is now."""
    columns = ("participant", *Reminder._fields)
    statements.insert_new(connection, "snooze", columns, [(participant, *Reminder())])
    chosen = {"until": None if day is None else day + cycle.SNOOZED, "letters": letters}
    values = {name: value for name, value in chosen.items() if value is not None}
    if values:
        connection.execute(update(Snooze).where(Snooze.participant == participant).values(values))
    return reminders(connection, [participant])[participant]
