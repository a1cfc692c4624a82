"""Who began when, and what everybody recorded and sold in the weeks before and since: what ``value`` adds up."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import evidence
from adoption.rollout import deeds
from rules.period import EVER
from rules.rollout import chain
from rules.rollout import hours
from rules.rollout.beside import Group
from rules.rollout.beside import Pair
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from adoption.facts import Person

    Sums = list[int]  # before, and since
    Places = Mapping[int, int | None]  # participant → place among the groups; ``None``: has not begun

WEEK = 7
BEFORE, AFTER = 12, 52  # weeks that are looked at, at most
MEASURES = (*hours.MEASURES, "won")


class Begun(NamedTuple):
    """Teams that began on one day in a wave, with the whole weeks that are looked at."""

    wave: str
    starts: int
    teams: frozenset[int]
    before: int
    after: int

    @property
    def first(self) -> int:
        """The first day that is looked at."""
        return self.starts - WEEK * self.before

    @property
    def end(self) -> int:
        """The day after the last that is looked at."""
        return self.starts + WEEK * self.after


def begun(connection: Connection, known: Known, today: int) -> list[Begun]:
    """Return the teams whose wave has begun and is not over, by wave and day."""
    teams: defaultdict[tuple[int, str], set[int]] = defaultdict(set)
    for team, spans in known.waves.items():
        running = [(first, wave) for first, end, wave in spans if first <= today < end]
        if running:
            teams[min(running)].add(team)
    dated = [first for first, _ in teams if first > EVER]
    since = deeds.since(connection, min(dated) - WEEK * BEFORE, today) if dated else None
    found = []
    for (first, wave), who in sorted(teams.items()):
        before = 0 if since is None or first <= EVER else max(0, min(BEFORE, (first - since) // WEEK))
        found.append(Begun(wave, first, frozenset(who), before, min(AFTER, (today - first) // WEEK)))
    return found


def places(known: Known, groups: Sequence[Begun], today: int) -> dict[int, int | None]:
    """Return in which of these groups everybody is; ``None`` for who has not begun.

    Somebody who came, left, or changed between teams during the weeks that are looked at is in neither.
    """
    if not groups:
        return {}
    waiting = frozenset(known.teams) - frozenset().union(*(one.teams for one in groups))
    dated = [one for one in groups if one.before] or [one for one in groups if one.starts > EVER]
    ends = sorted({day for one in dated for day in (one.first, one.starts, one.end - 1)}) or [today]
    found: dict[int, int | None] = {}
    for number, person in known.people.items():
        for place, one in enumerate(groups):
            days = (one.first, one.starts, one.end - 1) if one.before else (today,)
            if _all_the_time(known, person, days, one.teams):
                found[number] = place
        if number not in found and _all_the_time(known, person, ends, waiting):
            found[number] = None
    return found


def _all_the_time(known: Known, person: Person, days: Iterable[int], teams: Collection[int]) -> bool:
    return all(person.here(day) and evidence.team_of(known, person.id, day) in teams for day in days)


class Recorded:
    """What each person recorded by hand: how many things in the weeks of each group, and on which days."""

    def __init__(self, groups: Sequence[Begun]) -> None:
        self.origin = min((one.first for one in groups if one.before), default=0)
        self.entries: defaultdict[tuple[int, int], Sums] = defaultdict(lambda: [0, 0])
        self.days: defaultdict[int, int] = defaultdict(int)  # a bit for each day since the origin

    def pairs(self, who: int, place: int, one: Begun) -> dict[str, Pair]:
        """Return what somebody did in the weeks of a group, in ten-thousandths."""
        weeks = [
            (self.days[who] >> (one.first - self.origin + WEEK * week)) & (2**WEEK - 1)
            for week in range(one.before + one.after)
        ]
        spans = weeks[: one.before], weeks[one.before :]
        return {
            "entries": Pair(*(UNIT * count for count in self.entries[who, place])),
            "days": Pair(*(UNIT * sum(week.bit_count() for week in side) for side in spans)),
            "weeks": Pair(*(UNIT * sum(map(bool, side)) for side in spans)),
        }


def recorded(connection: Connection, known: Known, groups: Sequence[Begun], places: Places) -> Recorded:
    """Gather what was recorded by hand in the weeks that are looked at: one pass over activities."""
    found = Recorded(groups)
    until = max((one.end for one in groups if one.before), default=found.origin)
    for one in deeds.by_hand(connection, known, found.origin, until) if found.origin else ():
        if one.who in places:
            found.days[one.who] |= 1 << (one.day - found.origin)
            _add(found.entries, one.who, one.day, one.things, groups, places)
    return found


class Sold:
    """The deals that were won, and what each person's come to in the weeks of each group, in cents."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.deals: list[chain.Won] = []
        self.cents: defaultdict[tuple[int, int], Sums] = defaultdict(lambda: [0, 0])
        self.told: Counter[str] = Counter()  # currency → deals with an amount in the weeks that are looked at
        self.silent = 0  # deals without one


def sales(  # from where, who is who and where, and what is added up
    connection: Connection, known: Known, groups: Sequence[Begun], places: Places, *, currency: str
) -> Sold:
    """Gather the deals that were won: one pass over deals."""
    found = Sold(currency)
    dated = [one for one in groups if one.before]
    for told in deeds.of_deals(connection, known) if dated else ():
        deal = chain.won(told)
        if deal is None:
            continue
        found.deals.append(deal)
        if deal.who is None or deal.who not in places or not any(one.first <= deal.day < one.end for one in dated):
            continue
        if deal.cents is None:
            found.silent += 1
        else:
            found.told[deal.currency] += 1
            if deal.currency in {chain.UNSAID, found.currency}:
                _add(found.cents, deal.who, deal.day, deal.cents, groups, places)
    return found


def _add(  # noqa: PLR0913, PLR0917  # to what, of whom, when, how much, and who is where
    sums: defaultdict[tuple[int, int], Sums],
    who: int,
    day: int,
    value: int,
    groups: Sequence[Begun],
    places: Places,
) -> None:
    """Add to what somebody did before or since: in their own weeks, or in those of each group if they are beside."""
    side = places[who]
    for place in range(len(groups)) if side is None else (side,):
        one = groups[place]
        if one.before and one.first <= day < one.end:
            sums[who, place][day >= one.starts] += value


def group(place: int, one: Begun, places: Places, did: Recorded, sold: Sold) -> Group:
    """Return what everybody did in the weeks of a group."""
    mine, others = (sorted(who for who, side in places.items() if side == wanted) for wanted in (place, None))
    told = [
        [did.pairs(who, place, one) | {"won": Pair(*sold.cents[who, place])} for who in people]
        for people in (mine, others)
    ]
    of = [{measure: [pairs[measure] for pairs in people] for measure in MEASURES} for people in told]
    return Group(one.wave, one.starts, one.before, one.after, len(mine), *of)
