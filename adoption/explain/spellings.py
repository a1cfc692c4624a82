"""How the e-mail address of a participant may be spelled by a source: any case, found without reading everybody's.

Activities are indexed by day and actor, compared bytewise.  All spellings of an address begin with one of a few
prefixes, and each prefix is one range of the index.
"""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

CASED = 0x1F000  # no character from here on folds to another
LAST = "\U0010ffff"  # comes after every character that an address is made of


@lru_cache(maxsize=1)
def _unfolded() -> dict[str, list[str]]:
    """Return by folded text the characters, other than itself, that fold to it (``k`` → ``K`` and the Kelvin sign)."""
    found: dict[str, list[str]] = defaultdict(list)
    for code in range(CASED):
        folded = chr(code).casefold()
        if folded != chr(code):
            found[folded].append(chr(code))
    return dict(found)


@lru_cache(maxsize=4096)
def prefixes(address: str, most: int) -> tuple[str, ...]:
    """Return texts, at most ``most``, one of which begins every spelling of ``address``; as long as ``most`` allows."""
    folded = address.casefold()
    known = [("", 0)]  # what is spelled, and how much of the folded address that is
    while any(used < len(folded) for _, used in known):
        longer = [step for spelled, used in known for step in _steps(spelled, used, folded)]
        if len(longer) > most:
            break
        known = longer
    return tuple(sorted(spelled for spelled, _ in known))


def _steps(spelled: str, used: int, folded: str) -> list[tuple[str, int]]:
    """Return a beginning with each character that may come next."""
    if used == len(folded):
        return [(spelled, used)]
    steps = [(spelled + folded[used], used + 1)]
    for length in (1, 2, 3):  # ``ß`` stands for two, ``ﬃ`` for three
        part = folded[used : used + length]
        if len(part) == length:
            steps.extend((spelled + one, used + length) for one in _unfolded().get(part, ()))
    return steps
