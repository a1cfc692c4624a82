"""Actors whom nobody knows: how much waits for each of them, and who they might be.

How much waits is counted from the activities themselves.  There is no index by actor, since every activity would pay
for it; but there is one by day and actor, so that each day is looked at once per actor, however many activities it has.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select

from adoption import statements
from adoption.directory.editing import NoSuchThingError
from adoption.extensions import db
from adoption.models import StoredActivity
from adoption.models import Stranger

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from adoption.facts import Known
    from adoption.facts import Person

EXACT = ("address", "elsewhere")  # of these suggestions one may be sure
SIMILAR = 0.75  # from here on names are taken for similar
MOST = 3  # suggestions for one actor
MOST_DAYS = 4_000  # days that are looked at: about eleven years
_ADDRESS = re.compile(r"[^@\s\"'(),:;<>\[\]\\]+@[^@\s\"'(),:;<>\[\]\\]+")
_WORDS = re.compile(r"[^\W_]+")


class Waiting(NamedTuple):
    """An actor of a source, since when (UTC microseconds) it is known, and since when it was put aside."""

    source: str
    actor: str
    seen: int
    aside: int | None


class Sum(NamedTuple):
    """What waits for an actor: how many activities, when the first and the last happened, and about which record."""

    number: int
    first: int
    last: int
    subject: str | None
    type: str


class Suggestion(NamedTuple):
    """Somebody who an actor might be, and why: ``address``, ``elsewhere``, ``local`` or ``name``."""

    participant: int
    why: str


def waiting(known: Known, *, aside: bool = False) -> list[Waiting]:
    """Return the actors who wait, or were put aside, the oldest first; whoever is recognised by now is no stranger."""
    table = Stranger
    query = select(table.source, table.actor, table.seen, table.aside)
    query = query.where(table.aside.is_not(None) if aside else table.aside.is_(None))
    rows = db.session.execute(query.order_by(table.seen, table.source, table.actor))
    return [Waiting(*row) for row in rows if known.participant_of(row.source, row.actor) is None]


def found(known: Known, source: str, actor: str) -> Waiting:
    """Return an actor who waits, or was put aside.

    Raises:
        NoSuchThingError: no such actor does.
    """
    for aside in (False, True):
        for one in waiting(known, aside=aside):
            if one[:2] == (source, actor):
                return one
    raise NoSuchThingError


_SUMS = (
    "SELECT a.source, a.actor, count(*), min(a.time), max(a.time), max(a.day)"
    " FROM {given} AS g CROSS JOIN activity AS a WHERE a.day = g.day AND a.actor = g.actor"
    " AND a.type IS NOT NULL AND a.retracts IS NULL AND a.retracted = 0 GROUP BY a.source, a.actor"
)


def sums(actors: Sequence[Waiting]) -> dict[tuple[str, str], Sum]:
    """Return what waits for each of these actors; those for whom nothing waits are absent.  Four queries."""
    connection = db.session.connection()
    first, last = connection.execute(select(func.min(StoredActivity.day), func.max(StoredActivity.day))).one()
    if first is None or not actors:
        return {}
    names = sorted({one.actor for one in actors})
    days = range(max(first, last - MOST_DAYS + 1), last + 1)
    rows = [(day, actor) for day in days for actor in names]
    found: dict[tuple[str, str], list[int]] = {
        (source, actor): counts
        for source, actor, *counts in statements.run(connection, "activity", ("day", "actor"), rows, _SUMS)
    }
    wanted = {(one.source, one.actor) for one in actors} & found.keys()
    ends = sorted({(found[key][3], key[1]) for key in wanted})
    columns = ("source", "actor", "time", "id", "subject", "type")
    latest: dict[tuple[str, str], tuple[int, str, str | None, str]] = {}
    for source, actor, *row in statements.find(connection, "activity", ("day", "actor"), columns, ends):
        key, (time, id, subject, type) = (source, actor), row  # noqa: A001  # the columns' names
        if key in wanted and type is not None and (key not in latest or (time, id) > latest[key][:2]):
            latest[key] = time, id, subject, type
    return {key: Sum(found[key][0], found[key][1], found[key][2], *latest[key][2:]) for key in sorted(wanted)}


# --- who they might be


class Guesses:
    """Suggestions for actors, from the directory as it is now."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.by_local: dict[str, list[int]] = defaultdict(list)
        self.by_identity: dict[str, set[int]] = defaultdict(set)
        self.by_letters: dict[str, list[int]] = defaultdict(list)
        self.names: dict[int, str] = {}
        for one in known.people.values():
            self.by_local[one.email.partition("@")[0]].append(one.id)
            self.names[one.id] = " ".join(words(one.name))
            for word in words(one.name):
                self.by_letters[word[:1]].append(one.id)
        for (_, name), owner in known.identities.items():
            self.by_identity[name.casefold()].add(owner)

    def exact(self, actor: str) -> Suggestion | None:
        """Return the one person an actor is beyond doubt: their address is in it, or another source calls them so."""
        addresses = {self.known.holder_of(address.strip(".").casefold()) for address in _ADDRESS.findall(actor)} - {
            None
        }
        if len(addresses) == 1:
            return Suggestion(next(one for one in addresses if one is not None), "address")
        called = self.by_identity.get(actor.casefold(), set())
        if len(called) == 1 and not actor.isdigit():  # two systems number their users from one
            return Suggestion(next(iter(called)), "elsewhere")
        return None

    def of(self, actor: str) -> list[Suggestion]:
        """Return who an actor might be, the likeliest first."""
        exact = self.exact(actor)
        if exact is not None:
            return [exact]
        address = _ADDRESS.search(actor)
        local = (address[0] if address else actor).partition("@")[0].casefold()
        found = [Suggestion(number, "local") for number in self.by_local.get(local, ())[:MOST]]
        return found or [Suggestion(number, "name") for number in self._similar(local)]

    def _similar(self, text: str) -> list[int]:
        wanted = words(text)
        near: Iterable[int] = {number for word in wanted for number in self.by_letters.get(word[:1], ())}
        said = " ".join(wanted)
        scored = []
        for number in near:
            likeness = _likeness(said, self.names[number])
            if likeness >= SIMILAR:
                scored.append((-likeness, self.names[number], number))
        return [number for _, _, number in sorted(scored)[:MOST]]


def words(text: str) -> list[str]:
    """Return the words of a name without case and accents, in the order of the alphabet: no order of names is ours."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return sorted(_WORDS.findall("".join(letter for letter in plain if not unicodedata.combining(letter))))


def _likeness(one: str, other: str) -> float:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    if matcher.real_quick_ratio() < SIMILAR or matcher.quick_ratio() < SIMILAR:
        return 0.0
    return matcher.ratio()


def sure(known: Known, actors: Iterable[Waiting]) -> Mapping[tuple[str, str], Person]:
    """Return those actors whose suggestion is beyond doubt, with the person."""
    guesses = Guesses(known)
    found = {}
    for one in actors:
        exact = guesses.exact(one.actor)
        if exact is not None:
            found[one.source, one.actor] = known.people[exact.participant]
    return found
