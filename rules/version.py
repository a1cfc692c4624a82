"""Which definition was in force when: timelines of definitions, and the versions that follow from them.

A definition takes force at a date and is never edited: a changed one begins a new segment of its key's timeline.  A
*version* of an incentive is a stretch of days on which its own definition, its metric's, and the milestones' that this
metric counts are all in force and the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Generic
from typing import TypeVar

from rules import period
from rules.bonus import Plan
from rules.incentive import Incentive
from rules.metric import Metric
from rules.milestone import Milestone

if TYPE_CHECKING:
    from rules.book import Book

Definition = TypeVar("Definition", Milestone, Metric, Incentive, Plan)


@dataclass(frozen=True, slots=True)
class Segment(Generic[Definition]):
    """A definition in force on the local days ``[starts, ends)``."""

    starts: int
    ends: int
    body: Definition


Timeline = Sequence[Segment[Definition]]


@dataclass(frozen=True, slots=True)
class Timelines:
    """All definitions of all times, by key; segments of one key never overlap and are in order of time."""

    milestones: Mapping[str, Timeline[Milestone]]
    metrics: Mapping[str, Timeline[Metric]]
    incentives: Mapping[str, Timeline[Incentive]]
    plans: Mapping[str, Timeline[Plan]] = field(default_factory=dict)


NOTHING = Timelines({}, {}, {})


@dataclass(frozen=True, slots=True)
class MetricVersion:
    """A metric with the milestones it counts, all unchanged on ``[starts, ends)``."""

    metric: Metric
    milestones: tuple[Milestone, ...]
    starts: int = field(compare=False)
    ends: int = field(compare=False)


@dataclass(frozen=True, slots=True)
class Version:
    """An incentive with all it is made of, unchanged on ``[starts, ends)``."""

    incentive: Incentive
    counted: MetricVersion
    starts: int = field(compare=False)
    ends: int = field(compare=False)


def meaning(definition: object) -> str:
    """Return a short fixed name for what a definition means (titles, examples and dates do not change it)."""
    return hashlib.blake2b(repr(_essence(definition)).encode(), digest_size=8).hexdigest()


def _essence(part: object) -> object:
    if is_dataclass(part):
        return type(part).__name__, tuple(_essence(getattr(part, f.name)) for f in fields(part) if f.compare)
    if isinstance(part, tuple):
        return tuple(_essence(one) for one in part)
    return part


def metric_versions(key: str, timelines: Timelines) -> list[MetricVersion]:
    """Return the stretches on which a metric and all milestones it counts are in force and the same."""
    found: list[MetricVersion] = []
    for segment in timelines.metrics.get(key, ()):
        derived = [kind for kind in segment.body.counts if kind in timelines.milestones]
        for starts, ends in _stretches(segment, [timelines.milestones[kind] for kind in derived]):
            bodies = [_in_force(timelines.milestones[kind], starts) for kind in derived]
            if starts < ends and None not in bodies:
                found.append(MetricVersion(segment.body, tuple(b for b in bodies if b is not None), starts, ends))
    return _joined(found)


def versions(key: str, timelines: Timelines) -> list[Version]:
    """Return the stretches on which an incentive and all it is made of are in force and the same."""
    found: list[Version] = []
    for segment in timelines.incentives.get(key, ()):
        for counted in metric_versions(segment.body.metric, timelines):
            starts, ends = max(segment.starts, counted.starts), min(segment.ends, counted.ends)
            if starts < ends:
                found.append(Version(segment.body, replace(counted, starts=starts, ends=ends), starts, ends))
    return _joined(found)


def promised(timelines: Timelines, since: int = period.EVER) -> list[str]:
    """Return the keys of the rewards that an incentive earns on the day ``since`` or later, in order."""
    parts = (part for line in timelines.incentives.values() for part in line)
    return sorted({key for part in parts if max(part.starts, since) < part.ends for key in part.body.earns})


Stretch = TypeVar("Stretch", MetricVersion, Version)


def _joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """Join neighbours of the same meaning into one stretch."""
    joined: list[Stretch] = []
    for one in sorted(stretches, key=lambda s: s.starts):
        last = joined[-1] if joined else None
        if last is not None and last.ends == one.starts and meaning(last) == meaning(one):
            joined[-1] = replace(last, ends=one.ends)
        else:
            joined.append(one)
    return joined


def _stretches(segment: Segment[Metric], others: Sequence[Timeline[Milestone]]) -> list[tuple[int, int]]:
    edges = {segment.starts, segment.ends}
    edges.update(edge for line in others for part in line for edge in (part.starts, part.ends))
    inside = sorted(edge for edge in edges if segment.starts <= edge <= segment.ends)
    return list(pairwise(inside))


def _in_force(line: Timeline[Definition], day: int) -> Definition | None:
    return next((part.body for part in line if part.starts <= day < part.ends), None)


def publish(timelines: Timelines, book: Book, *, today: int, since: int | None) -> Timelines:
    """Return the timelines after ``book`` is loaded on the local day ``today``.

    A changed or new definition starts at its own ``from``, else at ``since``, else with the next period; one that the
    book no longer has ends there.
    """
    incentives: dict[str, list[Segment[Incentive]]] = {}
    for key, line, offer in _pairs(timelines.incentives, book.incentives):
        per = (offer or line[-1].body).per
        incentives[key] = _succeed(line, offer, since or period.following(per, today))
    pers = _pers(_last(timelines.incentives), _last(timelines.metrics)) | _pers(book.incentives, book.metrics)
    metrics: dict[str, list[Segment[Metric]]] = {}
    for key, old, metric in _pairs(timelines.metrics, book.metrics):
        promised = [incentives[k][-1].starts for k, one in book.incentives.items() if one.metric == key]
        metrics[key] = _succeed(old, metric, since or _default(old, key, pers, promised, today))
    milestones: dict[str, list[Segment[Milestone]]] = {}
    for key, before, milestone in _pairs(timelines.milestones, book.milestones):
        counted = [metrics[k][-1].starts for k, one in book.metrics.items() if key in one.counts]
        milestones[key] = _succeed(before, milestone, since or _default(before, key, pers, counted, today))
    plans: dict[str, list[Segment[Plan]]] = {}
    for key, earlier, plan in _pairs(timelines.plans, book.plans):
        plans[key] = _succeed(earlier, plan, since or period.following((plan or earlier[-1].body).per, today))
    return Timelines(milestones, metrics, incentives, plans)


def _pairs(
    old: Mapping[str, Timeline[Definition]], new: Mapping[str, Definition]
) -> list[tuple[str, Timeline[Definition], Definition | None]]:
    keys = sorted({*(key for key, line in old.items() if line), *new})
    return [(key, old.get(key, ()), new.get(key)) for key in keys]


def _last(lines: Mapping[str, Timeline[Definition]]) -> dict[str, Definition]:
    """Return the definitions of the book before: those that no later book has cut short."""
    return {key: line[-1].body for key, line in lines.items() if line and _still_runs(line[-1])}


def _pers(incentives: Mapping[str, Incentive], metrics: Mapping[str, Metric]) -> set[tuple[str, str]]:
    """Return (key, kind of period) of each metric and milestone on which a book's incentives rest."""
    counted = {key: (key, *metric.counts) for key, metric in metrics.items()}
    return {(key, one.per) for one in incentives.values() for key in counted.get(one.metric, ())}


