"""Questions to the whole history as expressions, from the same objects that the live path runs.

Built with sqlglot's builder from what every engine has and means alike: filter, join, group, count, sum, min, max,
window, integer arithmetic.  No calendar functions, no floats, no text of SQL.  Relations that must exist:

=============  ========================================================================================================
``activity``   the archive
``identity``   source, actor, participant
``mail``       actor (an e-mail address as it is spelled somewhere), participant
``membership`` participant, team, starts, ends; spans of one team that do not overlap
``absence``    participant, starts, ends; spans that do not overlap
``calendar``   day, per, starts, ends: the periods in which each day lies
``working``    day, number: the organisation's working days, numbered in order
=============  ========================================================================================================

Days, periods and amounts are integers as everywhere; holders are participants, or teams as negative numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption.history import conditions
from adoption.history.conditions import every
from adoption.history.conditions import is_one_of
from rules.incentive import DAY_MET
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.incentive import Incentive
    from rules.metric import Metric
    from rules.milestone import Milestone

MARK = ("time", "source", "id", "actor", "day")  # a place in the order of activities; the first three decide it


def col(name: str, table: str | None = None) -> exp.Column:
    """Return a column."""
    return exp.column(name, table)


def num(value: int) -> exp.Expr:
    """Return a whole number."""
    return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))


def text(value: str) -> exp.Expr:
    """Return a text."""
    return exp.Literal.string(value)


def within(day: exp.Expr, starts: exp.Expr, ends: exp.Expr) -> exp.Expr:
    """Return whether a day lies in ``[starts, ends)``."""
    return every([exp.GTE(this=day, expression=starts), exp.LT(this=day.copy(), expression=ends)])


def live() -> exp.Select:
    """Return the activities that stand: those that retract nothing and are not retracted themselves, in any order."""
    retracting = select("source", "retracts").from_("activity").where(exp.not_(col("retracts").is_(exp.null())))
    same = every([col("source", "a").eq(col("source", "r")), col("id", "a").eq(col("retracts", "r"))])
    standing = select("a.*").from_(exp.alias_(exp.to_table("activity"), "a", table=True))
    return standing.join(retracting.subquery("r"), on=same, join_type="anti").where(
        col("retracts", "a").is_(exp.null())
    )


def spellings(owners: bool) -> exp.Query:
    """Return every text that may name somebody by e-mail address: actors, and if asked for owners of records."""
    named: exp.Query = select("actor").from_("activity").distinct()
    if owners:
        named = union(named, select(exp.alias_(conditions.key_of("owner"), "actor")).from_("activity"), distinct=True)
    return select("actor").from_(named.subquery("named")).where(exp.Contains(this=col("actor"), expression=text("@")))


def about(milestone: Milestone) -> exp.Select:
    """Return the standing activities about records of the milestone's kind."""
    prefix = exp.func("STARTS_WITH", col("subject"), text(f"{milestone.record}/"))
    return select().from_("live").where(prefix)


def _struct(names: Sequence[str], values: Mapping[str, exp.Expr] | None = None) -> exp.Expr:
    """Return columns as one value; two such compare by their first member, then the second, and so on."""
    given = values or {}
    return exp.Struct(
        expressions=[
            exp.PropertyEQ(this=exp.to_identifier(name), expression=given.get(name, col(name))) for name in names
        ]
    )


def _of(name: str, part: str, table: str | None = None) -> exp.Expr:
    return exp.Dot(this=col(name, table), expression=exp.to_identifier(part))


def reached(milestone: Milestone) -> exp.Query:
    """Return the records that met every need, each with the mark of the activity that met the last one.

    A need is met at its earliest matching activity.
    """
    met = [
        about(milestone)
        .select("subject", exp.alias_(num(index), "need"), exp.alias_(exp.Min(this=_struct(MARK)), "mark"))
        .where(every([is_one_of(col("type"), need.on), conditions.expression(need.where)]))
        .group_by("subject")
        for index, need in enumerate(milestone.needs)
    ]
    needs = met[0] if len(met) == 1 else union(*met, distinct=False)
    return (
        select("subject", exp.alias_(exp.Max(this=col("mark")), "mark"))
        .from_(needs.subquery("needs"))
        .group_by("subject")
        .having(exp.Count(this=exp.Star()).eq(num(len(milestone.needs))))
    )


