"""Facts → relations that an engine can join: who is who, who was where when, which days are worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adoption.history.expressions import gone
from adoption.history.expressions import live
from adoption.history.expressions import spellings
from rules import period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from adoption.facts import Known
    from adoption.history.engine import Engine
    from rules.incentive import Who
    from rules.version import Timelines

SPAN = tuple[int, int]
ALWAYS = (period.EVER, period.FOREVER)
INTEGERS = {"holder": "BIGINT", "starts": "INTEGER", "ends": "INTEGER"}


def feed(engine: Engine, known: Known, days: range, *, owners: bool = False) -> None:
    """Make the relations that ``expressions`` asks for, beside the archive; ``days`` are those of all activities.

    ``owners`` says that milestones credit owners of records, though none in force may.
    """
    engine.keep("gone", gone())
    engine.view("live", live())
    identities = ((source, actor, who) for (source, actor), who in known.identities.items())
    engine.feed("identity", {"source": "VARCHAR", "actor": "VARCHAR", "participant": "BIGINT"}, identities)
    engine.feed(
        "mail",
        {"actor": "VARCHAR", "participant": "BIGINT"},
        _mails(engine, known, owners or credits_owners(known.timelines)),
    )
    spans = {"participant": "BIGINT", "team": "BIGINT", "starts": "INTEGER", "ends": "INTEGER"}
    engine.feed("membership", spans, _memberships(known))
    absences = ((who, *span) for who, found in known.absences.items() for span in merged(found))
    engine.feed("absence", {"participant": "BIGINT", "starts": "INTEGER", "ends": "INTEGER"}, absences)
    calendar = {"day": "INTEGER", "per": "VARCHAR", "starts": "INTEGER", "ends": "INTEGER"}
    engine.feed("calendar", calendar, _calendar(days))
    working = (day for day in days if known.calendar.works(day))
    engine.feed("working", {"day": "INTEGER", "number": "INTEGER"}, ((day, n) for n, day in enumerate(working)))


def offers(known: Known, who: Who) -> Iterator[tuple[int, int, int]]:
    """Yield holder, starts, ends of every stretch of days on which these people and teams are meant."""
    for number in known.people:
        if who.role and known.people[number].role not in who.role:
            continue
        places = known.memberships.get(number, ())
        asked = []
        if who.team:
            asked.append([(starts, ends) for starts, ends, team in places if known.teams[team] in who.team])
        if who.wave:
            here = ((place, wave) for place in places for wave in known.waves.get(place[2], ()) if wave[2] in who.wave)
            asked.append([both(place[:2], wave[:2]) for place, wave in here])
        yield from ((number, *span) for span in merged(_common(asked)))
    for number, name in known.teams.items():
        if who.role or (who.team and name not in who.team):
            continue
        waves = [wave[:2] for wave in known.waves.get(number, ()) if wave[2] in who.wave]
        yield from ((-number, *span) for span in (merged(waves) if who.wave else [ALWAYS]))


def _common(asked: list[list[SPAN]]) -> list[SPAN]:
    """Return the days on which all that is asked holds."""
    common = [ALWAYS]
    for spans in asked:
        common = [both(one, other) for one in common for other in spans]
    return common


def both(one: SPAN, other: SPAN) -> SPAN:
    """Return the days that lie in both; the end may come before the start if there are none."""
    return max(one[0], other[0]), min(one[1], other[1])


def merged(spans: Iterable[SPAN]) -> list[SPAN]:
    """Return the same days as spans that neither overlap nor touch."""
    found: list[SPAN] = []
    for starts, ends in sorted(spans):
        if starts >= ends:
            continue
        if found and starts <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((starts, ends))
    return found


def _memberships(known: Known) -> Iterator[tuple[int, int, int, int]]:
    for participant, places in known.memberships.items():
        for team in sorted({place[2] for place in places}):
            spans = [place[:2] for place in places if place[2] == team]
            yield from ((participant, team, *span) for span in merged(spans))


def _mails(engine: Engine, known: Known, owners: bool) -> Iterator[tuple[str, int]]:
    """Yield the spellings in the archive that are somebody's address but for capitals, which Python compares."""
    addresses = {person.email.casefold(): person.id for person in known.people.values()}
    for (spelling,) in engine.rows(spellings(owners)):
        participant = addresses.get(spelling.casefold())
        if participant is not None:
            yield spelling, participant


def credits_owners(lines: Timelines) -> bool:
    """Say whether any milestone credits the owner of a record."""
    return any(part.body.credit == "owner" for line in lines.milestones.values() for part in line)


def _calendar(days: range) -> Iterator[tuple[int, str, int, int]]:
    for kind in period.KINDS:
        first = last = 0
        for day in days:
            if day >= last:
                first = period.start(kind, day)
                last = period.end(kind, first)
            yield day, kind, first, last
