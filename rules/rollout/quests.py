"""Quests: which feature of the CRM somebody is shown next, and when its quest is done.

A feature is recognised by activities that sources really send.  Everything here is a function of the set of activities:
in which order they arrive, and how often, does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.period import SECOND
from rules.rollout.vital import WHOLE
from rules.standing import SMALLEST_GROUP

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from rules.activity import Activity
    from rules.condition import Condition

LATELY = 28  # days in which use is looked for, and in which a quest that was begun ticks itself
BOUND = 200  # thousandths of a team: fewer, and it does not use the feature yet
LATER = 14  # days for which "later" puts a quest off
GLAD = 3  # days for which a quest that is done is still told
MINUTE = 60 * SECOND  # some CRMs tell the time no closer
NEW, BEGUN, DONE = "new", "begun", "done"


class Words(NamedTuple):
    """A feature in one language: its title, what it is good for, and its steps."""

    title: str
    good_for: str
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """Something of the CRM: the activities that show its use, its words by language, and an address in the CRM."""

    key: str
    order: int
    on: tuple[str, ...]  # types of activities
    words: Mapping[str, Words]
    where: Condition | None = None
    link: str = ""

    def said(self, language: str) -> tuple[str, Words]:
        """Return the words in a language, or in the first that there is; and which language that is."""
        found = language if language in self.words else next(iter(self.words))
        return found, self.words[found]


class Use(NamedTuple):
    """How many people of a team used a feature lately, and of how many."""

    part: int
    whole: int


class Choice(NamedTuple):
    """What somebody chose about a quest: began it (UTC microseconds), put it off until a local day, or declined it."""

    started: int | None = None
    until: int = 0
    declined: bool = False


class Shown(NamedTuple):
    """The quest that somebody is shown, and how far it is: new, begun, done."""

    key: str
    state: str


def shows(feature: Feature, kind: str, data: Mapping[str, object]) -> bool:
    """Say whether an activity of this type with this data is a use of the feature."""
    return kind in feature.on and (feature.where is None or feature.where.holds(data))


def used(features: Iterable[Feature], deeds: Iterable[tuple[str, Mapping[str, object]]]) -> set[str]:
    """Return the features that these types with their data show."""
    known = list(features)
    return {one.key for kind, data in deeds for one in known if shows(one, kind, data)}


def ticked(feature: Feature, started: int, day: int, deeds: Iterable[Activity]) -> int | None:
    """Return the local day of the first use since a quest was begun, on the local day ``day``; ``None`` before that."""
    since, last = started - started % MINUTE, day + LATELY
    fits = (one for one in deeds if one.time >= since and one.day < last and shows(feature, one.type, one.data))
    return min((one.day for one in fits), default=None)


def hardly(use: Use | None) -> bool:
    """Say whether a team does not use a feature yet.  Of fewer than five people nothing is known."""
    return use is not None and use.whole >= SMALLEST_GROUP and WHOLE * use.part < BOUND * use.whole


def runs(choice: Choice | None, started_on: int, today: int) -> bool:
    """Say whether a quest that was begun on a local day still goes on, unless it is done."""
    return choice is not None and choice.started is not None and today < started_on + LATELY


def following(
    features: Sequence[Feature],
    uses: Mapping[str, Use],
    mine: Collection[str],
    choices: Mapping[str, Choice],
    today: int,
) -> Feature | None:
    """Return the first quest that is new to somebody whose team hardly uses the feature; ``None`` if there is none.

    ``mine`` are the features that they have used lately themselves.  Whoever began, declined or put off a quest is not
    shown it again (until the day that they put it off to).
    """
    for one in sorted(features, key=lambda feature: (feature.order, feature.key)):
        choice = choices.get(one.key, Choice())
        free = choice.started is None and not choice.declined and choice.until <= today
        if free and one.key not in mine and hardly(uses.get(one.key)):
            return one
    return None