def outcomes(milestone: Milestone) -> exp.Query:
    """Return subject, time, source, id, day, actor_source, actor of each milestone that was reached and not lost."""
    query = select("d.subject", *(exp.alias_(_of("mark", part, "d"), part) for part in ("time", "source", "id", "day")))
    query = query.from_(reached(milestone).subquery("d"))
    if milestone.undone_by:
        query = query.join(
            about(milestone).select("subject", "time").where(is_one_of(col("type"), milestone.undone_by)).subquery("u"),
            on=_undone(milestone),
            join_type="anti",
        )
    if milestone.credit == "last":
        return query.select(
            exp.alias_(_of("mark", "source", "d"), "actor_source"), exp.alias_(_of("mark", "actor", "d"), "actor")
        )
    credited = _creators(milestone) if milestone.credit == "creator" else _owners(milestone)
    query = query.join(credited.subquery("c"), on=col("subject", "c").eq(col("subject", "d")), join_type="left")
    return query.select(
        exp.alias_(_of("mark", "source", "c"), "actor_source"), exp.alias_(_of("mark", "actor", "c"), "actor")
    )


def _undone(milestone: Milestone) -> exp.Expr:
    reached_at = _of("mark", "time", "d")
    parts = [
        col("subject", "u").eq(col("subject", "d")),
        exp.GTE(this=col("time", "u"), expression=reached_at),
    ]
    if milestone.holds_for is not None:
        last = exp.Add(this=reached_at.copy(), expression=num(milestone.holds_for))
        parts.append(exp.LTE(this=col("time", "u"), expression=last))
    return every(parts)


def _creators(milestone: Milestone) -> exp.Select:
    """Return who made each record: the actor of the earliest ``<record>.created`` about it."""
    made = about(milestone).where(col("type").eq(text(milestone.created)))
    return made.select("subject", exp.alias_(exp.Min(this=_struct(MARK)), "mark")).group_by("subject")


def _owners(milestone: Milestone) -> exp.Select:
    """Return who owned each record when it was reached: by the latest activity until then that names an owner."""
    named = about(milestone).where(conditions.certain(conditions.member("owner", "filled")))
    owner = _struct(("time", "source", "id", "actor"), {"actor": conditions.key_of("owner")})
    named = named.select("subject", "time", exp.alias_(owner, "mark"))
    until = every(
        [
            col("subject", "n").eq(col("subject", "r")),
            exp.LTE(this=col("time", "n"), expression=_of("mark", "time", "r")),
        ]
    )
    return (
        select("n.subject", exp.alias_(exp.Max(this=col("mark", "n")), "mark"))
        .from_(named.subquery("n"))
        .join(reached(milestone).subquery("r"), on=until)
        .group_by("n.subject")
    )


def counted(metric: Metric, types: Iterable[str], milestones: Mapping[str, str]) -> exp.Query:
    """Return source, actor, day and ``value`` (units, or a key) of each activity that a metric counts.

    ``types`` are those sent by sources; ``milestones`` says which relation holds the outcomes of each milestone that is
    counted too.
    """
    value = conditions.key(metric) if metric.by_key else conditions.units(metric)
    sent = (
        select("source", "actor", "day", exp.alias_(value, "value"))
        .from_("live")
        .where(every([is_one_of(col("type"), types), conditions.expression(metric.where)]))
    )
    parts: list[exp.Query] = [sent]
    if metric.where is None or metric.where.holds({}):  # a derived activity has no data
        parts += [_derived(metric, key, name) for key, name in milestones.items()]
    return parts[0] if len(parts) == 1 else union(*parts, distinct=False)


def _derived(metric: Metric, key: str, name: str) -> exp.Select:
    source = exp.func("COALESCE", col("actor_source"), col("source"))
    shown = {
        "source": source.copy(),
        "id": col("id"),
        "type": text(key),
        "subject": col("subject"),
        "actor": col("actor"),
    }
    value = {
        "count": num(UNIT),
        "sum": exp.null(),
        "days": exp.cast(col("day"), "VARCHAR"),
        "distinct": shown.get(metric.of or "subject", exp.null()),
    }[metric.measure]
    return select(exp.alias_(source, "source"), "actor", "day", exp.alias_(value, "value")).from_(name)


def credited(activities: exp.Query) -> exp.Select:
    """Return participant, day and value of what can be credited: by identity, else by e-mail address."""
    identity = every([col("source", "i").eq(col("source", "k")), col("actor", "i").eq(col("actor", "k"))])
    participant = exp.func("COALESCE", col("participant", "i"), col("participant", "m"))
    return (
        select(exp.alias_(participant, "participant"), "k.day", "k.value")
        .from_(activities.subquery("k"))
        .join(exp.alias_(exp.to_table("identity"), "i", table=True), on=identity, join_type="left")
        .join(
            exp.alias_(exp.to_table("mail"), "m", table=True),
            on=col("actor", "m").eq(col("actor", "k")),
            join_type="left",
        )
        .where(every([exp.not_(participant.copy().is_(exp.null())), exp.not_(col("value", "k").is_(exp.null()))]))
    )


