"""A week that is over: what it comes to for teams, from what is kept of people or, if nothing may be, in passing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from adoption import flags
from adoption import privacy
from adoption import signals
from adoption import statements
from adoption.evidence import evening as evenings
from adoption.evidence import gathering
from adoption.evidence import judging
from adoption.evidence import kept
from adoption.evidence import learning
from adoption.evidence import people as persons
from adoption.evidence import teams
from adoption.evidence.judging import WEEK
from adoption.evidence.judging import block_of
from adoption.evidence.kept import State
from adoption.extensions import begin_write
from adoption.extensions import db

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from adoption.evidence.evening import Evening
    from adoption.evidence.gathering import Entry
    from adoption.facts import Person


def week(evening: Evening, people: Sequence[Person], *, personal: bool, size: int) -> None:
    """Keep what a week that is over comes to for teams; where nothing is kept of single people, from the week alone."""
    members: list[tuple[int, teams.Member]] = []
    by_role: defaultdict[str, list[State]] = defaultdict(list)
    monday = evening.day - WEEK + 1
    whole = personal and (privacy.current().since or 0) <= monday  # else what is kept knows a part of the week alone
    states = _kept_states if whole else _passing_states
    for person, state, helped in states(evening, people, size):
        if not personal and len(by_role[person.role]) < learning.MOST:
            by_role[person.role].append(state)
        team = teams.team_of(evening.known, person.id, evening.day)
        if team is not None:
            role = evening.roles.get(person.role, learning.RoleUsual())
            live = learning.measured(role.usual, person.id, person.role, evening.declared).live
            score = judging.scored(state, live, role)
            members.append((team, teams.member(state, score and score.value, monday, role.kinds, helped=helped)))
    connection = begin_write()
    teams.store(connection, monday, members)
    following = evening.day + 1
    if not personal and following == block_of(following):
        learning.learn_from(connection, by_role, following)
    db.session.commit()


def _kept_states(_evening: Evening, people: Sequence[Person], size: int) -> Iterator[tuple[Person, State, bool]]:
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
    week_of = range(evening.day - WEEK + 1, evening.day + 1)
    try:
        days_of = [
            replace(
                evening,
                day=day,
                heard=gathering.gather(connection, evening.known, day, parts),
                daily=signals.daily(connection, day),
                declared=persons.declared(connection, day),
            )
            for day in week_of
        ]
        for number, begin in enumerate(range(0, len(people), size)):
            entries = parts.of(number)
            for one in people[begin : begin + size]:
                yield one, _lived(days_of, one, entries.get(one.id, ())), False
    finally:
        parts.close()


def _lived(days: Sequence[Evening], person: Person, entries: Sequence[Entry]) -> State:
    """Return the state of somebody after some days, of whom nothing was known before."""
    state = State()
    for evening in days:
        usually = evening.roles.get(person.role, learning.RoleUsual()).usual
        found = evenings.facts_of(evening, person, state, [one for one in entries if one.day == evening.day])
        state = judging.after(
            state, evening.day, found, learning.measured(usually, person.id, person.role, evening.declared)
        )
    return state
