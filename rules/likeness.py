"""What a name looks like: two names that a hasty reader could take for each other have the same likeness."""

from __future__ import annotations

import re
import unicodedata
from itertools import islice
from itertools import permutations

# What looks like a Latin letter, alone or as a capital, and is not taken apart by Unicode itself: pairs of letters.
_CYRILLIC = "аa вb гr еe іi јj кk мm нh оo рp ѕs сc тt уy хx ьb ӏl һh ԁd ԛq ԝw"  # noqa: RUF001  # that is the point
_GREEK = "αa βb γy εe ζz ηh ιi κk μm νn οo ρp τt υy χx ωw ϲc"  # noqa: RUF001  # that is the point
_STROKES = "øo łl đd ħh ıi ŧt ɑa ɡg"  # noqa: RUF001  # that is the point
_SIGNS = "0o 1l |l !l $s @a"
_ALL = f"{_CYRILLIC} {_GREEK} {_STROKES} {_SIGNS}".split()
_LOOKS = str.maketrans({pair[0]: pair[1] for pair in _ALL})
_TAKEN = (("æ", "ae"), ("œ", "oe"), ("rn", "m"), ("vv", "w"), ("i", "l"))  # for each other, in this order
_WORD = re.compile(r"\w+")
_MOST_ORDERS = 24  # of four words
EMPTY = "\u115f\u1160\u3164\uffa0\u2800"  # letters and signs that are drawn as nothing


def likeness(name: str) -> str:
    """Return what a name looks like, without case, accents, spaces and signs; empty if nothing of it can be read."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    looks = "".join(letter for letter in folded.translate(_LOOKS) if letter.isalnum() and letter not in EMPTY)
    for two, one in _TAKEN:
        looks = looks.replace(two, one)
    return looks


def likenesses(name: str) -> set[str]:
    """Return what a name looks like with its words in any order."""
    words = _WORD.findall(name)
    return {likeness(name)} | {likeness("".join(order)) for order in islice(permutations(words), _MOST_ORDERS)}
