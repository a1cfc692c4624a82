"""The frozen record everything starts from: one thing somebody did in the CRM."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Activity(NamedTuple):
    """One activity, as a CloudEvent describes it, with its local day stamped on it.

    ``source`` and ``id`` identify it for ever.  ``time`` and ``recorded`` are UTC microseconds since 1970; ``day`` is
    the proleptic ordinal (``date.toordinal``) of ``time`` in the organisation's zone.  A named tuple, not a data
    class: millions are made, and a tuple is made four times as fast.
    """

    source: str
    id: str
    type: str
    time: int
    day: int
    subject: str | None
    actor: str | None
    recorded: int | None
    retracts: str | None
    data: Mapping[str, Any]


class Mark(NamedTuple):
    """Where an activity stands in the order of all activities, and who did it.

    Marks compare by (time, source, id); two marks with equal keys are the same activity.
    """

    time: int
    source: str
    id: str
    actor: str | None


def mark(activity: Activity) -> Mark:
    """Return the activity's place in the order (time, source, id)."""
    return Mark(activity.time, activity.source, activity.id, activity.actor)


def earlier(one: Mark | None, other: Mark | None) -> Mark | None:
    """Return the earlier of two marks; ``None`` is later than everything."""
    if one is None or other is None:
        return one or other
    return one if one[:3] <= other[:3] else other


def is_about(activity: Activity, record: str) -> bool:
    """Say whether the subject is a record of that kind (``contact/42`` is a ``contact``)."""
    return activity.subject is not None and activity.subject.startswith(f"{record}/")