def _default(line: Timeline[Definition], key: str, pers: set[tuple[str, str]], users: Sequence[int], today: int) -> int:
    """Return when a definition takes force: a new one with the first that uses it, else with the next short period."""
    if line and _still_runs(line[-1]):
        shortest = next((kind for kind in period.KINDS if (key, kind) in pers), "week")
        return period.following(shortest, today)
    return min(users, default=period.following("week", today))


def _succeed(line: Timeline[Definition], new: Definition | None, otherwise: int) -> list[Segment[Definition]]:
    if new is None:
        return _cut(line, otherwise)
    ends = period.FOREVER if new.ends is None else new.ends
    last = line[-1] if line else None
    # by meaning: for ``==``, a condition on 1 equals one on true
    if last is not None and meaning(last.body) == meaning(new) and _still_runs(last):
        starts = last.starts if new.starts is None else min(last.starts, new.starts)
    else:
        starts = new.starts if new.starts is not None else otherwise
    kept = _cut(line, starts)
    kept.append(Segment(starts, max(starts, ends), replace(new, starts=starts)))
    return kept


def _still_runs(segment: Segment[Definition]) -> bool:
    """Say whether a segment was not cut short by a later book."""
    own = period.FOREVER if segment.body.ends is None else segment.body.ends
    return segment.ends == max(segment.starts, own)


def _cut(line: Timeline[Definition], at: int) -> list[Segment[Definition]]:
    return [replace(part, ends=min(part.ends, at)) for part in line if part.starts < at]
