"""What changed between two sentences, word by word; between two books, sentence by sentence."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING
from typing import NamedTuple

from rules.wording import sentence
from rules.wording import title_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator

    from rules.book import Book

SAME, GONE, NEW = MARKS = ("same", "gone", "new")
KINDS = ("milestone", "metric", "reward", "incentive", "board", "plan")
Name = tuple[str, str]  # kind, key
_MOST = 2_000  # words that are compared; longer sentences are shown as a whole
# A sign of Chinese, a word or a number with its own points and hyphens, space, or any other sign.
_TOKENS = re.compile(
    r"[\u3400-\u9fff\uf900-\ufaff]|[^\W\u3400-\u9fff\uf900-\ufaff]+(?:[.,:'\u2019-]?[^\W\u3400-\u9fff]+)*|\s+|."
)


class Piece(NamedTuple):
    """Some words in a row that are the same in both sentences, gone from the first, or new in the second."""

    mark: str
    text: str


class Difference(NamedTuple):
    """How a definition changes: its sentence before and after, ``None`` where there is none, and the pieces of both.

    ``own`` is false where only something it names has changed; ``said`` is false where the two are no sentences but
    TOML, since the book cannot be put into words.
    """

    kind: str
    key: str
    title: str
    before: str | None
    after: str | None
    pieces: tuple[Piece, ...]
    own: bool = True
    said: bool = True


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """Compare two sentences: the same and gone pieces make the first one, the same and new ones the second."""
    old, new = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(old) + len(new) > _MOST and before != after:
        return tuple(_joined([Piece(GONE, before), Piece(NEW, after)]))
    found: list[Piece] = []
    for mark, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if mark == "equal":
            found.append(Piece(SAME, "".join(old[i:j])))
        else:
            found += [Piece(GONE, "".join(old[i:j])), Piece(NEW, "".join(new[k:m]))]
    return tuple(_joined(_bridged(found)))


def differences(before: Book, after: Book, language: str, changed: Collection[Name]) -> tuple[Difference, ...]:
    """Compare two books: every changed definition, and every other one whose sentence reads otherwise."""
    return tuple(
        one
        for kind in KINDS
        for key in {**getattr(before, f"{kind}s"), **getattr(after, f"{kind}s")}
        for one in [_difference((kind, key), before, after, language)._replace(own=(kind, key) in changed)]
        if one.own or one.before != one.after
    )


def _difference(name: Name, before: Book, after: Book, language: str) -> Difference:
    kind, key = name
    was, now = getattr(before, f"{kind}s").get(key), getattr(after, f"{kind}s").get(key)
    old = None if was is None else sentence(was, before, language)
    new = None if now is None else sentence(now, after, language)
    title = title_of(now or was, key, language)
    return Difference(kind, key, title, old, new, pieces(old or "", new or ""))


def _bridged(found: list[Piece]) -> Iterator[Piece]:
    """Let a lone space or sign between two changes belong to both of them: "five cats" → "two dogs" is one change."""
    for at, piece in enumerate(found):
        inside = 0 < at < len(found) - 1
        if piece.mark == SAME and inside and not re.search(r"\w", piece.text):
            yield from (Piece(GONE, piece.text), Piece(NEW, piece.text))
        else:
            yield piece


def _joined(found: Iterator[Piece] | list[Piece]) -> Iterator[Piece]:
    """Join neighbours: what is gone stands before what is new until the next words that are the same."""
    waiting = {GONE: "", NEW: ""}
    same = ""
    for mark, text in found:
        if mark != SAME:
            if same:
                yield Piece(SAME, same)
                same = ""
            waiting[mark] += text
            continue
        yield from (Piece(one, words) for one, words in waiting.items() if words)
        waiting = {GONE: "", NEW: ""}
        same += text
    if same:
        yield Piece(SAME, same)
    yield from (Piece(one, words) for one, words in waiting.items() if words)
