"""A draft put in force on past days; what was in force cut to the same days; which promises a draft changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rules.version import Segment
from rules.version import Timeline
from rules.version import Timelines
from rules.version import meaning
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rules.book import Book
    from rules.incentive import Incentive
    from rules.milestone import Milestone
    from rules.version import Version


def drafted(book: Book, keys: Iterable[str], before: Timelines, first: int, last: int) -> Timelines:
    """Return timelines in which these incentives of a draft, with all they count, hold on all days ``[first, last)``.

    Days that definitions name themselves (``from``, ``to``) do not matter here: the question is what the rule does, not
    when it begins.  A name that was ever a milestone's keeps meaning it, as in ``adoption.facts``.
    """
    asked = {key: book.incentives[key] for key in keys if key in book.incentives}
    metrics = {one.metric: book.metrics[one.metric] for one in asked.values()}
    counted = {kind for metric in metrics.values() for kind in metric.counts}
    milestones: dict[str, Timeline[Milestone]] = {key: () for key in before.milestones if key in counted}
    milestones |= {key: [Segment(first, last, body)] for key, body in book.milestones.items() if key in counted}
    return Timelines(
        milestones,
        {key: [Segment(first, last, body)] for key, body in metrics.items()},
        {key: [Segment(first, last, body)] for key, body in asked.items()},
    )


def inside(line: Iterable[Version], first: int, last: int) -> list[Version]:
    """Cut versions to the days ``[first, last)``; those without any of them are left out."""
    cut = []
    for one in line:
        starts, ends = max(one.starts, first), min(one.ends, last)
        if starts < ends:
            cut.append(replace(one, starts=starts, ends=ends, counted=replace(one.counted, starts=starts, ends=ends)))
    return cut


def changed(before: Book, after: Book) -> tuple[str, ...]:
    """Return the incentives that do not promise the same in both books, sorted: new, gone, or other in any part."""
    keys = sorted({*before.incentives, *after.incentives})
    return tuple(key for key in keys if _promise(before, key) != _promise(after, key))


def _promise(book: Book, key: str) -> object:
    """Return what an incentive means with all it is made of, days and titles aside."""
    incentive = book.incentives.get(key)
    if incentive is None:
        return None
    always = drafted(book, [key], Timelines({}, {}, {}), 0, 1)
    found = versions(key, always)
    return [meaning(one) for one in found], _rewards(book, incentive)


def _rewards(book: Book, incentive: Incentive) -> tuple[object, ...]:
    return tuple(
        repr(replace(book.rewards[key], title="", titles={})) for key in incentive.earns if key in book.rewards
    )
