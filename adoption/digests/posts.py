"""The table of regular letters: whom each goes to, of which period it tells, and how it is made.

To add one: an entry of ``POSTS``, one of ``mail.kinds.KINDS``, and the templates that this names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from adoption import facts
from adoption.digests import directors
from adoption.digests import directors_writing
from adoption.digests import gathering
from adoption.digests import mine
from adoption.digests import mine_writing
from adoption.digests import subscribing
from adoption.digests import writing
from rules import digest
from rules.digest import directors as directors_rule
from rules.digest import own
from rules.digest import timing

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.digests.paper import Written
    from adoption.digests.subscribing import Chosen
    from adoption.records import Card

Moment = tuple[int, int]  # the first day of a week or month, and when its letter is due (UTC microseconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One regular letter.

    ``readers`` says at a moment to whom it may go, ``latest`` and ``following`` (moment, choice, participant) which one
    was due last and which is next.  ``gather`` (first day, moment) reads what is the same for all letters of a period
    (its ``now`` is that moment, its ``known`` the facts), and ``facts`` what so many readers (``chunk`` at most) are
    told.  ``decide`` makes of one reader's facts what the letter says, or ``Silent``; ``cards`` reads the records that
    it names, and ``write`` (it, participant, language, cards, zone) puts it into words.  One that is later than
    ``lasts`` (microseconds) is not sent; where readers are ``invited``, nobody else can ask for it.
    """

    kind: str
    per: str
    readers: Callable[[int], Sequence[int]]
    latest: Callable[[int, Chosen, int], Moment]
    following: Callable[[int, Chosen, int], Moment]
    gather: Callable[[int, int], Any]
    facts: Callable[[Any, Sequence[int]], Mapping[int, Any]]
    decide: Callable[[Any], Any]
    cards: Callable[[Iterable[Any]], Mapping[str, Card]]
    write: Callable[..., Written]
    chunk: int
    lasts: int = timing.LATEST
    invited: bool = False


def _latest(now: int, chosen: Chosen, participant: int) -> Moment:
    return timing.latest(now, chosen.wish, facts.current().zone, participant)


def _following(now: int, chosen: Chosen, participant: int) -> Moment:
    return timing.following(now, chosen.wish, facts.current().zone, participant)


POSTS: Mapping[str, Post] = {
    # to whoever leads people, about their week
    "digest": Post(
        kind="digest",
        per="week",
        readers=gathering.readers,
        latest=_latest,
        following=_following,
        gather=gathering.company,
        facts=gathering.facts_of,
        decide=digest.make,
        cards=writing.cards,
        write=writing.write,
        chunk=200,
    ),
    # to whoever asked for it, about their own week
    "my-week": Post(
        kind="my-week",
        per="week",
        readers=subscribing.asking("my-week"),
        latest=_latest,
        following=_following,
        gather=mine.house,
        facts=mine.facts_of,
        decide=own.make,
        cards=mine_writing.cards,
        write=mine_writing.write,
        chunk=mine.CHUNK,
    ),
    # to those whom HR entered, about a month
    directors.KIND: Post(
        kind=directors.KIND,
        per="month",
        readers=subscribing.asking(directors.KIND),
        latest=directors.latest,
        following=directors.following,
        gather=directors.gather,
        facts=directors.facts_of,
        decide=directors_rule.make,
        cards=directors_writing.cards,
        write=directors_writing.write,
        chunk=200,
        lasts=7 * timing.LATEST,
        invited=True,
    ),
}
