"""Who reads which question today: facts of people and waves, about which ``rules.questions`` decides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption.auth import roles
from adoption.extensions import db
from adoption.models import WaveCare
from rules import questions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from adoption.facts import Known
    from adoption.questions.stored import Stored

OPEN = ("waiting", "asked_back")


class Reader(NamedTuple):
    """Somebody who may read questions: a participant, and whether they are an adoption lead or human resources."""

    participant: int
    desk: bool


class First(NamedTuple):
    """Who reads a question that is asked now: the step, and who that is (``None``: adoption leads and HR)."""

    step: int
    who: int | None


def cares() -> dict[str, tuple[int | None, int | None]]:
    """Return who cares for each wave: champion and supporter; one query."""
    query = select(WaveCare.wave, WaveCare.champion, WaveCare.supporter)
    return {wave: (champion, supporter) for wave, champion, supporter in db.session.execute(query)}


def waves_of(known: Known, participant: int, today: int) -> list[str]:
    """Return the waves in which somebody is today, the one that began last first."""
    spans = [span for team in known.teams_on(participant, today) for span in known.waves.get(team, ())]
    return [wave for starts, ends, wave in sorted(spans, reverse=True) if starts <= today < ends]


def above(known: Known, participant: int, day: int) -> set[int]:
    """Return everybody who leads somebody on a local day, near or far."""
    found: set[int] = set()
    manager = known.manager_on(participant, day)
    while manager is not None and manager not in found:
        found.add(manager)
        manager = known.manager_on(manager, day)
    return found


def line_of(known: Known, cared: Mapping[str, tuple[int | None, int | None]], asker: int, today: int) -> questions.Line:
    """Return who can be asked by somebody today."""
    never = above(known, asker, today) | {asker}

    def may(one: int) -> bool:
        return one not in never and one in known.people and known.people[one].here(today)

    return questions.line((cared[wave] for wave in waves_of(known, asker, today) if wave in cared), may)


def sees(
    known: Known, cared: Mapping[str, tuple[int | None, int | None]], one: Stored, reader: Reader, today: int
) -> bool:
    """Say whether somebody reads a question today; whoever answered it goes on reading it."""
    if reader.participant == one.asker or reader.participant in above(known, one.asker, today):
        return False
    if one.answered_by == reader.participant:
        return True
    line = line_of(known, cared, one.asker, today)
    steps = seen_by(known, line, one, today)
    return any(reader.desk if step == questions.DESK else line.at(step) == reader.participant for step in steps)


def seen_by(known: Known, line: questions.Line, one: Stored, today: int) -> tuple[int, ...]:
    """Return the steps that see a question today; one that is answered does not go further."""
    waits = one.state in OPEN
    waited = questions.waited(known.day_of(one.since), today, known.calendar.works) if waits else 0
    return questions.seen_by(
        line, questions.Asked(one.passed, waited), lambda who: waits and not known.works(who, today)
    )


def first(asker: int, now: int) -> First:
    """Return who would read a question that somebody asks now."""
    known = facts.current()
    today = known.today(now)
    line = line_of(known, cares(), asker, today)
    step = line.steps[0]
    return First(step, line.at(step))


def desk(today: int) -> tuple[set[int], set[int]]:
    """Return the adoption leads, and human resources; two queries."""
    return roles.having("lead", today), roles.having("hr", today)


def told(  # noqa: PLR0913, PLR0917  # a line, a step of it, of whose question, when, and who is at the desk
    known: Known, line: questions.Line, step: int, asker: int, today: int, at_desk: tuple[set[int], set[int]]
) -> set[int]:
    """Return who gets a letter of a question that lies with a step: of the desk, adoption leads; without one, HR."""
    who = line.at(step)
    never = above(known, asker, today) | {asker}
    return {who} if who is not None else next((found for one in at_desk if (found := one - never)), set())
