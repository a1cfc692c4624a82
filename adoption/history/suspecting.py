"""What the history shows of gaming: records made and deleted again, and more in minutes than hands can do."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption.history.conditions import every
from adoption.history.conditions import is_one_of
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.history.expressions import within
from rules.period import SECOND
from rules.trial import suspicions
from rules.trial.suspicions import Bulk
from rules.trial.suspicions import Loop

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adoption.facts import Known
    from adoption.history.engine import Engine
    from rules.version import MetricVersion

SPAN = tuple[int, int]
RUSH = suspicions.MINUTES * 60 * SECOND


def concerned(counted: Iterable[MetricVersion]) -> list[str]:
    """Return the types of activities that these metrics look at, directly or through milestones."""
    found: set[str] = set()
    for one in counted:
        derived = {milestone.key for milestone in one.milestones}
        found |= {kind for kind in one.metric.counts if kind not in derived}
        found |= {kind for milestone in one.milestones for need in milestone.needs for kind in need.on}
    return sorted(found)


def loops(engine: Engine, known: Known, types: Iterable[str], days: SPAN) -> list[Loop]:
    """Return who made records of these kinds and deleted them again, or took back what counts, and how often."""
    asked = sorted(types)
    records = sorted({kind.partition(".")[0] for kind in asked})
    again = every(
        [
            col("source", "c").eq(col("source", "d")),
            col("actor", "c").eq(col("actor", "d")),
            col("subject", "c").eq(col("subject", "d")),
            exp.GTE(this=col("time", "d"), expression=col("time", "c")),
        ]
    )
    made = _done([f"{record}.created" for record in records], days, "source", "actor", "subject", "time")
    gone = _done([f"{record}.deleted" for record in records], days, "source", "actor", "subject", "time")
    deleted = (
        select("c.source", "c.actor", exp.alias_(col("subject", "c"), "what"))
        .from_(made.subquery("c"))
        .join(gone.subquery("d"), on=again)
    )
    same = every(
        [
            col("source", "a").eq(col("source", "r")),
            col("actor", "a").eq(col("actor", "r")),
            col("id", "a").eq(col("retracts", "r")),
        ]
    )
    back = (
        select("a.source", "a.actor", exp.alias_(exp.func("COALESCE", col("subject", "a"), col("id", "a")), "what"))
        .from_(_done(asked, days, "source", "actor", "subject", "id").subquery("a"))
        .join(_done(None, None, "source", "actor", "retracts").subquery("r"), on=same)
    )
    # Mostly nothing was deleted or taken back; then there is no need to pass over what was made.
    rare = [(gone, deleted), (_done(None, None, "source"), back)]
    parts = [query for needed, query in rare if engine.all(needed.copy().limit(1))]
    if not parts:
        return []
    both = (union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct()).subquery("loops")
    query = select("source", "actor", exp.alias_(exp.Count(this=exp.Star()), "times")).from_(both)
    found: dict[int, int] = defaultdict(int)
    for source, actor, times in engine.all(query.group_by("source", "actor")):
        who = known.participant_of(source, actor)
        if who is not None:
            found[who] += times
    return [Loop(who, times) for who, times in sorted(found.items())]


def _done(types: list[str] | None, days: SPAN | None, *columns: str) -> exp.Select:
    """Return activities of these types on these days, also those that are retracted; without types, what retracts."""
    parts: list[exp.Expr] = [exp.not_(col("actor").is_(exp.null()))]
    if days is not None:
        parts.append(within(col("day"), num(days[0]), num(days[1])))
    parts.append(exp.not_(col("retracts").is_(exp.null())) if types is None else is_one_of(col("type"), types))
    return select(*columns).from_("activity").where(every(parts))


def bulks(engine: Engine, types: Iterable[str], days: SPAN) -> list[Bulk]:
    """Return which of these types came in rushes: so many of one actor within minutes that hands cannot do it."""
    asked = sorted(types)
    if not _crowd(engine, asked, days):
        return []
    inner = select("source", "actor", "type", exp.alias_(exp.Count(this=exp.Star()), "n")).from_("live")
    inner = inner.where(_of(asked, days)).join(
        exp.alias_(exp.to_table("crowd"), "w", table=True), on=col("place", "w").eq(_place()), join_type="semi"
    )
    inner = inner.group_by("source", "actor", "type", _rush()).having(_many())
    who = exp.Struct(
        expressions=[exp.PropertyEQ(this=exp.to_identifier(name), expression=col(name)) for name in ("source", "actor")]
    )
    query = (
        select("type", exp.alias_(exp.Count(this=exp.Distinct(expressions=[who])), "actors"))
        .select(exp.cast(exp.Sum(this=col("n")), "BIGINT"), exp.Max(this=col("n")))
        .from_(inner.subquery("rushes"))
        .group_by("type")
    )
    found = sorted(Bulk(*row) for row in engine.all(query))
    engine.drop("crowd")
    return found


def _crowd(engine: Engine, types: list[str], days: SPAN) -> bool:
    """Keep as ``crowd`` the hashes of places at which a rush may be; say whether there are any.

    Numbers group several times as fast as texts.  Two places of one hash, and what is retracted, can only add to it.
    """
    places = select(exp.alias_(_place(), "place")).from_("activity").where(_of(types, days))
    crowd = select("place").from_(places.subquery("places")).group_by("place").having(_many())
    engine.keep("crowd", crowd)
    if engine.all(select("place").from_("crowd").limit(1)):
        return True
    engine.drop("crowd")
    return False


def _of(types: list[str], days: SPAN) -> exp.Expr:
    return every([is_one_of(col("type"), types), within(col("day"), num(days[0]), num(days[1]))])


def _place() -> exp.Expr:
    """Return a hash of who did what within the same minutes."""
    return exp.func("HASH", col("source"), col("actor"), col("type"), _rush())


def _rush() -> exp.Expr:
    return exp.IntDiv(this=col("time"), expression=num(RUSH))


def _many() -> exp.Expr:
    return exp.GTE(this=exp.Count(this=exp.Star()), expression=num(suspicions.BULK))
