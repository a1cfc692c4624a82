"""The nightly job: everybody, every day that can be judged and was not yet, in pieces that survive being killed.

Each piece is one transaction of some thousand people: whoever's account has followed a day is left alone when the day
is judged again, so that running twice, or going on after a kill, changes nothing.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import NamedTuple

import msgspec
from sqlalchemy import func
from sqlalchemy import select
from sqlalchemy import update

from adoption import facts
from adoption import flags
from adoption import privacy
from adoption import signals
from adoption import statements
from adoption.evidence import gathering
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence import teams
from adoption.evidence.judging import WEEK
from adoption.evidence.judging import Past
from adoption.evidence.judging import block_of
from adoption.evidence.kept import State
from adoption.extensions import begin_write
from adoption.extensions import db
from adoption.models import Batch
from adoption.models import Night
from rules import sample
from rules.reliance import HIRED
from rules.reliance import cycle
from rules.reliance import usual

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.gathering import Entry
    from adoption.evidence.kept import DayFacts
    from adoption.evidence.learning import RoleUsual
    from adoption.evidence.people import Declared
    from adoption.facts import Known
    from adoption.facts import Person
    from adoption.signals import Daily
    from rules.reliance import Usual
    from rules.reliance.cycle import Flag

    Report = Callable[[int, int], None]

SIZE = 2_000  # people in a piece
ACCOUNT = ("day", "version", "asked", "state")
DAY = ("day", "participant", "facts", "level", "mark")
BLOCK = ("participant", "block", "since", "usual", "begins", "healthy", "whole")
SCORE = ("day", "participant", "value", "regularity", "timeliness", "quality", "breadth")


@dataclass(frozen=True)
class Evening:
    """What is known of a day when it is judged, for everybody."""

    day: int
    known: Known
    declared: Declared
    daily: Daily
    roles: Mapping[str, RoleUsual]
    heard: frozenset[str]
    working: persons.Working

    @property
    def block(self) -> int:
        """The block in which the day lies."""
        return block_of(self.day)


class Judged(NamedTuple):
    """What was concluded from somebody's day."""

    before: State
    facts: DayFacts
    after: State
    written: str
    live: float  # usual actions a day, by which the score is measured
    role: RoleUsual


def due(now: int) -> range:
    """Return the days that can be judged and are not yet, the oldest first."""
    known = facts.current()
    last = known.today(now) - gathering.WAITS
    done = db.session.scalar(select(func.max(Night.day)).where(Night.finished.is_not(None)))
    if done is not None:
        return range(done + 1, last + 1)
    first = db.session.scalar(select(func.min(Batch.received)).where(Batch.door != sample.DOOR))
    return range(last + 1 if first is None else known.day_of(first), last + 1)


def run(now: int, report: Report, *, size: int = SIZE) -> int:
    """Judge all days that are due, committing piece by piece; return how many days that were."""
    days = due(now)
    for place, day in enumerate(days):
        night(day, lambda done, whole, place=place: report(place * whole + done, len(days) * whole), size=size)  # type: ignore[misc]  # its own place
    return len(days)


