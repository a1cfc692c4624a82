"""Letters about questions: to whoever can answer, once a day at most; to the asker, if they want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import facts
from adoption import mail

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.questions.stored import Stored


def readers(connection: Connection, people: Iterable[int], now: int) -> int:
    """Plan the letter that says that questions wait, one a day for each of these people; return how many."""
    known = facts.current()
    occasion, planned = str(known.today(now)), 0
    for one in people:
        person = known.people[one]
        to = {"address": person.email, "participant": one}
        planned += mail.plan(connection, "question-asked", **to, occasion=occasion, facts={}, now=now)  # type: ignore[arg-type]  # by its names
    return planned


def asker(connection: Connection, one: Stored, by: int, *, back: bool, now: int) -> None:
    """Plan the letter that says that somebody answered, or asks back; what was said stands on the page alone."""
    people = facts.current().people
    if one.letters and one.asker in people:
        mail.plan(
            connection,
            "question-answered",
            address=people[one.asker].email,
            participant=one.asker,
            occasion=f"{one.id} {now}",
            facts={"by": people[by].name, "back": back},
            now=now,
        )
