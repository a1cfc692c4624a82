"""Keys made from titles, so that nobody has to think of one: ``Десять контактов`` → ``desyat-kontaktov``."""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING

from anyascii import anyascii

if TYPE_CHECKING:
    from collections.abc import Collection

LONGEST = 60  # of the 80 characters that a key may have: a number may follow


def made(kind: str, titles: dict[str, str], taken: Collection[str], record: str = "") -> str:
    """Return a key for a new definition that no other of its kind has; ``titles`` by language, ``""`` the main one.

    A milestone is called like an activity: ``contact.developed`` for "Developed contact".
    """
    words = slug(titles.get("en", "")) or slug(titles.get("", "")) or kind
    if kind == "milestone":
        record = slug(record) or "record"
        rest = "-".join(word for word in words.split("-") if word not in {record, f"{record}s"}) or "done"
        return free(f"{record}.{rest}", taken)
    return free(words, taken)


def slug(title: str) -> str:
    """Write a title in small Latin letters, digits and hyphens; the syllables of Chinese are parted."""
    latin = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", anyascii(title)) if not title.isascii() else title
    words = re.sub(r"[^a-z0-9]+", "-", latin.replace("'", "").casefold()).strip("-")
    return words if len(words) <= LONGEST else words[:LONGEST].rpartition("-")[0] or words[:LONGEST]


def free(key: str, taken: Collection[str]) -> str:
    """Return the key, or the first of ``key-2``, ``key-3`` … that is not taken."""
    return next(one for number in count(1) if (one := key if number == 1 else f"{key}-{number}") not in taken)
