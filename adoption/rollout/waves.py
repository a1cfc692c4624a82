"""The waves: their teams and days, who cares for them, how they are, where they stand, and whether they may begin."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy import update

from adoption import evidence
from adoption import facts
from adoption import feed
from adoption import journal
from adoption import statements
from adoption.errors import NotFoundError
from adoption.errors import RefusedError
from adoption.extensions import db
from adoption.models import Question
from adoption.models import StoredActivity
from adoption.models import WaveCare
from adoption.people_csv import WaveRow
from adoption.rollout import diagnosis
from adoption.rollout import signs
from adoption.rollout.goals import goals
from rules import rollout
from rules.period import EVER
from rules.period import FOREVER
from rules.rollout import Advice
from rules.rollout import Stage
from rules.rollout import WaveFacts
from rules.rollout import Week
from rules.rollout import vital

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.journal import By

LATELY = 14  # days of activities in which addresses are looked for
COLUMNS = ("champion", "supporter", "decision", "advice", "why", "decided", "decided_by")


class NotHereError(RefusedError):
    """Whoever cares for a wave must work here."""


class DecisionError(RefusedError):
    """A wave goes or holds; say which."""


class Care(NamedTuple):
    """Who cares for a wave, and what was decided about its beginning, by whom, when (UTC microseconds) and why."""

    champion: int | None = None
    supporter: int | None = None
    decision: str | None = None
    advice: str | None = None
    why: str = ""
    decided: int | None = None
    decided_by: int | None = None


class Wave(NamedTuple):
    """A wave: its teams, its first day, who cares, its weeks, its stage, and what is advised if it has not begun."""

    name: str
    teams: tuple[int, ...]
    starts: int
    care: Care
    facts: WaveFacts
    stage: Stage
    advice: Advice | None

    @property
    def weeks(self) -> list[Week]:
        """Its weeks, before and after it began."""
        return list(self.facts.weeks)


def waves(now: int) -> list[Wave]:
    """Return every wave that is not over, in the order in which they begin; a fixed number of queries."""
    known = facts.current()
    today = known.today(now)
    places = _places(known, today)
    series = signs.series([team for teams, _ in places.values() for team in teams], today)
    cares = _cares()
    people = _people(known, today)
    named = _named(known, today)
    feed_is_well = feed.state(now).late is None
    given = {"report": diagnosis.made(diagnosis.answers()), "goals": bool(goals()), "feed": feed_is_well}
    found: list[Wave] = []
    for name, (teams, starts) in sorted(places.items(), key=lambda pair: (pair[1][1], pair[0])):
        care = cares.get(name, Care())
        who = [one for team in teams for one in people.get(team, ())]
        told = WaveFacts(
            name=name,
            starts=starts,
            champion=care.champion is not None,
            supporter=care.supporter is not None,
            people=len(who),
            known=sum(map(named, who)),
            weeks=together(series[team] for team in teams),
        )
        stage = rollout.stage(told, today=today, **given)
        before = next((one.facts for one in reversed(found) if one.starts <= today), None)
        advice = rollout.advise(told, before, feed=feed_is_well) if starts > today else None
        found.append(Wave(name, teams, starts, care, told, stage, advice))
    return found


def waiting(now: int) -> tuple[list[int], list[Week]]:
    """Return the teams that have not begun, and their weeks together: what the others are compared with."""
    known = facts.current()
    today = known.today(now)
    people = _people(known, today)
    teams = [team for team in not_begun(known, today) if team in people]
    return teams, together(signs.series(teams, today).values())


def not_begun(known: Known, today: int) -> list[int]:
    """Return the teams that are in no wave that has begun, whether anybody works in them or not."""
    begun = {team for teams, starts in _places(known, today).values() if starts <= today for team in teams}
    return sorted(known.teams.keys() - begun)


def together(series: Iterable[list[Week]]) -> list[Week]:
    """Return the weeks of several teams as those of one group, without teams of fewer than five."""
    weeks = list(zip(*series, strict=True))
    return [vital.together(week[0].monday, week) for week in weeks]


def _places(known: Known, today: int) -> dict[str, tuple[tuple[int, ...], int]]:
    """Return the teams of each wave that is not over, and its first day."""
    teams: dict[str, set[int]] = defaultdict(set)
    starts: dict[str, list[int]] = defaultdict(list)
    for team, spans in known.waves.items():
        for first, end, name in spans:
            if end > today:
                teams[name].add(team)
                starts[name].append(first)
    return {name: (tuple(sorted(teams[name])), max(EVER, min(starts[name]))) for name in teams}


def _people(known: Known, today: int) -> dict[int, list[int]]:
    """Return who works in each team today; everybody counts in one team alone."""
    found: dict[int, list[int]] = defaultdict(list)
    for number, one in known.people.items():
        team = evidence.team_of(known, number, today) if one.here(today) else None
        if team is not None:
            found[team].append(number)
    return found


def _named(known: Known, today: int) -> Callable[[int], bool]:
    """Return what says whether a source knows somebody: by an identity, or since it tells addresses."""
    table = StoredActivity
    lately = (table.day.between(today - LATELY, today), table.actor.contains("@"))
    by_mail = db.session.scalar(select(table.bucket).where(*lately).limit(1)) is not None
    named = set(known.identities.values())
    return lambda participant: by_mail or participant in named


def _cares() -> dict[str, Care]:
    columns = [getattr(WaveCare, name) for name in ("wave", *COLUMNS)]
    return {row[0]: Care(*row[1:]) for row in db.session.execute(select(*columns))}


def planned(  # noqa: PLR0913  # of what is known, which wave, called what, which teams, from which day
    known: Known, was: str, name: str, teams: Iterable[int], *, starts: int, today: int
) -> tuple[WaveRow, ...]:
    """Return the whole list of a wave whose teams and first day were chosen, as the directory stores it.

    Teams that began with it take its first day, one that joined another day keeps its own, and days that are over stay
    whatever is chosen.  ``was`` is how it was called; its list is emptied if it is called otherwise now.
    """
    spans = {team: [one[:2] for one in there if one[2] == was] for team, there in known.waves.items()}
    first = min((span[0] for there in spans.values() for span in there if span[1] > today), default=starts)
    rows: list[tuple[int, int, int]] = []
    chosen = set(teams)
    for team in sorted(chosen | spans.keys()):
        over = [span for span in spans.get(team, ()) if span[1] <= today]
        running = [span for span in spans.get(team, ()) if span[1] > today] or [(first, FOREVER)]
        kept = running if team in chosen else []
        rows += [(team, *span) for span in over]
        rows += [(team, starts if since == first else since, until) for since, until in kept]
    lines = [
        WaveRow(0, name, known.teams[team], None if since <= EVER else since, None if until >= FOREVER else until)
        for team, since, until in rows
    ]
    return (*lines, *([WaveRow(0, was, None, None, None)] if was and was != name else []))


def care(  # noqa: PLR0913  # of which wave, called what before, who, by whom, when
    connection: Connection, wave: str, *, champion: int | None, supporter: int | None, by: By, now: int, was: str = ""
) -> bool:
    """Name who cares for a wave; return whether anything changed.  The caller commits.

    ``was`` is how the wave was called: what is kept of it goes along.

    Raises:
        NotHereError: one of them is nobody who works here.
    """
    known = facts.current()
    today = known.today(now)
    for one in (champion, supporter):
        if one is not None and (one not in known.people or not known.people[one].here(today)):
            raise NotHereError
    if was and was != wave:
        connection.execute(update(WaveCare).where(WaveCare.wave == was).values(wave=wave))
        connection.execute(update(Question).where(Question.wave == was).values(wave=wave))
    before = _cares().get(wave, Care())
    after = before._replace(champion=champion, supporter=supporter)
    if after == before:
        return False
    statements.put(connection, "wave_care", ("wave",), COLUMNS, [(wave, *after)])
    told = [_people_of(known, one) for one in (before, after)]
    journal.write(connection, by, "changed", f"wave/{wave}", before=told[0], after=told[1], now=now)
    return True


def _people_of(known: Known, care: Care) -> dict[str, object]:
    """Return who cares as the journal keeps it."""
    named = {"champion": care.champion, "supporter": care.supporter}
    return {name: None if who is None else known.people[who].email for name, who in named.items()}


def decide(  # noqa: PLR0913  # what, about which wave, why, by whom, when
    connection: Connection, wave: str, decision: str, *, why: str, by: By, now: int
) -> None:
    """Decide that a wave goes or holds, whatever is advised; a reason is needed.  The caller commits.

    Raises:
        NotFoundError: there is no such wave that has not begun.
        DecisionError: it is neither.
        NoReasonError: why is not said.
    """
    said = journal.reason(why)
    if decision not in {rollout.advice.GO, rollout.advice.HOLD}:
        raise DecisionError
    facts.exclusive(connection)  # whoever changes the wave at this moment is waited for, and not overwritten
    found = next((one for one in waves(now) if one.name == wave and one.advice is not None), None)
    if found is None or found.advice is None:
        raise NotFoundError
    after = found.care._replace(
        decision=decision, advice=found.advice.says, why=said, decided=now, decided_by=by.participant
    )
    statements.put(connection, "wave_care", ("wave",), COLUMNS, [(wave, *after)])
    told = {"decision": decision, "advised": found.advice.says}
    journal.write(connection, by, "decided", f"wave/{wave}", before=None, after=told, why=said, now=now)
