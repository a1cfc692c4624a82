"""The comparisons of a verification: each finds one kind of state anew and sets it against the live table."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import msgspec
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
from adoption.history.kept import WHOLE
from adoption.history.kept import kept
from adoption.models import Award
from adoption.models import Edition
from adoption.models import LedgerEntry
from adoption.models import PublishedBook
from adoption.models import PublishedVersion
from adoption.models import RecordProgress
from adoption.models import Series
from adoption.models import StoredActivity
from adoption.models import Tally
from adoption.models import Track
from adoption.models import Unscored
from rules.value import UNIT
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.history.archive import Archive
    from adoption.history.questions import History

NOT_DUE = ("voided", "corrected")
TALLY = ("series", "holder", "period")
PLACE = ("version", "holder", "period")
OUTCOME = ("time", "source", "id", "actor_source", "actor", "day")


class Comparison:
    """Live tables, read through one connection, against the history of the same moment."""

    def __init__(
        self,
        connection: Connection,
        history: History,
        report: Callable[[str, int, list[str]], None],
        examples: int,
    ) -> None:
        """Take both sides; ``report`` is told kind, number and examples of differences."""
        self.connection = connection
        self.history = history
        self.engine = history.engine
        self.known = history.known
        self.report = report
        self.examples = examples
        active = connection.execute(from_table(Edition.id).where(Edition.state == "active")).scalar()
        self.edition = -1 if active is None else int(active)

    def derived(self) -> Iterator[tuple[str, int]]:
        """Compare everything that scoring derives; yield what was compared, and how many."""
        self.unscored()
        for doing, compare in (
            ("milestones", self.milestones),
            ("tallies", self.tallies),
            ("awards", self.awards),
            ("ledger entries", self.ledger),
        ):
            for count in compare():
                yield doing, count

    def activities(self, archive: Archive) -> None:
        """Compare which activities are stored with those that are archived."""
        table = StoredActivity
        counted = from_table(func.count()).where(table.type.is_not(None))
        if self.connection.execute(counted.where(table.batch <= archive.horizon)).scalar_one() == archive.rows:
            return
        for first, last in sorted({(file.first_batch, file.last_batch) for file in archive.files}):
            archived = sum(file.rows for file in archive.files if file.first_batch == first)
            if self.connection.execute(counted.where(table.batch.between(first, last))).scalar_one() != archived:
                self._missing(first, last)

    def _missing(self, first: int, last: int) -> None:
        """Name the activities that are only stored, or only archived, of these batches."""
        table = StoredActivity
        query = from_table(table.source, table.id).where(table.type.is_not(None), table.batch.between(first, last))
        self.engine.feed("stored", {"source": "VARCHAR", "id": "VARCHAR"}, streamed(self.connection, query))
        inside = every(
            [exp.GTE(this=col("batch"), expression=num(first)), exp.LTE(this=col("batch"), expression=num(last))]
        )
        archived = select("source", "id").from_("activity").where(inside)
        stored = select("source", "id").from_("stored")
        for kind, one, other in (
            ("archived activities are no longer in the database", archived, stored),
            ("stored activities are not in the archive", stored, archived),
        ):
            rows = select("source", "id").from_(exp.except_(one, other, distinct=False).subquery("gone"))
            self._report(kind, rows, ("source", "id"), lambda source, name: f"activity {name} of {source}")
        self.engine.drop("stored")

    def unscored(self) -> None:
        """Report activities that wait to be scored: whatever they count for is missing."""
        count = self.connection.execute(from_table(func.count()).select_from(Unscored)).scalar_one()
        rows = self.connection.execute(
            from_table(Unscored.source, Unscored.id, Unscored.reason).order_by(Unscored.since).limit(self.examples)
        )
        said = [f"activity {name} of {source}: {reason}" for source, name, reason in rows]
        self.report("activities are not scored yet", count, said)

    def tallies(self) -> Iterator[int]:
        """Compare the tallies of all series in force, metric by metric."""
        columns = {"series": "BIGINT", "holder": "BIGINT", "period": "INTEGER", "value": "BIGINT"}
        table = Tally
        query = from_table(table.series, table.holder, table.period, table.value)
        query = query.join(Series, Series.id == table.series).where(Series.edition == self.edition, table.value != 0)
        self.engine.feed("live_tally", columns, streamed(self.connection, query))
        numbers = self._series()
        for means, one in kept(self.known).items():
            series: dict[int, tuple[str, str, tuple[int, int]]] = {}
            parts: list[exp.Query] = []
            for per, clip, stretches in one.series():
                number = numbers.get((means, per, *clip), -len(series) - 1)
                series[number] = (one.counted.metric.key, per, clip)
                parts += [self._tallied(number, one.counted, per, stretch, clip == WHOLE) for stretch in stretches]
            yield self._compare_tallies(series, parts)
        self.engine.drop("live_tally")

    def _tallied(self, number: int, counted: Any, per: str, stretch: tuple[int, int], whole: bool) -> exp.Query:
        """Return the tallies that a series should hold of a stretch; of whole periods only those within it."""
        tallies = self.history.version_tallies(counted, per, *stretch)
        if whole:
            inside = [
                exp.GTE(this=col("starts", "c"), expression=num(stretch[0])),
                exp.LTE(this=col("ends", "c"), expression=num(stretch[1])),
            ]
            tallies = tallies.where(every(inside))
        return select(exp.alias_(num(number), "series"), "holder", "period", "value").from_(tallies.subquery("t"))

    def _compare_tallies(self, series: dict[int, tuple[str, str, tuple[int, int]]], parts: Sequence[exp.Query]) -> int:
        together = parts[0] if len(parts) == 1 else union(*parts, distinct=True)
        self.engine.keep("expected", together)
        live = select("*").from_("live_tally").where(col("series").isin(*map(num, series)))
        self._set_against("expected", live, TALLY, "value")

        def say(number: int, holder: int, first: int, expected: int, actual: int) -> str:
            key, per, clip = series[number]
            days = None if clip == WHOLE else clip
            return wording.tally(self.known, key, holder, (per, first, days), (actual, expected))

        self._report("tallies differ", select("*").from_("differing"), (*TALLY, "expected", "actual"), say)
        return self._count("expected", "differing")

    def _series(self) -> dict[tuple[str, str, int, int], int]:
        table = Series
        query = from_table(table.meaning, table.per, table.starts, table.ends, table.id)
        rows = self.connection.execute(query.where(table.edition == self.edition))
        return {(means, per, starts, ends): number for means, per, starts, ends, number in rows}

    def milestones(self) -> Iterator[int]:
        """Compare which records have reached which milestone, when, and to whom it is credited."""
        query = from_table(Track.meaning, Track.id).where(Track.edition == self.edition)
        numbers = dict(self.connection.execute(query).all())
        lines = self.known.timelines
        tracked = {
            meaning(one): one
            for key in lines.metrics
            for span in metric_versions(key, lines)
            for one in span.milestones
        }
        columns = {"track": "BIGINT", "record": "VARCHAR", "time": "BIGINT", "source": "VARCHAR", "id": "VARCHAR"}
        columns |= {"actor_source": "VARCHAR", "actor": "VARCHAR", "day": "INTEGER"}
        self.engine.feed("live_outcome", columns, self._outcomes())
        for means, milestone in tracked.items():
            parts = ("subject", *OUTCOME)
            found = select(*parts).from_(self.history.outcomes(milestone))
            live = select(exp.alias_(col("record"), "subject"), *OUTCOME).from_("live_outcome")
            live = live.where(col("track").eq(num(numbers.get(means, -1))))
            for kind, one, other in (
                (f"records should have reached {milestone.key}", found, live),
                (f"records should not have reached {milestone.key}, or not so", live, found),
            ):
                rows = select(*parts).from_(exp.except_(one, other, distinct=False).subquery("gone"))
                self._report(kind, rows, parts, wording.outcome)
            yield self._count(self.history.outcomes(milestone))
        self.engine.drop("live_outcome")

    def _outcomes(self) -> Iterator[tuple[Any, ...]]:
        """Yield what the live tables say of records that have reached a milestone."""
        table = RecordProgress
        query = from_table(table.track, table.record, table.state, table.day)
        query = query.join(Track, Track.id == table.track).where(Track.edition == self.edition, table.state != "")
        query = query.where(table.state.not_like("%,null]") | table.day.is_not(None))
        read = msgspec.json.Decoder(tuple[Any, Any, bool, tuple[int, str, str, str | None, str | None] | None])
        for track, record, state, day in streamed(self.connection, query):
            outcome = read.decode(state)[3] or (None,) * 5
            yield (track, record, *outcome, day)

    def awards(self) -> Iterator[int]:
        """Compare which awards are live with those that are due."""
        columns = dict.fromkeys((*PLACE, "ordinal"), "BIGINT")
        columns |= {"status": "VARCHAR", "reward": "VARCHAR", "cause": "VARCHAR"}
        self.engine.feed("award", columns, self._held())
        rows = self.connection.execute(
            from_table(PublishedVersion.incentive, PublishedVersion.starts, PublishedVersion.id).where(
                PublishedVersion.starts < PublishedVersion.ends
            )
        )
        numbers = {(key, starts): number for key, starts, number in rows}
        due: dict[int, Any] = {}
        parts: list[exp.Query] = [select(*PLACE, exp.alias_(num(0), "value")).from_("award").where(exp.false())]
        for key in self.known.timelines.incentives:
            for one in self.history.due(key):
                number = numbers.get((key, one.version.starts), -len(due) - 1)
                due[number] = one
                query = select(exp.alias_(num(number), "version"), "holder", "period", exp.alias_(col("due"), "value"))
                parts.append(query.from_(one.relation))
        self.engine.keep("expected", union(*parts, distinct=False) if len(parts) > 1 else parts[0])
        yield self._compare_awards(due)

    def _compare_awards(self, due: dict[int, Any]) -> int:
        highest = exp.Max(this=col("ordinal"))
        count = exp.Count(this=exp.Star())
        broken = exp.Case().when(highest.neq(count), exp.Neg(this=highest.copy())).else_(count.copy())
        live = select(*PLACE, exp.alias_(broken, "value")).from_("award").group_by(*PLACE)
        live = live.where(exp.not_(col("status").isin(*map(text, NOT_DUE))))
        self._set_against("expected", live, PLACE, "value")
        names = {row.id: row for row in self.connection.execute(from_table(PublishedVersion.__table__))}

        def say(number: int, holder: int, first: int, expected: int, actual: int) -> str:
            incentive = due[number].incentive if number in due else names[number].incentive
            per = due[number].version.incentive.per if number in due else None
            return wording.awards(self.known, incentive, holder, (per, first), (actual, expected))

        self._report("awards differ", select("*").from_("differing"), (*PLACE, "expected", "actual"), say)
        return self._count("expected", "differing")

    def _held(self) -> Iterator[tuple[Any, ...]]:
        table = Award
        query = from_table(table.version, table.holder, table.period, table.ordinal, table.status, table.reward)
        for version, holder, first, ordinal, status, reward in streamed(self.connection, query):
            yield version, holder, first, ordinal, status, reward, f"award:{version}/{first}/{ordinal}"

    def ledger(self) -> Iterator[int]:
        """Compare what is posted for awards with what they are worth.  Stands on the relation ``award``."""
        table = LedgerEntry
        query = from_table(table.holder, table.cause, table.unit, func.sum(table.amount)).where(
            table.cause.like("award:%")
        )
        query = query.group_by(table.holder, table.cause, table.unit).having(func.sum(table.amount) != 0)
        columns = {"holder": "BIGINT", "cause": "VARCHAR", "unit": "VARCHAR", "amount": "HUGEINT"}
        rows = ((holder, cause, unit, int(amount)) for holder, cause, unit, amount in streamed(self.connection, query))
        self.engine.feed("posted", columns, rows)
        worth = {"reward": "VARCHAR", "unit": "VARCHAR", "amount": "HUGEINT", "always": "BOOLEAN"}
        self.engine.feed("worth", worth, self._worth())
        live = every([col("reward", "w").eq(col("reward", "a")), col("status", "a").isin(*map(text, LIVE))])
        owed = (
            select("a.holder", "a.cause", "w.unit", "w.amount", "w.always")
            .from_(exp.alias_(exp.to_table("award"), "a", table=True))
            .join(exp.alias_(exp.to_table("worth"), "w", table=True), on=live)
        )
        parts = ("holder", "cause", "unit", "amount")
        due = select(*parts).from_(owed.subquery("owed"))
        extra = exp.except_(select(*parts).from_("posted"), due, distinct=False)
        self._report(
            "ledger entries are not what their award is worth",
            select(*parts).from_(extra.subquery("extra")),
            parts,
            lambda *row: wording.posted(self.known, *row),
        )
        places = ("holder", "cause")
        always = select(*places).from_(owed.copy().subquery("owed")).where(col("always"))
        absent = exp.except_(always, select(*places).from_("posted"), distinct=True)
        rows_absent = select(*places).from_(absent.subquery("absent"))
        self._report(
            "awards have no ledger entry", rows_absent, places, lambda *row: wording.unposted(self.known, *row)
        )
        yield self._count("posted")
        self.engine.drop("posted", "worth", "award")

    def _worth(self) -> Iterator[tuple[str, str, int, bool]]:
        """Yield reward, unit, amount of every book there was; and whether every book that has the reward gives any."""
        texts = self.connection.scalars(from_table(PublishedBook.text))
        books = [facts.parsed(one) for one in texts]
        for key in sorted({key for book in books for key in book.rewards}):
            offers = [book.rewards[key] for book in books if key in book.rewards]
            paid = [one for one in offers if one.kind in {"points", "money"} and one.amount]
            amounts = {
                ("points" if one.kind == "points" else one.currency or "", int((one.amount or 0) * UNIT))
                for one in paid
            }
            yield from ((key, unit, amount, len(paid) == len(offers)) for unit, amount in sorted(amounts))

    def _set_against(self, expected: str, live: exp.Query, places: Sequence[str], value: str) -> None:
        """Keep as ``differing`` where the two sides do not have the same value; none is zero."""
        same = every([col(name, "e").eq(col(name, "l")) for name in places])
        sides = [exp.func("COALESCE", col(value, side), num(0)) for side in ("e", "l")]
        query = (
            select(*(exp.alias_(exp.func("COALESCE", col(n, "e"), col(n, "l")), n) for n in places))
            .select(exp.alias_(sides[0], "expected"), exp.alias_(sides[1], "actual"))
            .from_(exp.alias_(exp.to_table(expected), "e", table=True))
            .join(live.subquery("l"), on=same, join_type="full")
            .where(exp.NEQ(this=sides[0].copy(), expression=sides[1].copy()))
        )
        self.engine.keep("differing", query)

    def _report(self, kind: str, rows: exp.Select, order: Sequence[str], say: Callable[..., str]) -> None:
        """Report how many rows there are, and say the first of them."""
        count = self.engine.all(select(exp.Count(this=exp.Star())).from_(rows.subquery("rows")))[0][0]
        if count:
            first = self.engine.all(rows.order_by(*order).limit(self.examples))
            self.report(kind, int(count), [say(*row) for row in first])

    def _count(self, name: str, *also: str) -> int:
        """Return how many rows a relation has, and drop it if more are named, with these."""
        count = int(self.engine.all(select(exp.Count(this=exp.Star())).from_(name))[0][0])
        if also:
            self.engine.drop(name, *also)
        return count
