"""Which tallies the live tables should hold: per metric of one meaning, by which periods, on which days.

Told from the timelines alone, not from what scoring compiled of them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from rules import period
from rules.version import meaning
from rules.version import metric_versions
from rules.version import versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adoption.facts import Known
    from rules.incentive import Incentive
    from rules.version import MetricVersion

WHOLE = (0, period.FOREVER)
SPAN = tuple[int, int]


@dataclass(slots=True)
class Kept:
    """A metric of one meaning; by kind of period, the stretches of days over which it is tallied."""

    counted: MetricVersion
    stretches: dict[str, set[SPAN]] = field(default_factory=lambda: defaultdict(set))

    def series(self) -> list[tuple[str, SPAN, tuple[SPAN, ...]]]:
        """Return kind of period, clip, and the stretches that are tallied under this clip, for each series.

        Whole periods lie wholly in a stretch; where a stretch begins or ends within a period, that period's days in it
        are a series of their own.
        """
        found: list[tuple[str, SPAN, tuple[SPAN, ...]]] = []
        for per, stretches in sorted(self.stretches.items()):
            found.append((per, WHOLE, tuple(_outermost(stretches))))
            clips = {clip for stretch in stretches for clip in _clips(per, stretch)}
            found += [(per, clip, (clip,)) for clip in sorted(clips)]
        return found


def kept(known: Known) -> dict[str, Kept]:
    """Return what is tallied, by meaning."""
    lines, kinds = known.timelines, _kinds(known)
    found: dict[str, Kept] = {}
    for key in lines.metrics:
        for one in metric_versions(key, lines):
            for per in kinds.get(key) or {"week"}:
                _stretches(found, one)[per].add((one.starts, one.ends))
    for key in lines.incentives:
        for version in versions(key, lines):
            _stretches(found, version.counted)[tallied_per(version.incentive)].add((version.starts, version.ends))
    return found


def _kinds(known: Known) -> dict[str, set[str]]:
    """Return by which kinds of period each metric is tallied as a whole; one that nobody uses, by week."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for part in (part for line in known.timelines.incentives.values() for part in line):
        kinds[part.body.metric].add(tallied_per(part.body))
    for board in known.book.boards.values():
        kinds[board.metric].add(board.per)
    return kinds


def tallied_per(incentive: Incentive) -> str:
    """Return the kind of period whose tallies an incentive looks at: a streak looks at days."""
    return incentive.per if incentive.in_a_row is None else "day"


def _stretches(found: dict[str, Kept], counted: MetricVersion) -> dict[str, set[SPAN]]:
    return found.setdefault(meaning((counted.metric, counted.milestones)), Kept(counted)).stretches


def _outermost(stretches: Iterable[SPAN]) -> list[SPAN]:
    """Leave out what lies within another."""
    found: list[SPAN] = []
    for starts, ends in sorted(stretches, key=lambda span: (span[0], -span[1])):
        if not found or ends > found[-1][1]:
            found.append((starts, ends))
    return found


def _clips(per: str, stretch: SPAN) -> set[SPAN]:
    """Return the days at either end of a stretch that do not fill their period."""
    starts, ends = stretch
    clips = set()
    for day in {starts, ends - 1} - {period.FOREVER - 1}:
        first = period.start(per, day)
        last = period.end(per, first)
        if first < starts or ends < last:
            clips.add((max(starts, first), min(ends, last)))
    return clips
