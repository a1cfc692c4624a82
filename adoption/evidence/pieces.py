"""Some people's day, in one transaction: gathered, concluded, kept, and their flags moved on."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import flags
from adoption import statements
from adoption.evidence import evening as evenings
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence.judging import WEEK
from adoption.evidence.judging import Past
from adoption.evidence.kept import State
from rules.reliance import HIRED
from rules.reliance import cycle
from rules.reliance import usual

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.evidence.evening import Evening
    from adoption.evidence.gathering import Entry
    from adoption.evidence.kept import DayFacts
    from adoption.evidence.learning import RoleUsual
    from adoption.facts import Person
    from rules.reliance import Usual
    from rules.reliance.cycle import Flag

ACCOUNT = ("day", "version", "asked", "state")
DAY = ("day", "participant", "facts", "level", "mark")
BLOCK = ("participant", "block", "since", "role", "usual", "begins", "healthy", "whole")
SCORE = ("day", "participant", "value", "regularity", "timeliness", "quality", "breadth")


class Judged(NamedTuple):
    """What was concluded from somebody's day."""

    before: State
    facts: DayFacts
    after: State
    written: str
    live: float  # usual actions a day, by which the score is measured
    role: RoleUsual


def judge(
    connection: Connection, evening: Evening, piece: Sequence[Person], entries: Mapping[int, list[Entry]]
) -> None:
    """Judge some people in one transaction; whoever has followed the day already is left alone."""
    keys = [(one.id,) for one in piece]
    wanted = ("participant", "day", "state")
    accounts = {
        row[0]: (row[1], row[2])
        for row in statements.find(connection, "reliance_account", ("participant",), wanted, keys, lock=True)
    }
    waiting = [one for one in piece if one.id not in accounts or accounts[one.id][0] < evening.day]
    states = {
        one.id: kept.state_of(accounts[one.id][1]) if one.id in accounts else _first(one, evening.day)
        for one in waiting
    }
    usuals = _usuals(connection, evening, waiting, states)
    judged: dict[int, Judged] = {}
    for one in waiting:
        found = evenings.facts_of(evening, one, states[one.id], entries.get(one.id, ()))
        name, usual_of_them = usuals[one.id]
        role = evening.roles.get(name, learning.RoleUsual())
        usually = learning.measured(usual_of_them, one.id, name, evening.declared)
        after = judging.after(states[one.id], evening.day, found, usually)
        live = learning.measured(role.usual, one.id, name, evening.declared).live
        judged[one.id] = Judged(states[one.id], found, after, kept.text(after), live, role)
    _store(connection, evening, judged)
    if evening.day % WEEK == 0:
        _habits(connection, evening, sorted(judged))
    flags.follow(connection, evening.day, _moved(connection, evening, judged))


def _first(person: Person, day: int) -> State:
    """Return the state of somebody of whom nothing was followed yet."""
    new = person.hired_on is not None and day < person.hired_on + persons.COACHED
    return State(account=HIRED) if new else State()


def _usuals(
    connection: Connection, evening: Evening, people: Sequence[Person], states: Mapping[int, State]
) -> dict[int, tuple[str, Usual]]:
    """Return everybody's role in this block and what is usual for them; where it begins for somebody, keep it."""
    keys = [(one.id, evening.block) for one in people]
    columns = ("participant", "role", "usual")
    rows = statements.find(connection, "habit_block", ("participant", "block"), columns, keys)
    found = {who: (role, kept.usual_of(written)) for who, role, written in rows}
    fresh = [one for one in people if one.id not in found]
    healthy = learning.own(connection, [one.id for one in fresh], evening.block)
    begun = []
    for one in fresh:
        usually = learning.of_person(healthy.get(one.id), evening.roles[one.role])
        found[one.id] = one.role, usually
        kept_as = (kept.text(usually), kept.text(states[one.id]), kept.NO_HABIT, kept.NO_HABIT)
        begun.append((one.id, evening.block, evening.day, one.role, *kept_as))
    statements.insert_new(connection, "habit_block", BLOCK, begun)
    return found


def _store(connection: Connection, evening: Evening, judged: Mapping[int, Judged]) -> None:
    """Write the day, the accounts, and the scores of those for whom it was a day of work."""
    day = evening.day
    days, accounts, scores = [], [], []
    for who, one in sorted(judged.items()):
        days.append((day, who, kept.text(one.facts), judging.micro(one.after.account), kept.mark(one.written)))
        accounts.append((who, day, kept.VERSION, int(one.after.use.asked), one.written))
        if one.facts.expected:
            scores.extend(judging.score_rows(day, who, one.after, one.live, one.role))
    statements.insert_new(connection, "evidence_day", DAY, days)
    statements.put(connection, "reliance_account", ("participant",), ACCOUNT, accounts)
    statements.insert_new(connection, "adoption_score", SCORE, scores)


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
