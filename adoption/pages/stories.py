"""Awards and records told to one reader: what is said, and whose names they may see."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from typing import NamedTuple

from adoption import auth
from adoption import facts
from adoption import holders
from adoption import languages
from adoption import telling
from adoption.languages import gettext
from adoption.pages import drawing
from adoption.records import Card
from rules import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from datetime import datetime

    from adoption.explain import Act
    from adoption.explain import AwardLine
    from adoption.explain import Counted
    from adoption.explain import MilestoneStory
    from adoption.explain import OpenRecord
    from adoption.explain import RecordStory
    from adoption.explain import Withdrawn

READ = "progress:read"
USABLE = ("choosing", "issued", "redeemed", "waiting")  # of these there is a page among the rewards


class Near(NamedTuple):
    """An open record: what it is called and what it lacks."""

    card: Card
    name: str
    missing: Sequence[str]


class Row(NamedTuple):
    """An activity that was counted or taken back."""

    said: str
    record: str | None
    happened: datetime
    received: datetime | None
    units: int
    note: str = ""


class Need(NamedTuple):
    """A need of a record: by what it was met, if it was, and by whom as the reader may know it."""

    title: str
    said: str | None
    who: str
    time: datetime | None


class Milestone(NamedTuple):
    """A milestone of a record, need by need."""

    title: str
    sentence: str
    said: str
    done: bool
    needs: Sequence[Need]


class Deed(NamedTuple):
    """What was done about a record, by whom as the reader may know it, and what counts it or does not."""

    said: str
    who: str
    time: datetime
    counts: Sequence[str]
    misses: Sequence[tuple[str, str]]


def _code() -> str:
    return languages.current().code


def near(one: OpenRecord, cards: Mapping[str, Card]) -> Near:
    """Name an open record."""
    card = cards[one.record]
    return Near(card, telling.record(card), one.missing)


# --- whose names


def may_read(story: RecordStory) -> bool:
    """Say whether a record's story is the reader's: they, or somebody they lead, had a part in it."""
    seen = [one for one in story.people if holders.sees(one, READ)]
    for one in seen:
        holders.looked_at(one, READ)
    return bool(seen) or auth.caller().reach(READ) is auth.ALL


def named(holder: int) -> Callable[[int | None], bool]:
    """Return whose records among those of a holder the reader may know of."""
    return partial(holders.knows, READ, holder)


def name_of(participant: int | None, actor: str | None = None) -> str:
    """Return who somebody is for the reader: themselves and those they lead by name, everybody else a colleague.

    Whoever sees everybody also sees the name of an actor whom nobody has entered yet.
    """
    who, known = auth.caller(), facts.current()
    if participant is None:
        return actor if actor and who.reach(READ) is auth.ALL else gettext("somebody")
    if participant == who.participant:
        return gettext("you")
    if holders.sees(participant, READ):
        return known.people[participant].name
    return gettext("a colleague")


def holder_name(holder: int) -> str:
    """Return the name of a participant or a team."""
    known = facts.current()
    return known.people[holder].name if holder > 0 else known.teams[-holder]


# --- awards


def award_said(award: AwardLine) -> str:
    """Say what an award is and how it stands."""
    words = {"gift": wording.gifts(award.rewards, _code()), "title": wording.quoted(award.title, _code())}
    match award.status:
        case "choosing":
            said = gettext("Earned, and still to be chosen: %(gift)s.", **words)
        case "waiting":
            said = gettext("Earned: %(gift)s. %(why)s", **words, why=telling.waits(award.waits))
        case "redeemed":
            said = gettext("Earned and used: %(gift)s.", **words)
        case "expired":
            said = gettext("Earned: %(gift)s. Its time ran out before it was used.", **words)
        case "voided":
            said = gettext("%(title)s is no longer due.", **words)
        case "corrected":
            said = gettext("%(title)s is no longer due. What was used stays used.", **words)
        case _:
            said = gettext("Earned: %(gift)s.", **words)
    return said


def counted(one: Counted, cards: Mapping[str, Card], holder: int) -> Row:
    """Say what was counted for an award of a holder."""
    subject = one.subject if holders.knows(READ, holder, one.who) else None
    name = _record(subject, cards)
    if not one.milestone:
        said = telling.deed(one.type, name)
    elif name is None:
        said = gettext("%(title)s is reached.", title=wording.quoted(one.milestone, _code()))
    else:
        title = wording.quoted(one.milestone, _code())
        said = gettext("%(record)s is now %(milestone)s", record=name, milestone=title)
    return Row(said, subject, one.time, one.received, one.units)


def gone(one: Withdrawn, cards: Mapping[str, Card], holder: int) -> Row:
    """Say what was taken back, and by which kind of activity."""
    record = one.record if holders.knows(READ, holder, one.who) else None
    said = telling.deed(one.type, _record(record, cards))
    return Row(said, record, one.time, one.known, 0, note=telling.deed(one.by, None) if one.by else "")


def _record(record: str | None, cards: Mapping[str, Card]) -> str | None:
    return telling.record(cards.get(record) or Card(record)) if record else None


# --- records


def record_said(story: RecordStory, name: str) -> str:
    """Say how a record stands: what it still lacks, else for whom it counts."""
    if not story.milestones:
        return gettext("%(record)s: what is done about it is counted one by one.", record=name)
    first = next((one for one in story.milestones if one.reached is None), story.milestones[0])
    title = wording.quoted(first.title, _code())
    if first.reached is None:
        missing = wording.TONGUES[_code()].all_of([need.title for need in first.needs if need.met is None])
        return gettext("%(record)s is not counted yet. Still missing: %(needs)s.", record=name, needs=missing)
    if first.undone is not None:
        words = {"record": name, "title": title, "deed": telling.deed(first.undone.type, None)}
        return gettext("%(record)s was %(title)s and no longer counts: %(deed)s.", **words)
    if first.credited is None:
        return gettext("%(record)s is %(title)s. It counts for nobody yet.", record=name, title=title)
    for_whom = name_of(first.credited_to, first.credited)
    if first.credited_to is not None and first.credited_to == auth.caller().participant:
        return gettext("%(record)s is %(title)s and counts for you.", record=name, title=title)
    return gettext("%(record)s is %(title)s and counts for: %(name)s.", record=name, title=title, name=for_whom)


def milestone(one: MilestoneStory) -> Milestone:
    """Tell a milestone need by need."""
    needs = []
    for need in one.needs:
        said = telling.deed(need.met.type, None) if need.met else None
        who = name_of(need.met.who, need.met.actor) if need.met else ""
        needs.append(Need(need.title, said, who, need.met.time if need.met else None))
    return Milestone(one.title, one.sentence, _state(one), one.reached is not None and one.undone is None, needs)


def _state(one: MilestoneStory) -> str:
    if one.reached is None:
        return gettext("Not reached yet")
    if one.undone is not None:
        words = {"reached": drawing.when(one.reached), "undone": drawing.when(one.undone.time)}
        return gettext("Reached %(reached)s, taken back %(undone)s", **words)
    return gettext("Reached %(reached)s", reached=drawing.when(one.reached))


def act(one: Act) -> Deed:
    """Tell something that was done about a record."""
    met = one.met
    return Deed(telling.deed(met.type, None), name_of(met.who, met.actor), met.time, one.counts, one.misses)
