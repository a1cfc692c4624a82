"""Words without the names of those who spoke, as a draft of something that names nobody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

GAP = "…"
SHORT = 1  # characters of a word that is left alone: an initial could be anything


def without(text: str, names: Iterable[str]) -> str:
    """Return a text in which each word of these names is a gap, in whatever case it is written."""
    words = {word for name in names for word in re.findall(r"[^\W\d_]+", name) if len(word) > SHORT}
    for word in sorted(words, key=lambda one: (-len(one), one)):
        spaced = word.isascii() or word.lower() != word.upper()  # a script in which words stand apart
        pattern = rf"\b{re.escape(word)}\b" if spaced else re.escape(word)
        text = re.sub(pattern, GAP, text, flags=re.IGNORECASE)
    return re.sub(rf"{GAP}(?:\s*{GAP})+", GAP, text)
