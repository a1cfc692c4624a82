"""What tallies earn, as expressions: days in a row, awards by themselves, whom they are offered to, shared limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption.history.conditions import every
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.history.expressions import summed
from adoption.history.expressions import text
from adoption.history.expressions import within
from rules.incentive import DAY_MET
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rules.incentive import Incentive


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
        taken = (
            select("holder", "period", summed("due")).from_(before.subquery("before")).where(col("per").eq(text(per)))
        )
        same = every([col("holder", "b").eq(col("holder", "e")), col("period", "b").eq(col("period", "e"))])
        query = query.join(taken.group_by("holder", "period").subquery("b"), on=same, join_type="left")
        left = num(incentive.limit) - exp.func("COALESCE", col("due", "b"), num(0))
        due = exp.func("LEAST", col("raw", "e"), left)
    return query.select(exp.alias_(due, "due")).where(exp.GT(this=due.copy(), expression=num(0)))
