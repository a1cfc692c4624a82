"""What is known of one participant on one local day: counts, never contents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

BURST = 6  # records within …
BURST_LASTS = 10 * 60 * 1_000_000  # … so many microseconds are typed in one go
HOUR = 3_600 * 1_000_000


class Recorded(NamedTuple):
    """Something that was recorded in the CRM; moments are UTC microseconds, days are local.

    ``occurred`` is when it happened, as the source says; ``None`` if it does not say.  ``channel`` is ``ui``,
    ``mobile``, ``api`` or ``import``.
    """

    kind: str
    recorded: int
    day: int  # of recording
    occurred: int | None
    occurred_day: int | None
    channel: str = "ui"


class Arrived(NamedTuple):
    """Records of one kind that happened on one day and were recorded on another, or the same."""

    kind: str
    records: int
    late: bool  # recorded more than one working day after they happened


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One day.

    ``expected``: a day on which work was expected (schedule, calendar, no absence, a healthy feed).  ``live``: actions
    typed within a working day of happening.  ``present``: any sign of being there, such as signing in.  ``typed`` and
    ``densest``: records typed on that day, and the most within one hour.  ``edited``: whether a registered workbook was
    edited; ``None`` where no office suite reports, or its feed is missing.  ``exempt``: imports are their task.
    """

    day: int
    expected: bool
    live: int = 0
    present: bool = False
    arrived: tuple[Arrived, ...] = ()
    typed: int = 0
    densest: int = 0
    edited: bool | None = None
    trips: int = 0  # imports within 14 days of an own export
    imports: int = 0  # other imports
    exempt: bool = False

    @property
    def there(self) -> bool:
        """Whether there is any sign that somebody worked at all."""
        return self.live > 0 or self.present or bool(self.arrived) or bool(self.edited) or self.typed > 0


def counted(  # what a day's records say
    records: Sequence[Recorded], next_working: Callable[[int], int]
) -> tuple[int, tuple[Arrived, ...], int, int]:
    """Return live actions, what arrived by kind and day of happening, records typed, and the most within an hour.

    ``records`` are those of one participant and one day of recording, in order of time; ``next_working`` gives the
    first working day after a day.  A record typed within a burst whose two moments are equal has no known date: it is
    neither on time nor late, since whoever types a week's work in one go leaves the proposed date as it is; it is live,
    since honest people type much in one go as well.
    """
    typed = [one for one in records if one.channel != "import"]
    undated = set(_bursts(typed))
    groups: dict[tuple[str, int], list[Recorded]] = {}
    live = 0
    for place, one in enumerate(typed):
        known = one.occurred_day is not None and not (place in undated and one.occurred == one.recorded)
        if not known or one.occurred_day is None:
            live += 1
            continue
        groups.setdefault((one.kind, one.occurred_day), []).append(one)
        live += one.day <= next_working(one.occurred_day)
    arrived = tuple(
        Arrived(kind, len(found), found[0].day > next_working(happened))
        for (kind, happened), found in sorted(groups.items())
    )
    return live, arrived, len(typed), _densest([one.recorded for one in typed])


def _bursts(records: Sequence[Recorded]) -> Iterator[int]:
    """Yield the places of records that lie within a burst."""
    first = 0
    for place, one in enumerate(records):
        while one.recorded - records[first].recorded > BURST_LASTS:
            first += 1
        if place - first + 1 >= BURST:
            yield from range(first, place + 1)


def _densest(moments: Iterable[int]) -> int:
    """Return how many moments lie within the fullest hour, wherever it begins."""
    most, first = 0, 0
    ordered = sorted(moments)
    for place, moment in enumerate(ordered):
        while moment - ordered[first] >= HOUR:
            first += 1
        most = max(most, place - first + 1)
    return most
