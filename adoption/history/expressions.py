"""Questions to the whole history as expressions, from the same objects that the live path runs.

Built with sqlglot's builder from what every engine has and means alike: filter, join, group, count, sum, min, max,
window, integer arithmetic.  No calendar functions, no floats, no text of SQL.  Relations that must exist:

=============  ========================================================================================================
``activity``   the archive
``gone``       source, id: what is retracted
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
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from rules.metric import Metric

NAMES = ("time", "sent_by", "id", "type", "subject")  # what a counted activity is told by


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


def gone() -> exp.Select:
    """Return source and id of the activities that others retract, whether they are archived or not."""
    taken = select("source", exp.alias_(col("retracts"), "id")).from_("activity")
    return taken.where(exp.not_(col("retracts").is_(exp.null()))).distinct()


def live() -> exp.Select:
    """Return the activities that stand: those that retract nothing and are not retracted themselves, in any order.

    What is ``gone`` is a relation of its own: few rows, which an engine must know before it chooses the side to hash.
    """
    same = every([col("source", "a").eq(col("source", "r")), col("id", "a").eq(col("id", "r"))])
    standing = select("a.*").from_(exp.alias_(exp.to_table("activity"), "a", table=True))
    return standing.join(exp.alias_(exp.to_table("gone"), "r", table=True), on=same, join_type="anti").where(
        col("retracts", "a").is_(exp.null())
    )


def spellings(owners: bool) -> exp.Query:
    """Return every text that may name somebody by e-mail address: actors, and if asked for owners of records."""
    named: exp.Query = select("actor").from_("activity").distinct()
    if owners:
        named = union(named, select(exp.alias_(conditions.key_of("owner"), "actor")).from_("activity"), distinct=True)
    return select("actor").from_(named.subquery("named")).where(exp.Contains(this=col("actor"), expression=text("@")))


def counted(
    metric: Metric,
    types: Iterable[str],
    milestones: Mapping[str, str],
    days: tuple[int, int] | None = None,
    *,
    named: bool = False,
) -> exp.Query:
    """Return source, actor, day and ``value`` (units, or a key) of each activity that a metric counts.

    ``types`` are those sent by sources; ``milestones`` says which relation holds the outcomes of each milestone that is
    counted too.  ``days`` leaves only what happened on days in ``[starts, ends)``; ``named`` adds what an activity is
    told by (``NAMES``).
    """
    value = conditions.key(metric) if metric.by_key else conditions.units(metric)
    sent = (
        select("source", "actor", "day", exp.alias_(value, "value"))
        .from_("live")
        .where(every([is_one_of(col("type"), types), *_on(days), conditions.expression(metric.where)]))
    )
    if named:
        sent = sent.select("time", exp.alias_(col("source"), "sent_by"), "id", "type", "subject")
    parts: list[exp.Query] = [sent]
    if metric.where is None or metric.where.holds({}):  # a derived activity has no data
        derived = [(key, _derived(metric, key, name)) for key, name in milestones.items()]
        if days is not None:
            derived = [(key, part.where(*_on(days))) for key, part in derived]
        if named:
            derived = [(key, _named(key, part)) for key, part in derived]
        parts += [part for _, part in derived]
    return parts[0] if len(parts) == 1 else union(*parts, distinct=False)


def _on(days: tuple[int, int] | None) -> list[exp.Expr]:
    return [] if days is None else [within(col("day"), num(days[0]), num(days[1]))]


def _named(key: str, outcomes: exp.Select) -> exp.Select:
    closing = outcomes.select("o.time", exp.alias_(col("source", "o"), "sent_by"), "o.id")
    return closing.select(exp.alias_(text(key), "type"), "o.subject")


def _derived(metric: Metric, key: str, name: str) -> exp.Select:
    """Return the same of a milestone's outcomes.

    They count under the source of the closing activity; ``source`` is the one that knows the actor, if it is another.
    """
    shown = {"type": text(key)} | {part: col(part, "o") for part in ("source", "id", "subject", "actor")}
    value = {
        "count": num(UNIT),
        "sum": exp.null(),
        "days": exp.cast(col("day", "o"), "VARCHAR"),
        "distinct": shown.get(metric.of or "subject", exp.null()),
    }[metric.measure]
    source = exp.func("COALESCE", col("actor_source", "o"), col("source", "o"))
    rows = select(exp.alias_(source, "source"), "o.actor", "o.day", exp.alias_(value, "value"))
    return rows.from_(exp.alias_(exp.to_table(name), "o", table=True))


def credited(activities: exp.Query, also: Iterable[str] = ()) -> exp.Select:
    """Return participant, day and value of what can be credited: by identity, else by e-mail address."""
    identity = every([col("source", "i").eq(col("source", "k")), col("actor", "i").eq(col("actor", "k"))])
    participant = exp.func("COALESCE", col("participant", "i"), col("participant", "m"))
    return (
        select(exp.alias_(participant, "participant"), "k.day", "k.value", *(col(name, "k") for name in also))
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
    own = (
        own.select("value").distinct() if metric.by_key else own.select(summed("value")).group_by("participant", "day")
    )
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
        teams = teams.select(exp.alias_(exp.Sum(this=col("value", "o")), "value")).group_by(
            exp.Neg(this=col("team", "p")), "o.day"
        )
    people = select(exp.alias_(col("participant"), "holder"), "day", "value").from_("own")
    return union(people, teams, distinct=False).with_("own", as_=own)


def summed(name: str) -> exp.Expr:
    """Return the sum of a column, under its name."""
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
