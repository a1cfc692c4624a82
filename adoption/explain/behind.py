"""What is behind the quantities of a bonus: what somebody did in a period that counts, metric by metric."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import facts
from adoption.explain import counted
from adoption.explain import done
from adoption.explain.views import Counted
from adoption.extensions import db
from rules import period
from rules import wording
from rules.value import text_of_units
from rules.version import meaning
from rules.version import metric_versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from adoption.explain.counted import Share
    from adoption.explain.done import Counting
    from adoption.facts import Known

Span = tuple[
    str, int, int, str
]  # metric, from this local day, to before that one, by which kind of period it is tallied


class Behind(NamedTuple):
    """What counts now for a metric on some days: the sum in ten-thousandths, how many, and the latest of them."""

    units: int
    number: int
    latest: tuple[Counted, ...]


def behind(who: int, asked: Iterable[Span], most: int, *, language: str = "en") -> dict[Span, Behind]:
    """Return what is behind the tallies of a participant, the latest first, at most so many of each.

    The number of queries hangs on the milestones that are asked for, not on what was done.  An activity that adds
    nothing is left out; a record counts once in each of the periods, as it does in the tallies that are summed.
    """
    wanted = sorted(set(asked))
    if not wanted:
        return {}
    known, connection = facts.current(), db.session.connection()
    spans = {one: metric_versions(one[0], known.timelines) for one in wanted}
    days = done.days_of(connection, known, who, min(one[1] for one in wanted), max(one[2] for one in wanted))
    every = [span for versions in spans.values() for span in versions]
    types = {kind for span in every for kind in span.metric.counts if kind not in known.timelines.milestones}
    plain = [done.Counting(one, one.source, one.id) for one in done.activities(connection, known, days, types)]
    milestones = {meaning(one): one for span in every for one in span.milestones}
    reached = {means: done.reached(connection, known, days, [one]) for means, one in milestones.items()}
    found: dict[Span, Behind] = {}
    for asked_for, versions in spans.items():
        _, starts, ends, per = asked_for
        shares: list[Share] = []
        titles: dict[str, str] = {}
        for span in versions:
            low, high = max(starts, span.starts), min(ends, span.ends)
            happened = [*plain, *(one for milestone in span.milestones for one in reached[meaning(milestone)])]
            inside = [one for one in happened if low <= one.activity.day < high and span.metric.counts_it(one.activity)]
            inside.sort(key=_order)
            for _, tallied in groupby(inside, key=lambda one: period.start(per, one.activity.day)):
                shares += [one for one in counted.adding(span.metric, list(tallied)) if one.units]
            titles |= {one.key: wording.title_of(one, one.key, language) for one in span.milestones}
        latest = sorted(shares, key=_order, reverse=True)[:most]
        units = sum(one.units for one in shares)
        found[asked_for] = Behind(units, len(shares), tuple(_counted(known, one, titles) for one in latest))
    return found


def _order(one: Counting | Share) -> tuple[int, str, str]:
    return one.activity.time, one.source, one.id


def _counted(known: Known, share: Share, titles: dict[str, str]) -> Counted:
    activity = share.activity
    return Counted(
        source=share.source,
        id=share.id,
        type=activity.type,
        time=period.moment(activity.time),
        subject=activity.subject,
        adds=text_of_units(share.units),
        units=share.units,
        milestone=titles.get(activity.type),
        received=None,
        who=known.participant_of(activity.source, activity.actor),
    )
