"""What is open about whose a record is, and the facts that say so."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.ownership.seen import TASK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from rules.ownership.house import House
    from rules.ownership.seen import Record
    from rules.ownership.seen import Said
    from rules.ownership.seen import Touch

NOBODY, LEFT, TWO, UNTAKEN = "nobody", "left", "two", "untaken"
KINDS = (NOBODY, LEFT, TWO, UNTAKEN)
GRACE = 2  # days in which a new record or task may still find somebody
LATELY = 28  # days in which people work on a record side by side
SETTLING = 7  # days after a change of owner in which whoever had it may still finish something
TOUCHES, DAYS = 3, 2  # so often, and on so many days while the other does too: more than an occasional touch
SHARED = ("contact", "deal", "lead")  # a company is everybody's
MOST_PEOPLE = 6  # of one record who are compared with each other, the busiest
MOST_FACTS = 5
MOST_KEYS = 12


class Fact(NamedTuple):
    """Something that was seen.  ``code`` says what; who it was, on which local day, and how many."""

    code: str  # owner, left, worked, silent, emptied, task
    who: int | None = None
    day: int | None = None
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A record of which it is not clear whose it is.

    ``record``, ``kind`` and ``mark`` are its name: the mark changes with those whom it is about.  ``about`` is whose it
    was or who works on it, ``other`` the second of two.
    """

    record: str
    kind: str
    mark: str
    since: int  # local day
    about: int | None
    other: int | None = None
    facts: Sequence[Fact] = ()
    keys: Sequence[tuple[str, str]] = ()  # source and id of the activities that show it

    @property
    def key(self) -> tuple[str, str, str]:
        """Its name."""
        return self.record, self.kind, self.mark


def found(record: Record, house: House, *, settled: int = 0) -> list[Gap]:
    """Return what is open about a record; nothing about one that is over.

    Who worked on it side by side is asked of the days after ``settled``, when somebody decided about it.
    """
    if record.over:
        return []
    gaps = [_nobodys(record, house), _leavers(record, house), _two(record, house, settled), _untaken(record, house)]
    return [gap for gap in gaps if gap is not None]


def _nobodys(record: Record, house: House) -> Gap | None:
    """A record without an owner, and a task without anybody who does it; where nobody ever says, nothing is known."""
    last = record.owner
    if last.name if last is not None else not record.speaks:
        return None
    since = record.begun if last is None else _emptied(record.said).day
    if house.today - since < GRACE:
        return None
    worked = _lately(record.touches)
    shown = Fact("silent", None, since) if last is None else Fact("emptied", None, since)
    return Gap(
        record=record.name,
        kind=UNTAKEN if record.kind == TASK else NOBODY,
        mark="",
        since=since,
        about=worked[0].who if worked else None,
        facts=(shown, *worked),
        keys=_keys([last] if last else (), record.touches),
    )


def _emptied(said: Sequence[Said]) -> Said:
    """Return what first said that it is nobody's, of what says so to the end."""
    first = said[-1]
    for one in reversed(said):
        if one.name:
            break
        first = one
    return first


def _leavers(record: Record, house: House) -> Gap | None:
    last = record.owner
    gone = house.left_on(last.owner) if last else None
    if last is None or last.owner is None or gone is None:
        return None
    worked = [fact for fact in _lately(record.touches) if fact.who != last.owner]
    return Gap(
        record=record.name,
        kind=LEFT,
        mark=str(last.owner),
        since=max(gone, last.day),
        about=last.owner,
        facts=(Fact("owner", last.owner, last.day), Fact("left", last.owner, gone), *worked)[:MOST_FACTS],
        keys=_keys([last], record.touches),
    )


def _two(record: Record, house: House, settled: int) -> Gap | None:
    """Two people who work on a record at the same time: not one after the other, and neither leads the other."""
    if record.kind not in SHARED:
        return None
    after = max(house.today - LATELY, settled, _handed_over(record.said) + SETTLING)
    touches = [one for one in record.touches if one.day > after and house.works(one.who)]
    often = Counter(one.who for one in touches)
    busy = sorted((who for who, number in often.items() if number >= TOUCHES), key=lambda who: (-often[who], who))
    for one, other in combinations(busy[:MOST_PEOPLE], 2):
        if house.leads(one, other):
            continue
        first, second = sorted((one, other))
        shared = _side_by_side([[touch for touch in touches if touch.who == who] for who in (first, second)])
        if shared:
            facts = [_worked(who, [touch for touch in touches if touch.who == who]) for who in (first, second)]
            last = record.owner
            owner = [Fact("owner", last.owner, last.day)] if last and last.owner is not None else []
            begins = min(touch.day for touch in shared)
            return Gap(
                record=record.name,
                kind=TWO,
                mark=f"{first}+{second}",
                since=begins,
                about=first,
                other=second,
                facts=(*owner, *facts),
                keys=_keys([last] if last else (), shared),
            )
    return None


def _handed_over(said: Sequence[Said]) -> int:
    """Return the day on which somebody else became the owner; long ago if nobody did."""
    day, owner = 0, ""
    for one in said:
        if owner and one.name and one.name != owner:
            day = one.day
        owner = one.name or owner
    return day


def _side_by_side(of: Sequence[Sequence[Touch]]) -> list[Touch]:
    """Return what two people did while both worked on it; nothing if one took over from the other."""
    begin = max(min(touch.day for touch in touches) for touches in of)
    end = min(max(touch.day for touch in touches) for touches in of)
    within = [[touch for touch in touches if begin <= touch.day <= end] for touches in of]
    if any(len({touch.day for touch in touches}) < DAYS for touches in within):
        return []
    return [touch for touches in within for touch in touches]


def _untaken(record: Record, house: House) -> Gap | None:
    """A task about the record that was set for nobody."""
    task = record.task
    said = task.said if task is not None and record.kind != TASK else None
    if task is None or said is None or said.name or house.today - task.day < GRACE:
        return None
    owner = record.owner.owner if record.owner else None
    facts = [Fact("task", task.who, task.day)]
    if owner is not None:
        facts.append(Fact("owner", owner, record.owner.day if record.owner else None))
    worked = [fact for fact in _lately(record.touches) if fact.who not in {owner, task.who}]
    return Gap(
        record=record.name,
        kind=UNTAKEN,
        mark="\n".join(task.key),
        since=task.day,
        about=owner if owner is not None else task.who,
        facts=(*facts, *worked)[:MOST_FACTS],
        keys=(task.key,),
    )


def _lately(touches: Sequence[Touch]) -> list[Fact]:
    """Return who worked on a record, whoever did last first."""
    by_person: dict[int, list[Touch]] = {}
    for touch in touches:
        by_person.setdefault(touch.who, []).append(touch)
    facts = [_worked(who, of) for who, of in by_person.items()]
    return sorted(facts, key=lambda fact: (-(fact.day or 0), -fact.number, fact.who or 0))[: MOST_FACTS - 1]


def _worked(who: int, touches: Sequence[Touch]) -> Fact:
    days = {touch.day for touch in touches}
    return Fact("worked", who, max(days), len(days))


def _keys(said: Sequence[Said], touches: Sequence[Touch]) -> tuple[tuple[str, str], ...]:
    """Return the activities that show it, the latest of those who worked on it."""
    latest = sorted(touches, key=lambda touch: (-touch.day, touch.key))

    def every() -> Iterator[tuple[str, str]]:
        yield from (one.key for one in said)
        yield from (touch.key for touch in latest)

    return tuple(dict.fromkeys(every()))[:MOST_KEYS]
