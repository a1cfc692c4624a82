"""Milestones as expressions: which records have done all that is needed, when, by whom, and whether it lasted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption.history import conditions
from adoption.history.conditions import every
from adoption.history.conditions import is_one_of
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.history.expressions import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.milestone import Milestone

MARK = ("time", "source", "id", "actor", "day")  # a place in the order of activities; the first three decide it


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
