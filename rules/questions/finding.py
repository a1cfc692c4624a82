"""How an entry of the help list is found: every word occurs, in any script; titles count more than texts."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.audit import keys

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_WORDS = 10
LONGEST = 100  # characters of what is searched for


class Entry(NamedTuple):
    """An entry as far as searching goes."""

    id: int
    title: str
    text: str
    language: str
    route: str
    changed: int


def found(entries: Iterable[Entry], asked: str, *, language: str, route: str = "") -> list[Entry]:
    """Return the entries in which all words occur, the best first; without words all of them.

    Words in the title count twice those in the text.  Of equals, those about the page that is open come first, then
    those in the reader's language, then the latest.
    """
    words = keys.plain(asked[:LONGEST]).split()[:MOST_WORDS]
    scored = [(score, one) for one in entries if (score := _score(one, words)) is not None]
    return [one for _, one in sorted(scored, key=lambda pair: _rank(pair[0], pair[1], language, route))]


def _rank(score: int, one: Entry, language: str, route: str) -> tuple[int, bool, bool, int, int]:
    return -score, not route or one.route != route, one.language != language, -one.changed, one.id


def _score(one: Entry, words: list[str]) -> int | None:
    """Return how well an entry fits; ``None`` if one of the words does not occur."""
    title, text = keys.plain(one.title), keys.plain(one.text)
    score = 0
    for word in words:
        if word not in title and word not in text:
            return None
        score += 2 if word in title else 1
    return score