def by_day(metric: Metric, activities: exp.Query) -> exp.Query:
    """Return holder, day and value: one row per day with a sum, or one per day and key; for people and their teams."""
    rows = credited(activities)
    own = select("participant", "day").from_(rows.subquery("credited"))
    own = own.select("value").distinct() if metric.by_key else own.select(_sum("value")).group_by("participant", "day")
    inside = every(
        [
            col("participant", "p").eq(col("participant", "o")),
            within(col("day", "o"), col("starts", "p"), col("ends", "p")),
        ]
    )
    team = exp.alias_(exp.Neg(this=col("team", "p")), "holder")
    teams = select(team, "o.day").from_(exp.alias_(exp.to_table("own"), "o", table=True))
    teams = teams.join(exp.alias_(exp.to_table("membership"), "p", table=True), on=inside)
    if metric.by_key:
        teams = teams.select("o.value").distinct()
    else:
        summed = exp.alias_(exp.Sum(this=col("value", "o")), "value")
        teams = teams.select(summed).group_by(exp.Neg(this=col("team", "p")), "o.day")
    people = select(exp.alias_(col("participant"), "holder"), "day", "value").from_("own")
    return union(people, teams, distinct=False).with_("own", as_=own)


def _sum(name: str) -> exp.Expr:
    return exp.alias_(exp.Sum(this=col(name)), name)


def tallies(metric: Metric, daily: str, per: str, starts: int, ends: int) -> exp.Select:
    """Return holder, period and value of the tallies of one kind of period, clipped to ``[starts, ends)``."""
    joined = every([col("day", "c").eq(col("day", "d")), col("per", "c").eq(text(per))])
    value: exp.Expr = exp.Sum(this=col("value", "d"))
    if metric.by_key:
        value = exp.Count(this=exp.Distinct(expressions=[col("value", "d")])) * num(UNIT)
    return (
        select("d.holder", exp.alias_(col("starts", "c"), "period"))
        .select(exp.alias_(exp.cast(value, "HUGEINT"), "value"))
        .from_(exp.alias_(exp.to_table(daily), "d", table=True))
        .join(exp.alias_(exp.to_table("calendar"), "c", table=True), on=joined)
        .where(within(col("day", "d"), num(starts), num(ends)))
        .group_by("d.holder", "c.starts")
    )


def streaks(incentive: Incentive, daily: exp.Query) -> exp.Query:
    """Return holder, period and value (blocks, in ten-thousandths) of days in a row, from the tallies of days.

    Each holder's working days are numbered: the organisation's, less those of the holder's absence until then.  Met
    days whose number runs ahead as fast as their rank are in one row (gaps and islands).
    """
    worked = _numbered(daily)
    rank = _ranked([col("holder")], "day")
    island = exp.alias_(exp.Sub(this=col("number"), expression=rank), "island")
    rows = select("holder", "day", island).from_(worked.subquery("worked")).where(col("met").eq(num(1)))
    place = exp.alias_(_ranked([col("holder"), col("island")], "day"), "place")
    placed = select("holder", "day", place).from_(rows.subquery("islands"))
    length = incentive.in_a_row or 1
    last = exp.Mod(this=col("place", "s"), expression=num(length)).eq(num(0))
    joined = every([col("day", "c").eq(col("day", "s")), col("per", "c").eq(text(incentive.per))])
    return (
        select("s.holder", exp.alias_(col("starts", "c"), "period"))
        .select(exp.alias_(exp.Count(this=exp.Star()) * num(UNIT), "value"))
        .from_(placed.subquery("s"))
        .join(exp.alias_(exp.to_table("calendar"), "c", table=True), on=joined)
        .where(last)
        .group_by("s.holder", "c.starts")
    )


def _ranked(partition: Sequence[exp.Expr], by: str) -> exp.Expr:
    return exp.Window(this=exp.RowNumber(), partition_by=list(partition), order=_ordered(by))


def _ordered(by: str) -> exp.Order:
    return exp.Order(expressions=[exp.Ordered(this=col(by))])


