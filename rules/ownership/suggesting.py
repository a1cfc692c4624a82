"""Whose a record might be: somebody who is here, for a reason that can be said."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.ownership.finding import TWO
from rules.ownership.finding import UNTAKEN

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.ownership.finding import Fact
    from rules.ownership.finding import Gap
    from rules.ownership.house import House

RECENT = 180  # days after which work on a record says little about whose it is
ENOUGH = 2  # days on which somebody of another team worked on it


class Suggestion(NamedTuple):
    """Somebody, and why: ``owner``, ``worked``, ``stand_in``, ``team`` or ``manager``; days worked, or records held."""

    who: int
    why: str
    day: int | None = None
    number: int = 0


def suggested(
    gaps: Iterable[Gap], house: House, load: Mapping[int, int]
) -> dict[tuple[str, str, str], Suggestion | None]:
    """Suggest somebody for each gap; nobody who has left, ever, and nobody where nobody can be thought of.

    ``load`` is how many open records somebody has.  What nobody in particular should have is shared out evenly among
    the team whose it was, counting what each of them gets of the same person's for a better reason.  The gaps are gone
    through by name, so that their order does not matter.
    """
    answers: dict[tuple[str, str, str], Suggestion | None] = {}
    given: dict[int | None, Counter[int]] = defaultdict(Counter)  # whose it was → how many somebody gets
    left = []
    for gap in sorted(gaps, key=lambda one: one.key):
        answer = _of_two(gap, house) if gap.kind == TWO else _of_one(gap, house, load)
        answers[gap.key] = answer
        if answer is None:
            left.append(gap)
        else:
            given[gap.about][answer.who] += 1
    for gap in left:
        answer = answers[gap.key] = None if gap.kind == TWO else _of_team(gap, house, load, given[gap.about])
        if answer is not None:
            given[gap.about][answer.who] += 1
    return answers


def _of_two(gap: Gap, house: House) -> Suggestion | None:
    """Of two who work on it, the owner, else whoever works on it more."""
    owner = next((fact.who for fact in gap.facts if fact.code == "owner"), None)
    worked = [fact for fact in gap.facts if fact.code == "worked"]
    for fact in worked:
        if fact.who == owner and owner is not None and house.works(owner):
            return Suggestion(owner, "owner", fact.day, fact.number)
    return _busiest([fact for fact in worked if fact.who is not None and house.works(fact.who)], {})


def _of_one(gap: Gap, house: House, load: Mapping[int, int]) -> Suggestion | None:
    """Suggest the owner for a task, whoever worked on it, or who stands in for whoever had it."""
    if gap.kind == UNTAKEN:
        for fact in gap.facts:
            if fact.code == "owner" and fact.who is not None and house.takes(fact.who):
                return Suggestion(fact.who, "owner", fact.day)
    about = house.people.get(gap.about or 0)
    teams = set(about.teams) if about else set()
    facts = [fact for fact in gap.facts if fact.code == "worked" and _counts(fact, house, teams)]
    found = _busiest(facts, load)
    if found is not None or about is None:
        return found
    stand_in = next((one for one in about.stand_ins if house.takes(one)), None)
    return None if stand_in is None else Suggestion(stand_in, "stand_in")


def _of_team(gap: Gap, house: House, load: Mapping[int, int], given: Mapping[int, int]) -> Suggestion | None:
    """Suggest whoever of the team gets fewest of these, then has fewest; where there is nobody, who leads."""
    about = house.people.get(gap.about or 0)
    if about is None or gap.about is None:
        return None
    mates = {one for team in about.teams for one in house.members.get(team, ()) if house.takes(one)}
    mates -= {gap.about, *about.leaders}
    if mates:
        mate = min(mates, key=lambda one: (given.get(one, 0), load.get(one, 0), one))
        return Suggestion(mate, "team", None, load.get(mate, 0))
    leader = next((one for one in about.leaders if house.works(one)), None)
    return None if leader is None else Suggestion(leader, "manager")


def _counts(fact: Fact, house: House, teams: set[int]) -> bool:
    """Say whether work on a record makes somebody a candidate: lately, and often enough or in the team whose it was."""
    who = fact.who
    if who is None or not house.takes(who) or (fact.day or 0) <= house.today - RECENT:
        return False
    return fact.number >= ENOUGH or not teams or bool(teams & set(house.people[who].teams))


def _busiest(facts: Sequence[Fact], held: Mapping[int, int]) -> Suggestion | None:
    if not facts:
        return None
    best = min(facts, key=lambda one: (-one.number, -(one.day or 0), held.get(one.who or 0, 0), one.who or 0))
    return Suggestion(best.who or 0, "worked", best.day, best.number)
