"""What a rule has done since it began: the same weeks before and after, those it covers beside those it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot import select

from adoption import facts
from adoption.extensions import db
from adoption.history import archive as archives
from adoption.history import relations
from adoption.history import suspecting
from adoption.history import warm
from adoption.history.conditions import every
from adoption.history.conditions import is_one_of
from adoption.history.expressions import col
from adoption.history.expressions import credited
from adoption.history.expressions import num
from adoption.history.expressions import within
from adoption.history.questions import History
from rules import effect as rule
from rules.period import SECOND
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator

    from adoption.facts import Known
    from rules.version import Version

WEEK = 7
MINUTE = 60 * SECOND
RUSHED = 4  # activities of one person in one minute: more than hands can do well


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the effect of a version, on the days ``[before, since)`` and ``[since, until)``."""

    version: Version
    effect: rule.Effect
    guards: tuple[rule.Guard, ...]
    before: int
    since: int
    until: int


def effect(key: str, today: int) -> Found | None:
    """Return the effect of an incentive's newest version that has begun; ``None`` where none has.

    On the archive as it is, which the scheduler brings up to date every hour.

    Raises:
        DamagedArchiveError: a file of the archive is missing or changed.
    """
    known = facts.current()
    begun = [one for one in versions(key, known.timelines) if one.starts <= today]
    if not begun:
        return None
    version = begun[-1]
    weeks = min(rule.MOST_WEEKS, (min(version.ends, today) - version.starts) // WEEK)
    span = (version.starts - weeks * WEEK, version.starts, version.starts + weeks * WEEK)
    if version.incentive.holder != "participant" or weeks < 1:
        return Found(version, rule.weigh((), weeks), (), *span)
    archive = archives.as_it_is()
    owners = relations.credits_owners(known.timelines)
    with db.engine.connect(), warm.lent(archive, known, owners=owners) as (engine, kept):
        history = History(engine, known, (span[0], span[2]), kept)
        people = tuple(_people(history, version, span))
        covered = {one.number for one in people if one.covered}
        guards = tuple(_guards(history, version, covered, span))
    return Found(version, rule.weigh(people, weeks), guards, *span)


def _people(history: History, version: Version, span: tuple[int, int, int]) -> Iterator[rule.Person]:
    """Yield everybody who was employed all the time, and either covered all the time since or never."""
    start, since, until = span
    before, after = (_did(history, version, *days) for days in ((start, since), (since, until)))
    known = history.known
    offered: dict[int, list[tuple[int, int]]] = {}
    for holder, *days in relations.offers(known, version.incentive.who):
        offered.setdefault(holder, []).append((days[0], days[1]))
    for number, person in sorted(known.people.items()):
        if (person.hired_on or start) > start or (person.left_on or until) < until:
            continue
        mine = offered.get(number, [])
        whole = any(starts <= since and until <= ends for starts, ends in mine)
        if not whole and any(starts < until and since < ends for starts, ends in mine):
            continue  # for some weeks only: neither one nor the other
        if number in before or number in after or whole:
            team = _team(known, number, since)
            yield rule.Person(number, team, whole, before.get(number, 0), after.get(number, 0))


def _team(known: Known, number: int, day: int) -> str:
    return min((known.teams[team] for team in known.teams_on(number, day)), default="")


def _did(history: History, version: Version, first: int, last: int) -> dict[int, int]:
    """Return what each person did on these days by the metric of a version."""
    query = history.version_tallies(version.counted, "ever", first, last)
    return {holder: int(value) for holder, _, value in history.engine.all(query) if holder > 0}


def _guards(
    history: History, version: Version, covered: Collection[int], span: tuple[int, int, int]
) -> Iterator[rule.Guard]:
    """Yield how many activities behind the metric came in rushes, were undone, or repeat each other."""
    types = suspecting.concerned([version.counted])
    name = history.kept.fresh("guarded")
    history.kept["guarded", name] = history.engine.keep(name, _behind(types, span))
    late = exp.alias_(exp.GTE(this=col("day"), expression=num(span[1])), "late")
    what = exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(part), expression=col(part)) for part in ("type", "subject", "day")
        ]
    )
    counted = select("participant", late, exp.Count(this=exp.Star()), exp.cast(exp.Sum(this=col("undone")), "BIGINT"))
    counted = counted.select(exp.Count(this=exp.Distinct(expressions=[what])), exp.Count(this=col("subject")))
    rushes = select("participant", late.copy(), exp.alias_(exp.Count(this=exp.Star()), "n")).from_(name)
    rushes = rushes.group_by("participant", "late", "minute").having(
        exp.GTE(this=exp.Count(this=exp.Star()), expression=num(RUSHED))
    )
    rushed = select("participant", "late", exp.cast(exp.Sum(this=col("n")), "BIGINT")).from_(rushes.subquery("r"))
    sums = {(kind, side): 0 for kind in ("all", "undone", "told", "about", "rushed") for side in (False, True)}
    for who, side, number, undone, told, about in history.engine.all(
        counted.from_(name).group_by("participant", "late")
    ):
        if who in covered:
            for kind, more in (("all", number), ("undone", undone), ("told", told), ("about", about)):
                sums[kind, side] += more
    for who, side, number in history.engine.all(rushed.group_by("participant", "late")):
        sums["rushed", side] += number if who in covered else 0
    for kind in ("rushed", "undone"):
        yield rule.Guard(kind, *((sums[kind, side], sums["all", side]) for side in (False, True)))
    again = [(max(0, sums["about", side] - sums["told", side]), sums["about", side]) for side in (False, True)]
    yield rule.Guard("repeated", *again)


def _behind(types: list[str], span: tuple[int, int, int]) -> exp.Query:
    """Return participant, day, type, subject, minute and undone (1 or 0) of all activities of these types.

    Undone is what was taken back, and what is about a record that was deleted since.
    """
    retracting = select("source", "retracts").from_("activity").where(exp.not_(col("retracts").is_(exp.null())))
    gone = [f"{record}.deleted" for record in sorted({kind.partition(".")[0] for kind in types})]
    deleted = select("subject").from_("activity").where(is_one_of(col("type"), gone)).distinct()
    taken = every([col("source", "a").eq(col("source", "r")), col("id", "a").eq(col("retracts", "r"))])
    undone = exp.Case().when(
        exp.or_(
            exp.not_(col("retracts", "r").is_(exp.null())),
            exp.and_(exp.not_(col("subject", "d").is_(exp.null())), exp.not_(is_one_of(col("type", "a"), gone))),
        ),
        num(1),
    )
    minute = exp.IntDiv(this=col("time", "a"), expression=num(MINUTE))
    rows = (
        select("a.source", "a.actor", "a.day", exp.alias_(undone.else_(num(0)), "value"))
        .select("a.type", "a.subject", exp.alias_(minute, "minute"))
        .from_(exp.alias_(exp.to_table("activity"), "a", table=True))
        .join(retracting.distinct().subquery("r"), on=taken, join_type="left")
        .join(deleted.subquery("d"), on=col("subject", "d").eq(col("subject", "a")), join_type="left")
        .where(every([is_one_of(col("type", "a"), types), within(col("day", "a"), num(span[0]), num(span[2]))]))
    )
    mine = credited(rows, ("type", "subject", "minute"))
    return select("participant", "day", exp.alias_(col("value"), "undone"), "type", "subject", "minute").from_(
        mine.subquery("mine")
    )