def _numbered(daily: exp.Query) -> exp.Select:
    """Return holder, day, met (1) and the number of the day among the holder's working days."""
    working = exp.alias_(exp.to_table("working"), "w", table=True)
    away = (
        select(exp.alias_(col("participant", "a"), "holder"), "w.day", "w.number")
        .select(exp.alias_(num(0), "met"), exp.alias_(num(1), "off"))
        .from_(working)
        .join(
            exp.alias_(exp.to_table("absence"), "a", table=True),
            on=within(col("day", "w"), col("starts", "a"), col("ends", "a")),
        )
    )
    absent = every([col("holder", "f").eq(col("holder", "t")), col("day", "f").eq(col("day", "w"))])
    met = (
        select("t.holder", "w.day", "w.number")
        .select(exp.alias_(num(1), "met"), exp.alias_(num(0), "off"))
        .from_(daily.subquery("t"))
        .join(working.copy(), on=col("day", "w").eq(col("period", "t")))
        .join(exp.alias_(exp.to_table("away"), "f", table=True), on=absent, join_type="anti")
        .where(exp.GTE(this=col("value", "t"), expression=num(DAY_MET)))
    )
    days = union(select("*").from_("away"), met, distinct=False)
    until = exp.Window(this=exp.Sum(this=col("off")), partition_by=[col("holder")], order=_ordered("day"))
    number = exp.Sub(this=col("number"), expression=until)
    return (
        select("holder", "day", "met", exp.alias_(number, "number"))
        .from_(days.subquery("days"))
        .with_("away", as_=away)
    )


def earned(incentive: Incentive, values: exp.Query) -> exp.Select:
    """Return holder, period and how many awards each tally of ``values`` earns by itself (``Incentive.due``)."""
    if incentive.every is not None:
        count: exp.Expr = exp.IntDiv(this=col("value"), expression=num(incentive.every))
        enough = exp.GTE(this=col("value"), expression=num(incentive.every))
    elif incentive.reach is not None:
        count, enough = num(1), exp.GTE(this=col("value"), expression=num(incentive.reach))
    else:
        count = exp.IntDiv(this=col("value"), expression=num(UNIT))
        enough = exp.GTE(this=col("value"), expression=num(UNIT))
    side = exp.GT if incentive.holder == "participant" else exp.LT
    return (
        select("holder", "period", exp.alias_(exp.cast(count, "HUGEINT"), "raw"))
        .from_(values.subquery("tallies"))
        .where(every([enough, side(this=col("holder"), expression=num(0))]))
    )


def offered(rows: exp.Query, per: str, spans: str) -> exp.Select:
    """Keep the rows of holders to whom an incentive is offered on at least one day of their period.

    ``spans`` holds holder, starts, ends: when it is.
    """
    lasts = (
        select("starts", "ends").from_("calendar").where(col("per").eq(text(per))).distinct()
    )  # each period once, with its end
    overlap = every(
        [
            col("holder", "o").eq(col("holder", "e")),
            exp.LT(this=col("starts", "o"), expression=col("ends", "e")),
            exp.GT(this=col("ends", "o"), expression=col("period", "e")),
        ]
    )
    ending = (
        select("t.holder", "t.period", "t.raw", "l.ends")
        .from_(rows.subquery("t"))
        .join(lasts.subquery("l"), on=col("starts", "l").eq(col("period", "t")))
    )
    return (
        select("e.holder", "e.period", "e.raw")
        .from_(ending.subquery("e"))
        .join(exp.alias_(exp.to_table(spans), "o", table=True), on=overlap, join_type="semi")
    )


def shared(incentive: Incentive, rows: exp.Query, per: str, before: exp.Query | None) -> exp.Select:
    """Return holder, per, period and ``due``: what is earned, less what earlier versions took of the limit.

    ``before`` holds holder, per, period, due of the incentive's earlier versions.
    """
    if incentive.limit is None:
        due: exp.Expr = col("raw", "e")
    else:
        due = exp.func("LEAST", col("raw", "e"), num(incentive.limit))
    query = select("e.holder", exp.alias_(text(per), "per"), "e.period").from_(rows.subquery("e"))
    if before is not None and incentive.limit is not None:
        taken = select("holder", "period", _sum("due")).from_(before.subquery("before")).where(col("per").eq(text(per)))
        same = every([col("holder", "b").eq(col("holder", "e")), col("period", "b").eq(col("period", "e"))])
        query = query.join(taken.group_by("holder", "period").subquery("b"), on=same, join_type="left")
        left = num(incentive.limit) - exp.func("COALESCE", col("due", "b"), num(0))
        due = exp.func("LEAST", col("raw", "e"), left)
    return query.select(exp.alias_(due, "due")).where(exp.GT(this=due.copy(), expression=num(0)))
