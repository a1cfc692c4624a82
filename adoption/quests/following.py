"""What somebody is shown: one quest at a time, how far it is, and what comes next; and what they choose."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import select

from adoption import facts
from adoption import statements
from adoption.errors import NotFoundError
from adoption.explain import done
from adoption.models import QuestChoice
from adoption.models import QuestUse
from adoption.quests import offering
from rules.rollout import quests
from rules.rollout.quests import BEGUN
from rules.rollout.quests import DONE
from rules.rollout.quests import GLAD
from rules.rollout.quests import LATELY
from rules.rollout.quests import LATER
from rules.rollout.quests import NEW
from rules.rollout.quests import Choice
from rules.rollout.quests import Use

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from adoption.facts import Known
    from rules.activity import Activity
    from rules.rollout.quests import Feature

CHOICES = ("begin", "later", "decline")


class Quest(NamedTuple):
    """A quest as somebody sees it: its feature, how far it is, the local days on which it was begun and done."""

    feature: Feature
    state: str = NEW
    begun: int | None = None
    done: int | None = None
    declined: bool = False


class _Mine(NamedTuple):
    """What is known of somebody: what they chose, and what they did since the first day that matters."""

    choices: Mapping[str, Choice]
    deeds: Sequence[Activity]


def on_home(connection: Connection, known: Known, me: int, now: int) -> Quest | None:
    """Return the one quest that somebody is shown: one just done, else one that goes on, else a new one."""
    features = offering.offered()
    if not features:
        return None
    today = known.today(now)
    choices, uses = _choices(connection, me), _uses(connection, known, me, today)
    wanted = [one for one in features if choices.get(one.key, Choice()).started or quests.hardly(uses.get(one.key))]
    if not wanted:
        return None
    mine = _Mine(choices, _deeds(connection, known, me, wanted, range(today - LATELY - GLAD, today + 1)))
    begun = [one for one in (_quest(known, one, mine, today) for one in wanted) if one.state != NEW]
    glad = [one for one in begun if one.done is not None and today < one.done + GLAD]
    going = [one for one in begun if one.state == BEGUN]
    latest = max(glad or going, key=lambda one: (choices[one.feature.key].started or 0, one.feature.key), default=None)
    if latest is not None:
        return latest
    found = _next(wanted, uses, mine, today)
    return None if found is None else Quest(found)


def of(connection: Connection, known: Known, me: int, key: str, now: int) -> tuple[Quest, Feature | None]:
    """Return a quest as somebody sees it, and what they are shown next.

    Raises:
        NotFoundError: it is not offered.
    """
    features = offering.offered()
    feature = next((one for one in features if one.key == key), None)
    if feature is None:
        raise NotFoundError
    today = known.today(now)
    uses = _uses(connection, known, me, today)
    choices = _choices(connection, me)
    days = set(range(today - LATELY + 1, today + 1))
    started = choices.get(key, Choice()).started
    if started is not None:
        days |= set(range(known.day_of(started), known.day_of(started) + LATELY))
    mine = _Mine(choices, _deeds(connection, known, me, features, sorted(days)))
    rest = [one for one in features if one.key != key]
    return _quest(known, feature, mine, today), _next(rest, uses, mine, today)


def choose(connection: Connection, me: int, key: str, what: str, *, now: int) -> None:
    """Begin a quest, put it off, or decline it.  It is nobody else's business, so the journal has nothing of it.

    The caller commits.

    Raises:
        NotFoundError: it is not offered, or that is no choice.
    """
    if what not in CHOICES or all(one.key != key for one in offering.offered()):
        raise NotFoundError
    today = facts.current().today(now)
    chosen = {
        "begin": (now, 0, False),
        "later": (None, today + LATER, False),
        "decline": (None, 0, True),
    }[what]
    columns = ("started", "until", "declined", "day")
    statements.put(connection, "quest_choice", ("participant", "quest"), columns, [(me, key, *chosen, today)])


def _quest(known: Known, feature: Feature, mine: _Mine, today: int) -> Quest:
    choice = mine.choices.get(feature.key, Choice())
    if choice.started is None:
        return Quest(feature, declined=choice.declined)
    begun = known.day_of(choice.started)
    ticked = quests.ticked(feature, choice.started, begun, mine.deeds)
    if ticked is not None:
        return Quest(feature, DONE, begun, ticked)
    return Quest(feature, BEGUN, begun) if quests.runs(choice, begun, today) else Quest(feature)


def _next(features: Sequence[Feature], uses: Mapping[str, Use], mine: _Mine, today: int) -> Feature | None:
    lately = [(one.type, one.data) for one in mine.deeds if one.day > today - LATELY]
    return quests.following(features, uses, quests.used(features, lately), mine.choices, today)


def _choices(connection: Connection, me: int) -> dict[str, Choice]:
    table = QuestChoice
    query = select(table.quest, table.started, table.until, table.declined).where(table.participant == me)
    return {row[0]: Choice(*row[1:]) for row in connection.execute(query)}


def _uses(connection: Connection, known: Known, me: int, today: int) -> dict[str, Use]:
    """Return how many of somebody's team use each feature; nothing before the team's wave has begun."""
    team = known.team_of(me, today)
    if team is None or not known.waves_on((team,), today):
        return {}
    query = select(QuestUse.quest, QuestUse.part, QuestUse.whole).where(QuestUse.team == team)
    return {row[0]: Use(*row[1:]) for row in connection.execute(query)}


def _deeds(
    connection: Connection, known: Known, me: int, features: Iterable[Feature], days: Sequence[int]
) -> Sequence[Activity]:
    """Return what somebody did on some days that may show a use of these features; at most two queries."""
    types = {kind for one in features for kind in one.on}
    return done.activities(connection, known, done.Days({me: days}), types) if me in known.people else []