def night(day: int, report: Report, *, size: int = SIZE) -> None:
    """Judge one day of everybody; days are judged one after the other, each once."""
    switch = privacy.current()
    known = facts.current()
    personal = switch.individual and day >= (switch.since or 0)
    people = persons.judged(known, day)
    parts = gathering.Parts([one.id for one in people] if personal else [], size)
    try:
        heard = gathering.gather(db.session.connection(), known, day, parts)
        _begin(day, known, heard, len(people) if personal else 0)
        if personal:
            _learn(people, block_of(day))
        evening = _evening(day, known, heard)
        if personal:
            _people(evening, people, parts, report, size)
        if day % WEEK == 0:
            _week(evening, people, personal=personal, size=size)
    finally:
        parts.close()
    begin_write().execute(update(Night).where(Night.day == day).values(finished=time.time_ns() // 1000))
    db.session.commit()


def _begin(day: int, known: Known, heard: frozenset[str], people: int) -> None:
    """Note that the day is being judged."""
    connection = begin_write()
    row = (day, known.version, kept.text(sorted(heard)), people, None)
    statements.put(connection, "night", ("day",), ("facts", "heard", "people", "finished"), [row])
    db.session.commit()


def _learn(people: Sequence[Person], block: int) -> None:
    """Learn what is usual in the roles from a block on, unless it is known."""
    learning.learn(begin_write(), people, block)
    db.session.commit()


def _evening(day: int, known: Known, heard: frozenset[str]) -> Evening:
    """Return what is known of the day for everybody."""
    connection = db.session.connection()
    return Evening(
        day=day,
        known=known,
        declared=persons.declared(connection, day),
        daily=signals.daily(connection, day),
        roles=learning.roles(connection, block_of(day)),
        heard=heard,
        working=persons.Working(known),
    )


def _people(
    evening: Evening, people: Sequence[Person], parts: gathering.Parts, report: Report, size: int
) -> None:
    """Judge everybody, piece by piece."""
    pieces = [people[begin : begin + size] for begin in range(0, len(people), size)]
    for number, piece in enumerate(pieces):
        connection = begin_write()
        _piece(connection, evening, piece, parts.of(number))
        db.session.commit()
        report(number + 1, len(pieces))


def _piece(
    connection: Connection, evening: Evening, piece: Sequence[Person], entries: Mapping[int, list[Entry]]
) -> None:
    """Judge some people in one transaction; whoever has followed the day already is left alone."""
    keys = [(one.id,) for one in piece]
    wanted = ("participant", "day", "state")
    accounts = {
        row[0]: (row[1], row[2])
        for row in statements.find(connection, "reliance_account", ("participant",), wanted, keys)
    }
    waiting = [one for one in piece if one.id not in accounts or accounts[one.id][0] < evening.day]
    states = {
        one.id: kept.state_of(accounts[one.id][1]) if one.id in accounts else _first(one, evening.day)
        for one in waiting
    }
    usuals = _usuals(connection, evening, waiting, states)
    judged: dict[int, Judged] = {}
    for one in waiting:
        found = _facts(evening, one, states[one.id], entries.get(one.id, ()))
        role = evening.roles[one.role]
        usually = learning.measured(usuals[one.id], one, evening.declared)
        after = judging.after(states[one.id], evening.day, found, usually)
        live = learning.measured(role.usual, one, evening.declared).live
        judged[one.id] = Judged(states[one.id], found, after, kept.text(after), live, role)
    _store(connection, evening, judged)
    if evening.day % WEEK == 0:
        _habits(connection, evening, sorted(judged))
    flags.follow(connection, evening.day, _moved(connection, evening, judged))


def _first(person: Person, day: int) -> State:
    """Return the state of somebody of whom nothing was followed yet."""
    new = person.hired_on is not None and day < person.hired_on + persons.COACHED
    return State(account=HIRED) if new else State()


def _facts(evening: Evening, person: Person, state: State, entries: Sequence[Entry]) -> DayFacts:
    """Return the facts of somebody's day."""
    day, daily = evening.day, evening.daily
    found = gathering.facts(entries, evening.working.after(person.id))
    known_by = set(found.sources or state.sources)
    healthy = bool(known_by & evening.heard if known_by else evening.heard)
    quiet = evening.declared.quiet(person, evening.known.teams_on(person.id, day))
    works = evening.known.works(person.id, day)
    return msgspec.structs.replace(
        found,
        expected=works and healthy and not quiet,
        away=evening.known.calendar.works(day) and not (works and healthy),
        present=found.present or person.id in daily.present,
        edited=daily.edited.get(person.id),
        trips=daily.trips.get(person.id, 0),
        imports=daily.imports.get(person.id, 0),
        exempt=person.id in evening.declared.importers,
    )


def _usuals(
    connection: Connection, evening: Evening, people: Sequence[Person], states: Mapping[int, State]
) -> dict[int, Usual]:
    """Return what is usual for everybody in this block; where it begins for somebody, learn and keep it."""
    keys = [(one.id, evening.block) for one in people]
    rows = statements.find(connection, "habit_block", ("participant", "block"), ("participant", "usual"), keys)
    found = {who: kept.usual_of(written) for who, written in rows}
    fresh = [one for one in people if one.id not in found]
    healthy = learning.own(connection, [one.id for one in fresh], evening.block)
    begun = []
    for one in fresh:
        usually = found[one.id] = learning.of_person(healthy.get(one.id), evening.roles[one.role])
        kept_as = (kept.text(usually), kept.text(states[one.id]), kept.NO_HABIT, kept.NO_HABIT)
        begun.append((one.id, evening.block, evening.day, *kept_as))
    statements.insert_new(connection, "habit_block", BLOCK, begun)
    return found


def _store(connection: Connection, evening: Evening, judged: Mapping[int, Judged]) -> None:
    """Write the day, the accounts, and the scores of those for whom it was a day of work."""
    day = evening.day
    days, accounts, scores = [], [], []
    for who, one in sorted(judged.items()):
        days.append((day, who, kept.text(one.facts), judging.micro(one.after.account), kept.mark(one.written)))
        accounts.append((who, day, kept.VERSION, one.after.use.asked, one.written))
        if one.facts.expected:
            scores.extend(score_rows(day, who, one.after, one.live, one.role))
    statements.insert_new(connection, "evidence_day", DAY, days)
    statements.put(connection, "reliance_account", ("participant",), ACCOUNT, accounts)
    statements.insert_new(connection, "adoption_score", SCORE, scores)


def score_rows(day: int, who: int, state: State, live: float, role: RoleUsual) -> list[tuple[int, ...]]:
    """Return the row of somebody's score; none while there is too little to say."""
    score = judging.scored(state, live, role)
    if score is None:
        return []
    return [(day, who, round(score.value * 10), *(round(part * kept.UNIT) for part in score[1:]))]


def _habits(connection: Connection, evening: Evening, people: Sequence[int]) -> None:
    """Add the week that is over to the blocks of these people."""
    weeks: defaultdict[int, list[Past]] = defaultdict(list)
    days = [(day, who) for day in range(evening.day - WEEK + 1, evening.day + 1) for who in people]
    columns = ("participant", "day", "facts", "level")
    for who, day, written, level in statements.find(connection, "evidence_day", ("day", "participant"), columns, days):
        weeks[who].append(Past(day, kept.facts_of(written), level))
    key = ("participant", "block")
    rows = []
    for who, healthy, whole in statements.find(
        connection, "habit_block", key, ("participant", "healthy", "whole"), [(who, evening.block) for who in people]
    ):
        added = judging.habits(sorted(weeks[who]))
        before = kept.habit_of(healthy), kept.habit_of(whole)
        sums = (kept.text(usual.together(pair)) for pair in zip(before, added, strict=True))
        rows.append((who, evening.block, *sums))
    rows.sort()
    sql = "UPDATE habit_block SET healthy = g.healthy, whole = g.whole FROM {given} AS g"
    sql += " WHERE habit_block.participant = g.participant AND habit_block.block = g.block"
    if rows:
        statements.run(connection, "habit_block", (*key, "healthy", "whole"), rows, sql)


def _moved(
    connection: Connection, evening: Evening, judged: Mapping[int, Judged]
) -> dict[int, tuple[Flag, str | None]]:
    """Return the flags that are counted on or take a step, as the evidence has it."""
    standing = flags.of(connection, judged)
    moved: dict[int, tuple[Flag, str | None]] = {}
    for who, one in judged.items():
        before = standing.get(who, cycle.Flag())
        new = judging.speaks(one.before.account, one.after.account, expected=one.facts.expected)
        flag = cycle.counted(before, day=evening.day, expected=one.facts.expected, evidence=new)
        works = one.facts.expected or one.facts.away
        does = cycle.moves(flag, one.after.account, day=evening.day, away=one.facts.away) if works else None
        if does is not None or (before.state != "none" and flag != before):
            moved[who] = flag, does
    return moved


def _week(evening: Evening, people: Sequence[Person], *, personal: bool, size: int) -> None:
    """Keep what a week that is over comes to for teams; where nothing is kept of single people, from the week alone."""
    members: list[tuple[int, teams.Member]] = []
    states = _kept_states if personal else _passing_states
    monday = evening.day - WEEK + 1
    for person, state, helped in states(evening, people, size):
        team = teams.team_of(evening.known, person.id, evening.day)
        if team is not None:
            role = evening.roles.get(person.role, learning.RoleUsual())
            live = learning.measured(role.usual, person, evening.declared).live
            score = judging.scored(state, live, role)
            members.append((team, teams.member(state, score and score.value, monday, helped=helped)))
    connection = begin_write()
    teams.store(connection, monday, members)
    db.session.commit()


def _kept_states(evening: Evening, people: Sequence[Person], size: int) -> Iterator[tuple[Person, State, bool]]:
    """Yield everybody's state as it is kept, and whether help is under way."""
    connection = db.session.connection()
    for begin in range(0, len(people), size):
        piece = people[begin : begin + size]
        wanted = ("participant", "state")
        keys = [(one.id,) for one in piece]
        found = dict(map(tuple, statements.find(connection, "reliance_account", ("participant",), wanted, keys)))
        standing = flags.of(connection, found)
        for one in piece:
            if one.id in found:
                helped = one.id in standing and standing[one.id].state in teams.HELPED
                yield one, kept.state_of(found[one.id]), helped


def _passing_states(evening: Evening, people: Sequence[Person], size: int) -> Iterator[tuple[Person, State, bool]]:
    """Yield the state of everybody after this week alone: it is used, and forgotten."""
    connection = db.session.connection()
    parts = gathering.Parts([one.id for one in people], size)
    days = range(evening.day - WEEK + 1, evening.day + 1)
    try:
        evenings = [
            replace(
                evening,
                day=day,
                heard=gathering.gather(connection, evening.known, day, parts),
                daily=signals.daily(connection, day),
                declared=persons.declared(connection, day),
            )
            for day in days
        ]
        for number, begin in enumerate(range(0, len(people), size)):
            entries = parts.of(number)
            for one in people[begin : begin + size]:
                yield one, _lived(evenings, one, entries.get(one.id, ())), False
    finally:
        parts.close()


def _lived(evenings: Sequence[Evening], person: Person, entries: Sequence[Entry]) -> State:
    """Return the state of somebody after some days, of whom nothing was known before."""
    state = State()
    for evening in evenings:
        usually = evening.roles.get(person.role, learning.RoleUsual()).usual
        found = _facts(evening, person, state, [one for one in entries if one.day == evening.day])
        state = judging.after(state, evening.day, found, learning.measured(usually, person, evening.declared))
    return state
