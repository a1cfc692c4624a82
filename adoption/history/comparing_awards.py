"""Comparing what is promised: awards with what is due, the ledger with what awards are worth."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as from_table
from sqlglot import exp
from sqlglot import select
from sqlglot import union

from adoption import facts
from adoption.awards import LIVE
from adoption.history import wording
from adoption.history.archive import streamed
from adoption.history.conditions import every
from adoption.history.expressions import col
from adoption.history.expressions import num
from adoption.history.expressions import text
from adoption.models import Award
from adoption.models import LedgerEntry
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from adoption.history.sides import Sides

NOT_DUE = ("voided", "corrected")
PLACE = ("version", "holder", "period")


def awards(sides: Sides) -> Iterator[int]:
    """Compare which awards are live with those that are due."""
    columns = dict.fromkeys((*PLACE, "ordinal"), "BIGINT")
    columns |= {"status": "VARCHAR", "reward": "VARCHAR", "cause": "VARCHAR"}
    sides.engine.feed("award", columns, _held(sides))
    rows = sides.connection.execute(
        from_table(PublishedVersion.incentive, PublishedVersion.starts, PublishedVersion.id).where(
            PublishedVersion.starts < PublishedVersion.ends
        )
    )
    numbers = {(key, starts): number for key, starts, number in rows}
    due: dict[int, Any] = {}
    parts: list[exp.Query] = [select(*PLACE, exp.alias_(num(0), "value")).from_("award").where(exp.false())]
    for key in sides.known.timelines.incentives:
        for one in sides.history.due(key):
            number = numbers.get((key, one.version.starts), -len(due) - 1)
            due[number] = one
            query = select(exp.alias_(num(number), "version"), "holder", "period", exp.alias_(col("due"), "value"))
            parts.append(query.from_(one.relation))
    sides.engine.keep("expected", union(*parts, distinct=False) if len(parts) > 1 else parts[0])
    yield _compare_awards(sides, due)


def _compare_awards(sides: Sides, due: dict[int, Any]) -> int:
    highest = exp.Max(this=col("ordinal"))
    count = exp.Count(this=exp.Star())
    broken = exp.Case().when(highest.neq(count), exp.Neg(this=highest.copy())).else_(count.copy())
    live = select(*PLACE, exp.alias_(broken, "value")).from_("award").group_by(*PLACE)
    live = live.where(exp.not_(col("status").isin(*map(text, NOT_DUE))))
    sides.set_against("expected", live, PLACE, "value")
    names = {row.id: row for row in sides.connection.execute(from_table(PublishedVersion.__table__))}

    def say(number: int, holder: int, first: int, expected: int, actual: int) -> str:
        incentive = due[number].incentive if number in due else names[number].incentive
        per = due[number].version.incentive.per if number in due else None
        return wording.awards(sides.known, incentive, holder, (per, first), (actual, expected))

    sides.differ("awards differ", select("*").from_("differing"), (*PLACE, "expected", "actual"), say)
    return sides.count("expected", "differing")


def _held(sides: Sides) -> Iterator[tuple[Any, ...]]:
    table = Award
    query = from_table(table.version, table.holder, table.period, table.ordinal, table.status, table.reward)
    for version, holder, first, ordinal, status, reward in streamed(sides.connection, query):
        yield version, holder, first, ordinal, status, reward, f"award:{version}/{first}/{ordinal}"


def ledger(sides: Sides) -> Iterator[int]:
    """Compare what is posted for awards with what they are worth.  Stands on the relation ``award``."""
    table = LedgerEntry
    query = from_table(table.holder, table.cause, table.unit, func.sum(table.amount)).where(table.cause.like("award:%"))
    query = query.group_by(table.holder, table.cause, table.unit).having(func.sum(table.amount) != 0)
    columns = {"holder": "BIGINT", "cause": "VARCHAR", "unit": "VARCHAR", "amount": "HUGEINT"}
    rows = ((holder, cause, unit, int(amount)) for holder, cause, unit, amount in streamed(sides.connection, query))
    sides.engine.feed("posted", columns, rows)
    worth = {"reward": "VARCHAR", "unit": "VARCHAR", "amount": "HUGEINT", "always": "BOOLEAN"}
    sides.engine.feed("worth", worth, _worth(sides))
    live = every([col("reward", "w").eq(col("reward", "a")), col("status", "a").isin(*map(text, LIVE))])
    owed = (
        select("a.holder", "a.cause", "w.unit", "w.amount", "w.always")
        .from_(exp.alias_(exp.to_table("award"), "a", table=True))
        .join(exp.alias_(exp.to_table("worth"), "w", table=True), on=live)
    )
    parts = ("holder", "cause", "unit", "amount")
    due = select(*parts).from_(owed.subquery("owed"))
    extra = exp.except_(select(*parts).from_("posted"), due, distinct=False)
    sides.differ(
        "ledger entries are not what their award is worth",
        select(*parts).from_(extra.subquery("extra")),
        parts,
        lambda *row: wording.posted(sides.known, *row),
    )
    places = ("holder", "cause")
    always = select(*places).from_(owed.copy().subquery("owed")).where(col("always"))
    absent = exp.except_(always, select(*places).from_("posted"), distinct=True)
    rows_absent = select(*places).from_(absent.subquery("absent"))
    sides.differ("awards have no ledger entry", rows_absent, places, lambda *row: wording.unposted(sides.known, *row))
    yield sides.count("posted")
    sides.engine.drop("posted", "worth", "award")


def _worth(sides: Sides) -> Iterator[tuple[str, str, int, bool]]:
    """Yield reward, unit, amount of every book there was; and whether every book that has the reward gives any."""
    texts = sides.connection.scalars(from_table(PublishedBook.text))
    books = [facts.parsed(one) for one in texts]
    for key in sorted({key for book in books for key in book.rewards}):
        offers = [book.rewards[key] for book in books if key in book.rewards]
        paid = [one for one in offers if one.kind in {"points", "money"} and one.amount]
        amounts = {
            ("points" if one.kind == "points" else one.currency or "", int((one.amount or 0) * UNIT)) for one in paid
        }
        yield from ((key, unit, amount, len(paid) == len(offers)) for unit, amount in sorted(amounts))
