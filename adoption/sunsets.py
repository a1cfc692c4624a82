"""Letters to HR about incentives that end soon: fourteen and three days before, once each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption import facts
from adoption import mail
from adoption.auth import roles
from adoption.extensions import begin_write
from rules import period
from rules import sunset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.facts import Known
    from rules.incentive import Incentive

KIND = "rule-ends"
HR = "hr"


def ending(known: Known, today: int) -> Iterator[tuple[Incentive, int, int]]:
    """Yield the incentives in force that end, their first day without force, and the notice that is due."""
    for line in known.timelines.incentives.values():
        part = next((one for one in reversed(line) if one.starts < one.ends), None)
        if part is None or part.ends >= period.FOREVER or part.starts > today:
            continue
        due = sunset.notice(part.ends, today)
        if due is not None:
            yield part.body, part.ends, due


def remind(now: int) -> int:
    """Plan the letters that are due, to everybody in HR; return how many are new.  The caller commits."""
    connection = begin_write()
    known = facts.of(connection)
    today = known.today(now)
    planned = 0
    found = list(ending(known, today))
    for number in sorted(roles.having(HR, today)) if found else ():
        person = known.people[number]
        for incentive, ends, due in found:
            titles = {"en": incentive.title or incentive.key, **incentive.titles}
            told = {"key": incentive.key, "title": titles, "ends": ends}
            planned += mail.plan(
                connection,
                KIND,
                address=person.email,
                participant=number,
                occasion=f"{incentive.key}/{ends}/{due}",
                facts=told,
                now=now,
            )
    return planned
