"""A sample of the awards a draft would give, each with the activities that make it."""

from __future__ import annotations

import hashlib
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlglot import exp
from sqlglot import select

from adoption.history.conditions import every
from adoption.history.expressions import NAMES
from adoption.history.expressions import col
from adoption.history.expressions import credited
from adoption.history.expressions import text
from adoption.history.expressions import within
from adoption.history.relations import merged
from rules import incentive as rule
from rules import period
from rules.trial import Sample
from rules.trial import Step
from rules.trial import steps
from rules.value import UNIT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.facts import Known
    from adoption.history.questions import Due
    from adoption.history.questions import History
    from rules.version import Version

SIZE = 20  # awards
MOST = 50_000  # activities of one period that are looked through for an award
COLUMNS = {"place": "INTEGER", "participant": "BIGINT", "starts": "INTEGER", "ends": "INTEGER"}


class Place(NamedTuple):
    """A period in which a holder has awards due."""

    digest: str
    incentive: str
    holder: int
    first: int
    due: int


def sample(history: History, found: Iterable[Due]) -> tuple[Sample, ...]:
    """Return up to 20 awards, chosen by the hashes of their names: always the same ones of the same awards."""
    dues = {one.incentive: one for one in found}
    places = sorted(place for one in dues.values() for place in _places(history, one))[:SIZE]
    made: list[Sample] = []
    for key, chosen in _by_incentive(places).items():
        made += _explained(history, dues[key].version, chosen)
    return tuple(made)


def _places(history: History, one: Due) -> Iterator[Place]:
    """Yield the periods whose hashes come first."""
    name = [text(f"{one.incentive}/"), _text("holder"), text("/"), _text("period")]
    digest = exp.func("MD5", exp.func("CONCAT", *name))
    query = select(exp.alias_(digest, "digest"), "holder", "period", "due").from_(one.relation)
    for digest_of, holder, first, due in history.engine.all(query.order_by("digest").limit(SIZE)):
        yield Place(digest_of, one.incentive, holder, first, int(due))


def _text(name: str) -> exp.Expr:
    return exp.cast(col(name), "VARCHAR")


def _by_incentive(places: Sequence[Place]) -> Mapping[str, list[tuple[Place, int]]]:
    """Choose awards of these periods: one of each by its hash, then a second of each, until there are enough."""
    names = []
    for place in places:
        ordinals = sorted(range(1, place.due + 1), key=lambda ordinal: _digest(place, ordinal))[:SIZE]
        names += [(turn, _digest(place, ordinal), place, ordinal) for turn, ordinal in enumerate(ordinals)]
    chosen = sorted(names)[:SIZE]
    found: dict[str, list[tuple[Place, int]]] = {}
    for _, _, place, ordinal in sorted(chosen, key=lambda one: (one[2].incentive, one[2].first, one[1])):
        found.setdefault(place.incentive, []).append((place, ordinal))
    return found


def _digest(place: Place, ordinal: int) -> str:
    name = f"{place.incentive}/{place.holder}/{place.first}/{ordinal}"
    return hashlib.sha256(name.encode()).hexdigest()


def _explained(history: History, version: Version, chosen: Sequence[tuple[Place, int]]) -> Iterator[Sample]:
    """Yield these awards of one version, each with its steps."""
    places = sorted({place for place, _ in chosen})
    rows = dict(_rows(history, version, places))
    for place, ordinal in chosen:
        target, before, made = _made(history.known, version, place, ordinal, rows.get(places.index(place), ()))
        yield Sample(place.incentive, place.holder, version.incentive.per, place.first, ordinal, target, before, made)


def _made(
    known: Known, version: Version, place: Place, ordinal: int, rows: Sequence[steps.Counted]
) -> tuple[int, int, tuple[Step, ...]]:
    incentive, metric = version.incentive, version.counted.metric
    if incentive.in_a_row is None:
        return steps.to_target(incentive, ordinal, steps.adding(metric, rows))
    daily = steps.by_day(metric, rows)
    length = incentive.in_a_row
    blocks = [
        run[at - length : at]
        for run in rule.runs(steps.met_days(daily), known.worker(place.holder))
        for at in range(length, len(run) + 1, length)
        if period.start(incentive.per, run[at - 1]) == place.first
    ]
    if ordinal > len(blocks):  # more activities than are looked through
        return length * UNIT, len(rows), ()
    return steps.of_streak(length, blocks[ordinal - 1], daily)


def _rows(
    history: History, version: Version, places: Sequence[Place]
) -> Iterator[tuple[int, tuple[steps.Counted, ...]]]:
    """Yield the counted activities of each of these places, by its index, in order of time."""
    engine = history.engine
    asked = history.kept.fresh("asked")
    engine.feed(asked, COLUMNS, _asked(history.known, version, places))
    activities = credited(history.activities(version.counted, named=True), NAMES)
    mine = every(
        [
            col("participant", "c").eq(col("participant", "a")),
            within(col("day", "c"), col("starts", "a"), col("ends", "a")),
        ]
    )
    query = (
        select("a.place", "c.day", *(f"c.{name}" for name in NAMES), "c.participant", "c.value")
        .from_(activities.subquery("c"))
        .join(exp.alias_(exp.to_table(asked), "a", table=True), on=mine)
        .order_by("place", "time", "sent_by", "id", "type", "participant")
    )
    for index, group in groupby(engine.rows(query), key=itemgetter(0)):
        yield index, tuple(_counted(row) for row, _ in zip(group, range(MOST), strict=False))
    engine.drop(asked)


def _counted(row: tuple[object, ...]) -> steps.Counted:
    _, day, time, source, name, kind, subject, who, value = row
    return steps.Counted(day, time, source, name, kind, subject or "", who, value)  # type: ignore[arg-type]  # of SQL


def _asked(known: Known, version: Version, places: Iterable[Place]) -> Iterator[tuple[int, int, int, int]]:
    """Yield index of the place, participant, and days on which what they do counts there."""
    incentive = version.incentive
    for index, place in enumerate(places):
        starts, ends = version.starts, version.ends
        if incentive.in_a_row is None:
            starts, ends = max(starts, place.first), min(ends, period.end(incentive.per, place.first))
        if place.holder > 0:
            yield index, place.holder, starts, ends
            continue
        for participant, spans in known.memberships.items():
            mine = [(max(one, starts), min(other, ends)) for one, other, team in spans if team == -place.holder]
            yield from ((index, participant, *span) for span in merged(mine))
